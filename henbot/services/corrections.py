"""What people said of visits, as far as it stands: it outranks what the model says, whatever comes later.

A word about whose visit it was is read when the visit is written, a word about its egg when its bout is ruled. Both
are read anew each time, so that neither a later frame nor a restart forgets one, and taking one back restores what
was said before it: another person's word, or the model's.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from henbot.domain.observations import HenId, NestId, VisitId
from henbot.domain.verdicts import Verdict
from henbot.domain.visits import Bout
from henbot.storage.corrections import CorrectionRow
from henbot.storage.tables import HenRow, VisitRow


class Field(StrEnum):
    """What can be said of a visit."""

    HEN = "hen"
    EGG = "egg"


@dataclass(frozen=True, slots=True)
class Word:
    """What somebody said of a visit.

    Attributes:
        value: of `Field.HEN` a hen's id, `UNKNOWN` or `NOBODY`; of `Field.EGG` a verdict, laid or not laid.
        at: coop time.
        act: by which it was said.
    """

    id: int
    act: int
    visit: VisitId
    field: Field
    value: str
    by: int
    at: datetime

    @property
    def verdict(self) -> Verdict:
        """What a word about an egg says."""
        return Verdict(self.value)


def named_by_people(session: Session, visit: VisitId) -> HenId | None:
    """The hen that people say it was; None where nobody said anything that stands."""
    query = (
        select(CorrectionRow.value)
        .where(
            CorrectionRow.visit_id == visit,
            CorrectionRow.field == Field.HEN.value,
            CorrectionRow.undone_at.is_(None),
        )
        .order_by(CorrectionRow.id.desc())
        .limit(1)
    )
    value = session.execute(query).scalar_one_or_none()
    return HenId(value) if value else None


def meant(session: Session, hen: HenId) -> HenId:
    """The hen that an id means: another one, where both turned out to be one."""
    row = session.get(HenRow, hen)
    while row is not None and row.merged_into:
        hen = HenId(row.merged_into)
        row = session.get(HenRow, hen)
    return hen


def name_visit(session: Session, row: VisitRow, model_says: HenId) -> None:
    """Write whose visit it is: as people say, else as the model does; what the model says is kept beside it."""
    said = named_by_people(session, VisitId(row.id))
    row.hen_id, row.model_hen_id = meant(session, said or model_says), model_says if said else None


def name_again(session: Session, row: VisitRow) -> None:
    """Write whose visit it is after people said something, or took it back."""
    name_visit(session, row, HenId(row.model_hen_id or row.hen_id))


def words_since(session: Session, nest: NestId, since: datetime) -> list[CorrectionRow]:
    """All that was ever said of a nest's visits that began since a moment, the oldest first; undone words too."""
    query = (
        select(CorrectionRow)
        .where(CorrectionRow.nest_id == nest, CorrectionRow.visit_at >= since)
        .order_by(CorrectionRow.id)
    )
    return list(session.execute(query).scalars())


def egg_words(rows: Iterable[CorrectionRow], bouts: Sequence[Bout]) -> dict[VisitId, CorrectionRow]:
    """The newest standing word about the egg of each bout that has one, by bout."""
    bout_of = {visit.id: bout.id for bout in bouts for visit in bout.visits}
    standing = [row for row in rows if row.field == Field.EGG and row.undone_at is None]
    return {bout_of[visit]: row for row in standing if (visit := VisitId(row.visit_id)) in bout_of}


def words_of_bout(session: Session, bout_id: str) -> list[Word]:
    """What rules of what people said of a bout's visits: at most one word of each kind."""
    query = (
        select(CorrectionRow)
        .join(VisitRow, VisitRow.id == CorrectionRow.visit_id)
        .where(VisitRow.bout_id == bout_id, CorrectionRow.undone_at.is_(None))
        .order_by(CorrectionRow.id)
    )
    newest = {row.field: row for row in session.execute(query).scalars()}
    return [_word(newest[field]) for field in Field if field in newest]


def _word(row: CorrectionRow) -> Word:
    return Word(row.id, row.act_id, VisitId(row.visit_id), Field(row.field), row.value, row.said_by, row.said_at)
