"""Hens that come, are called otherwise, and go. Their ids never change, and what was seen of them stays."""

import re
from collections.abc import Mapping
from datetime import datetime

from anyascii import anyascii
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from henbot.domain.flock import Fate
from henbot.domain.observations import NOBODY, UNKNOWN, HenId
from henbot.services.acts import Act, ActKind, begin
from henbot.services.labels import take_back_labels
from henbot.services.reports import coop_of
from henbot.storage.acts import ActRow, LabelRow
from henbot.storage.flock import HenPhotoRow
from henbot.storage.tables import HenRow, VisitRow

LONGEST_ID = 32
LONGEST_NAME = 40
"""Letters of a name: more does not fit on a button."""


class NameTaken(ValueError):
    """Another hen is called so; `hen` is her id."""

    def __init__(self, hen: str) -> None:
        super().__init__(hen)
        self.hen = hen


def id_of_name(name: str) -> str:
    """A slug out of a name in whatever letters: Рябушка gives `ryabushka`; empty if nothing is left."""
    return re.sub(r"[^a-z0-9]+", "-", anyascii(name).casefold()).strip("-")[:LONGEST_ID].strip("-")


def add_hen(session: Session, by: int, names: Mapping[str, str], now: datetime, at: datetime) -> Act:
    """Let a hen join the flock, with a permanent id made from her name.

    Args:
        names: by language, or under `und` for all.
        now: wall time, of the act.
        at: the coop's time, from which she is here.

    Raises:
        ValueError: the name has no letters, or is too long.
        NameTaken: a hen that lives here is called so.
    """
    _check_names(session, names, None)
    hen = _free_id(session, next(iter(names.values())))
    session.add(HenRow(id=hen, coop_id=coop_of(session).id, names=dict(names), look="", added_at=at))
    session.flush()
    return begin(session, ActKind.HEN_ADDED, by, now, {"hen": hen, "names": dict(names), "at": at.isoformat()})


def check_new_name(session: Session, name: str) -> None:
    """Refuse a name that no new hen can have; errors as for `add_hen`."""
    _check_names(session, {"und": name}, None)


def undo_added(session: Session, act: Act, now: datetime) -> None:
    """She was never here; one of whom something was seen by now is gone instead, for her past stays."""
    take_back_labels(session, act, now)
    session.execute(update(HenPhotoRow).where(HenPhotoRow.act_id == act.id).values(hen_id=None))
    row = session.get_one(HenRow, act.details["hen"])
    was_seen = session.execute(select(VisitRow.id).where(VisitRow.hen_id == row.id).limit(1)).scalar_one_or_none()
    told = (LabelRow.field.in_(("hen", "hen2")), LabelRow.value == row.id, LabelRow.undone_at.is_(None))
    if was_seen or session.execute(select(LabelRow.id).where(*told).limit(1)).first():
        row.retired_at = row.retired_at or now
    else:
        session.delete(row)
    session.flush()


def rename_hen(session: Session, by: int, hen: str, names: Mapping[str, str], now: datetime) -> Act:
    """Call a hen otherwise; names of languages that are not given are called so, too, under `und`.

    Raises:
        KeyError, ValueError, NameTaken: there is no such hen; as for `add_hen`.
    """
    row = session.get(HenRow, hen)
    if row is None:
        raise KeyError(hen)
    _check_names(session, names, hen)
    act = begin(session, ActKind.HEN_RENAMED, by, now, {"hen": hen, "before": dict(row.names), "names": dict(names)})
    row.names = dict(names)
    session.flush()
    return act


def undo_renamed(session: Session, act: Act, now: datetime) -> None:
    """She is called as the newest renaming that stands says, or as before all of them."""
    acts = _acts_of(session, ActKind.HEN_RENAMED, str(act.details["hen"]))
    standing = [one for one in acts if one.undone_at is None]
    names = standing[-1].details["names"] if standing else acts[0].details["before"]
    session.get_one(HenRow, act.details["hen"]).names = dict(names)
    session.flush()


def retire_hen(session: Session, by: int, hen: str, fate: Fate, now: datetime, at: datetime) -> Act:
    """Let a hen live here no more from a moment of the coop's time on; what was seen of her stays.

    Raises:
        KeyError: no hen of that id lives here.
    """
    row = session.get(HenRow, hen)
    if row is None or row.retired_at is not None:
        raise KeyError(hen)
    row.retired_at, row.retired_why = at, fate.value
    session.flush()
    return begin(session, ActKind.HEN_RETIRED, by, now, {"hen": hen, "fate": fate.value})


def undo_retired(session: Session, act: Act, now: datetime) -> None:
    """She lives here as before."""
    row = session.get_one(HenRow, act.details["hen"])
    row.retired_why = None
    if row.merged_into is None:  # else she is no hen of her own, and lives nowhere
        row.retired_at = None
    session.flush()


def is_retired(session: Session, hen: str) -> bool | None:
    """Whether somebody's word that a hen lives here no more stands; None where nobody ever said so."""
    acts = _acts_of(session, ActKind.HEN_RETIRED, hen)
    return any(one.undone_at is None for one in acts) if acts else None


def _check_names(session: Session, names: Mapping[str, str], own: str | None) -> None:
    for name in names.values():
        if not id_of_name(name) or len(name) > LONGEST_NAME:
            raise ValueError(f"a hen's name has a letter and at most {LONGEST_NAME}, unlike {name!r}")
    wanted = {name.casefold() for name in names.values()}
    for row in session.execute(select(HenRow).where(HenRow.retired_at.is_(None))).scalars():
        if row.id != own and wanted & {name.casefold() for name in row.names.values()}:
            raise NameTaken(row.id)


def _free_id(session: Session, name: str) -> HenId:
    """Her name's slug, numbered where a hen had it before; never the word for a hen that nobody knows."""
    slug, number = id_of_name(name), 1
    found = slug
    while found in (UNKNOWN, NOBODY) or session.get(HenRow, found) is not None:
        number += 1
        found = f"{slug[: LONGEST_ID - 4].strip('-')}-{number}"
    return HenId(found)


def _acts_of(session: Session, kind: ActKind, hen: str) -> list[ActRow]:
    rows = session.execute(select(ActRow).where(ActRow.kind == kind.value).order_by(ActRow.id)).scalars()
    return [row for row in rows if row.details.get("hen") == hen]
