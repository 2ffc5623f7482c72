"""What can be said of an egg that was seen: whose it is, as far as that is known, and the pictures that prove it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from henbot.domain.events import EggLaid
from henbot.domain.observations import HenId, NestId
from henbot.domain.verdicts import Verdict
from henbot.services.reports import Picture
from henbot.storage.tables import BoutRow, EventRow, MediaRow
from henbot.storage.telling import EggProofRow

COUNTED_WITHIN = timedelta(hours=2)
"""How long after her bout an egg may be counted, where it was not noted when its verdict was counted."""

_DAY = timedelta(days=1)
_BRINGS = (Verdict.LAID.value, Verdict.PROBABLY.value, Verdict.UNSURE.value)


@dataclass(frozen=True, slots=True)
class EggReport:
    """Eggs that were seen in a nest at one look, and not at the look before; mostly one.

    Attributes:
        id: of the event.
        at: when they were seen first.
        verdict: `LAID` where it is sure whose they are, `PROBABLY` where she probably laid it, else `UNSURE`.
        hens: who laid them, or who may have; none where nobody was seen.
        bouts: those they may be of, in the order of arrival.
        came, left: of her bout, where it is one.
        picture: the nest before and after side by side, or after alone; None while there is none.
    """

    id: int
    nest: NestId
    at: datetime
    eggs: int
    verdict: Verdict
    hens: tuple[HenId, ...]
    bouts: tuple[str, ...]
    came: datetime | None = None
    left: datetime | None = None
    picture: Picture | None = None


def egg_report(session: Session, event_id: int) -> EggReport | None:
    """What can be said of an egg now; None if there is none."""
    row = session.get(EventRow, event_id)
    if row is None or row.kind != EggLaid.kind:
        return None
    bouts = _bouts(session, row)
    verdict, hens = _whose(row, bouts)
    sole = bouts[0] if len(bouts) == 1 else None
    return EggReport(
        id=row.id,
        nest=NestId(row.nest_id),
        at=row.at,
        eggs=int(row.details.get("eggs", 1)),
        verdict=verdict,
        hens=hens,
        bouts=tuple(bout.id for bout in bouts),
        came=sole.arrived_at if sole else None,
        left=sole.left_at if sole else None,
        picture=_picture(session, row.id),
    )


def eggs_of_bout(session: Session, bout: BoutRow) -> list[int]:
    """Ids of the eggs that were seen and that a bout brought, or may have."""
    if bout.gone or not _rests_on_eggs(bout):
        return []
    query = (
        select(EventRow.id)
        .where(
            EventRow.kind == EggLaid.kind,
            EventRow.nest_id == bout.nest_id,
            EventRow.at >= bout.arrived_at,
            EventRow.at <= _counted_until(bout),
        )
        .order_by(EventRow.at)
    )
    return list(session.execute(query).scalars())


def _rests_on_eggs(bout: BoutRow) -> bool:
    """Whether its verdict comes from eggs that were counted, rather than from time alone."""
    if bout.verdict not in _BRINGS:
        return False
    return bout.verdict == Verdict.LAID or bool(bout.verdict_at) or bool(bout.verdict_candidates)


def _counted_until(bout: BoutRow) -> datetime:
    return bout.verdict_at or bout.last_seen_at + COUNTED_WITHIN


def _bouts(session: Session, event: EventRow) -> Sequence[BoutRow]:
    query = (
        select(BoutRow)
        .where(
            BoutRow.nest_id == event.nest_id,
            BoutRow.last_seen_at >= event.at - _DAY,
            BoutRow.arrived_at <= event.at,
            BoutRow.verdict.in_(_BRINGS),
            BoutRow.gone.is_(False),
        )
        .order_by(BoutRow.arrived_at, BoutRow.id)
    )
    found = session.execute(query).scalars()
    return [bout for bout in found if _rests_on_eggs(bout) and _counted_until(bout) >= event.at]


def _whose(event: EventRow, bouts: Sequence[BoutRow]) -> tuple[Verdict, tuple[HenId, ...]]:
    laid = [HenId(bout.hen_id) for bout in bouts if bout.verdict == Verdict.LAID]
    if laid:
        return Verdict.LAID, tuple(dict.fromkeys(laid))
    probably = [HenId(bout.hen_id) for bout in bouts if bout.verdict == Verdict.PROBABLY]
    if probably:
        return Verdict.PROBABLY, tuple(dict.fromkeys(probably))
    maybe = [HenId(hen) for bout in bouts for hen in bout.verdict_candidates]
    if maybe:
        return Verdict.UNSURE, tuple(dict.fromkeys(maybe))
    hen = event.details.get("hen")
    return (Verdict.LAID, (HenId(hen),)) if hen else (Verdict.UNSURE, ())


def _picture(session: Session, event_id: int) -> Picture | None:
    proof = session.get(EggProofRow, event_id)
    media = session.get(MediaRow, proof.media_sha256) if proof else None
    return Picture(media.sha256, media.path, media.telegram_file_id) if media else None
