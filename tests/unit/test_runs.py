"""Runs are recorded, and one that was killed is found again by the same command."""

import json
from pathlib import Path

import numpy as np
import pytest

from detector.training.dataset import Dataset, load_dataset
from detector.training.runs import RECORD, open_run


@pytest.fixture(scope="module")
def read(drawn_coop: Path) -> list[Dataset]:
    return [load_dataset(drawn_coop)]


def test_a_run_tells_what_it_learned_from_and_with_what(tmp_path: Path, read: list[Dataset]) -> None:
    run = open_run(tmp_path, "fine-tune", {"seed": 1}, read)
    record = json.loads((run.folder / RECORD).read_text())
    assert record["parameters"] == {"seed": 1}
    assert len(record["pictures_sha256"]) == 64
    assert record["libraries"]["numpy"] == np.__version__
    assert record["status"] == "running"


def test_the_same_command_goes_on_with_a_run_that_was_left(tmp_path: Path, read: list[Dataset]) -> None:
    first = open_run(tmp_path, "fine-tune", {"seed": 1}, read)
    first.save_state({"weights": np.arange(3)})
    first.note_epoch({"epoch": 0, "loss": 1.0})
    first.leave()
    again = open_run(tmp_path, "fine-tune", {"seed": 1}, read)
    state = again.state()
    assert again.id == first.id
    assert state is not None
    assert state["weights"].tolist() == [0, 1, 2]
    assert again.epochs() == [{"epoch": 0, "loss": 1.0}]


def test_other_parameters_a_finished_run_or_one_at_work_make_a_new_run(tmp_path: Path, read: list[Dataset]) -> None:
    first = open_run(tmp_path, "fine-tune", {"seed": 1}, read)
    assert open_run(tmp_path, "fine-tune", {"seed": 1}, read).id != first.id
    assert open_run(tmp_path, "fine-tune", {"seed": 2}, read).id != first.id
    first.finish({"version": "v1"})
    assert open_run(tmp_path, "fine-tune", {"seed": 1}, read).id != first.id
    assert first.record()["result"] == {"version": "v1"}


def test_an_epoch_that_is_done_again_is_written_once(tmp_path: Path, read: list[Dataset]) -> None:
    run = open_run(tmp_path, "fine-tune", {}, read)
    for epoch, loss in [(0, 1.0), (1, 0.8), (1, 0.7)]:
        run.note_epoch({"epoch": epoch, "loss": loss})
    assert [each["loss"] for each in run.epochs()] == [1.0, 0.7]


def test_a_finished_run_keeps_its_record_only(tmp_path: Path, read: list[Dataset]) -> None:
    run = open_run(tmp_path, "fine-tune", {}, read)
    run.save_state({"weights": np.arange(3)})
    (run.work / "maps").write_bytes(b"many")
    run.note_epoch({"epoch": 0})
    run.finish({})
    assert sorted(path.name for path in run.folder.iterdir() if not path.name.startswith(".")) == [
        "epochs.jsonl",
        "run.json",
    ]
