"""The picture by which people tell each hen: one that a person named her in, else one that the program did."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from henbot.domain.observations import HenId
from henbot.services.hen_records import portrait
from henbot.services.reports import Picture, flock_of
from henbot.storage.acts import LabelRow
from henbot.storage.tables import MediaRow


def portraits(session: Session, now: datetime) -> dict[HenId, Picture]:
    """A portrait of each hen that lives here and has one, in the keeper's order."""
    found = {hen.id: _named(session, hen.id) or portrait(session, hen.id, now) for hen in flock_of(session)}
    return {hen: picture for hen, picture in found.items() if picture is not None}


def _named(session: Session, hen: HenId) -> Picture | None:
    """The newest picture in which a person says that she is alone; of those, one in which she stands if there is."""
    posture, hens = aliased(LabelRow), aliased(LabelRow)
    query = (
        select(MediaRow.sha256, MediaRow.path, MediaRow.telegram_file_id)
        .join(LabelRow, LabelRow.media_sha256 == MediaRow.sha256)
        .outerjoin(posture, (posture.act_id == LabelRow.act_id) & (posture.field == "posture"))
        .join(hens, (hens.act_id == LabelRow.act_id) & (hens.field == "hens") & (hens.value == "1"))
        .where(LabelRow.field == "hen", LabelRow.value == hen, LabelRow.undone_at.is_(None))
        .order_by((posture.value == "standing").desc(), LabelRow.said_at.desc(), LabelRow.id.desc())
        .limit(1)
    )
    found = session.execute(query).first()
    return Picture(*found) if found else None
