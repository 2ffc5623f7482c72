"""How a version that a job made comes among the others: whole or not at all, whenever the process is killed.

It waits in a folder that no list shows. One transaction ends the job and tells the database of the version; then its
folder is moved. Killed before, there is nothing to see; killed in between, `reveal` moves it, as at every start.
The database hears of it first, since a folder that it does not know would be taken for one that was trained by a
command, which may serve by itself.
"""

import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from detector.serving import found_version
from detector.versions import MANIFEST, read_manifest
from henbot.domain.errors import ModelLoadFailed
from henbot.services.models import FoundVersion, Origin, note_new, version_by_id
from henbot.storage.database import Database

WAITING = ".landing"
"""Folder among the versions, which lists leave out."""


@dataclass(frozen=True, slots=True)
class Landing:
    """A version that waits for its job to end."""

    found: FoundVersion
    origin: Origin
    report: Mapping[str, Any] | None

    def note(self, session: Session) -> None:
        """Tell the database of it."""
        note_new(session, self.found, self.origin, self.report)


def wait(folder: Path, models: Path, origin: Origin, report: Mapping[str, Any] | None) -> tuple[str, Landing | None]:
    """Let a version's folder wait; its id, and the landing, None where the very same version is here already.

    Raises:
        ModelLoadFailed: another version of the same id is here.
    """
    manifest, target = read_manifest(folder), models / folder.name
    if target.exists():
        if (target / MANIFEST).read_bytes() == (folder / MANIFEST).read_bytes():
            return manifest.id, None
        raise ModelLoadFailed(f"version {manifest.id} is here already; remove it first to replace it")
    found = replace(found_version(folder, manifest), folder=str(target.resolve()))
    waiting = models / WAITING
    shutil.rmtree(waiting, ignore_errors=True)
    waiting.mkdir(parents=True)
    folder.replace(waiting / folder.name)
    return manifest.id, Landing(found, origin, report)


def reveal(database: Database, models: Path) -> None:
    """Move the versions that the database knows out of the waiting folder."""
    for path in sorted((models / WAITING).glob(f"*/{MANIFEST}")):
        if database.read(partial(version_by_id, version=read_manifest(path.parent).id)) is not None:
            path.parent.replace(models / path.parent.name)
    with suppress(OSError):  # there is none, or a version waits there still
        (models / WAITING).rmdir()
