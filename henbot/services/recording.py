"""Recording what the detector understood: everything of one frame, or of one deadline, in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from henbot.domain.coverage import Span, seen_until
from henbot.domain.eggs import EggState
from henbot.domain.events import Event
from henbot.domain.observations import HenId, NestId, Observation, Quality
from henbot.domain.visits import Visit
from henbot.domain.watch import WatchState
from henbot.services.aliases import aliases_of, as_one
from henbot.services.bout_records import regroup
from henbot.services.corrections import name_visit
from henbot.services.egg_ledger import PicturedCount, add_counts, laying_nests, previous_count
from henbot.services.event_records import add_events
from henbot.services.evidence import Evidence, add_evidence
from henbot.services.glimpses import Glimpse, add_glimpses
from henbot.storage.database import Database
from henbot.storage.tables import (
    CameraRow,
    CandidateRow,
    NestRow,
    ObservationRow,
    SeenSpanRow,
    VisitRow,
)

OBSERVE_EVERY = timedelta(minutes=1)
"""Unchanged observations are stored this often (issue 1: changes and one a minute are enough)."""

LEAST_CANDIDATE = 0.01
"""Hens less probable than this are not kept as candidates."""

_STATES = TypeAdapter(WatchState)
_EGG_STATES = TypeAdapter(EggState)


@dataclass(frozen=True, slots=True)
class NestStep:
    """What one step brought for one nest.

    Attributes:
        state: the watch's state afterwards.
        observation: what was seen, or None if time alone passed.
        egg_state: the egg watch's state afterwards, None where eggs are not watched (a roost).
        counts: of the eggs, that are sure now.
    """

    nest: NestId
    state: WatchState
    visits: Sequence[Visit] = ()
    events: Sequence[Event] = ()
    observation: Observation | None = None
    evidence: Sequence[Evidence] = ()
    glimpses: Sequence[Glimpse] = ()
    egg_state: EggState | None = None
    counts: Sequence[PicturedCount] = ()


@dataclass(frozen=True, slots=True)
class CameraStep:
    """What one frame of a camera brought, or one deadline.

    Attributes:
        cursor: capture time and name of the frame; None if time alone passed.
        skipped: pictures that could not be read since the step before.
        at: coop time of the step.
    """

    camera: str
    at: datetime
    nests: Sequence[NestStep] = field(default_factory=tuple)
    cursor: tuple[datetime, str] | None = None
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class Recorder:
    """Writes steps to the database."""

    database: Database

    def record(self, step: CameraStep) -> None:
        """Write one step: all of it, or nothing."""
        with self.database.writing() as session:
            record_step(session, step)
            session.commit()


def record_step(session: Session, step: CameraStep) -> None:
    """Write one step within a transaction: visits, events, states, cursor, evidence and changes."""
    camera = session.get_one(CameraRow, step.camera)
    camera.skipped += step.skipped
    if step.cursor:
        camera.cursor_at, camera.cursor_name = step.cursor
        camera.frames += 1
    for nest in step.nests:
        _record_nest(session, nest, timedelta(seconds=camera.trust_gap_s))
    session.flush()
    _regroup_nests(session, step)


def watch_state(session: Session, nest: NestId) -> WatchState:
    """The stored state of a nest's watch; a fresh one if there is none."""
    stored = session.get_one(NestRow, nest).watch_state
    return _STATES.validate_python(stored, strict=False) if stored else WatchState()


def egg_state(session: Session, nest: NestId) -> EggState:
    """The stored state of a nest's egg watch; a fresh one if there is none."""
    stored = session.get_one(NestRow, nest).egg_state
    return _EGG_STATES.validate_python(stored, strict=False) if stored else EggState()


def _record_nest(session: Session, step: NestStep, trust_gap: timedelta) -> None:
    row = session.get_one(NestRow, step.nest)
    row.watch_state = _STATES.dump_python(step.state, mode="json")
    if step.egg_state:
        row.egg_state = _EGG_STATES.dump_python(step.egg_state, mode="json")
    if step.observation:
        if step.observation.quality is not Quality.COVERED:
            _extend_seen(session, step.nest, step.observation.at, trust_gap)
        _add_observation(session, step.observation)
    aliases = aliases_of(session) if step.visits else {}
    for visit in step.visits:
        _save_visit(session, visit, aliases)
    session.flush()
    add_events(session, step.events)
    add_evidence(session, step.evidence)
    add_glimpses(session, step.glimpses)


def _regroup_nests(session: Session, step: CameraStep) -> None:
    """Put bouts together anew: of nests whose visits changed, and of all to lay in where eggs were counted.

    Hens carry eggs from nest to nest, so a count of one may tell something of another's bouts.
    """
    counts = [one for nest in step.nests for one in nest.counts]
    add_counts(session, counts)
    since = {nest.nest: min(visit.arrived_at for visit in nest.visits) for nest in step.nests if nest.visits}
    if counts:
        before = [previous_count(session, one.count.nest, one.count.at) for one in counts]
        start = min(count.at for count in (*before, *(one.count for one in counts)) if count)
        since |= {nest: min(start, since.get(nest, start)) for nest in laying_nests(session)}
    pictured = {one.visit for nest in step.nests for one in nest.evidence}
    for nest, start in since.items():
        regroup(session, nest, start, step.at, pictured=pictured, counted=bool(counts))


def _extend_seen(session: Session, nest: NestId, at: datetime, trust_gap: timedelta) -> None:
    newest = session.execute(
        select(SeenSpanRow).where(SeenSpanRow.nest_id == nest).order_by(SeenSpanRow.end_at.desc()).limit(1)
    ).scalar_one_or_none()
    span = seen_until(Span(newest.start_at, newest.end_at), at, trust_gap) if newest and at >= newest.start_at else None
    if newest and span:
        newest.end_at = span.end
    elif newest is None or newest.end_at < at:
        session.add(SeenSpanRow(nest_id=nest, start_at=at, end_at=at))


def _add_observation(session: Session, observation: Observation) -> None:
    newest = session.execute(
        select(ObservationRow)
        .where(ObservationRow.nest_id == observation.nest)
        .order_by(ObservationRow.at.desc())
        .limit(1)
    ).scalar_one_or_none()
    if newest and newest.at >= observation.at:
        return
    if newest and observation.at - newest.at < OBSERVE_EVERY and _looks_alike(newest, observation):
        return
    session.add(
        ObservationRow(
            nest_id=observation.nest,
            at=observation.at,
            frame=observation.frame,
            hens=observation.hens,
            hens_probabilities=[round(p, 5) for p in observation.hens_probabilities],
            birds=[
                asdict(bird) | {"hens": dict(bird.hens), "postures": dict(bird.postures)} for bird in observation.birds
            ],
            eggs=observation.eggs,
            eggs_probabilities=[round(p, 5) for p in observation.eggs_probabilities],
            quality=observation.quality,
            model_id=observation.model,
        )
    )


def _looks_alike(row: ObservationRow, observation: Observation) -> bool:
    birds = [(_most(bird["hens"]), _most(bird["postures"])) for bird in row.birds]
    return (row.hens, row.eggs, row.quality, row.model_id, birds) == (
        observation.hens,
        observation.eggs,
        observation.quality,
        observation.model,
        [(_most(bird.hens), _most(bird.postures)) for bird in observation.birds],
    )


def _most(probabilities: Mapping[Any, float]) -> Any:
    return max(probabilities, key=probabilities.__getitem__, default=None)


def _save_visit(session: Session, visit: Visit, aliases: Mapping[HenId, HenId]) -> None:
    """A hen that turned out to be another is written as that one, whatever the watch that is going on calls her."""
    row = session.get(VisitRow, visit.id) or VisitRow(id=visit.id, nest_id=visit.nest)
    name_visit(session, row, visit.hen)
    row.arrived_at, row.last_seen_at, row.left_at = visit.arrived_at, visit.last_seen_at, visit.left_at
    row.settled_at, row.sat_s = visit.settled_at, visit.sat.total_seconds()
    row.sightings, row.model_id = visit.sightings, visit.model
    session.add(row)
    kept = {hen: p for hen, p in as_one(visit.candidates, aliases).items() if p >= LEAST_CANDIDATE}
    session.flush()
    session.execute(delete(CandidateRow).where(CandidateRow.visit_id == visit.id))
    session.expire(row, ["candidates"])
    session.add_all(CandidateRow(visit_id=visit.id, hen_id=hen, probability=p) for hen, p in kept.items())
