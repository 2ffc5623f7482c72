"""What a job's process does: train a candidate, bring a version in or send one out."""

import os
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import structlog

from detector.serving import found_version
from detector.versions import MANIFEST, read_manifest
from henbot.config import Settings, load_coop
from henbot.domain.errors import DatasetInvalid, HenbotError, ModelLoadFailed
from henbot.services.coop_clock import CoopClock
from henbot.services.jobs import Job, JobKind, fail, finish, job_by_id, note_progress
from henbot.services.media import MediaFolder
from henbot.services.models import Origin, note_new, serving_version, version_by_id
from henbot.storage.database import Database

log = structlog.get_logger(__name__)

NICENESS = 10
"""Whatever a job does, the live cameras come first."""

TELL_EVERY_S = 0.5
SCRATCH = ".scratch"
"""Folder among the versions, which lists leave out; emptied when the next job begins."""


class CalledOff(HenbotError):
    """The job was called off, or another process does it by now."""


@dataclass(slots=True)
class Doing:
    """A job, and where its process works."""

    job: Job
    lease: str
    database: Database
    settings: Settings
    told_at: float = 0.0

    def report(self, phase: str, progress: float) -> None:
        """Tell how far it is; raises CalledOff when it shall stop."""
        now = time.monotonic()
        if now - self.told_at < TELL_EVERY_S and progress < 1.0:
            return
        self.told_at = now
        with self.database.writing() as session:
            is_ours = note_progress(session, self.job.id, self.lease, phase, progress)
            session.commit()
        if not is_ours:
            raise CalledOff(f"job {self.job.id} was called off")

    def scratch(self) -> Path:
        """An empty folder on the versions' disk; what killed jobs left goes."""
        folder = self.settings.models / SCRATCH
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder


def do_job(job_id: int, lease: str, database: Database, settings: Settings) -> bool:
    """Do a job to its end, good or bad; False if it was called off. Its outcome stands in the database."""
    os.nice(NICENESS)
    with database.reading() as session:
        job = job_by_id(session, job_id)
    if job is None:
        return False
    doing = Doing(job, lease, database, settings)
    now = CoopClock(database).now
    try:
        result = DOERS[job.kind](doing)
    except CalledOff:
        return False
    except (HenbotError, OSError, MemoryError) as exc:
        log.warning("job.failed", job=job_id, kind=job.kind, reason=str(exc))
        with database.writing() as session:
            fail(session, job_id, lease, str(exc) or type(exc).__name__, now())
            session.commit()
        return True
    finally:
        shutil.rmtree(settings.models / SCRATCH, ignore_errors=True)
    with database.writing() as session:
        done = finish(session, job_id, lease, result, now())
        session.commit()
    return done


def _train(doing: Doing) -> Mapping[str, Any]:
    """Labels out of the database, a candidate from them, and how it compares."""
    from detector.export import export_dataset
    from detector.training.candidate import make_candidate
    from detector.training.fit import Recipe

    doing.report("reading", 0.0)
    scratch = doing.scratch()
    with doing.database.reading() as session:
        exported = export_dataset(
            session, MediaFolder(doing.settings.media), scratch / "dataset", polygons=_zones(doing)
        )
        serving = serving_version(session)
    if not exported.told:
        raise DatasetInvalid(
            "nobody has told what the pictures show, and that cannot be told in a chat yet: "
            "label a dataset folder and run `python -m detector train`"
        )
    folder = Path(serving.folder) if serving else None
    recipe = Recipe(seed=int(doing.job.arguments.get("seed", 2016)))
    made = make_candidate(exported.folder, scratch / "versions", folder, doing.report, recipe)
    report = {
        "pictures": made.pictures,
        "labelled": exported.told,
        "held_out": made.held_out,
        "learned_by_serving": made.learned_by_serving,
        "against": serving.id if serving else None,
        "comparison": made.comparison.told() if made.comparison else None,
        "metrics": made.metrics,
    }
    return {"version": _land(doing, made.folder, Origin.CANDIDATE, report), "report": report}


def _import(doing: Doing) -> Mapping[str, Any]:
    from detector.archive import unpack

    file = MediaFolder(doing.settings.media).path_of(str(doing.job.arguments["path"]))
    doing.report("checking", 0.1)
    folder = unpack(file, doing.scratch() / "versions", _coop_name(doing))
    return {"version": _land(doing, folder, Origin.IMPORTED, None)}


def _export(doing: Doing) -> Mapping[str, Any]:
    from detector.archive import pack

    wanted = str(doing.job.arguments["version"])
    with doing.database.reading() as session:
        version = version_by_id(session, wanted)
    if version is None:
        raise DatasetInvalid(f"there is no version {wanted}")
    doing.report("packing", 0.1)
    packed = pack(Path(version.folder), doing.scratch() / f"{version.id}.zip")
    stored = MediaFolder(doing.settings.media).put(packed.read_bytes(), ".zip")
    return {"version": version.id, "path": stored.path, "sha256": stored.sha256, "size": stored.size}


def _land(doing: Doing, folder: Path, origin: Origin, report: Mapping[str, Any] | None) -> str:
    """Let a version appear among the others, and return its id. The database hears of it first: a folder that it does
    not know would be taken for one that was trained by a command, which may serve by itself.
    """
    manifest, target = read_manifest(folder), doing.settings.models / folder.name
    if target.exists():
        if (target / MANIFEST).read_bytes() == (folder / MANIFEST).read_bytes():
            return manifest.id  # a job that was begun again, or the same version once more
        raise ModelLoadFailed(f"version {manifest.id} is here already; remove it first to replace it")
    found = replace(found_version(folder, manifest), folder=str(target.resolve()))
    doing.database.write(lambda session: note_new(session, found, origin, report))
    folder.replace(target)
    return manifest.id


def _zones(doing: Doing) -> dict[Any, Any]:
    if not doing.settings.config.exists():
        return {}
    cameras = load_coop(doing.settings.config).cameras
    return {nest.id: nest.polygon for camera in cameras for nest in camera.nests}


def _coop_name(doing: Doing) -> str | None:
    return load_coop(doing.settings.config).coop.name if doing.settings.config.exists() else None


DOERS: Mapping[JobKind, Callable[[Doing], Mapping[str, Any]]] = {
    JobKind.TRAIN: _train,
    JobKind.IMPORT: _import,
    JobKind.EXPORT: _export,
}
