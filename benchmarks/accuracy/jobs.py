"""Train on some parts and judge another, in a process of its own; what the same code has done before is read back."""

import hashlib
import json
import os
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

from rich.progress import Progress

from benchmarks.accuracy.parts import Part, data_folder, write_part

PROJECT = Path(__file__).parents[2]
KEPT = PROJECT / "var" / "accuracy"
"""Where results and the contact sheet lie; git ignores it."""

STOCK: tuple[Part, ...] = ()
"""To learn from nothing at all."""


@dataclass(frozen=True, slots=True)
class Job:
    """One experiment.

    Attributes:
        learn: parts to train on; none for the stock recogniser.
        judge: what is evaluated, and with `replay` also played through the nest's watch.
        stills: judge each picture by itself, without those before it.
        changed: for an ablation, module attributes (`module:attribute`) and the values that they get.
    """

    name: str
    learn: tuple[Part, ...]
    judge: Part
    seed: int = 2016
    replay: bool = False
    stills: bool = False
    changed: tuple[tuple[str, Any], ...] = ()

    @property
    def key(self) -> str:
        """Digest of the job, the code and the labels: the same key gives the same result."""
        told = [[p.dataset, sorted(p.rows)] for p in (*self.learn, self.judge)]
        how = [self.seed, self.replay, self.stills, [[k, repr(v)] for k, v in self.changed]]
        content = json.dumps([told, len(self.learn), how])
        return hashlib.sha256((content + _code()).encode()).hexdigest()[:20]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a job found.

    Attributes:
        frames: rows of `evaluate`, by file and nest.
        visits: rows of `replay`, where it was asked for.
        seconds: what training took.
    """

    job: Job
    frames: Mapping[tuple[str, str], dict[str, Any]]
    visits: Sequence[dict[str, Any]] = field(default_factory=tuple)
    seconds: float = 0.0


def run_all(jobs: Sequence[Job], processes: int, progress: Progress) -> list[Outcome]:
    """The outcomes in the order of the jobs."""
    KEPT.mkdir(parents=True, exist_ok=True)
    task = progress.add_task("Experiments", total=len(jobs))
    found: dict[str, dict[str, Any]] = {}
    for job in jobs:
        if (path := KEPT / f"{job.key}.json").is_file():
            found[job.key] = json.loads(path.read_text(encoding="utf-8"))
            progress.advance(task)
    left = {job.key: job for job in jobs if job.key not in found}
    with ProcessPoolExecutor(processes) as pool:
        running = {pool.submit(_run, job): key for key, job in left.items()}
        for done in as_completed(running):
            found[running[done]] = done.result()
            progress.advance(task)
    return [_outcome(job, found[job.key]) for job in jobs]


def _outcome(job: Job, found: dict[str, Any]) -> Outcome:
    frames = {(row["file"], row["nest"]): row for row in found["frames"]}
    return Outcome(job, frames, found["visits"], found["seconds"])


def _run(job: Job) -> dict[str, Any]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        for target, value in job.changed:
            module, _, attribute = target.partition(":")
            stack.enter_context(patch(f"{module}.{attribute}", value))
        found = _measure(job, folder)
    half = KEPT / f".{job.key}-{os.getpid()}"
    half.write_text(json.dumps(found), encoding="utf-8")
    half.replace(KEPT / f"{job.key}.json")
    return found


def _measure(job: Job, folder: Path) -> dict[str, Any]:
    from detector.training.evaluate import evaluate
    from detector.training.fit import train

    learn = [write_part(one, folder / f"learn{number}") for number, one in enumerate(job.learn)]
    judge = write_part(job.judge, folder / "judge")
    began = time.monotonic()
    version = train(learn, folder / "models", seed=job.seed) if learn else None
    seconds = time.monotonic() - began
    recogniser = _recogniser(version, judge)
    found = evaluate(judge, recogniser, stills=job.stills)
    visits = _replay(judge, version, folder) if job.replay else []
    return {"frames": found["frames"], "visits": visits, "seconds": seconds if learn else 0.0}


def _recogniser(version: Path | None, judge: Path) -> Any:
    from detector.starter import STOCK as WITHOUT_VERSION
    from detector.starter import Site, chosen
    from detector.training.dataset import load_dataset

    read = load_dataset(judge)
    return chosen(version or WITHOUT_VERSION, Site(read.coop, read.roosts))[0]


def _replay(judge: Path, version: Path | None, folder: Path) -> list[dict[str, Any]]:
    from detector.pacing import AtOnce
    from detector.replay import result
    from detector.wiring import open_replay

    opened = open_replay(judge, version, f"sqlite:///{folder / 'replay.db'}", folder / "media", (None, None))
    run = opened.replay(AtOnce(opened.database))
    run.run()
    visits = result(opened.database, run.seen)["visits"]
    opened.database.close()
    return list(visits)


def _code() -> str:
    """Digest of everything that a result depends on besides the job."""
    digest = hashlib.sha256()
    for path in _sources():
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _sources() -> Iterator[Path]:
    yield from sorted((PROJECT / "detector").rglob("*.py"))
    yield from sorted((PROJECT / "henbot" / "domain").rglob("*.py"))
    yield from sorted((PROJECT / "henbot" / "services").rglob("*.py"))
    yield from sorted(data_folder().glob("*/*.csv"))
    yield from sorted(data_folder().glob("*/coop.yaml"))
