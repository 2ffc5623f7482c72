"""Pictures of hens that were added in a chat: by them they are known until a version has learned more of them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from henbot.domain.observations import HenId, NestId
from henbot.services.hen_ids import flock_now
from henbot.storage.flock import HenPhotoRow
from henbot.storage.tables import MediaRow


class PhotoState(StrEnum):
    """What became of a picture."""

    WAITING = "waiting"
    TAKEN = "taken"
    REFUSED = "refused"


class Flaw(StrEnum):
    """Why a picture was refused."""

    UNREADABLE = "unreadable"
    SMALL = "small"
    DARK = "dark"
    BRIGHT = "bright"
    BLURRED = "blurred"
    COLOURLESS = "colourless"
    NO_BIRD = "no_bird"


@dataclass(frozen=True, slots=True)
class HenPhoto:
    """A picture of a new hen.

    Attributes:
        hen: who she is in the flock by now; None while she is not added.
        path: in the media folder.
        nest: that it shows, seen by its camera; None of one that somebody took.
        box: (left, top, right, bottom), 0..1, where the bird is; None for all of it.
        at: capture time of a nest's own.
    """

    id: int
    hen: HenId | None
    path: str
    nest: NestId | None
    box: tuple[float, float, float, float] | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """What was found in a picture: its flaw, or where the bird is and which known hen it looks like.

    `nest` is the one that a picture shows which was sent.
    """

    flaw: Flaw | None = None
    box: tuple[float, float, float, float] | None = None
    likeness: HenId | None = None
    nest: NestId | None = None


def photos_of_draft(session: Session, draft: int) -> list[HenPhoto]:
    """All pictures of a hen who is to be added, in the order in which they came."""
    query = _photos().where(HenPhotoRow.draft_id == draft).order_by(HenPhotoRow.id)
    return [_photo(row, path) for row, path in session.execute(query)]


def photos_of_flock(session: Session) -> tuple[HenPhoto, ...]:
    """Pictures of the hens that were added and live here, each with who she is by now."""
    query = _photos().where(HenPhotoRow.hen_id.is_not(None), HenPhotoRow.state == PhotoState.TAKEN.value)
    flock = flock_now(session)
    found = []
    for row, path in session.execute(query.order_by(HenPhotoRow.id)):
        place = flock.get(HenId(row.hen_id or ""))
        if place is not None and place.until is None:
            found.append(_photo(row, path, place.hen))
    return tuple(found)


def note_judged(session: Session, photo: int, judged: Judged) -> None:
    """Write what was found in a picture; one that was taken away meanwhile is passed over."""
    row = session.get(HenPhotoRow, photo)
    if row is not None:
        row.state = PhotoState.REFUSED.value if judged.flaw else PhotoState.TAKEN.value
        row.reason = judged.flaw.value if judged.flaw else None
        row.box = list(judged.box) if judged.box else None
        row.likeness = judged.likeness
        row.nest_id = judged.nest or row.nest_id


def _photos() -> Select[HenPhotoRow, str]:
    return select(HenPhotoRow, MediaRow.path).join(MediaRow, MediaRow.sha256 == HenPhotoRow.media_sha256)


def _photo(row: HenPhotoRow, path: str, hen: HenId | None = None) -> HenPhoto:
    box = (row.box[0], row.box[1], row.box[2], row.box[3]) if row.box else None
    nest = NestId(row.nest_id) if row.nest_id else None
    return HenPhoto(row.id, hen or (HenId(row.hen_id) if row.hen_id else None), path, nest, box, row.at)
