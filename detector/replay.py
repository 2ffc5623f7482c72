"""Playing recorded frames through the worker's desks: at once, or on the coop's clock as a live camera would."""

import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import select

from detector.camera_desk import CameraDesk
from detector.frame import Frame
from detector.pacing import Pace
from detector.sources import Skipped
from henbot.domain.observations import Observation, Posture
from henbot.storage.database import Database
from henbot.storage.tables import EventRow, ObservationRow, VisitRow


class RecordedSource(Protocol):
    """Frames with an end; what could not be read is listed in `skipped`."""

    @property
    def skipped(self) -> list[Skipped]:
        """What was passed over so far, and why."""
        ...

    def __iter__(self) -> Iterator[Frame]: ...


@dataclass(slots=True)
class Replay:
    """A run of recorded frames through desks.

    Attributes:
        seen: what this run observed, by nest and frame.
        frames: how many frames were looked at.
        skipped: pictures that could not be read.
    """

    desks: Sequence[CameraDesk]
    sources: Sequence[RecordedSource]
    pace: Pace
    seen: dict[tuple[str, str], Observation] = field(default_factory=dict)
    frames: int = 0
    skipped: list[Skipped] = field(default_factory=list)

    def run(self, tick: Callable[[], None] = lambda: None) -> None:
        """Play all frames in the order of their times; deadlines between them are kept at their own times."""
        counted = [0] * len(self.sources)
        for number, frame in self._in_order():
            if not self._wait_for(frame.captured_at):
                break
            lost = self.sources[number].skipped
            observations = self.desks[number].take(frame, len(lost) - counted[number])
            counted[number] = len(lost)
            self.seen |= {(one.nest, one.frame): one for one in observations}
            self.frames += 1
            tick()
        self.skipped = [one for source in self.sources for one in source.skipped]

    def _in_order(self) -> Iterable[tuple[int, Frame]]:
        streams = [((number, frame) for frame in source) for number, source in enumerate(self.sources)]
        return heapq.merge(*streams, key=lambda pair: (pair[1].captured_at, pair[0]))

    def _wait_for(self, at: datetime) -> bool:
        """Let time pass until `at`, deadline by deadline; False if the pace was stopped."""
        while due := min((desk.deadline for desk in self.desks if desk.deadline), default=None):
            if due >= at:
                break
            if not self.pace.wait_until(due):
                return False
            for desk in self.desks:
                desk.pass_time(due)
        return self.pace.wait_until(at)


def result(database: Database, seen: dict[tuple[str, str], Observation]) -> dict[str, list[dict[str, Any]]]:
    """`{observations, visits, events}` in the words of the dataset format.

    Args:
        database: what is remembered, observations thinned.
        seen: observations of the last run, which replace the thinned ones.
    """
    with database.reading() as session:
        stored = {
            (row.nest_id, row.frame): _row_of_stored(row) for row in session.execute(select(ObservationRow)).scalars()
        }
        visits = session.execute(select(VisitRow).order_by(VisitRow.arrived_at, VisitRow.id)).scalars().all()
        events = session.execute(select(EventRow).order_by(EventRow.at, EventRow.id)).scalars().all()
        observations = stored | {key: _row_of_seen(one) for key, one in seen.items()}
        files = {(row["nest"], row["captured_at"]): row["file"] for row in observations.values()}
        return {
            "observations": sorted(observations.values(), key=lambda row: (row["captured_at"], row["nest"])),
            "visits": [_visit(row, files) for row in visits],
            "events": [
                {"kind": row.kind, "nest": row.nest_id, "visit": row.visit_id, "at": iso(row.at), **row.details}
                for row in events
            ],
        }


def iso(at: datetime | None) -> str | None:
    """ISO 8601 in UTC with a Z, as the labels have it."""
    return at.isoformat().replace("+00:00", "Z") if at else None


def _row_of_seen(one: Observation) -> dict[str, Any]:
    birds = [({str(hen): p for hen, p in bird.hens.items()}, dict(bird.postures)) for bird in one.birds]
    return _row(one.frame, one.at, one.nest, one.hens, one.hens_probabilities, birds, one.eggs, one.quality, one.model)


def _row_of_stored(row: ObservationRow) -> dict[str, Any]:
    birds = [(bird["hens"], {Posture(name): p for name, p in bird["postures"].items()}) for bird in row.birds]
    counts = row.hens_probabilities
    return _row(row.frame, row.at, row.nest_id, row.hens, counts, birds, row.eggs, row.quality, row.model_id)


def _row(
    file: str,
    at: datetime,
    nest: str,
    hens: int,
    counts: Sequence[float],
    birds: Sequence[tuple[dict[str, float], dict[Posture, float]]],
    eggs: int | None,
    quality: str,
    model: str,
) -> dict[str, Any]:
    first, second = ([*birds, ({}, {}), ({}, {})])[:2]
    return {
        "file": file,
        "captured_at": iso(at),
        "nest": nest,
        "hens": hens,
        "hen": _most(first[0]),
        "posture": _most(first[1]),
        "hen2": _most(second[0]),
        "posture2": _most(second[1]),
        "eggs": eggs,
        "quality": str(quality),
        "model": model,
        "hens_probabilities": {str(count): p for count, p in enumerate(counts)},
        "posture_probabilities": {str(posture): p for posture, p in first[1].items()},
        "hen_probabilities": first[0],
    }


def _most(probabilities: dict[Any, float]) -> str | None:
    most = max(probabilities, key=probabilities.__getitem__, default=None)
    return None if most is None else str(most)


def _visit(row: VisitRow, files: dict[tuple[str, Any], str]) -> dict[str, Any]:
    return {
        "visit": row.id,
        "nest": row.nest_id,
        "hen": row.hen_id,
        "first_file": files.get((row.nest_id, iso(row.arrived_at))),
        "last_file": files.get((row.nest_id, iso(row.last_seen_at))),
        "arrived_at": iso(row.arrived_at),
        "left_at": iso(row.left_at),
        "last_seen_at": iso(row.last_seen_at),
        "settled": "yes" if row.settled_at else "no",
        "settled_at": iso(row.settled_at),
        "candidates": {one.hen_id: round(one.probability, 4) for one in row.candidates},
        "bout": row.bout_id,
        "model": row.model_id,
    }
