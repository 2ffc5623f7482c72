"""Hens whom an admin is adding in a chat: a name, then pictures, then what was found in them."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.orm import Session

from henbot.domain.observations import UNKNOWN, HenId, NestId, VisitId
from henbot.services.acts import Act
from henbot.services.aliases import aliases_of
from henbot.services.evidence import add_picture
from henbot.services.hen_photos import Flaw, PhotoState
from henbot.services.hens import add_hen, check_new_name
from henbot.services.jobs import JobKind, ask
from henbot.services.labels import Pictured, add_labels
from henbot.services.media import StoredMedia
from henbot.services.reports import Picture
from henbot.storage.flock import HenDraftRow, HenPhotoRow
from henbot.storage.tables import EvidenceRow, MediaRow, VisitRow

LEAST_PHOTOS, MOST_PHOTOS = 3, 20
"""Pictures of a new hen (issue 5)."""

RECENT = timedelta(days=14)
"""How old the nest's own pictures of unknown hens may be that are offered."""

PAGE = 6
"""Pictures that are shown at once."""


class DraftState(StrEnum):
    """Where the adding of a hen stands."""

    COLLECTING = "collecting"
    CHECKING = "checking"
    ASKING = "asking"
    DONE = "done"
    CANCELLED = "cancelled"


OPEN = (DraftState.COLLECTING.value, DraftState.CHECKING.value, DraftState.ASKING.value)


@dataclass(frozen=True, slots=True)
class Draft:
    """A hen who is to be added.

    Attributes:
        by: the admin's id.
        message: in the admin's chat, where it is told how it stands.
        job: that looks at the pictures, once that was asked for.
    """

    id: int
    by: int
    chat: int
    message: int | None
    name: str
    language: str
    state: DraftState
    job: int | None


@dataclass(frozen=True, slots=True)
class Found:
    """What the pictures of a draft turned out to be.

    Attributes:
        own: how many of those taken show a nest.
        likenesses: how many of those taken look much like each known hen.
    """

    taken: int
    own: int
    refused: Mapping[Flaw, int]
    likenesses: Mapping[HenId, int]

    @property
    def likeness(self) -> tuple[HenId, int] | None:
        """The known hen that half of the pictures, and two at least, look much like; None if there is none."""
        hen, number = max(self.likenesses.items(), key=lambda one: one[1], default=(UNKNOWN, 0))
        return (hen, number) if number >= 2 and number * 2 >= self.taken else None


@dataclass(frozen=True, slots=True)
class OwnPicture:
    """A nest's own picture of an unknown hen; `ticked` if it is to be hers."""

    evidence: int
    picture: Picture
    ticked: bool


def open_draft(session: Session, by: int, chat: int, name: str, language: str, now: datetime) -> Draft:
    """Begin to add a hen, instead of any whom this admin was about to add; `now` is wall time.

    Raises:
        ValueError, NameTaken: as for `add_hen`.
    """
    check_new_name(session, name)
    for row in session.execute(_open(by)).scalars():
        row.state = DraftState.CANCELLED.value
    state = DraftState.COLLECTING.value
    row = HenDraftRow(by=by, chat_id=chat, name=name, language=language, state=state, opened_at=now)
    session.add(row)
    session.flush()
    return _draft(row)


def draft_by_id(session: Session, draft: int) -> Draft | None:
    """A draft, whatever became of it; None if there is none."""
    row = session.get(HenDraftRow, draft)
    return _draft(row) if row else None


def open_draft_of(session: Session, by: int) -> Draft | None:
    """The hen whom an admin is adding; None if there is none."""
    row = session.execute(_open(by)).scalars().first()
    return _draft(row) if row else None


def collectors(session: Session) -> set[int]:
    """Who is sending pictures now."""
    collecting = HenDraftRow.state == DraftState.COLLECTING.value
    return set(session.execute(select(HenDraftRow.by).where(collecting)).scalars())


def drafts_in(session: Session, state: DraftState) -> list[Draft]:
    """All that stand somewhere, the oldest first."""
    query = select(HenDraftRow).where(HenDraftRow.state == state.value).order_by(HenDraftRow.id)
    return [_draft(row) for row in session.execute(query).scalars()]


def set_state(session: Session, draft: int, state: DraftState) -> None:
    """Let a draft stand elsewhere."""
    session.get_one(HenDraftRow, draft).state = state.value


def told_in(session: Session, draft: int, message: int) -> None:
    """Note in which message it is told how a draft stands."""
    session.get_one(HenDraftRow, draft).message_id = message


def add_photo(session: Session, draft: int, stored: StoredMedia, at: datetime) -> bool:
    """Add a picture that was sent; False for one that is there already, or beyond the most."""
    same = select(HenPhotoRow.id).where(HenPhotoRow.draft_id == draft, HenPhotoRow.media_sha256 == stored.sha256)
    if photos_in(session, draft) >= MOST_PHOTOS or session.execute(same).first():
        return False
    add_picture(session, stored, at)
    session.add(HenPhotoRow(draft_id=draft, media_sha256=stored.sha256, state=PhotoState.WAITING.value))
    session.flush()
    return True


def photos_in(session: Session, draft: int) -> int:
    """How many pictures a draft has, refused ones left out."""
    kept = (HenPhotoRow.draft_id == draft, HenPhotoRow.state != PhotoState.REFUSED.value)
    return session.execute(select(func.count()).select_from(HenPhotoRow).where(*kept)).scalar_one()


def own_pictures(session: Session, draft: int, page: int, now: datetime) -> list[OwnPicture]:
    """The nests' own pictures of unknown hens, the newest first, a page of them; `now` is coop time."""
    query = (
        select(EvidenceRow.id, MediaRow.sha256, MediaRow.path, MediaRow.telegram_file_id)
        .join(VisitRow, VisitRow.id == EvidenceRow.visit_id)
        .join(MediaRow, MediaRow.sha256 == EvidenceRow.media_sha256)
        .where(VisitRow.hen_id == UNKNOWN, EvidenceRow.role.in_(["settled", "arrived"]), EvidenceRow.at > now - RECENT)
        .order_by(EvidenceRow.at.desc(), EvidenceRow.id.desc())
        .offset(page * PAGE)
        .limit(PAGE)
    )
    ticked = set(session.execute(select(HenPhotoRow.media_sha256).where(HenPhotoRow.draft_id == draft)).scalars())
    return [
        OwnPicture(evidence, Picture(sha256, path, file), sha256 in ticked)
        for evidence, sha256, path, file in session.execute(query)
    ]


def tick(session: Session, draft: int, evidence: int) -> bool:
    """Take one of the nests' own pictures for hers, or no more; False where there is none such, or no room."""
    shown = session.get(EvidenceRow, evidence)
    visit = session.get(VisitRow, shown.visit_id) if shown else None
    if shown is None or visit is None or visit.hen_id != UNKNOWN:
        return False
    of_hers = (HenPhotoRow.draft_id == draft, HenPhotoRow.media_sha256 == shown.media_sha256)
    if session.execute(select(HenPhotoRow.id).where(*of_hers)).first():
        session.execute(delete(HenPhotoRow).where(*of_hers))
        return True
    if photos_in(session, draft) >= MOST_PHOTOS:
        return False
    whose = {"nest_id": visit.nest_id, "visit_id": visit.id, "at": shown.at, "own": True}
    waiting = PhotoState.WAITING.value
    session.add(HenPhotoRow(draft_id=draft, media_sha256=shown.media_sha256, state=waiting, **whose))
    session.flush()
    return True


def have_checked(session: Session, draft: Draft, at: datetime) -> None:
    """Ask the detector's side to look at the pictures; `at` is coop time."""
    job = ask(session, JobKind.ADD_HEN, {"draft": draft.id, "photos": photos_in(session, draft.id)}, draft.by, at)
    row = session.get_one(HenDraftRow, draft.id)
    row.state, row.job_id = DraftState.CHECKING.value, job.id


def found_in(session: Session, draft: int) -> Found:
    """What the pictures turned out to be, once they were looked at; hens that are one count together."""
    rows = session.execute(select(HenPhotoRow).where(HenPhotoRow.draft_id == draft)).scalars().all()
    taken = [row for row in rows if row.state == PhotoState.TAKEN.value]
    aliases = aliases_of(session)
    alike = [HenId(row.likeness) for row in taken if row.likeness]
    return Found(
        taken=len(taken),
        own=sum(row.nest_id is not None for row in taken),
        refused=Counter(Flaw(row.reason) for row in rows if row.reason),
        likenesses=Counter(aliases.get(hen, hen) for hen in alike),
    )


def forget_refused(session: Session, draft: int) -> None:
    """Leave out the pictures that were refused: others are to come."""
    refused = HenPhotoRow.state == PhotoState.REFUSED.value
    session.execute(delete(HenPhotoRow).where(HenPhotoRow.draft_id == draft, refused))


def accept(session: Session, draft: Draft, now: datetime, at: datetime) -> Act:
    """Let the hen join with the pictures that were taken; the nest's own become labels, too.

    Args:
        now: wall time.
        at: coop time.

    Raises:
        ValueError, NameTaken: as for `add_hen`.
    """
    act = add_hen(session, draft.by, {"und": draft.name}, now, at)
    hen = str(act.details["hen"])
    of_draft = (HenPhotoRow.draft_id == draft.id, HenPhotoRow.state == PhotoState.TAKEN.value)
    session.execute(update(HenPhotoRow).where(*of_draft).values(hen_id=hen, act_id=act.id))
    for row in session.execute(select(HenPhotoRow).where(*of_draft, HenPhotoRow.own)).scalars():
        assert row.nest_id is not None and row.at is not None, "a nest's own picture has both"
        visit = VisitId(row.visit_id) if row.visit_id else None
        pictured = Pictured(NestId(row.nest_id), row.at, row.media_sha256, visit)
        add_labels(session, act, pictured, {"hens": "1", "hen": hen})
    set_state(session, draft.id, DraftState.DONE)
    session.flush()
    return act


def _open(by: int) -> Select[HenDraftRow]:
    return select(HenDraftRow).where(HenDraftRow.by == by, HenDraftRow.state.in_(OPEN)).order_by(HenDraftRow.id.desc())


def _draft(row: HenDraftRow) -> Draft:
    state = DraftState(row.state)
    return Draft(row.id, row.by, row.chat_id, row.message_id, row.name, row.language, state, row.job_id)
