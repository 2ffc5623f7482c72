"""The version that looks at pictures: verified, loaded, and replaced between two frames when the admin asks."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import structlog
from sqlalchemy.orm import Session

from detector.recognition import Recogniser
from detector.starter import chosen, day_zero
from detector.versions import list_versions, read_manifest
from henbot.domain.errors import ModelLoadFailed
from henbot.services.models import FoundVersion, desired_version, note_failure, note_serving, register_versions
from henbot.storage.database import Database

log = structlog.get_logger(__name__)


class Serving:
    """Which recogniser serves, and the change to another one.

    A version that cannot be loaded changes nothing: the one before goes on, and the reason is stored for the admin.
    """

    def __init__(self, database: Database, models: Path, coop: str) -> None:
        self._database = database
        self._models = models
        self._coop = coop
        self._tried: str | None = None
        self.recogniser: Recogniser
        self.recogniser, self.threshold = day_zero(coop)
        self._register()
        self.change_if_asked()

    def change_if_asked(self) -> bool:
        """Load the desired version if it is another than the last one tried; tells whether the recogniser changed."""
        with self._database.reading() as session:
            row = desired_version(session)
            wanted = (row.id, Path(row.folder)) if row else None
        if wanted is None or wanted[0] == self._tried:
            return False
        self._tried = wanted[0]
        try:
            self.recogniser, self.threshold = chosen(wanted[1], self._coop)
        except ModelLoadFailed as exc:
            reason = str(exc)
            log.error("model.refused", version=wanted[0], reason=reason)
            self._note(lambda session: note_failure(session, wanted[0], reason))
            return False
        log.info("model.serving", version=self.recogniser.version)
        self._note(lambda session: note_serving(session, wanted[0]))
        return True

    def _register(self) -> None:
        found = []
        for folder in list_versions(self._models) if self._models.is_dir() else []:
            try:
                manifest = read_manifest(folder)
            except ModelLoadFailed as exc:
                log.warning("model.ignored", folder=folder.name, reason=str(exc))
                continue
            created = datetime.fromisoformat(manifest.created)
            told = {"hens": list(manifest.hens), "metrics": dict(manifest.metrics), "kind": manifest.kind}
            found.append(FoundVersion(manifest.id, str(folder.resolve()), created, told))
        self._note(lambda session: register_versions(session, found))

    def _note(self, write: Callable[[Session], None]) -> None:
        with self._database.writing() as session:
            write(session)
            session.commit()
