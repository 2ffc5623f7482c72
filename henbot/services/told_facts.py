"""What people tell of eggs: taken, found outside the nests, or not to be eaten after a treatment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from henbot.domain.observations import UNKNOWN, HenId
from henbot.services.eggs import Egg
from henbot.services.reports import coop_of
from henbot.services.watch_hours import hours_of_day
from henbot.storage.told import CollectionRow, FoundEggRow, TreatmentRow

Told = TypeVar("Told", CollectionRow, FoundEggRow, TreatmentRow)

MOST_EGGS = 999
"""Eggs that one collection may be of: more is a slip of the finger."""

SAME_TELLING = timedelta(minutes=90)
"""Two collections told within this time may be the same one, told by two people; it is asked. Our choice."""


@dataclass(frozen=True, slots=True)
class Said:
    """Who told something, and when (coop time)."""

    by: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """Days on which eggs are not eaten; `hen` is None where it is of all hens. `free_from` is the first free day."""

    id: int
    hen: HenId | None
    what: str
    given_on: date
    free_from: date


def tell_collected(session: Session, eggs: int, at: datetime, said: Said, *, everything: bool = False) -> int:
    """Note that somebody took eggs; returns the row's id, by which it can be undone.

    Raises:
        ValueError: no number of eggs that a person takes.
    """
    if not 0 <= eggs <= MOST_EGGS:
        raise ValueError(f"{eggs} is no number of eggs to take")
    row = CollectionRow(at=at, eggs=eggs, everything=everything, said_by=said.by, said_at=said.at)
    session.add(row)
    session.flush()
    return row.id


def tell_found(session: Session, hen: HenId | None, place: str, at: datetime, said: Said) -> int:
    """Note an egg found outside the nests, of a hen where she is known; returns the row's id."""
    row = FoundEggRow(at=at, hen_id=hen, place=place[:255], said_by=said.by, said_at=said.at)
    session.add(row)
    session.flush()
    return row.id


def tell_treatment(session: Session, hen: HenId | None, what: str, given_on: date, days: int, said: Said) -> Withdrawal:
    """Note a treatment after which eggs are not eaten for some days, the day itself among them.

    Raises:
        ValueError: no number of days that a withdrawal lasts.
    """
    if not 1 <= days <= 365:
        raise ValueError(f"{days} is no number of days of withdrawal")
    row = TreatmentRow(
        hen_id=hen,
        what=what[:255],
        given_on=given_on,
        free_from=given_on + timedelta(days=days),
        said_by=said.by,
        said_at=said.at,
    )
    session.add(row)
    session.flush()
    return _withdrawal(row)


def undo_told(session: Session, kind: type[Told], row_id: int, at: datetime) -> bool:
    """Take back what was told; False if there is nothing to take back. The row stays, with when it was undone."""
    row = session.get(kind, row_id)
    if row is None or row.undone_at is not None:
        return False
    row.undone_at = at
    return True


def undo_found(session: Session, row_id: int, at: datetime) -> int:
    """Take back eggs that were told in one sentence, by the first of them; how many, 0 for none (any more)."""
    first = session.get(FoundEggRow, row_id)
    if first is None or first.undone_at is not None:
        return 0
    together = select(FoundEggRow).where(
        FoundEggRow.at == first.at,
        FoundEggRow.said_by == first.said_by,
        FoundEggRow.said_at == first.said_at,
        FoundEggRow.undone_at.is_(None),
    )
    rows = session.execute(together).scalars().all()
    for row in rows:
        row.undone_at = at
    return len(rows)


@dataclass(frozen=True, slots=True)
class ToldBefore:
    """A collection that was told: by whom, when, and of how many eggs."""

    by: int
    at: datetime
    eggs: int


def told_lately(session: Session, at: datetime) -> ToldBefore | None:
    """The last collection told of the time about a moment: perhaps two people tell of the same eggs."""
    query = (
        select(CollectionRow)
        .where(
            CollectionRow.at >= at - SAME_TELLING,
            CollectionRow.at <= at + SAME_TELLING,
            CollectionRow.undone_at.is_(None),
        )
        .order_by(CollectionRow.at.desc())
        .limit(1)
    )
    row = session.execute(query).scalar_one_or_none()
    return ToldBefore(row.said_by, row.at, row.eggs) if row else None


def evening_of(session: Session, day: date) -> datetime:
    """The end of a day's watch hours: what is told of a past day was done by then."""
    return hours_of_day(day, coop_of(session)).end


def withdrawals(session: Session, day: date) -> list[Withdrawal]:
    """Treatments because of which eggs of that day are not eaten."""
    query = (
        select(TreatmentRow)
        .where(TreatmentRow.free_from > day, TreatmentRow.given_on <= day, TreatmentRow.undone_at.is_(None))
        .order_by(TreatmentRow.free_from, TreatmentRow.id)
    )
    return [_withdrawal(row) for row in session.execute(query).scalars()]


def withheld_eggs(session: Session, eggs: Sequence[Egg]) -> tuple[dict[HenId, int], int]:
    """Of these eggs, those that are not eaten after a treatment, by hen, and how many more may be such a hen's."""
    if not eggs:
        return {}, 0
    first, last = min(egg.day for egg in eggs), max(egg.day for egg in eggs)
    given = treatments_between(session, first, last)
    surely: dict[HenId, int] = {}
    maybe = 0
    for egg in eggs:
        match is_withheld(egg, given):
            case True:
                surely[egg.hen] = surely.get(egg.hen, 0) + egg.eggs
            case None:
                maybe += egg.eggs
    return surely, maybe


def is_withheld(egg: Egg, given: Sequence[Withdrawal]) -> bool | None:
    """Whether an egg is not eaten after one of these treatments; None where it may be a treated hen's."""
    current = [one for one in given if one.given_on <= egg.day < one.free_from]
    if any(one.hen is None or one.hen == egg.hen for one in current):
        return True
    is_anybodys = egg.hen == UNKNOWN and not egg.candidates
    return None if any(is_anybodys or one.hen in egg.candidates for one in current) else False


def treatments_between(session: Session, first: date, last: date) -> list[Withdrawal]:
    """Treatments because of which eggs of some of these days are not eaten."""
    query = select(TreatmentRow).where(
        TreatmentRow.free_from > first, TreatmentRow.given_on <= last, TreatmentRow.undone_at.is_(None)
    )
    return [_withdrawal(row) for row in session.execute(query).scalars()]


def _withdrawal(row: TreatmentRow) -> Withdrawal:
    return Withdrawal(row.id, HenId(row.hen_id) if row.hen_id else None, row.what, row.given_on, row.free_from)
