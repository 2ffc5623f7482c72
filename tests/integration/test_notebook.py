"""The notebook runs from pictures to a served version, and is committed without outputs."""

import os
import subprocess
import sys
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import pytest

WANTED = ("nbclient", "nbformat", "ipykernel", "matplotlib", "tensorflow")
MISSING = [name for name in WANTED if not find_spec(name)]
pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"not installed: {MISSING}: pip install 'henbot[train,dev]'")


def read(path: Path):
    import nbformat

    return nbformat.read(path, as_version=4)


def test_the_committed_notebook_carries_no_outputs(project: Path) -> None:
    notebook = read(project / "notebooks" / "train_your_flock.ipynb")
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.source for cell in code if cell.outputs or cell.execution_count] == []


def test_its_headings_make_a_hierarchy_that_skips_no_level(project: Path) -> None:
    notebook = read(project / "notebooks" / "train_your_flock.ipynb")
    lines = [line for cell in notebook.cells if cell.cell_type == "markdown" for line in cell.source.splitlines()]
    levels = [len(line) - len(line.lstrip("#")) for line in lines if line.startswith("#")]
    assert levels[0] == 1
    assert set(levels) == {1, 2, 3}
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_every_cell_runs_on_a_few_drawn_pictures(project: Path, tmp_path: Path) -> None:
    """About 45 s on two idle cores: every training in small, with a kernel and TensorFlow to start."""
    out = tmp_path / "executed.ipynb"
    environment = {name: value for name, value in os.environ.items() if name != "HENBOT_DATA"}
    environment |= {"HENBOT_NOTEBOOK_FAST": "1", "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-m", "benchmarks.notebook", str(out)]
    ended = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    code = [cell for cell in read(out).cells if cell.cell_type == "code"]
    assert all(cell.execution_count for cell in code)
    assert [o for cell in code for o in cell.outputs if o.output_type == "error" or o.get("name") == "stderr"] == []
    assert sum("image/png" in o.get("data", {}) for cell in code for o in cell.outputs) >= 10
