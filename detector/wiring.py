"""Putting the parts together for a command."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import cast

from sqlalchemy import make_url, select

from detector.camera_desk import CameraDesk
from detector.export import Exported, export_dataset
from detector.frame import Frame
from detector.job_desk import JobDesk, job_command, job_environment
from detector.landing import reveal
from detector.naming import Naming
from detector.pacing import Pace
from detector.pipeline import Pipeline
from detector.portraits import Portraits, zones_of
from detector.replay import RecordedSource, Replay
from detector.serving import Serving
from detector.shadow import ShadowDesk
from detector.sources import Cursor, Skipped
from detector.sources.build import build_source
from detector.starter import Site, chosen
from detector.worker import Worker
from henbot.config import CoopConfig, Settings, load_coop, load_settings
from henbot.domain.clock import ClockSetting, day_bounds
from henbot.domain.errors import ConfigInvalid
from henbot.services.coop_clock import CoopClock, clock_setting, wall_now
from henbot.services.coop_records import seed_coop
from henbot.services.hen_ids import flock_now
from henbot.services.media import MediaFolder
from henbot.storage.database import Database, open_database
from henbot.storage.schema import check_schema, migrate
from henbot.storage.tables import CoopRow

RECORDED = ("folder", "video")
"""Kinds of source that have an end."""

BACKGROUNDS = "backgrounds"
"""Folder beside the media folder where recognisers keep what nests look like that no version knows."""

Days = tuple[date | None, date | None]


@dataclass(slots=True)
class _Until:
    """A recorded source that ends before a moment."""

    source: RecordedSource
    end: datetime | None

    @property
    def skipped(self) -> list[Skipped]:
        return self.source.skipped

    def __iter__(self) -> Iterator[Frame]:
        for frame in self.source:
            if self.end and frame.captured_at >= self.end:
                return
            yield frame


@dataclass(frozen=True, slots=True)
class OpenReplay:
    """A dataset, a version and a database, ready to be played."""

    database: Database
    desks: Sequence[CameraDesk]
    sources: Sequence[_Until]

    def clock_setting(self) -> ClockSetting:
        """The coop's clock as it stands in the database now."""
        with self.database.reading() as session:
            return clock_setting(session)

    def replay(self, pace: Pace) -> Replay:
        """The run, not begun yet."""
        return Replay(self.desks, self.sources, pace)


def open_replay(dataset: Path, model: Path | None, url: str, media: Path | None, days: Days) -> OpenReplay:
    """Open a dataset folder for a replay into a database, which is made or brought up to date first.

    Args:
        model: a version's folder; None for the shipped one.
        media: the media folder; None for `media` beside the database's file, or here.
        days: first and last day in the coop's time zone, each None for no limit.

    Raises:
        HenbotError: the dataset, the version or the database cannot be used.
    """
    config = load_coop(dataset / "coop.yaml")
    recorded = [camera for camera in config.cameras if camera.source.kind in RECORDED]
    if not recorded:
        raise ConfigInvalid(
            f"{dataset / 'coop.yaml'}: no camera has a source of kind folder or video, so nothing can be replayed"
        )
    pictures = media or _beside(url)
    recogniser, threshold = chosen(model, Site.of(config, pictures.parent / BACKGROUNDS))
    start, end = _bounds(days, config)
    migrate(url)
    database = open_database(url)
    _refuse_another_coop(database, config, url)
    _seed(database, config)
    folder, flock = MediaFolder(pictures), database.read(flock_now)
    portraits = Portraits(database, folder, zones_of(config))
    portraits.heed()
    portraits.show(recogniser)
    named = Naming(recogniser, lambda: flock)
    desks = [CameraDesk(Pipeline(camera, named), database, folder, threshold) for camera in recorded]
    sources = [
        _Until(
            cast(RecordedSource, build_source(camera, config.coop.timezone, _later(desk.cursor, start))),
            end,
        )
        for camera, desk in zip(recorded, desks, strict=True)
    ]
    return OpenReplay(database, desks, sources)


def export(folder: Path, url: str | None, media: Path | None, config: Path | None, days: Days) -> Exported:
    """Write a dataset folder from a database.

    Args:
        url, media, config: instead of those of the environment; where the coop's file is missing, each nest is all of
            its picture.

    Raises:
        HenbotError: the database or the folder cannot be used, or there are no pictures.
    """
    settings = load_settings()
    pictures = media or (_beside(url) if url else settings.media)
    path = config or settings.config
    cameras = load_coop(path).cameras if config or path.exists() else []
    polygons = {nest.id: nest.polygon for camera in cameras for nest in camera.nests}
    database = open_database(url or settings.database)
    try:
        check_schema(database)
        with database.reading() as session:
            return export_dataset(session, MediaFolder(pictures), folder, days, polygons)
    finally:
        database.close()


def build_worker(settings: Settings, config: CoopConfig) -> Worker:
    """The live worker.

    Raises:
        HenbotError: the database's schema is not this program's, or the shipped backbone cannot be loaded.
    """
    database = open_database(settings.database)
    check_schema(database)
    _seed(database, config)
    clock, media = CoopClock(database), MediaFolder(settings.media)
    reveal(database, settings.models)
    portraits = Portraits(database, media, zones_of(config))
    serving = Serving(database, settings.models, Site.of(config, settings.media.parent / BACKGROUNDS), portraits)
    return Worker(
        config,
        database,
        media,
        serving,
        clock,
        JobDesk(
            database,
            clock,
            job_command,
            job_environment(settings, os.environ),
            partial(reveal, database, settings.models),
        ),
        ShadowDesk(database, media, serving),
    )


def _seed(database: Database, config: CoopConfig) -> None:
    with database.writing() as session:
        seed_coop(session, config, wall_now())
        session.commit()


def _refuse_another_coop(database: Database, config: CoopConfig, url: str) -> None:
    """A replay beside the days of another coop would mix up their nests and hens."""
    with database.reading() as session:
        kept = session.execute(select(CoopRow.name)).scalars().first()
    if kept is not None and kept != config.coop.name:
        database.close()
        shown = make_url(url).render_as_string(hide_password=True)
        raise ConfigInvalid(f"{shown} remembers the coop {kept!r}, not {config.coop.name!r}; name another --database")


def _bounds(days: Days, config: CoopConfig) -> tuple[datetime | None, datetime | None]:
    first, last = days
    zone = config.coop.timezone
    return day_bounds(first, zone)[0] if first else None, day_bounds(last, zone)[1] if last else None


def _later(cursor: Cursor | None, start: datetime | None) -> Cursor | datetime | None:
    just_before = start - timedelta(microseconds=1) if start else None
    if cursor is None or just_before is None:
        return cursor or just_before
    return cursor if cursor.captured_at.astimezone(UTC) >= just_before else just_before


def _beside(url: str) -> Path:
    parsed = make_url(url)
    is_file = parsed.get_backend_name() == "sqlite" and parsed.database not in (None, "", ":memory:")
    return Path(str(parsed.database)).parent / "media" if is_file else Path("media")
