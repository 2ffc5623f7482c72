"""How much people have told of whom: what a training can learn from, and what it lacks."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from henbot.domain.observations import UNKNOWN, HenId
from henbot.services.reports import flock_of
from henbot.storage.acts import LabelRow
from henbot.storage.tables import NestRow

HEN_WANTED = 10
"""Labels of a hen from which she is told from the others."""

EMPTY_WANTED = 3
OCCUPIED_WANTED = 3
"""Labels without and with hens, below which nothing can be learned (`detector.training.fit.check_enough`)."""

_TOLD = ("hens", "hen", "hen2", "posture", "posture2")


@dataclass(frozen=True, slots=True)
class LabelCounts:
    """Labels of nests: of pictures, or of visits as a whole.

    Attributes:
        hens: of each hen that lives here, alone in the nest.
        occupied, empty: with any hen, and without one.
    """

    hens: Mapping[HenId, int] = field(default_factory=dict)
    occupied: int = 0
    empty: int = 0

    @property
    def number(self) -> int:
        """All of them."""
        return self.occupied + self.empty

    @property
    def can_learn(self) -> bool:
        """Whether anything can be learned from them, names too."""
        return self.occupied >= OCCUPIED_WANTED and self.empty >= EMPTY_WANTED and any(self.hens.values())

    @property
    def lacking(self) -> dict[HenId, int]:
        """Hens with fewer labels than are wanted, and how many they have."""
        return {hen: number for hen, number in self.hens.items() if number < HEN_WANTED}

    def told(self) -> dict[str, Any]:
        """As JSON."""
        return {"hens": dict(self.hens), "occupied": self.occupied, "empty": self.empty}


def read_counts(told: Mapping[str, Any]) -> LabelCounts:
    """What `LabelCounts.told` wrote."""
    hens = {HenId(hen): int(number) for hen, number in told.get("hens", {}).items()}
    return LabelCounts(hens, int(told.get("occupied", 0)), int(told.get("empty", 0)))


def count_labels(session: Session, after: int = 0) -> LabelCounts:
    """What stands of what people told; of each picture the newest word.

    Args:
        after: the newest label (its row's id) that is left out with all before it.
    """
    hens = dict.fromkeys((hen.id for hen in flock_of(session)), 0)
    occupied = empty = 0
    for words in _told(session, after):
        is_empty = words.get("hens") == "0"
        empty, occupied = empty + is_empty, occupied + (not is_empty)
        hen = HenId(words.get("hen", UNKNOWN))
        if hen in hens and not is_empty and not _two(words):
            hens[hen] += 1
    return LabelCounts(hens, occupied, empty)


def _two(words: Mapping[str, str]) -> bool:
    return words.get("hens", "1") not in ("", "1") or bool(words.get("hen2") or words.get("posture2"))


def newest_label(session: Session) -> int:
    """The newest label's id, undone or not; 0 before the first."""
    return session.execute(select(func.max(LabelRow.id))).scalar_one() or 0


def _told(session: Session, after: int) -> Iterable[Mapping[str, str]]:
    """Words by field, of each picture, and of each visit that was told of as a whole."""
    query = (
        select(LabelRow)
        .join(NestRow, NestRow.id == LabelRow.nest_id)
        .where(LabelRow.undone_at.is_(None), LabelRow.field.in_(_TOLD), NestRow.kind == "nest", LabelRow.id > after)
        .order_by(LabelRow.said_at, LabelRow.id)
    )
    found: dict[tuple[str, str], dict[str, str]] = {}
    for row in session.execute(query).scalars():
        of_visit = row.media_sha256 is None and row.visit_id is not None
        key = ("visit", str(row.visit_id)) if of_visit else (f"nest {row.nest_id}", row.at.isoformat())
        found.setdefault(key, {})[row.field] = row.value
    return found.values()
