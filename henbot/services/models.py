"""The model versions that the database knows: desired by the admin, serving in the worker."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from henbot.storage.tables import ModelVersionRow


@dataclass(frozen=True, slots=True)
class FoundVersion:
    """A version's folder as the detector found it."""

    id: str
    folder: str
    created_at: datetime
    manifest: Mapping[str, Any]


def register_versions(session: Session, versions: Iterable[FoundVersion]) -> None:
    """Note versions that the database has not heard of; the newest is desired where none was ever chosen."""
    for version in versions:
        row = session.get(ModelVersionRow, version.id)
        if row is None:
            row = ModelVersionRow(id=version.id, created_at=version.created_at, desired=False, serving=False)
            session.add(row)
        row.folder, row.manifest = version.folder, dict(version.manifest)
    session.flush()
    if desired_version(session) is None:
        newest = session.execute(select(ModelVersionRow).order_by(ModelVersionRow.created_at.desc()).limit(1))
        if row := newest.scalar_one_or_none():
            row.desired = True


def desired_version(session: Session) -> ModelVersionRow | None:
    """The version that the admin asked for; None before any was trained."""
    return session.execute(select(ModelVersionRow).where(ModelVersionRow.desired)).scalars().first()


def note_serving(session: Session, version: str | None) -> None:
    """Write which version runs; None for the stock recogniser."""
    for row in session.execute(select(ModelVersionRow)).scalars():
        row.serving = row.id == version
        if row.serving:
            row.failure = None


def note_failure(session: Session, version: str, reason: str) -> None:
    """Write why a desired version does not run."""
    session.get_one(ModelVersionRow, version).failure = reason[:255]
