"""What `henbot check` looks at: configuration, pictures, token and database, each with a sentence for the keeper."""

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from henbot.config import (
    CameraConfig,
    CoopConfig,
    FolderSourceConfig,
    Settings,
    VideoSourceConfig,
    load_coop,
    load_settings,
)
from henbot.config.fields import did_you_mean
from henbot.config.settings import HOW_TO_GET_A_TOKEN
from henbot.domain.errors import ConfigInvalid, HenbotError

PICTURE_ENDINGS = frozenset({".bmp", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"})

OTHER_VARIABLES = frozenset({"HENBOT_DATA", "HENBOT_LOG_JSON", "HENBOT_LOG_LEVEL"})
"""Variables that henbot knows and that are no field of the settings."""


class Verdict(StrEnum):
    """How a thing is: as it should be, worth knowing, or to be put right before henbot can run."""

    OK = "ok"
    NOTE = "note"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at, and what to do about it where something is to be done."""

    verdict: Verdict
    sentence: str


def check_all(path: Path | None, environ: Mapping[str, str] = os.environ) -> Iterator[Finding]:
    """Look at everything that the bot and the detector need; `path` is the coop's file, None for the configured one."""
    yield from check_variables(environ)
    settings = None
    try:
        settings = load_settings()
    except ConfigInvalid as exc:
        yield Finding(Verdict.WRONG, str(exc))
    yield from check_coop(path or (settings.config if settings else Path(environ.get("HENBOT_CONFIG", "coop.yaml"))))
    if settings:
        yield check_token(settings)
        yield check_database(settings.database)


def check_variables(environ: Mapping[str, str]) -> Iterator[Finding]:
    """Variables that look like henbot's and are not: a misspelt one would silently not count."""
    known = sorted(OTHER_VARIABLES | {f"HENBOT_{name.upper()}" for name in Settings.model_fields})
    lower = {name.casefold(): name for name in known}
    for name in sorted(environ):
        if name.startswith("HENBOT_") and name not in known:
            hint = did_you_mean(name, list(lower))
            meant = next((f"Did you mean {lower[word]}?" for word in lower if f"`{word}`" in hint), "")
            yield Finding(Verdict.NOTE, f"The variable {name} means nothing to henbot. {meant}".rstrip())


def check_coop(path: Path) -> Iterator[Finding]:
    """The coop's file, and the folders and files that it names."""
    try:
        config = load_coop(path)
    except ConfigInvalid as exc:
        yield Finding(Verdict.WRONG, str(exc))
        return
    nests = sum(len(camera.nests) for camera in config.cameras)
    counts = f"hens: {len(config.hens)}, cameras: {len(config.cameras)}, nests and roosts: {nests}"
    yield Finding(Verdict.OK, f"{path} describes the coop {config.coop.name} ({counts}).")
    for camera in config.cameras:
        yield from check_camera(camera)
    yield from check_people(config)


def check_people(config: CoopConfig) -> Iterator[Finding]:
    """Who is told, and who may correct."""
    if config.channel is None:
        yield Finding(Verdict.NOTE, "No `channel` is given: henbot answers in chats, and posts nowhere.")
    if not config.roles:
        yield Finding(
            Verdict.NOTE,
            "No `owner` or `admins` are given: the first start prints a link that makes you the owner.",
        )


def check_camera(camera: CameraConfig) -> Iterator[Finding]:
    """One camera's folder or file; addresses and devices are tried by the detector."""
    source = camera.source
    if isinstance(source, FolderSourceConfig):
        yield _check_folder(camera.id, source)
    elif isinstance(source, VideoSourceConfig):
        yield _check_video(camera.id, source)
    else:
        yield Finding(Verdict.NOTE, f"Camera {camera.id}: its {source.kind} source is tried when the detector starts.")


def _check_folder(camera: str, source: FolderSourceConfig) -> Finding:
    folder = source.path
    if not folder.is_dir():
        return Finding(
            Verdict.WRONG,
            f"Camera {camera}: the folder {folder} does not exist. Make it, or correct `source.path`.",
        )
    try:
        names = [entry.name for entry in os.scandir(folder) if Path(entry.name).suffix.lower() in PICTURE_ENDINGS]
    except OSError as exc:
        return Finding(Verdict.WRONG, f"Camera {camera}: the folder {folder} cannot be read ({exc.strerror}).")
    if not names:
        return Finding(Verdict.NOTE, f"Camera {camera}: no pictures are in {folder} yet.")
    if source.timestamp == "none":
        return Finding(
            Verdict.NOTE, f"Camera {camera}: {len(names)} pictures without times: they can be scored, not watched."
        )
    if source.timestamp in ("exif", "mtime"):
        return Finding(Verdict.OK, f"Camera {camera}: {len(names)} pictures are in {folder}.")
    return _check_names(camera, source, sorted(names))


def _check_names(camera: str, source: FolderSourceConfig, names: list[str]) -> Finding:
    dated = Counter(_is_dated(name, source.timestamp) for name in names)
    stranger = next((name for name in names if not _is_dated(name, source.timestamp)), None)
    if stranger is None:
        return Finding(
            Verdict.OK, f"Camera {camera}: {len(names)} pictures are in {source.path}, and all names tell a time."
        )
    return Finding(
        Verdict.NOTE if dated[True] else Verdict.WRONG,
        f"Camera {camera}: {dated[False]} of {len(names)} names in {source.path} do not fit `timestamp: "
        f"{source.timestamp}`, the first is {stranger}. Correct the pattern, or move other pictures away.",
    )


def _is_dated(name: str, pattern: str) -> bool:
    try:
        datetime.strptime(Path(name).stem, pattern)  # noqa: DTZ007 - only whether it fits
    except ValueError:
        return False
    return True


def _check_video(camera: str, source: VideoSourceConfig) -> Finding:
    if source.path.is_file():
        return Finding(Verdict.OK, f"Camera {camera}: the video {source.path} is there.")
    return Finding(
        Verdict.WRONG,
        f"Camera {camera}: the video {source.path} does not exist. Put it there, or correct `source.path`.",
    )


def check_token(settings: Settings) -> Finding:
    """Whether there is a token; whether Telegram accepts it is seen when the bot starts."""
    if settings.has_token:
        return Finding(Verdict.OK, "A bot token is there, and looks like one.")
    return Finding(Verdict.WRONG, f"There is no bot token. {HOW_TO_GET_A_TOKEN}")


def check_database(url: str) -> Finding:
    """The schema of the database; a file that is not there yet is not made."""
    from henbot.storage.database import open_database
    from henbot.storage.schema import check_schema

    try:
        address = make_url(url)
    except ArgumentError:
        return Finding(
            Verdict.WRONG, "HENBOT_DATABASE is no address of a database. Write one like sqlite:///henbot.db."
        )
    if address.get_backend_name() == "sqlite" and not Path(address.database or "").is_file():
        return Finding(Verdict.NOTE, f"The database {address.database} is not there yet: `henbot migrate` makes it.")
    try:
        database = open_database(url)
        try:
            check_schema(database)
        finally:
            database.close()
    except HenbotError as exc:
        return Finding(Verdict.WRONG, f"{exc}.")
    except (SQLAlchemyError, ImportError) as exc:
        shown = address.render_as_string(hide_password=True)
        return Finding(Verdict.WRONG, f"The database {shown} cannot be opened ({type(exc).__name__}).")
    return Finding(Verdict.OK, "The database has the schema that this henbot needs.")
