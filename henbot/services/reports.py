"""Answers about the past, as values: who came, settled and probably laid, and how much of the time was watched."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, case, select
from sqlalchemy.orm import Session, selectinload

from henbot.domain.clock import day_bounds
from henbot.domain.coverage import Coverage, Span, coverage
from henbot.domain.flock import Hen, Nest, NestKind
from henbot.domain.observations import CameraId, HenId, ModelId, NestId, VisitId
from henbot.domain.verdicts import Verdict, ruling_by_time
from henbot.domain.visits import Bout, Visit
from henbot.services.aliases import aliases_of
from henbot.services.evidence import AFTER, BEFORE
from henbot.services.watch_hours import hours_of_day, is_watched_for
from henbot.storage.tables import (
    BoutRow,
    CameraRow,
    CoopRow,
    EvidenceRow,
    HenRow,
    MediaRow,
    NestRow,
    SeenSpanRow,
    VisitRow,
)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture in the media folder.

    Attributes:
        telegram_file_id: if Telegram has it already.
        at: when it was taken, where that is known.
    """

    sha256: str
    path: str
    telegram_file_id: str | None
    at: datetime | None = None


Pictures: TypeAlias = Mapping[str, Mapping[str, Picture]]
"""Pictures of bouts by bout and role."""


@dataclass(frozen=True, slots=True)
class BoutReport:
    """What can be said of a bout.

    Attributes:
        candidates: hens it may have been, the most probable first, where `hen` is unknown; probability by hen.
        egg_candidates: hens that the verdict is unsure between.
        picture: the one that shows her best.
        gone: its visits turned out to belong to another bout; nothing is to be said of it any more.
        before, after: the nest last seen without the egg that it may have brought, and first seen with it.
    """

    id: VisitId
    revision: int
    hen: HenId
    nest: NestId
    arrived_at: datetime
    last_seen_at: datetime
    left_at: datetime | None
    settled_at: datetime | None
    sat: timedelta
    verdict: Verdict
    egg_candidates: tuple[HenId, ...]
    candidates: tuple[tuple[HenId, float], ...]
    visits: int
    picture: Picture | None
    gone: bool
    before: Picture | None = None
    after: Picture | None = None


@dataclass(frozen=True, slots=True)
class DayReport:
    """A day of the coop.

    Attributes:
        now: the coop's present moment; what is later is not claimed.
        hours: the watch hours so far, one span a day.
        coverage: how much of them was watched, over all nests (of several nests, the share of nest time).
        bouts: in the order of arrival.
        flock: hens that live here.
    """

    day: date
    now: datetime
    timezone: ZoneInfo
    hours: tuple[Span, ...]
    coverage: Coverage
    bouts: tuple[BoutReport, ...]
    flock: tuple[Hen, ...]
    nests: tuple[Nest, ...]


def day_report(session: Session, day: date, now: datetime) -> DayReport:
    """Who came on a day of the coop's calendar, and how much of it was watched until `now`."""
    coop = coop_of(session)
    timezone = ZoneInfo(coop.timezone)
    start, end = day_bounds(day, timezone)
    hours = _hours_until(now, day, coop)
    nests = nests_of(session)
    return DayReport(
        day=day,
        now=now,
        timezone=timezone,
        hours=tuple(hours),
        coverage=coverage_of(session, nests_of(session, since=hours[0].start) if hours else nests, hours, now),
        bouts=tuple(
            bout for bout in bouts_between(session, start, min(end, now), now) if is_watched_for(bout.arrived_at, coop)
        ),
        flock=tuple(flock_of(session)),
        nests=tuple(nests),
    )


def coop_of(session: Session) -> CoopRow:
    """The coop."""
    return session.execute(select(CoopRow).order_by(CoopRow.id)).scalars().one()


def flock_of(session: Session, *, retired: bool = False) -> list[Hen]:
    """Hens that live here, in the keeper's order; with `retired`, also those that are gone."""
    rows = session.execute(select(HenRow).order_by(HenRow.added_at, HenRow.id)).scalars().all()
    aliases = aliases_of(session) if any(row.merged_into for row in rows) else {}
    also: dict[str, list[str]] = {}
    for row in rows:
        if row.merged_into:
            also.setdefault(aliases[HenId(row.id)], []).extend((row.id, *row.names.values()))
    return [
        Hen(HenId(row.id), row.names, tuple(also.get(row.id, ())))
        for row in rows
        if not row.merged_into and (retired or row.retired_at is None)
    ]


def nests_of(session: Session, since: datetime | None = None) -> list[Nest]:
    """All nests and roosts that there ever were, or those that were still configured after `since`."""
    rows = session.execute(select(NestRow).order_by(NestRow.id)).scalars()
    return [
        Nest(NestId(row.id), CameraId(row.camera_id), NestKind(row.kind), row.names)
        for row in rows
        if since is None or row.retired_at is None or row.retired_at > since
    ]


def bout_report(session: Session, bout_id: str) -> BoutReport | None:
    """What can be said of one bout now, gone or not."""
    row = session.get(BoutRow, bout_id)
    return _report_of(row, _pictures(session, BoutRow.id == bout_id)) if row else None


def bouts_between(session: Session, start: datetime, end: datetime, now: datetime | None = None) -> list[BoutReport]:
    """Bouts that began in [start, end), in the order of arrival; with `now`, without what came later than that."""
    began = (BoutRow.arrived_at >= start) & (BoutRow.arrived_at < end) & BoutRow.gone.is_(False)
    return _reports(session, began, now)


def surest_bouts(
    session: Session,
    between: tuple[datetime, datetime],
    order: Sequence[Verdict],
    now: datetime,
    hen: HenId | None = None,
) -> list[BoutReport]:
    """Of bouts that began between two moments: the latest with the first of these verdicts that any has; and those
    whose verdict was not yet given at `now`, of which more cannot be said here.

    Args:
        hen: hers alone.
    """
    began = (BoutRow.arrived_at >= between[0]) & (BoutRow.arrived_at < between[1]) & BoutRow.gone.is_(False)
    if hen is not None:
        began &= BoutRow.hen_id == hen
    is_known = (BoutRow.left_at <= now) & ((BoutRow.verdict_at.is_(None)) | (BoutRow.verdict_at <= now))
    rank = case(
        {verdict.value: number for number, verdict in enumerate(order)}, value=BoutRow.verdict, else_=len(order)
    )
    surest = select(BoutRow.id).where(began, is_known).order_by(rank, BoutRow.arrived_at.desc()).limit(1)
    found = session.execute(surest).scalars().all()
    return _reports(session, BoutRow.id.in_(found) | (began & ~is_known & BoutRow.left_at.is_not(None)), now)


def _reports(session: Session, which: ColumnElement[bool], now: datetime | None) -> list[BoutReport]:
    query = (
        select(BoutRow)
        .where(which)
        .order_by(BoutRow.arrived_at, BoutRow.id)
        .options(selectinload(BoutRow.visits).selectinload(VisitRow.candidates))
    )
    pictures = _pictures(session, which, now)
    return [_report_of(row, pictures, now) for row in session.execute(query).scalars()]


def visit_of(row: VisitRow) -> Visit:
    """A stored visit as a value, its candidates left out."""
    return Visit(
        id=VisitId(row.id),
        nest=NestId(row.nest_id),
        arrived_at=row.arrived_at,
        last_seen_at=row.last_seen_at,
        left_at=row.left_at,
        settled_at=row.settled_at,
        sat=timedelta(seconds=row.sat_s),
        hen=HenId(row.hen_id),
        candidates={},
        sightings=row.sightings,
        model=ModelId(row.model_id),
    )


def _report_of(row: BoutRow, pictures: Pictures, now: datetime | None = None) -> BoutReport:
    visits = [visit for visit in row.visits if now is None or visit.arrived_at <= now]
    report = _whole_report(row, visits, pictures)
    is_known = now is None or (row.last_seen_at <= now and (row.verdict_at is None or row.verdict_at <= now))
    if now is None or is_known or not visits:
        return report
    bout = Bout(tuple(map(visit_of, visits))).known_at(now)
    return replace(
        report,
        last_seen_at=bout.last_seen_at,
        left_at=bout.left_at,
        settled_at=bout.settled_at,
        sat=bout.sat,
        verdict=ruling_by_time(bout).verdict,
        egg_candidates=(),
    )


def _whole_report(row: BoutRow, visits: Sequence[VisitRow], pictures: Pictures) -> BoutReport:
    shown = pictures.get(row.id, {})
    return BoutReport(
        id=VisitId(row.id),
        revision=row.revision,
        hen=HenId(row.hen_id),
        nest=NestId(row.nest_id),
        arrived_at=row.arrived_at,
        last_seen_at=row.last_seen_at,
        left_at=row.left_at,
        settled_at=row.settled_at,
        sat=timedelta(seconds=row.sat_s),
        verdict=Verdict(row.verdict),
        egg_candidates=tuple(HenId(hen) for hen in row.verdict_candidates),
        candidates=_candidates(visits),
        visits=len(visits),
        picture=next((shown[role] for role in PICTURE_ROLES if role in shown), None),
        gone=row.gone,
        before=shown.get(BEFORE),
        after=shown.get(AFTER),
    )


def _candidates(visits: Sequence[VisitRow]) -> tuple[tuple[HenId, float], ...]:
    """Mean probability by hen over the visits, the most probable first; what people say is sure."""
    sums: dict[str, float] = {}
    for visit in visits:
        is_told = visit.model_hen_id is not None
        named = {visit.hen_id: 1.0} if is_told else {one.hen_id: one.probability for one in visit.candidates}
        for hen_id, probability in named.items():
            sums[hen_id] = sums.get(hen_id, 0.0) + probability
    ranked = sorted(sums.items(), key=lambda item: -item[1])
    return tuple((HenId(hen), total / len(visits)) for hen, total in ranked)


PICTURE_ROLES = ("settled", "arrived")
"""Which evidence shows a hen best, the best first: settled she is whole, in the middle and still."""


def _pictures(session: Session, bouts: ColumnElement[bool], now: datetime | None = None) -> Pictures:
    """The first picture in each role of each of these bouts, known at `now`."""
    shown = MediaRow.sha256, MediaRow.path, MediaRow.telegram_file_id, EvidenceRow.at
    query = (
        select(VisitRow.bout_id, EvidenceRow.role, *shown)
        .join(BoutRow, BoutRow.id == VisitRow.bout_id)
        .join(EvidenceRow, EvidenceRow.visit_id == VisitRow.id)
        .join(MediaRow, MediaRow.sha256 == EvidenceRow.media_sha256)
        .where(bouts)
        .order_by(EvidenceRow.at)
    )
    if now:
        query = query.where(EvidenceRow.at <= now)
    found: dict[str, dict[str, Picture]] = {}
    for bout, role, sha256, path, file_id, at in session.execute(query):
        found.setdefault(str(bout), {}).setdefault(role, Picture(sha256, path, file_id, at))
    return found


def _hours_until(now: datetime, day: date, coop: CoopRow) -> list[Span]:
    hours = hours_of_day(day, coop)
    return [Span(hours.start, min(hours.end, now))] if hours.start < now else []


def coverage_of(session: Session, nests: Sequence[Nest], hours: Sequence[Span], now: datetime) -> Coverage:
    """Coverage over all laying nests; with several of them, shares are of nest time."""
    parts = [coverage(_seen(session, nest, hours, now), hours) for nest in nests if nest.kind is NestKind.NEST]
    blind = sorted({span for part in parts for span in part.blind}, key=lambda span: (span.start, span.end))
    return Coverage(
        sum((part.hours for part in parts), timedelta()),
        sum((part.watched for part in parts), timedelta()),
        tuple(blind),
    )


def _seen(session: Session, nest: Nest, hours: Sequence[Span], now: datetime) -> list[Span]:
    if not hours:
        return []
    camera = session.get_one(CameraRow, nest.camera)
    query = (
        select(SeenSpanRow)
        .where(
            SeenSpanRow.nest_id == nest.id,
            SeenSpanRow.end_at >= hours[0].start - timedelta(days=1),
            SeenSpanRow.start_at <= hours[-1].end,
        )
        .order_by(SeenSpanRow.end_at)  # the same order, for spans do not overlap, and its index skips the past
    )
    spans = [Span(row.start_at, row.end_at) for row in session.execute(query).scalars()]
    trust_gap = timedelta(seconds=camera.trust_gap_s)
    if spans and timedelta() < now - spans[-1].end <= trust_gap:
        spans[-1] = Span(spans[-1].start, now)  # Silence that may still be trusted counts as watched.
    return spans
