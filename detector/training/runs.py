"""Training runs on disk: what went in, what came out of each epoch, and where to go on after a kill.

runs/<id>/run.json      parameters, hash of the pictures, versions of the libraries, and the result
runs/<id>/epochs.jsonl  one JSON object an epoch
runs/<id>/state.npz     where to go on; gone when the run is finished
"""

import hashlib
import importlib.metadata
import json
import os
import platform
import shutil
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from detector.training.dataset import Dataset

RECORD, EPOCHS, STATE, WORK = "run.json", "epochs.jsonl", "state.npz", "work"
LIBRARIES = ("ai-edge-litert", "henbot", "keras", "numpy", "opencv-python", "tensorflow")


class Run:
    """One run's folder; held by one process at a time."""

    def __init__(self, folder: Path, lock: FileLock) -> None:
        """Use `open_run`, which finds or makes the folder and takes the lock."""
        self.folder = folder
        self._lock = lock

    @property
    def id(self) -> str:
        """The folder's name."""
        return self.folder.name

    @property
    def work(self) -> Path:
        """A folder for what the run can make again; gone when it is finished."""
        (self.folder / WORK).mkdir(exist_ok=True)
        return self.folder / WORK

    def record(self) -> dict[str, Any]:
        """What `run.json` holds."""
        found: dict[str, Any] = json.loads((self.folder / RECORD).read_text(encoding="utf-8"))
        return found

    def note(self, **values: Any) -> None:
        """Add values to `run.json`."""
        _write_json(self.folder / RECORD, self.record() | values)

    def note_epoch(self, epoch: Mapping[str, Any]) -> None:
        """Append an epoch's metrics; one that a resumed run repeats replaces what was written of it and after it."""
        kept = [before for before in self.epochs() if before["epoch"] < epoch["epoch"]]
        lines = "".join(json.dumps(each) + "\n" for each in [*kept, dict(epoch)])
        _write(self.folder / EPOCHS, lines.encode())

    def epochs(self) -> list[dict[str, Any]]:
        """Metrics of each finished epoch."""
        path = self.folder / EPOCHS
        return [json.loads(line) for line in path.read_text().splitlines()] if path.is_file() else []

    def save_state(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Store where to go on, whole or not at all."""
        half = self.folder / f".{STATE}"
        with half.open("wb") as file:
            np.savez(file, **dict(arrays))  # type: ignore[arg-type]
            file.flush()
            os.fsync(file.fileno())
        half.replace(self.folder / STATE)

    def state(self) -> dict[str, NDArray[Any]] | None:
        """What `save_state` stored last; None at the start."""
        path = self.folder / STATE
        if not path.is_file():
            return None
        with np.load(path, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}

    def finish(self, result: Mapping[str, Any]) -> None:
        """Write the result and throw away what was only needed to go on."""
        self.note(status="finished", finished=_now(), result=dict(result))
        (self.folder / STATE).unlink(missing_ok=True)
        shutil.rmtree(self.folder / WORK, ignore_errors=True)
        self._lock.release()

    def leave(self) -> None:
        """Let another process go on with it."""
        self._lock.release()


def open_run(runs: Path, kind: str, parameters: Mapping[str, Any], read: Sequence[Dataset]) -> Run:
    """The unfinished run of the same kind, parameters and pictures, to go on with; or a new one.

    A run that another process holds is left to it.
    """
    wanted = {"kind": kind, "parameters": dict(parameters), "pictures_sha256": pictures_sha256(read)}
    key = hashlib.sha256(json.dumps(wanted, sort_keys=True, default=str).encode()).hexdigest()[:10]
    for folder in sorted(runs.glob(f"*-{key}"), reverse=True):
        lock = FileLock(folder / ".lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            continue
        run = Run(folder, lock)
        if (folder / RECORD).is_file() and run.record()["status"] == "running":
            return run
        lock.release()
    folder = _new_folder(runs, key)
    lock = FileLock(folder / ".lock")
    lock.acquire(timeout=0)
    libraries = {"python": platform.python_version()} | dict(_versions(LIBRARIES))
    _write_json(folder / RECORD, {"status": "running", "started": _now(), **wanted, "libraries": libraries})
    return Run(folder, lock)


def pictures_sha256(read: Sequence[Dataset]) -> str:
    """Over labels, rows and pictures: the same hash means that the same was learned from."""
    digest = hashlib.sha256()
    for dataset in read:
        digest.update(dataset.sha256.encode())
        for row in dataset.rows:
            digest.update(repr((row.file, row.nest, row.hens, row.hen, row.posture)).encode())
            path = dataset.folder / "frames" / row.file
            digest.update(path.read_bytes() if path.is_file() else b"")
    return digest.hexdigest()


def _new_folder(runs: Path, key: str) -> Path:
    folder = runs / f"{datetime.now(UTC):%Y%m%d-%H%M%S-%f}-{key}"
    folder.mkdir(parents=True)
    return folder


def _versions(names: Iterable[str]) -> Iterable[tuple[str, str]]:
    for name in names:
        try:
            yield name, importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    _write(path, (json.dumps(content, indent=2, default=str, ensure_ascii=False) + "\n").encode())


def _write(path: Path, content: bytes) -> None:
    half = path.with_name(f".{path.name}")
    with half.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    half.replace(path)
