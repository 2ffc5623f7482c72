"""The live detector while a training runs beside it: `make bench`, or this module alone. Prints a Markdown table.

A worker as it runs at a keeper's gets ten frames a second, each of which it looks at; first alone, then while a job's
process learns from labels, compares and draws its curve, then alone again. A machine's load comes and goes, so the bar
is a ratio within one run: at least 90 % of the frame rate.
"""

import os
import platform
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import mean, quantiles

import click
from sqlalchemy import select

from detector import worker as worker_module
from detector.camera_desk import CameraDesk
from detector.drawn import write_dataset
from detector.frame import Frame
from detector.pacing import AtOnce
from detector.sources import Skipped
from detector.sources.build import build_source
from detector.wiring import build_worker, open_replay
from detector.worker import Worker
from henbot.config import Settings, load_coop
from henbot.services import jobs
from henbot.services.coop_clock import wall_now
from henbot.services.jobs import Job, JobKind
from henbot.storage.acts import LabelRow
from henbot.storage.tables import EvidenceRow, VisitRow

A_FRAME_S = 0.1
LEAST_SHARE = 0.9
"""Of the frame rate that must remain."""


@dataclass(slots=True)
class Paced:
    """Ten frames a second, again and again; one that comes too late is due at once, as from a camera's buffer."""

    frames: list[Frame]
    due: dict[str, float] = field(default_factory=dict)
    skipped: list[Skipped] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)

    def __iter__(self) -> Iterator[Frame]:
        at, number = time.monotonic(), 0
        while not self.stopped.wait(max(0.0, at - time.monotonic())):
            shown = self.frames[number % len(self.frames)]
            name = f"{number}"
            self.due[name] = at
            yield replace(shown, captured_at=datetime.now(UTC), name=name)
            # A camera does not wait: what could not be handed over in time is lost.
            number, at = number + 1, max(at + A_FRAME_S, time.monotonic())

    def stop(self) -> None:
        """End it."""
        self.stopped.set()


@dataclass(slots=True)
class Taken:
    """When each frame had been looked at, and how long after it was due, seconds."""

    at: list[float] = field(default_factory=list)
    late: list[float] = field(default_factory=list)

    def between(self, start: float, end: float) -> tuple[float, float, float]:
        """Frames a second, the lateness that 99 in 100 keep, and the greatest."""
        late = [wait for at, wait in zip(self.at, self.late, strict=True) if start <= at < end]
        return len(late) / (end - start), quantiles(late, n=100)[98], max(late)


def watched(folder: Path) -> Settings:
    """A coop of which two days were seen, and of whose pictures somebody told what they show."""
    coop = write_dataset(folder, size=(640, 480))
    settings = Settings(
        config=coop / "coop.yaml",
        database=f"sqlite:///{coop / 'henbot.db'}",
        media=coop / "media",
        models=coop / "models",
    )
    opened = open_replay(coop, None, settings.database, settings.media, (None, None))
    opened.replay(AtOnce(opened.database)).run()
    with opened.database.writing() as session:
        hens = [hen.id for hen in load_coop(settings.config).hens]
        shown = select(EvidenceRow, VisitRow).join(VisitRow, VisitRow.id == EvidenceRow.visit_id)
        for number, (row, visit) in enumerate(session.execute(shown).all()):
            is_hen = row.role in ("arrived", "settled")
            told = {"field": "hen", "value": hens[number % len(hens)]} if is_hen else {"field": "hens", "value": "0"}
            session.add(LabelRow(nest_id=visit.nest_id, at=row.at, media_sha256=row.media_sha256, said_by=1,
                                 said_at=wall_now(), **told))  # fmt: skip
        session.commit()
    opened.database.close()
    return settings


def at_work(settings: Settings, taken: Taken) -> tuple[Worker, Paced]:
    """A worker that is given drawn frames, and notes when it has looked at them."""
    config = load_coop(settings.config)
    (camera,) = config.cameras
    source = Paced(list(build_source(camera, config.coop.timezone, None, follow=False)))
    look = CameraDesk.take

    def timed(desk: CameraDesk, frame: Frame, skipped: int) -> None:
        look(desk, frame, skipped)
        taken.at.append(time.monotonic())
        taken.late.append(time.monotonic() - source.due.pop(frame.name))

    worker_module.build_source = lambda *_, **__: source
    CameraDesk.take = timed  # type: ignore[assignment,method-assign] - it does the same, and takes the time
    return build_worker(settings, config), source


def train(worker: Worker, longest_s: float) -> Job:
    """Ask for a training and wait for its end, or call it off when that takes too long; the job as it was last."""
    job = worker.database.write(lambda session: jobs.ask(session, JobKind.TRAIN, {}, 1, wall_now()))
    now = partial(jobs.job_by_id, job_id=job.id)
    until = time.monotonic() + longest_s
    while job.is_open and time.monotonic() < until:
        time.sleep(0.5)
        job = worker.database.read(now) or job
    worker.database.write(lambda session: jobs.cancel(session, job.id, wall_now()))
    return job


@click.command()
@click.option("--alone", default=20.0, show_default=True, help="Seconds without a training, before and after.")
@click.option("--beside", default=300.0, show_default=True, help="Seconds with a training at most.")
def main(alone: float, beside: float) -> None:
    """Measure the live detector beside a training."""
    taken = Taken()
    with tempfile.TemporaryDirectory() as name:
        worker, source = at_work(watched(Path(name) / "coop"), taken)
        looking = threading.Thread(target=worker.run)
        looking.start()
        time.sleep(5.0)  # until it has begun
        began = time.monotonic()
        time.sleep(alone)
        trains = time.monotonic()
        job = train(worker, beside)
        ended = time.monotonic()
        time.sleep(alone)
        rows = [taken.between(began, trains), taken.between(trains, ended), taken.between(ended, time.monotonic())]
        source.stop()
        worker.stopped.set()
        looking.join()
    share = rows[1][0] / mean([rows[0][0], rows[2][0]])
    print(f"`python -m benchmarks.live_training`, {datetime.now(UTC):%Y-%m-%d}, {platform.machine()}, "
          f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; {ended - trains:.0f} s of a training, "
          f"which came to {job.progress:.0%}.\n")  # fmt: skip
    print("| | frames a second | late, 99 % | late at most |\n|---|---|---|---|")
    for what, (rate, late, most) in zip(("alone", "beside a training", "alone again"), rows, strict=True):
        print(f"| {what} | {rate:.2f} | {late * 1000:.0f} ms | {most * 1000:.0f} ms |")
    print(f"\n{share:.0%} of the frame rate remains; the bar is {LEAST_SHARE:.0%}.")
    if share < LEAST_SHARE or job.failure:
        sys.exit(job.failure or "the training starves the detector")


if __name__ == "__main__":
    main()
