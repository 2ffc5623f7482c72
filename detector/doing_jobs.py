"""What a job's process does: train, bring a version in, send, compare or explain one, choose what to ask people."""

import os
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog

from detector.landing import Landing, reveal, wait
from detector.version_jobs import Asked, compare_with_serving, explain_version
from henbot.config import Settings, load_coop
from henbot.domain.errors import DatasetInvalid, HenbotError
from henbot.services.coop_clock import CoopClock
from henbot.services.hen_photos import note_judged, photos_of_draft
from henbot.services.jobs import Job, JobKind, fail, finish, job_by_id, note_progress
from henbot.services.media import MediaFolder
from henbot.services.models import Origin, serving_version, version_by_id
from henbot.storage.database import Database

if TYPE_CHECKING:
    from detector.training.mistakes import Mistake

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
    landing: Landing | None = None

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

    @property
    def scratch_folder(self) -> Path:
        """On the versions' disk, where it works alone: a forgotten process must not disturb the one that took over."""
        return self.settings.models / SCRATCH / self.lease

    def scratch(self) -> Path:
        """That folder, empty; what killed jobs left goes."""
        shutil.rmtree(self.scratch_folder.parent, ignore_errors=True)
        self.scratch_folder.mkdir(parents=True)
        return self.scratch_folder

    def clear(self) -> None:
        """Let its folder go."""
        shutil.rmtree(self.scratch_folder, ignore_errors=True)
        with suppress(OSError):  # there is none, or another process works beside it
            self.scratch_folder.parent.rmdir()

    def land(self, folder: Path, origin: Origin, report: Mapping[str, Any] | None) -> str:
        """Let a version wait for the job's end, and return its id."""
        self.report("done", 1.0)  # raises where another process does this job by now
        version, self.landing = wait(folder, self.settings.models, origin, report)
        return version


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
        doing.clear()
    return _finish(doing, result, now())


def _finish(doing: Doing, result: Mapping[str, Any], now: datetime) -> bool:
    """End a job and let its version be known in one transaction; False if it was called off meanwhile."""
    with doing.database.writing() as session:
        done = finish(session, doing.job.id, doing.lease, result, now)
        if done and doing.landing is not None:
            doing.landing.note(session)
        session.commit()
    reveal(doing.database, doing.settings.models)
    return done


def _train(doing: Doing) -> Mapping[str, Any]:
    """Labels out of the database, a candidate from them, and how it compares."""
    from detector.export import export_dataset
    from detector.training.candidate import make_candidate
    from detector.training.fit import Recipe

    doing.report("reading", 0.0)
    scratch = doing.scratch()
    media = MediaFolder(doing.settings.media)
    with doing.database.reading() as session:
        exported = export_dataset(session, media, scratch / "dataset", polygons=_zones(doing))
        serving = serving_version(session)
    if not exported.told:
        raise DatasetInvalid("nobody has told what the pictures show yet: send /label, or label a dataset folder")
    recipe = Recipe(seed=int(doing.job.arguments.get("seed", 2016)))
    made = make_candidate(exported.folder, scratch, Path(serving.folder) if serving else None, doing.report, recipe)
    report = made.told() | {
        "labelled": exported.told,
        "against": serving.id if serving else None,
        "sheet": _sheet(made.mistakes, made.sheet, media),
    }
    return {"version": doing.land(made.folder, Origin.CANDIDATE, report), "report": report}


def _sheet(mistakes: "Sequence[Mistake]", sheet: bytes, media: MediaFolder) -> Mapping[str, Any] | None:
    """What the candidate gets wrong, as a picture of the media folder and what is on it."""
    if not mistakes:
        return None
    return {"path": media.put(sheet, ".jpg").path, "shown": [one.told() for one in mistakes]}


def _import(doing: Doing) -> Mapping[str, Any]:
    from detector.archive import unpack

    file = MediaFolder(doing.settings.media).path_of(str(doing.job.arguments["path"]))
    doing.report("checking", 0.1)
    folder = unpack(file, doing.scratch() / "versions", _coop_name(doing))
    return {"version": doing.land(folder, Origin.IMPORTED, None)}


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


def _choose(doing: Doing) -> Mapping[str, Any]:
    from detector.question_choice import choose_questions

    return choose_questions(doing)


def _about_version(doing: Doing) -> Asked:
    settings = doing.settings
    coop = load_coop(settings.config) if settings.config.exists() else None
    wanted, media = str(doing.job.arguments["version"]), MediaFolder(settings.media)
    return Asked(wanted, doing.database, media, coop, doing.scratch(), doing.report)


def _zones(doing: Doing) -> dict[Any, Any]:
    if not doing.settings.config.exists():
        return {}
    cameras = load_coop(doing.settings.config).cameras
    return {nest.id: nest.polygon for camera in cameras for nest in camera.nests}


def _coop_name(doing: Doing) -> str | None:
    return load_coop(doing.settings.config).coop.name if doing.settings.config.exists() else None


def _add_hen(doing: Doing) -> Mapping[str, Any]:
    """Look at the pictures that were sent of a new hen, one by one."""
    from detector.judging_photos import judge_of

    doing.report("looking", 0.0)
    draft = int(doing.job.arguments["draft"])
    config = load_coop(doing.settings.config) if doing.settings.config.exists() else None
    judge = judge_of(doing.database, MediaFolder(doing.settings.media), config)
    photos = doing.database.read(lambda session: photos_of_draft(session, draft))
    for number, photo in enumerate(photos):
        judged = judge.judge(photo)
        doing.database.write(partial(note_judged, photo=photo.id, judged=judged))
        doing.report("looking", (number + 1) / (len(photos) + 1))
    return {"draft": draft, "known_by_name": judge.knows_hens}


DOERS: Mapping[JobKind, Callable[[Doing], Mapping[str, Any]]] = {
    JobKind.TRAIN: _train,
    JobKind.IMPORT: _import,
    JobKind.EXPORT: _export,
    JobKind.ADD_HEN: _add_hen,
    JobKind.COMPARE: lambda doing: compare_with_serving(_about_version(doing)),
    JobKind.EXPLAIN: lambda doing: explain_version(_about_version(doing)),
    JobKind.CHOOSE: _choose,
}
