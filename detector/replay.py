"""Playing recorded frames through the worker's desks: at once, or on the coop's clock as a live camera would."""

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import repeat
from typing import Any, Protocol

from sqlalchemy import select

from detector.camera_desk import CameraDesk
from detector.frame import Frame
from detector.pacing import Pace
from detector.sources import Skipped
from henbot.domain.observations import Bird, CameraId, HenId, ModelId, NestId, Observation, Posture, Quality
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
        streams = [zip(repeat(number), source) for number, source in enumerate(self.sources)]
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
        rows = session.execute(select(ObservationRow)).scalars()
        stored = {(row.nest_id, row.frame): _row(_stored_observation(row)) for row in rows}
        visits = session.execute(select(VisitRow).order_by(VisitRow.arrived_at, VisitRow.id)).scalars().all()
        events = session.execute(select(EventRow).order_by(EventRow.at, EventRow.id)).scalars().all()
        observations = stored | {key: _row(one) for key, one in seen.items()}
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


def _stored_observation(row: ObservationRow) -> Observation:
    birds = (
        Bird(
            {HenId(hen): p for hen, p in bird["hens"].items()},
            {Posture(name): p for name, p in bird["postures"].items()},
        )
        for bird in row.birds
    )
    return Observation(
        camera=CameraId(""),
        nest=NestId(row.nest_id),
        at=row.at,
        hens_probabilities=tuple(row.hens_probabilities),
        birds=tuple(birds),
        quality=Quality(row.quality),
        model=ModelId(row.model_id),
        frame=row.frame,
        eggs_probabilities=tuple(row.eggs_probabilities),
    )


def _row(seen: Observation) -> dict[str, Any]:
    """An observation in the words of `labels.csv`, with the probabilities behind them."""
    first, second = (*seen.birds, Bird(), Bird())[:2]
    return {
        "file": seen.frame,
        "captured_at": iso(seen.at),
        "nest": seen.nest,
        "hens": seen.hens,
        "hen": _most(first.hens),
        "posture": _most(first.postures),
        "hen2": _most(second.hens),
        "posture2": _most(second.postures),
        "eggs": seen.eggs,
        "quality": str(seen.quality),
        "model": seen.model,
        "hens_probabilities": {str(count): p for count, p in enumerate(seen.hens_probabilities)},
        "posture_probabilities": {str(posture): p for posture, p in first.postures.items()},
        "hen_probabilities": {str(hen): p for hen, p in first.hens.items()},
        "eggs_probabilities": {str(count): p for count, p in enumerate(seen.eggs_probabilities)},
    }


def _most(probabilities: Mapping[Any, float]) -> str | None:
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
