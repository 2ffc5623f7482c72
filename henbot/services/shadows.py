"""A version in shadow: it looks at live pictures beside the serving one, and what it says otherwise is counted."""

from dataclasses import asdict, dataclass, fields
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from henbot.services.version_notices import MOST_WORDS, NoticeKind, add_notice
from henbot.storage.shadows import ShadowRow


@dataclass(frozen=True, slots=True)
class Looks:
    """What two versions said of the same pictures.

    Attributes:
        pictures: nests' pictures that both looked at.
        differing: those of which they said different things, by question:
        hens: whether a hen is there; names: which one; eggs: how many eggs.
    """

    pictures: int = 0
    differing: int = 0
    hens: int = 0
    names: int = 0
    eggs: int = 0

    def __add__(self, other: "Looks") -> "Looks":
        return Looks(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


@dataclass(frozen=True, slots=True)
class Shadow:
    """A stretch in which a version looked on, wall time.

    Attributes:
        against: the version that served meanwhile; None for the shipped one.
        failure: why it ended by itself.
    """

    id: int
    version: str
    since: datetime
    ended_at: datetime | None
    against: str | None
    looks: Looks
    failure: str | None


def begin_shadow(session: Session, version: str, now: datetime) -> None:
    """Let a version look on from now; whichever did so before ends. One that looks on already goes on."""
    going_on = open_shadow(session)
    if going_on is not None and going_on.version == version:
        return
    end_shadow(session, now)
    session.add(ShadowRow(version_id=version, since=now))
    session.flush()


def end_shadow(session: Session, now: datetime, version: str | None = None) -> bool:
    """Let the version in shadow look on no more, or only if it is a certain one; False if there was none."""
    query = select(ShadowRow).where(ShadowRow.ended_at.is_(None))
    rows = [row for row in session.execute(query).scalars() if version in (None, row.version_id)]
    for row in rows:
        row.ended_at = now
    return bool(rows)


def open_shadow(session: Session) -> Shadow | None:
    """Which version looks on; None if none does."""
    query = select(ShadowRow).where(ShadowRow.ended_at.is_(None)).order_by(ShadowRow.id.desc()).limit(1)
    row = session.execute(query).scalar_one_or_none()
    return _shadow(row) if row else None


def last_shadow(session: Session, version: str) -> Shadow | None:
    """The last stretch in which a version looked on, whether it is over or not; None if it never did."""
    query = select(ShadowRow).where(ShadowRow.version_id == version).order_by(ShadowRow.id.desc()).limit(1)
    row = session.execute(query).scalar_one_or_none()
    return _shadow(row) if row else None


def add_looks(session: Session, shadow: int, looks: Looks, against: str | None, now: datetime) -> None:
    """Count what was looked at. Against another version than before, it counts anew in a stretch of its own."""
    row = session.get_one(ShadowRow, shadow)
    if row.pictures and row.against != against:
        is_open, row.ended_at = row.ended_at is None, row.ended_at or now
        row = ShadowRow(version_id=row.version_id, since=now, ended_at=None if is_open else now)
        row.pictures = row.differing = row.hens = row.names = row.eggs = 0
        session.add(row)
    row.against = against
    for name, number in asdict(looks).items():
        setattr(row, name, getattr(row, name) + number)
    session.flush()


def drop_shadow(session: Session, shadow: int, reason: str, now: datetime) -> None:
    """End a shadow that cannot go on, and let the admins be told why; nothing if it has ended already."""
    row = session.get_one(ShadowRow, shadow)
    if row.ended_at is None:
        row.ended_at, row.failure = now, reason[:MOST_WORDS]
        add_notice(session, row.version_id, NoticeKind.SHADOW_DROPPED, reason, now)


def _shadow(row: ShadowRow) -> Shadow:
    looks = Looks(row.pictures, row.differing, row.hens, row.names, row.eggs)
    return Shadow(row.id, row.version_id, row.since, row.ended_at, row.against, looks, row.failure)
