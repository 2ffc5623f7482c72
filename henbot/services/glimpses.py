"""Pictures of visits that are kept to learn from, until nobody is likely to name their hen any more."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from henbot.domain.observations import VisitId
from henbot.services.evidence import add_picture
from henbot.services.media import StoredMedia
from henbot.storage.acts import LabelRow
from henbot.storage.glimpses import GlimpseRow
from henbot.storage.tables import MediaRow

MOST_OF_A_VISIT = 12
KEPT = timedelta(days=30)
"""How long glimpses of a visit are kept that nobody told anything of: some 8 MB a day with a flock of ten."""


@dataclass(frozen=True, slots=True)
class Glimpse:
    """A picture of the one hen of a visit, already in the media folder."""

    visit: VisitId
    at: datetime
    picture: StoredMedia


def add_glimpses(session: Session, glimpses: Iterable[Glimpse]) -> None:
    """Write which pictures show a visit, as long as there are fewer than `MOST_OF_A_VISIT`."""
    for one in glimpses:
        of_visit = GlimpseRow.visit_id == one.visit
        number = session.execute(select(func.count()).select_from(GlimpseRow).where(of_visit)).scalar_one()
        is_there = session.execute(select(GlimpseRow.id).where(of_visit, GlimpseRow.at == one.at)).first()
        if number < MOST_OF_A_VISIT and is_there is None:
            add_picture(session, one.picture, one.at)
            session.add(GlimpseRow(visit_id=one.visit, at=one.at, media_sha256=one.picture.sha256))
            session.flush()


def forget_glimpses(session: Session, at: datetime) -> list[str]:
    """Forget old glimpses of visits that nobody told anything of; their files' paths, to be removed after the commit.

    A picture that shows something else as well (evidence, a count of eggs, a question) stays.
    """
    told = select(LabelRow.visit_id).where(LabelRow.visit_id.is_not(None), LabelRow.undone_at.is_(None))
    old = select(GlimpseRow).where(GlimpseRow.at < at - KEPT, GlimpseRow.visit_id.not_in(told))
    rows = list(session.execute(old).scalars())
    for row in rows:
        session.delete(row)
    session.flush()
    return _forget_pictures(session, {row.media_sha256 for row in rows})


def _forget_pictures(session: Session, hashes: Iterable[str]) -> list[str]:
    """Pictures that no table speaks of any more: the database itself knows, by its foreign keys."""
    gone = []
    for sha256 in hashes:
        path = session.execute(select(MediaRow.path).where(MediaRow.sha256 == sha256)).scalar_one_or_none()
        try:
            with session.begin_nested():
                session.execute(delete(MediaRow).where(MediaRow.sha256 == sha256))
        except IntegrityError:
            continue
        if path is not None:
            gone.append(path)
    return gone
