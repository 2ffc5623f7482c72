"""Writing a simulated coop into a database: plain rows, in bulk."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert
from sqlalchemy.orm import Session

from henbot.domain.coverage import Span
from henbot.domain.events import Event, HenArrived, HenLeft, HenSettled
from henbot.domain.observations import HenId
from henbot.domain.verdicts import EggCount, Verdict
from henbot.domain.visits import Bout, Visit, bouts_of
from henbot.services.event_records import event_details
from henbot.simulation.days import Day, Days, SimulatedEgg
from henbot.simulation.eggs import DayOfEggs, EggWatch, unique
from henbot.simulation.flock import Setting, SimulatedHen, egg_times, flock
from henbot.storage.tables import (
    BoutRow,
    CameraRow,
    CandidateRow,
    ChangeRow,
    CoopRow,
    EggCountRow,
    EventRow,
    HenRow,
    NestRow,
    Row,
    SeenSpanRow,
    VisitRow,
)
from henbot.storage.told import CollectionRow, FoundEggRow

DAYS_AT_ONCE = 60
"""Days written by one statement a table."""

KEEPER = 1001

Rows = dict[type[Row], list[dict[str, Any]]]


@dataclass(slots=True)
class Truth:
    """What truly happened in a simulated coop.

    Attributes:
        eggs: all that were laid, seen or not, in order.
        blind: when the camera saw nothing.
        taken: eggs that the keeper took from the nests, by day.
        visits, bouts: how many were written.
    """

    setting: Setting
    hens: tuple[SimulatedHen, ...]
    eggs: list[SimulatedEgg] = field(default_factory=list)
    blind: list[Span] = field(default_factory=list)
    taken: dict[date, int] = field(default_factory=dict)
    visits: int = 0
    bouts: int = 0

    @property
    def end(self) -> datetime:
        """The last evening of the coop, aware UTC."""
        return datetime.combine(self.setting.last, time(21), ZoneInfo(self.setting.timezone)).astimezone(UTC)


def write_coop(session: Session, setting: Setting) -> Truth:
    """Simulate a coop and write it into an empty, migrated database; the caller commits."""
    random = Random(setting.seed)  # noqa: S311 - a simulation wants the same numbers each time
    truth = Truth(setting, tuple(flock(setting, random)))
    _write_coop(session, truth)
    laid = _by_day(truth.hens, setting, random)
    days, eggs = Days(setting, truth.hens, random), EggWatch(random, setting.nest_ids, setting.mishaps)
    rows: Rows = {}
    for number in range(setting.days):
        day = days.day(setting.first + timedelta(days=number), laid.get(setting.first + timedelta(days=number), {}))
        bouts = bouts_of(day.visits)
        counted = eggs.day(day, bouts)
        _add_day(rows, day, bouts, counted, setting)
        truth.eggs += day.eggs
        truth.blind += day.blind
        truth.taken[day.day] = counted.taken
        truth.visits, truth.bouts = truth.visits + len(day.visits), truth.bouts + len(bouts)
        if (number + 1) % DAYS_AT_ONCE == 0:
            _flush(session, rows)
    _flush(session, rows)
    return truth


def _by_day(hens: Sequence[SimulatedHen], setting: Setting, random: Random) -> dict[date, dict[HenId, datetime]]:
    found: dict[date, dict[HenId, datetime]] = {}
    for hen in hens:
        for at in egg_times(hen, setting, random):
            found.setdefault(at.date(), {})[hen.id] = at
    return found


def _write_coop(session: Session, truth: Truth) -> None:
    setting = truth.setting
    latitude, longitude = setting.place
    start = datetime.combine(setting.first, time(), ZoneInfo(setting.timezone)).astimezone(UTC)
    session.add(
        CoopRow(
            id=1,
            name="Simulated coop",
            timezone=setting.timezone,
            language="en",
            watch=None,
            latitude=latitude,
            longitude=longitude,
        )
    )
    session.flush()
    session.add(CameraRow(id="camera", coop_id=1, trigger="motion", trust_gap_s=2700.0, cursor_at=truth.end))
    session.flush()
    for number in range(1, setting.nests + 1):
        session.add(NestRow(id=f"nest{number}", camera_id="camera", kind="nest", names=_nest_names(number)))
    for place, hen in enumerate(truth.hens):
        added = start + (hen.came - setting.first) + timedelta(seconds=place)
        session.add(HenRow(id=hen.id, coop_id=1, names=hen.names, look="", hatched_on=hen.hatched_on, added_at=added))
    session.flush()


def _nest_names(number: int) -> dict[str, str]:
    return {"en": f"Nest {number}", "ru": f"Гнездо {number}"}


def _flush(session: Session, rows: Rows) -> None:
    for table in (
        BoutRow,
        VisitRow,
        CandidateRow,
        EventRow,
        EggCountRow,
        SeenSpanRow,
        CollectionRow,
        FoundEggRow,
        ChangeRow,
    ):
        if rows.get(table):
            session.execute(insert(table.__table__), rows[table])  # type: ignore[arg-type]
    rows.clear()


def _add_day(rows: Rows, day: Day, bouts: Sequence[Bout], eggs: DayOfEggs, setting: Setting) -> None:
    for bout in bouts:
        _put(rows, BoutRow, [_bout(bout, eggs)])
        _put(rows, VisitRow, (_visit(visit, bout) for visit in bout.visits))
    if setting.closely:
        _put(rows, CandidateRow, (one for visit in day.visits for one in _candidates(visit)))
        _put(rows, EventRow, (_event(event, event.visit) for visit in day.visits for event in _events(visit)))
    _put(rows, EventRow, (_event(event, None) for event in eggs.events))
    _put(rows, EggCountRow, map(_count, unique(eggs.counts)))
    _put(rows, SeenSpanRow, _spans(day, setting))
    _put(rows, CollectionRow, (_said(one.at) | {"eggs": one.eggs, "everything": True} for one in eggs.told))
    outside = [egg for egg in day.eggs if egg.nest is None]
    _put(rows, FoundEggRow, (_said(egg.at) | {"hen_id": egg.hen, "place": "under the bush"} for egg in outside))
    if setting.changes:
        _put(rows, ChangeRow, map(_change, bouts))


def _put(rows: Rows, table: type[Row], new: Iterable[dict[str, Any]]) -> None:
    rows.setdefault(table, []).extend(new)


def _bout(bout: Bout, eggs: DayOfEggs) -> dict[str, Any]:
    ruling, counted = eggs.rulings[bout.id]
    return {
        "id": bout.id,
        "nest_id": bout.nest,
        "hen_id": bout.hen,
        "arrived_at": bout.arrived_at,
        "last_seen_at": bout.last_seen_at,
        "left_at": bout.left_at,
        "settled_at": bout.settled_at,
        "sat_s": bout.sat.total_seconds(),
        "verdict": ruling.verdict.value,
        "verdict_candidates": list(ruling.candidates),
        "verdict_at": counted if ruling.verdict is not Verdict.NOT_LAID else None,
        "revision": 1,
        "gone": False,
    }


def _visit(visit: Visit, bout: Bout) -> dict[str, Any]:
    return {
        "id": visit.id,
        "nest_id": visit.nest,
        "bout_id": bout.id,
        "hen_id": visit.hen,
        "arrived_at": visit.arrived_at,
        "last_seen_at": visit.last_seen_at,
        "left_at": visit.left_at,
        "settled_at": visit.settled_at,
        "sat_s": visit.sat.total_seconds(),
        "sightings": visit.sightings,
        "model_id": visit.model,
    }


def _candidates(visit: Visit) -> Iterator[dict[str, Any]]:
    for hen, probability in visit.candidates.items():
        yield {"visit_id": visit.id, "hen_id": hen, "probability": probability}


def _events(visit: Visit) -> Iterator[HenArrived | HenSettled | HenLeft]:
    yield HenArrived(visit.nest, visit.arrived_at, visit.id)
    if visit.settled_at:
        yield HenSettled(visit.nest, visit.settled_at, visit.id)
    if visit.left_at:
        yield HenLeft(visit.nest, visit.left_at, visit.id)


def _event(event: Event, visit: str | None) -> dict[str, Any]:
    details = event_details(event)
    return {
        "nest_id": event.nest,
        "visit_id": visit,
        "kind": event.kind,
        "at": event.at,
        "origin": details.get("origin", ""),
        "details": details,
    }


def _count(count: EggCount) -> dict[str, Any]:
    return {"nest_id": count.nest, "at": count.at, "eggs": count.eggs, "person": count.person, "unseen": count.unseen}


def _spans(day: Day, setting: Setting) -> Iterator[dict[str, Any]]:
    """From before sunrise until after sunset, without the hours that the camera was blind."""
    opening, closing = day.midnight + timedelta(hours=3), day.midnight + timedelta(hours=22.5)
    edges = [opening]
    for span in day.blind:
        edges += [min(max(span.start, opening), closing), min(max(span.end, opening), closing)]
    edges.append(closing)
    for number in range(1, setting.nests + 1):
        for start, end in zip(edges[::2], edges[1::2], strict=True):
            if start < end:
                yield {"nest_id": f"nest{number}", "start_at": start, "end_at": end}


def _said(at: datetime) -> dict[str, Any]:
    return {"at": at, "said_by": KEEPER, "said_at": at}


def _change(bout: Bout) -> dict[str, Any]:
    return {"subject": "bout", "subject_id": bout.id, "revision": 1, "at": bout.last_seen_at}
