"""Execute `notebooks/train_your_flock.ipynb` without a window, and fail on the first error: `make notebook`.

python -m benchmarks.notebook [OUT]    # OUT: where to keep the executed notebook; nowhere by default
"""

import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

NOTEBOOK = Path(__file__).parents[1] / "notebooks" / "train_your_flock.ipynb"
LONGEST_CELL_S = 30 * 60


def execute(path: Path = NOTEBOOK) -> nbformat.NotebookNode:
    """The notebook with its outputs; raises CellExecutionError at the first cell that fails."""
    notebook = nbformat.read(path, as_version=4)
    resources = {"metadata": {"path": str(path.parent)}}
    NotebookClient(notebook, timeout=LONGEST_CELL_S, resources=resources).execute()
    return notebook


def main() -> int:
    started = time.monotonic()
    try:
        executed = execute()
    except CellExecutionError as error:
        print(error, file=sys.stderr)
        return 1
    if len(sys.argv) > 1:
        nbformat.write(executed, sys.argv[1])
    print(f"{NOTEBOOK.name}: every cell ran, in {time.monotonic() - started:.0f} s")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
