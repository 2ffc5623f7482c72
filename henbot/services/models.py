"""The model versions that the database knows: desired by the admin, serving in the worker."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from henbot.services.changes import mark, set_mark
from henbot.services.coop_clock import wall_now
from henbot.services.shadows import begin_shadow, end_shadow
from henbot.services.switches import untold_switches
from henbot.services.version_notices import MOST_WORDS, NoticeKind, add_notice
from henbot.storage.versions import ModelVersionRow

SHIPPED_WANTED = "shipped version wanted"
"""Name of the mark that is 1 while the admin wants no version of the coop's own."""


class Origin(StrEnum):
    """Where a version comes from. One that was trained by a command serves by itself where none was ever chosen; a
    candidate and an imported one wait for the admin.
    """

    TRAINED = "trained"
    CANDIDATE = "candidate"
    IMPORTED = "imported"


@dataclass(frozen=True, slots=True)
class FoundVersion:
    """A version's folder as the detector found it."""

    id: str
    folder: str
    created_at: datetime
    manifest: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Version:
    """A version as the admin sees it.

    Attributes:
        report: how it compared when it was made; None where it was not compared.
        failure: why it does not serve although it was asked for.
        served_at: when it last began to serve; None if it never did.
    """

    id: str
    folder: str
    created_at: datetime
    origin: Origin
    manifest: Mapping[str, Any]
    report: Mapping[str, Any] | None
    desired: bool
    serving: bool
    pinned: bool
    failure: str | None
    served_at: datetime | None


class VersionInUse(ValueError):
    """A version that must not be removed: `reason` is `serving`, `pinned` or `last_good`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def register_versions(session: Session, versions: Iterable[FoundVersion]) -> None:
    """Note versions that were not heard of yet; the newest trained one is desired where none was ever chosen."""
    for version in versions:
        row = session.get(ModelVersionRow, version.id)
        if row is None:
            row = ModelVersionRow(id=version.id, created_at=version.created_at, desired=False, serving=False)
            session.add(row)
        row.folder, row.manifest = version.folder, dict(version.manifest)
    session.flush()
    if desired_version(session) is None and not mark(session, SHIPPED_WANTED):
        newest = (
            select(ModelVersionRow)
            .where(
                ModelVersionRow.origin == Origin.TRAINED,
                ModelVersionRow.removed_at.is_(None),
                ModelVersionRow.failure.is_(None),
            )
            .order_by(ModelVersionRow.created_at.desc())
            .limit(1)
        )
        if row := session.execute(newest).scalar_one_or_none():
            row.desired = True


def note_new(
    session: Session, version: FoundVersion, origin: Origin, report: Mapping[str, Any] | None = None
) -> Version:
    """Note a version that was made or brought for the admin to decide about; it does not serve by itself."""
    row = session.get(ModelVersionRow, version.id)
    if row is None:
        row = ModelVersionRow(id=version.id, created_at=version.created_at, desired=False, serving=False)
        session.add(row)
    row.folder, row.manifest, row.origin = version.folder, dict(version.manifest), origin
    row.report, row.removed_at = (dict(report) if report is not None else None), None
    session.flush()
    return _version(row)


def known_versions(session: Session) -> list[Version]:
    """All that were not removed, the newest first."""
    query = select(ModelVersionRow).where(ModelVersionRow.removed_at.is_(None))
    return [_version(row) for row in session.execute(query.order_by(ModelVersionRow.created_at.desc())).scalars()]


def version_by_id(session: Session, version: str) -> Version | None:
    """A version that was not removed; None if there is none of that id."""
    row = session.get(ModelVersionRow, version)
    return _version(row) if row is not None and row.removed_at is None else None


def desired_version(session: Session) -> ModelVersionRow | None:
    """The version that the admin asked for; None before any was trained."""
    return session.execute(select(ModelVersionRow).where(ModelVersionRow.desired)).scalars().first()


def serving_version(session: Session) -> Version | None:
    """The version that runs; None for the shipped one."""
    row = session.execute(select(ModelVersionRow).where(ModelVersionRow.serving)).scalars().first()
    return _version(row) if row else None


def want(session: Session, version: str) -> str | None:
    """Ask for a version to serve, which looks on in shadow no more; the id of the one asked for before, to go back to.

    Raises:
        KeyError: there is no such version.
    """
    if version_by_id(session, version) is None:
        raise KeyError(version)
    end_shadow(session, wall_now(), version)
    set_mark(session, 0, SHIPPED_WANTED)
    before = desired_version(session)
    for row in session.execute(select(ModelVersionRow)).scalars():
        row.desired = row.id == version
        if row.desired:
            row.failure = None
    return before.id if before is not None and before.id != version else None


def want_shipped(session: Session) -> str | None:
    """Let what is shipped serve until a version is asked for; the id of the one asked for before."""
    before = desired_version(session)
    for row in session.execute(select(ModelVersionRow).where(ModelVersionRow.desired)).scalars():
        row.desired = False
    set_mark(session, 1, SHIPPED_WANTED)
    return before.id if before is not None else None


def last_good(session: Session) -> Version | None:
    """The version that served before the one that is asked for now: what rolling back goes to."""
    query = (
        select(ModelVersionRow)
        .where(
            ModelVersionRow.served_at.is_not(None),
            ModelVersionRow.removed_at.is_(None),
            ModelVersionRow.failure.is_(None),
            ModelVersionRow.desired.is_(False),
        )
        .order_by(ModelVersionRow.served_at.desc())
        .limit(1)
    )
    row = session.execute(query).scalar_one_or_none()
    return _version(row) if row else None


def note_serving(session: Session, version: str | None, at: datetime | None = None) -> None:
    """Write which version runs, and since when if it did not run already; None for what is shipped."""
    for row in session.execute(select(ModelVersionRow)).scalars():
        goes_on = row.serving and row.served_at is not None
        row.serving = row.id == version
        if row.serving:
            row.failure, row.served_at = None, row.served_at if goes_on else at or row.served_at


def give_up(session: Session, version: str, reason: str, back_to: str | None, at: datetime) -> None:
    """Write why a version does not serve, for its page and for the admins, and ask for the one before again.

    Whoever waits for a version that never began to serve is told in the message in which they wait, and nobody else.

    Args:
        back_to: what served before; None for what is shipped.
        at: wall time.
    """
    row = session.get_one(ModelVersionRow, version)
    row.failure = reason[:MOST_WORDS]
    if row.serving or not untold_switches(session, version):
        add_notice(session, version, NoticeKind.FELL_BACK, reason, at, back_to=back_to)
    if row.desired:  # else the admin wants yet another one by now
        for other in session.execute(select(ModelVersionRow)).scalars():
            other.desired = other.id == back_to


def set_pinned(session: Session, version: str, *, pinned: bool) -> None:
    """Keep a version from being removed, or no more."""
    session.get_one(ModelVersionRow, version).pinned = pinned


def shadow(session: Session, version: str, at: datetime) -> None:
    """Let a version look on in shadow, in place of any other.

    Raises:
        KeyError: there is no such version.
        VersionInUse: it serves or is asked for.
    """
    found = version_by_id(session, version)
    if found is None:
        raise KeyError(version)
    if found.serving or found.desired:
        raise VersionInUse("serving")
    begin_shadow(session, version, at)


def removed_folders(session: Session) -> list[str]:
    """Folders of versions that were removed, for the detector to clear."""
    query = select(ModelVersionRow.folder).where(ModelVersionRow.removed_at.is_not(None))
    return list(session.execute(query).scalars())


def remove(session: Session, version: str, at: datetime) -> None:
    """Forget a version, whose past stays; the detector clears its folder.

    Raises:
        KeyError: there is no such version.
        VersionInUse: it serves or is asked for, it is pinned, or it is the one to go back to.
    """
    found = version_by_id(session, version)
    if found is None:
        raise KeyError(version)
    good = last_good(session)
    for reason, holds in (
        ("serving", found.serving or found.desired),
        ("pinned", found.pinned),
        ("last_good", good is not None and good.id == version),
    ):
        if holds:
            raise VersionInUse(reason)
    end_shadow(session, at, version)
    session.get_one(ModelVersionRow, version).removed_at = at


def _version(row: ModelVersionRow) -> Version:
    return Version(
        id=row.id,
        folder=row.folder,
        created_at=row.created_at,
        origin=Origin(row.origin or Origin.TRAINED),
        manifest=row.manifest,
        report=row.report,
        desired=row.desired,
        serving=row.serving,
        pinned=bool(row.pinned),
        failure=row.failure,
        served_at=row.served_at,
    )
