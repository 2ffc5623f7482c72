"""The version that looks at pictures: verified, loaded, and replaced between two frames when the admin asks."""

import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog
from sqlalchemy.orm import Session

from detector.probation import Probation
from detector.recognition import Recogniser
from detector.starter import Site, chosen, day_zero
from detector.versions import Manifest, list_versions, read_manifest
from henbot.domain.errors import ModelLoadFailed
from henbot.services.coop_clock import wall_now
from henbot.services.models import (
    FoundVersion,
    desired_version,
    give_up,
    note_serving,
    register_versions,
    removed_folders,
)
from henbot.storage.database import Database

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Loaded:
    """A recogniser as it was loaded; its id is None for what is shipped."""

    id: str | None
    recogniser: Recogniser
    threshold: float


class Serving:
    """Which recogniser serves, and the change to another one.

    A version that cannot be loaded changes nothing: the one before goes on, is the desired one again, and the reason is
    stored for the admin. The same happens when one turns out to be unsound in its first hour (`detector.probation`).
    """

    def __init__(self, database: Database, models: Path, site: Site) -> None:
        self._database = database
        self._models = models
        self._site = site
        self._tried: str | None = None
        self._before: _Loaded | None = None
        self.recogniser: Recogniser
        self.recogniser, self.threshold = day_zero(site)
        self._now = _Loaded(None, self.recogniser, self.threshold)
        self._register()
        self.change_if_asked(probation=False)

    def change_if_asked(self, *, probation: bool = True) -> bool:
        """Load the desired version if it is another than the last one tried, or go back from one that was given up;
        tells whether the recogniser changed. Without `probation` the version serves with nothing in reserve.
        """
        if isinstance(self.recogniser, Probation) and self.recogniser.failure:
            return self._go_back(self.recogniser.failure)
        with self._database.reading() as session:
            row = desired_version(session)
            wanted = (row.id, Path(row.folder)) if row else None
        if wanted is None or wanted[0] == self._tried:
            return False
        self._tried = wanted[0]
        try:
            found, threshold = chosen(wanted[1], self._site)
        except ModelLoadFailed as exc:
            self._refuse(wanted[0], str(exc))
            return False
        self._before, self._now = self._now, _Loaded(wanted[0], found, threshold)
        self.recogniser = Probation(found, self._before.recogniser) if probation else found
        self.threshold = threshold
        log.info("model.serving", version=found.version)
        self._database.write(lambda session: note_serving(session, wanted[0], wall_now()))
        return True

    def _refuse(self, version: str, reason: str) -> None:
        log.error("model.refused", version=version, reason=reason)
        back = self._now.id
        self._database.write(lambda session: give_up(session, version, reason, back))
        self._tried = back or version

    def _go_back(self, reason: str) -> bool:
        assert self._before is not None
        unsound, self._now, self._before = self._now, self._before, None
        self.recogniser, self.threshold, self._tried = self._now.recogniser, self._now.threshold, self._now.id
        back = self._now.id

        def write(session: Session) -> None:
            give_up(session, str(unsound.id), reason, back)
            note_serving(session, back, wall_now())

        self._database.write(write)
        if back is None:
            self._tried = unsound.id
        return True

    def clear_removed(self) -> None:
        """Free the disk of versions that the admin removed."""
        for folder in map(Path, self._database.read(removed_folders)):
            if folder.is_dir() and folder.parent == self._models.resolve():
                log.info("model.removed", folder=folder.name)
                shutil.rmtree(folder, ignore_errors=True)

    def _register(self) -> None:
        found = []
        for folder in list_versions(self._models) if self._models.is_dir() else []:
            try:
                manifest = read_manifest(folder)
            except ModelLoadFailed as exc:
                log.warning("model.ignored", folder=folder.name, reason=str(exc))
                continue
            found.append(found_version(folder, manifest))
        self._database.write(lambda session: register_versions(session, found))


def found_version(folder: Path, manifest: Manifest) -> FoundVersion:
    """What the database is told of a version's folder."""
    told = {"hens": list(manifest.hens), "metrics": dict(manifest.metrics), "kind": manifest.kind}
    size = sum(path.stat().st_size for path in folder.iterdir())
    created = datetime.fromisoformat(manifest.created)
    return FoundVersion(manifest.id, str(folder.resolve()), created, told | {"size": size})
