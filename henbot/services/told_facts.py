"""What people tell of eggs: taken, found outside the nests, or not to be eaten after a treatment."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from henbot.domain.observations import HenId
from henbot.storage.told import CollectionRow, FoundEggRow, TreatmentRow

Told = TypeVar("Told", CollectionRow, FoundEggRow, TreatmentRow)

MOST_EGGS = 999
"""Eggs that one collection may be of: more is a slip of the finger."""


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


def withdrawals(session: Session, day: date) -> list[Withdrawal]:
    """Treatments because of which eggs of that day are not eaten."""
    query = (
        select(TreatmentRow)
        .where(TreatmentRow.free_from > day, TreatmentRow.given_on <= day, TreatmentRow.undone_at.is_(None))
        .order_by(TreatmentRow.free_from, TreatmentRow.id)
    )
    return [_withdrawal(row) for row in session.execute(query).scalars()]


def _withdrawal(row: TreatmentRow) -> Withdrawal:
    return Withdrawal(row.id, HenId(row.hen_id) if row.hen_id else None, row.what, row.given_on, row.free_from)
