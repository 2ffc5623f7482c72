"""The version that looks at pictures: verified, loaded, and replaced between two frames when the admin asks."""

import shutil
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy.orm import Session

from detector.loading import Loading
from detector.naming import Naming
from detector.networks import Networks
from detector.portraits import Portraits
from detector.probation import Probation, ProbationRules
from detector.recognition import Recogniser
from detector.starter import Site, chosen, day_zero
from detector.versions import Manifest, list_versions, read_manifest
from henbot.domain.errors import ModelLoadFailed
from henbot.services.coop_clock import wall_now
from henbot.services.hen_ids import Flock, flock_now
from henbot.services.models import (
    FoundVersion,
    Origin,
    Version,
    desired_version,
    give_up,
    last_good,
    note_serving,
    register_versions,
    removed_folders,
    version_by_id,
)
from henbot.storage.database import Database

log = structlog.get_logger(__name__)

FIRST_HOUR = timedelta(seconds=ProbationRules().lasts_s)


@dataclass(frozen=True, slots=True)
class _Loaded:
    """A recogniser as it was loaded; its id is None for what is shipped."""

    id: str | None
    recogniser: Recogniser
    threshold: float


class Serving:
    """Which recogniser serves, and the change to another one.

    A version that cannot be loaded changes nothing: the one before goes on, is the desired one again, and the reason is
    stored for the admin. The same happens when one turns out to be unsound (`detector.probation`), in its first hour or
    later, and after a restart.
    """

    def __init__(self, database: Database, models: Path, site: Site, portraits: Portraits | None = None) -> None:
        self._database = database
        self._portraits = portraits
        if portraits is not None:
            portraits.heed()
        self._models = models
        self.site = site if site.networks else replace(site, networks=Networks.load())
        self._flock: Flock = database.read(flock_now)
        self._tried: str | None = None
        self._loading: Loading | None = None
        shipped, threshold = day_zero(self.site)
        self._shipped = _Loaded(None, self.named(shipped), threshold)
        self._before, self._now = self._shipped, self._shipped
        self.recogniser: Recogniser = self._now.recogniser
        self.threshold = threshold
        self._register()
        self._start()

    def named(self, recogniser: Recogniser) -> Recogniser:
        """A recogniser that names hens of this flock alone, those too who were added from pictures."""
        if self._portraits is not None:
            self._portraits.show(recogniser)
        return Naming(recogniser, lambda: self._flock)

    @property
    def version(self) -> str | None:
        """Id of the version that serves; None for what is shipped."""
        return self._now.id

    def change_if_asked(self, *, wait: bool = True) -> bool:
        """Change to the desired version if it is another than the last one tried, or back from one that was given up;
        tells whether the recogniser changed. Without `wait` a version that takes long to load is taken at a later call.
        """
        if isinstance(self.recogniser, Probation) and self.recogniser.failure:
            return self._go_back(self.recogniser.failure)
        if self._return_if_asked():
            return True
        self._begin_if_asked()
        if self._loading is None or not (wait or self._loading.is_over):
            return False
        return self._finish(self._loading)

    def heed_flock(self) -> None:
        """Learn of hens that came, went, or turned out to be one another."""
        self._flock = self._database.read(flock_now)
        if self._portraits is not None:
            self._portraits.heed()

    def clear_removed(self) -> None:
        """Free the disk of versions that the admin removed."""
        for folder in map(Path, self._database.read(removed_folders)):
            if folder.is_dir() and folder.parent == self._models.resolve():
                log.info("model.removed", folder=folder.name)
                shutil.rmtree(folder, ignore_errors=True)

    def _return_if_asked(self) -> bool:
        """Serve what is shipped again, which is always at hand, where no version is desired any more."""
        if self._now is self._shipped or self._database.read(desired_version) is not None:
            return False
        self._now = self._before = self._shipped
        self._loading = self._tried = None
        self._guard()
        log.info("model.serving", version=self._now.recogniser.version)
        self._database.write(lambda session: note_serving(session, None))
        return True

    def _begin_if_asked(self) -> bool:
        with self._database.reading() as session:
            row = desired_version(session)
            wanted = (row.id, Path(row.folder)) if row else None
        if wanted is None or wanted[0] == self._tried:
            return False
        self._tried = wanted[0]
        self._loading = Loading(*wanted, self.site)
        return True

    def _finish(self, loading: Loading) -> bool:
        self._loading = None
        try:
            found, threshold = loading.result()
        except ModelLoadFailed as exc:
            self._refuse(loading.version, str(exc))
            return False
        self._before, self._now = self._now, _Loaded(loading.version, self.named(found), threshold)
        self._use(Probation(self._now.recogniser, self._before.recogniser, forget=self._forget))
        log.info("model.serving", version=found.version)
        self._database.write(lambda session: note_serving(session, loading.version, wall_now()))
        return True

    def _refuse(self, version: str, reason: str) -> None:
        log.error("model.refused", version=version, reason=reason)
        back = self._now.id
        self._database.write(lambda session: give_up(session, version, reason, back, wall_now()))
        self._tried = back

    def _go_back(self, reason: str) -> bool:
        unsound, self._now, self._before = self._now, self._before, self._shipped
        back = self._tried = self._now.id
        self._guard()

        def write(session: Session) -> None:
            give_up(session, str(unsound.id), reason, back, wall_now())
            note_serving(session, back, wall_now())

        self._database.write(write)
        return True

    def _use(self, recogniser: Recogniser) -> None:
        self.recogniser, self.threshold = recogniser, self._now.threshold

    def _guard(self) -> None:
        """Let the version serve that does, with the one before standing by in case that it breaks."""
        if self._now is self._before:
            self._use(self._now.recogniser)
        else:
            self._use(Probation(self._now.recogniser, self._before.recogniser, ProbationRules(lasts_s=0.0)))

    def _forget(self) -> None:
        assert self.site.networks is not None, "they are loaded at the start"
        self.site.networks.forget()

    def _start(self) -> None:
        """Serve what is desired; where that cannot be, the last version that could."""
        while self._begin_if_asked() and self._loading is not None:
            loading, self._loading = self._loading, None
            try:
                found, threshold = loading.result()
            except ModelLoadFailed as exc:
                self._refuse_at_start(loading.version, str(exc))
                continue
            self._resume(_Loaded(loading.version, self.named(found), threshold))

    def _refuse_at_start(self, version: str, reason: str) -> None:
        log.error("model.refused", version=version, reason=reason)

        def write(session: Session) -> None:
            good = last_good(session)
            give_up(session, version, reason, good.id if good else None, wall_now())
            note_serving(session, None)

        self._database.write(write)
        self._tried = None

    def _resume(self, loaded: _Loaded) -> None:
        """Go on with a version, and with its first hour if that is not over."""
        now = wall_now()
        with self._database.reading() as session:
            version, good = version_by_id(session, str(loaded.id)), last_good(session)
        self._now = loaded
        if good is not None and good.id != loaded.id:
            self._before = self._reserve(good)
        if (left := _first_hour_left(version, now)) > timedelta():
            rules = ProbationRules(lasts_s=left.total_seconds())
            self._use(Probation(loaded.recogniser, self._before.recogniser, rules, forget=self._forget))
        else:
            self._guard()
        log.info("model.serving", version=loaded.recogniser.version)
        self._database.write(lambda session: note_serving(session, loaded.id, now))

    def _reserve(self, version: Version) -> _Loaded:
        try:
            found, threshold = chosen(Path(version.folder), self.site)
        except ModelLoadFailed as exc:
            log.warning("model.no_reserve", version=version.id, reason=str(exc))
            return self._shipped
        return _Loaded(version.id, self.named(found), threshold)

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


def _first_hour_left(version: Version | None, now: datetime) -> timedelta:
    """How much of its first hour a version has before it; none of one that was trained by a command, and never asked
    for, since whoever trains so wants it to serve.
    """
    if version is None or (version.served_at is None and version.origin is Origin.TRAINED):
        return timedelta()
    return FIRST_HOUR - (now - version.served_at) if version.served_at else FIRST_HOUR


def found_version(folder: Path, manifest: Manifest) -> FoundVersion:
    """What the database is told of a version's folder."""
    told: dict[str, Any] = {"hens": list(manifest.hens), "metrics": dict(manifest.metrics), "kind": manifest.kind}
    told |= {"pictures": manifest.trained_on.get("pictures")}
    size = sum(path.stat().st_size for path in folder.iterdir())
    created = datetime.fromisoformat(manifest.created)
    return FoundVersion(manifest.id, str(folder.resolve()), created, told | {"size": size})
