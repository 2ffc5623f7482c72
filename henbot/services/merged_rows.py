"""What rows of all tables say of hens that turned out to be one.

The first time that a merging changes a row, what it said is kept. What it says is always worked out from that and from
the mergings that stand, so that they can be taken back in any order, and exactly. A row that somebody or something else
changed meanwhile is left as it is.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import String, cast, delete, insert, or_, select, update
from sqlalchemy.orm import Session

from henbot.domain.events import EggLaid
from henbot.domain.observations import HenId
from henbot.services.aliases import as_one
from henbot.storage.acts import LabelRow
from henbot.storage.care import CareHintRow
from henbot.storage.flock import MergedRow
from henbot.storage.tables import BoutRow, CandidateRow, EventRow, VisitRow
from henbot.storage.told import FoundEggRow, TreatmentRow

Aliases = Mapping[HenId, HenId]
Hens = Collection[str]

NAMING = ("hen", "hen2")
"""Fields of labels whose values are hens."""


@dataclass(frozen=True, slots=True)
class Renamed:
    """Keys of rows by place: those that say something else now, and those that somebody had changed, left alone."""

    changed: Mapping[str, tuple[str, ...]]
    left: Mapping[str, tuple[str, ...]]


class Place(Protocol):
    """A table that names hens. What a row says is JSON; rows go by their keys."""

    def read(self, session: Session, hens: Hens, keys: Sequence[str]) -> dict[str, Any]:
        """What all rows say that name one of some hens, and those of `keys` that are still there."""

    def write(self, session: Session, words: Mapping[str, Any]) -> None:
        """Let rows say something."""

    def merged(self, words: Any, aliases: Aliases) -> Any:
        """What one says once ids are taken for the hens that they mean."""


@dataclass(frozen=True, slots=True)
class _Column:
    """A column that holds a hen's id."""

    table: Any
    name: str = "hen_id"
    fields: tuple[str, ...] = ()

    def read(self, session: Session, hens: Hens, keys: Sequence[str]) -> dict[str, Any]:
        column, is_text = getattr(self.table, self.name), self.table is VisitRow
        query = select(self.table.id, column)
        query = query.where(self.table.field.in_(self.fields)) if self.fields else query
        found = {str(key): words for key, words in session.execute(query.where(column.in_(hens)))}
        for some in batches(keys):
            rows = session.execute(query.where(self.table.id.in_(some if is_text else map(int, some))))
            found |= {str(key): words for key, words in rows}
        return found

    def write(self, session: Session, words: Mapping[str, Any]) -> None:
        is_text = self.table is VisitRow
        rows = [{"id": key if is_text else int(key), self.name: value} for key, value in words.items()]
        session.execute(update(self.table), rows)

    def merged(self, words: Any, aliases: Aliases) -> Any:
        return aliases.get(words, words)


@dataclass(frozen=True, slots=True)
class _Bouts:
    """Bouts, with the hens that an egg of theirs may be of."""

    def read(self, session: Session, hens: Hens, keys: Sequence[str]) -> dict[str, Any]:
        candidates = cast(BoutRow.verdict_candidates, String)
        named = [candidates.contains(f'"{hen}"', autoescape=True) for hen in hens]
        query = select(BoutRow.id, BoutRow.hen_id, BoutRow.verdict_candidates, BoutRow.gone)
        wheres = [or_(BoutRow.hen_id.in_(hens), *named), *(BoutRow.id.in_(some) for some in batches(keys))]
        return {
            key: {"hen": whose, "candidates": list(candidates), "gone": gone}
            for where in wheres
            for key, whose, candidates, gone in session.execute(query.where(where))
        }

    def write(self, session: Session, words: Mapping[str, Any]) -> None:
        rows = [
            {"id": key, "hen_id": one["hen"], "verdict_candidates": one["candidates"]} for key, one in words.items()
        ]
        session.execute(update(BoutRow), rows)

    def merged(self, words: Any, aliases: Aliases) -> Any:
        meant = [aliases.get(hen, hen) for hen in words["candidates"]]
        return words | {"hen": aliases.get(words["hen"], words["hen"]), "candidates": list(dict.fromkeys(meant))}


@dataclass(frozen=True, slots=True)
class _Candidates:
    """How probable each hen is of a visit, by the visit."""

    def read(self, session: Session, hens: Hens, keys: Sequence[str]) -> dict[str, Any]:
        named = select(CandidateRow.visit_id).where(CandidateRow.hen_id.in_(hens))
        query = select(CandidateRow.visit_id, CandidateRow.hen_id, CandidateRow.probability)
        found: dict[str, dict[str, float]] = {}
        wheres = [CandidateRow.visit_id.in_(named), *(CandidateRow.visit_id.in_(some) for some in batches(keys))]
        for where in wheres:
            for visit, whose, share in session.execute(query.where(where).order_by(CandidateRow.hen_id)):
                found.setdefault(visit, {})[whose] = share
        return found

    def write(self, session: Session, words: Mapping[str, Any]) -> None:
        for some in batches(list(words)):
            session.execute(delete(CandidateRow).where(CandidateRow.visit_id.in_(some)))
        rows = [
            {"visit_id": key, "hen_id": hen, "probability": share}
            for key, one in words.items()
            for hen, share in one.items()
        ]
        session.execute(insert(CandidateRow), rows)

    def merged(self, words: Any, aliases: Aliases) -> Any:
        return dict(sorted(as_one(words, aliases).items()))


@dataclass(frozen=True, slots=True)
class _Eggs:
    """Eggs that were seen, of the hen that laid them."""

    def read(self, session: Session, hens: Hens, keys: Sequence[str]) -> dict[str, Any]:
        wanted = set(keys)
        rows = session.execute(select(EventRow.id, EventRow.details).where(EventRow.kind == EggLaid.kind))
        found = {str(key): details.get("hen") for key, details in rows}
        return {key: whose for key, whose in found.items() if whose in hens or key in wanted}

    def write(self, session: Session, words: Mapping[str, Any]) -> None:
        for some in batches(list(words)):
            for row in session.execute(select(EventRow).where(EventRow.id.in_(map(int, some)))).scalars():
                row.details = row.details | {"hen": words[str(row.id)]}

    def merged(self, words: Any, aliases: Aliases) -> Any:
        return aliases.get(words, words)


@dataclass(frozen=True, slots=True)
class _Hints(_Column):
    """Care hints: one that both hens were told of stays with the one who is no more."""

    def write(self, session: Session, words: Mapping[str, Any]) -> None:
        for key, hen in words.items():
            row = session.get_one(CareHintRow, int(key))
            same = (CareHintRow.kind == row.kind, CareHintRow.hen_id == hen, CareHintRow.episode == row.episode)
            if session.execute(select(CareHintRow.id).where(*same)).first() is None:
                row.hen_id = hen
                session.flush()


PLACES: Mapping[str, Place] = {
    "visits": _Column(VisitRow),
    "candidates": _Candidates(),
    "bouts": _Bouts(),
    "eggs": _Eggs(),
    "found": _Column(FoundEggRow),
    "treatments": _Column(TreatmentRow),
    "hints": _Hints(CareHintRow),
    "labels": _Column(LabelRow, "value", NAMING),
}
"""All tables that name hens, by their names in `MergedRow`. What was seen in single pictures stays as it was seen."""


def name_anew(session: Session, hens: Hens, before: Aliases, now: Aliases) -> Renamed:
    """Let all rows that said something of some hens say what is meant, after the mergings that stand have changed.

    Args:
        hens: all whose ids mean another hen now, or themselves again.
        before: the aliases under which the rows were written.
        now: those that stand.
    """
    changed: dict[str, tuple[str, ...]] = {}
    left: dict[str, tuple[str, ...]] = {}
    for name, place in PLACES.items():
        kept = {key: original for key, original in _kept(session, name).items() if _names(original, hens)}
        said = place.read(session, hens, list(kept))
        own = {key: words for key, words in said.items() if words == place.merged(kept.get(key, words), before)}
        originals = {key: kept.get(key, words) for key, words in own.items()}
        wanted = {key: place.merged(original, now) for key, original in originals.items()}
        news = {key: words for key, words in wanted.items() if words != own[key]}
        if news:
            place.write(session, news)
        _forget(session, name, [key for key in kept if key not in own or wanted[key] == originals[key]])
        _keep(session, name, {key: originals[key] for key in own if key not in kept and wanted[key] != originals[key]})
        changed[name], left[name] = tuple(news), tuple(key for key in kept if key not in own)
    session.flush()
    session.expire_all()
    return Renamed(changed, left)


def _kept(session: Session, place: str) -> dict[str, Any]:
    rows = session.execute(select(MergedRow.key, MergedRow.original).where(MergedRow.place == place))
    return {str(key): original for key, original in rows}


def _keep(session: Session, place: str, originals: Mapping[str, Any]) -> None:
    if originals:
        rows = [{"place": place, "key": key, "original": original} for key, original in originals.items()]
        session.execute(insert(MergedRow), rows)


def _forget(session: Session, place: str, keys: Sequence[str]) -> None:
    for some in batches(keys):
        session.execute(delete(MergedRow).where(MergedRow.place == place, MergedRow.key.in_(some)))


def _names(original: Any, hens: Hens) -> bool:
    if isinstance(original, dict):
        return any(name in hens or _names(value, hens) for name, value in original.items())
    return any(name in hens for name in original) if isinstance(original, list) else original in hens


def batches(keys: Sequence[str], most: int = 500) -> Iterator[list[str]]:
    """Not more values in a statement than every database takes."""
    for start in range(0, len(keys), most):
        yield list(keys[start : start + most])
