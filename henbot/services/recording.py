"""Recording what the detector understood: everything of one frame, or of one deadline, in one transaction."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.orm import Session

from henbot.domain.coverage import Span, seen_until
from henbot.domain.events import Event, VisitEvent
from henbot.domain.observations import NestId, Observation, Quality, VisitId
from henbot.domain.verdicts import Ruling, ruling_by_time
from henbot.domain.visits import Bout, Visit, bouts_of
from henbot.domain.watch import WatchState
from henbot.services.reports import coop_of, visit_of
from henbot.services.watch_hours import is_watched_for
from henbot.storage.database import Database
from henbot.storage.tables import (
    BoutRow,
    CameraRow,
    CandidateRow,
    ChangeRow,
    EventRow,
    EvidenceRow,
    MediaRow,
    NestRow,
    ObservationRow,
    SeenSpanRow,
    VisitRow,
)

OBSERVE_EVERY = timedelta(minutes=1)
"""Unchanged observations are stored this often (issue 1: changes and one a minute are enough)."""

LEAST_CANDIDATE = 0.01
"""Hens less probable than this are not kept as candidates."""

BOUT_WINDOW = timedelta(hours=24)
"""How far back the bouts of a nest are put together anew."""

_STATES = TypeAdapter(WatchState)


@dataclass(frozen=True, slots=True)
class Evidence:
    """A picture of a visit, already in the media folder."""

    visit: VisitId
    role: str
    at: datetime
    sha256: str
    path: str
    size: int


@dataclass(frozen=True, slots=True)
class NestStep:
    """What one step brought for one nest.

    Attributes:
        state: the watch's state afterwards.
        observation: what was seen, or None if time alone passed.
    """

    nest: NestId
    state: WatchState
    visits: Sequence[Visit] = ()
    events: Sequence[Event] = ()
    observation: Observation | None = None
    evidence: Sequence[Evidence] = ()


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
        _record_nest(session, nest, step.at, timedelta(seconds=camera.trust_gap_s))


def watch_state(session: Session, nest: NestId) -> WatchState:
    """The stored state of a nest's watch; a fresh one if there is none."""
    stored = session.get_one(NestRow, nest).watch_state
    return _STATES.validate_python(stored, strict=False) if stored else WatchState()


def _record_nest(session: Session, step: NestStep, at: datetime, trust_gap: timedelta) -> None:
    row = session.get_one(NestRow, step.nest)
    row.watch_state = _STATES.dump_python(step.state, mode="json")
    if step.observation:
        if step.observation.quality is not Quality.COVERED:
            _extend_seen(session, step.nest, step.observation.at, trust_gap)
        _add_observation(session, step.observation)
    for visit in step.visits:
        _save_visit(session, visit)
    session.flush()
    _add_events(session, step.events)
    _add_evidence(session, step.evidence)
    if step.visits:
        session.flush()
        _regroup(session, step.nest, step.visits, at, pictured={one.visit for one in step.evidence})


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


def _save_visit(session: Session, visit: Visit) -> None:
    row = session.get(VisitRow, visit.id)
    if row is None:
        row = VisitRow(id=visit.id, nest_id=visit.nest)
        session.add(row)
    row.hen_id = visit.hen
    row.arrived_at, row.last_seen_at, row.left_at = visit.arrived_at, visit.last_seen_at, visit.left_at
    row.settled_at, row.sat_s = visit.settled_at, visit.sat.total_seconds()
    row.sightings, row.model_id = visit.sightings, visit.model
    kept = {hen: p for hen, p in visit.candidates.items() if p >= LEAST_CANDIDATE}
    session.flush()
    session.execute(delete(CandidateRow).where(CandidateRow.visit_id == visit.id))
    session.expire(row, ["candidates"])
    session.add_all(CandidateRow(visit_id=visit.id, hen_id=hen, probability=p) for hen, p in kept.items())


def _add_events(session: Session, events: Iterable[Event]) -> None:
    for event in events:
        visit = event.visit if isinstance(event, VisitEvent) else None
        known = session.execute(
            select(EventRow.id).where(
                EventRow.nest_id == event.nest,
                EventRow.visit_id == visit,
                EventRow.kind == event.kind,
                EventRow.at == event.at,
            )
        ).first()
        if known is None:
            session.add(
                EventRow(nest_id=event.nest, visit_id=visit, kind=event.kind, at=event.at, details=event_details(event))
            )


def event_details(event: Event) -> dict[str, Any]:
    """What an event tells beyond its kind, nest, visit and time."""
    known = {"nest", "at", "visit"}
    return {one.name: getattr(event, one.name) for one in fields(event) if one.name not in known}


def _add_evidence(session: Session, evidence: Iterable[Evidence]) -> None:
    for one in evidence:
        if session.get(MediaRow, one.sha256) is None:
            session.add(MediaRow(sha256=one.sha256, path=one.path, kind="photo", size=one.size, created_at=one.at))
            session.flush()
        stored = session.execute(
            select(EvidenceRow).where(EvidenceRow.visit_id == one.visit, EvidenceRow.role == one.role)
        ).scalar_one_or_none()
        if stored is None:
            session.add(EvidenceRow(visit_id=one.visit, media_sha256=one.sha256, role=one.role, at=one.at))
        else:
            stored.media_sha256, stored.at = one.sha256, one.at


def _regroup(
    session: Session, nest: NestId, touched: Sequence[Visit], at: datetime, pictured: Collection[VisitId]
) -> None:
    """Put the nest's recent visits together into bouts, and note what changed for a reader.

    Args:
        pictured: visits that have a new picture.
    """
    window = _window(session, nest, min(visit.arrived_at for visit in touched) - BOUT_WINDOW)
    query = select(VisitRow).where(VisitRow.nest_id == nest, VisitRow.arrived_at >= window)
    visits = {row.id: row for row in session.execute(query).scalars()}
    bouts = bouts_of(visit_of(row) for row in visits.values())
    stored = select(BoutRow).where(BoutRow.nest_id == nest, BoutRow.arrived_at >= window, BoutRow.gone.is_(False))
    rows = {row.id: row for row in session.execute(stored).scalars()}
    for bout in bouts:
        row = rows.pop(bout.id, None) or session.get(BoutRow, bout.id)
        shows_more = any(visit.id in pictured for visit in bout.visits)
        _save_bout(session, row, bout, at, shows_more=shows_more)
        for visit in bout.visits:
            visits[visit.id].bout_id = bout.id
    for row in rows.values():
        row.gone = True
        if row.revision:  # else nobody was told of it: it began outside the watch hours
            _tell(session, row, at)


def _window(session: Session, nest: NestId, start: datetime) -> datetime:
    """The last moment, `start` at the latest, from which no bout is cut in two."""
    cut = select(func.min(BoutRow.arrived_at)).where(
        BoutRow.nest_id == nest,
        BoutRow.arrived_at < bindparam("start"),
        BoutRow.last_seen_at >= bindparam("start"),
        BoutRow.gone.is_(False),
    )
    while earlier := session.execute(cut, {"start": start}).scalar_one_or_none():
        start = earlier  # Another hen's bout may go on over the beginning of this one.
    return start


def _save_bout(session: Session, row: BoutRow | None, bout: Bout, at: datetime, *, shows_more: bool) -> None:
    """Write a bout; a change is noted when a reader would be told something else than before.

    Of a bout that begins outside the watch hours nothing is claimed, so nobody is told.
    """
    ruling = ruling_by_time(bout)
    words = _words(bout, ruling)
    is_news = row is None or row.gone or shows_more or words != _stored_words(row)
    is_claimed = is_watched_for(bout.arrived_at, coop_of(session))
    if row is None:
        row = BoutRow(id=bout.id, nest_id=bout.nest, revision=0)
        session.add(row)
    for name, value in words.items():
        setattr(row, name, value)
    row.last_seen_at, row.sat_s, row.gone = bout.last_seen_at, bout.sat.total_seconds(), False
    if is_news and is_claimed:
        _tell(session, row, at)


def _words(bout: Bout, ruling: Ruling) -> Mapping[str, Any]:
    """What of a bout shows in words; how long she has been there so far does not."""
    return {
        "hen_id": bout.hen,
        "arrived_at": bout.arrived_at,
        "settled_at": bout.settled_at,
        "left_at": bout.left_at,
        "verdict": ruling.verdict.value,
        "verdict_candidates": list(ruling.candidates),
    }


def _stored_words(row: BoutRow) -> Mapping[str, Any]:
    names = ("hen_id", "arrived_at", "settled_at", "left_at", "verdict", "verdict_candidates")
    return {name: getattr(row, name) for name in names}


def _tell(session: Session, row: BoutRow, at: datetime) -> None:
    row.revision += 1
    session.add(ChangeRow(subject="bout", subject_id=row.id, revision=row.revision, at=at))
