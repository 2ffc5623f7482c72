"""Two versions on labels that neither has learned."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from detector.starter import Site, chosen, starter_folder
from detector.training.comparison import Comparison, compare
from detector.training.dataset import Dataset, LabelledNest
from detector.training.evaluate import judge, look_over
from detector.versions import read_manifest
from henbot.storage.acts import LabelRow
from henbot.storage.tables import VisitRow

NEAR = timedelta(minutes=10)
"""A picture so near to one that was learned, in the same nest, counts as learned: it is a near-copy."""

MOST_LOOKED_OVER = 400
"""Pictures that a version which does not know the coop looks over before it is judged."""


@dataclass(frozen=True, slots=True)
class Taught:
    """A stretch of a nest of which a person told something, and when they did (wall time)."""

    nest: str
    start: datetime
    end: datetime
    said_at: datetime


@dataclass(frozen=True, slots=True)
class Pupil:
    """A version by its folder, None for the shipped one."""

    folder: Path | None

    def learned(self, row: LabelledNest, taught: Sequence[Taught], coop: str) -> bool:
        """Whether it has learned a picture of a coop, or its visit, or a near-copy."""
        folder = self.folder or starter_folder()
        manifest = read_manifest(folder) if folder else None
        if manifest is None or coop not in (manifest.coops or (manifest.coop,)):
            return False
        made = datetime.fromisoformat(manifest.created)
        return any(
            one.nest == row.nest and one.said_at <= made and one.start - NEAR <= row.captured_at <= one.end + NEAR
            for one in taught
        )


def taught(session: Session) -> list[Taught]:
    """All that people told of pictures and visits, and did not take back."""
    query = (
        select(LabelRow, VisitRow.arrived_at, VisitRow.last_seen_at)
        .outerjoin(VisitRow, VisitRow.id == LabelRow.visit_id)
        .where(LabelRow.undone_at.is_(None))
    )
    found = []
    for label, arrived, seen in session.execute(query).all():
        start, end = (arrived, seen) if label.visit_id else (label.at, label.at)
        found.append(Taught(label.nest_id, min(start, label.at), max(end, label.at), label.said_at))
    return found


def compare_versions(
    read: Dataset,
    pupils: tuple[Pupil, Pupil],
    told: Sequence[Taught],
    report: Callable[[float], None],
) -> tuple[int, Comparison | None]:
    """How many pictures neither version has learned, and how the first compares with the second on them; None of none.

    Args:
        read: all labelled pictures.
        told: what people told of them.
        report: told how far it is, 0..1.
    """
    rows = [row for row in read.rows if not any(one.learned(row, told, read.coop) for one in pupils)]
    if not rows:
        return 0, None
    part = replace(read, rows=tuple(rows))
    seen = replace(read, rows=read.rows[:: -(-len(read.rows) // MOST_LOOKED_OVER)])
    judged = []
    for place, pupil in enumerate(pupils):
        report(place / len(pupils))
        recogniser, _ = chosen(pupil.folder, Site(read.coop, read.roosts))
        look_over(seen, recogniser)
        judged.append(judge(part, recogniser)[0])
    found = compare(*judged)
    return len(rows), found if found.questions else None
