"""One still: its pixels, whole or not at all, and the time when it was taken."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Final, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image

from henbot.domain.errors import FrameUnreadable

PICTURE_ENDINGS: Final = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"})
"""File name endings, in small letters, that are taken for pictures."""

Dating: TypeAlias = Callable[[Path], datetime]
"""Tells the capture time of a file, aware UTC; raises FrameUnreadable where it cannot."""

UNDATED: Final = datetime.min.replace(tzinfo=UTC)
"""The capture time of frames whose folder says `timestamp: none`: they can be evaluated, but not replayed."""

_JPEG_START: Final = b"\xff\xd8\xff"
_JPEG_END: Final = b"\xff\xd9"
_FIRST_PLAUSIBLE_YEAR: Final = 1990
_SAME_MOMENT: Final = timedelta(minutes=10)


def decode(encoded: bytes) -> NDArray[np.uint8]:
    """Decode a picture file's content, turned upright as its EXIF orientation says.

    Returns:
        (height, width, 3) uint8, RGB; grey pictures come with three equal channels.

    Raises:
        FrameUnreadable: nothing in it, no picture, or only a part of one.
    """
    if not encoded:
        raise FrameUnreadable("the file is empty (0 bytes)")
    # Some decoders fill the missing half of a JPEG with grey, which would look like an empty nest: ask for its end
    # marker. A card that lost power pads the file with zeros, so those do not count as an end.
    if encoded.startswith(_JPEG_START) and _JPEG_END not in encoded.rstrip(b"\0")[-512:]:
        raise FrameUnreadable("the JPEG is cut off: it has no end marker")
    try:
        picture = cv2.imdecode(np.frombuffer(encoded, np.uint8), cv2.IMREAD_COLOR_RGB)
    except cv2.error as exc:
        raise FrameUnreadable("the picture cannot be decoded") from exc
    if picture is None:
        raise FrameUnreadable("the picture cannot be decoded: it is cut off, damaged, or no picture")
    return np.asarray(picture, dtype=np.uint8)


def read_still(path: Path) -> NDArray[np.uint8]:
    """Read and decode a picture file: (height, width, 3) uint8, RGB.

    Raises:
        FrameUnreadable: the file cannot be read or decoded; the message names it.
    """
    try:
        return decode(path.read_bytes())
    except OSError as exc:
        raise FrameUnreadable(f"{path}: cannot be read: {exc.strerror}") from exc
    except FrameUnreadable as exc:
        raise FrameUnreadable(f"{path}: {exc}") from exc


def dating(timestamp: str, timezone: tzinfo) -> Dating:
    """How to tell a file's capture time.

    Args:
        timestamp: `mtime`, `exif`, `none`, or a strptime pattern of the file name without its ending.
        timezone: the coop's; names and EXIF times without an offset are in it.
    """
    if timestamp == "mtime":
        return _modified_at
    if timestamp == "none":
        return lambda path: UNDATED
    if timestamp == "exif":
        return lambda path: _taken_at(path, timezone)
    return lambda path: _named_at(path, timestamp, timezone)


def to_utc(local: datetime, timezone: tzinfo, written_at: datetime | None = None) -> datetime:
    """Turn the coop's wall time into aware UTC; a time that carries an offset of its own keeps it.

    In the hour that the clocks repeat in autumn a wall time means two moments. If the file was written within ten
    minutes of one of them, it is that one; else the first, in summer time. A wall time that the clocks leap over in
    spring is read as if they had not yet leapt.
    """
    if local.tzinfo is not None:
        return local.astimezone(UTC)
    first, second = (local.replace(tzinfo=timezone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if second > first and written_at is not None and abs(written_at - second) < _SAME_MOMENT:
        return second
    return first


def _modified_at(path: Path) -> datetime:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except OSError as exc:
        raise FrameUnreadable(f"its time cannot be read: {exc.strerror}") from exc


def _named_at(path: Path, pattern: str, timezone: tzinfo) -> datetime:
    try:
        local = datetime.strptime(path.stem, pattern)  # noqa: DTZ007 - the zone follows in to_utc
    except ValueError as exc:
        raise FrameUnreadable(f"no time can be read from its name with the pattern {pattern}") from exc
    if local.year < _FIRST_PLAUSIBLE_YEAR:
        raise FrameUnreadable(f"the pattern {pattern} gives the year {local.year}: it needs a whole date")
    return _on_file_time(path, local, timezone)


def _taken_at(path: Path, timezone: tzinfo) -> datetime:
    """EXIF 2.32: DateTimeOriginal, with OffsetTimeOriginal where the camera knows its time zone."""
    try:
        with Image.open(path) as picture:
            exif = picture.getexif().get_ifd(ExifTags.IFD.Exif)
    except (OSError, ValueError, SyntaxError) as exc:
        raise FrameUnreadable("its EXIF tags cannot be read") from exc
    taken = str(exif.get(ExifTags.Base.DateTimeOriginal, "")).rstrip("\0 ")
    offset = str(exif.get(ExifTags.Base.OffsetTimeOriginal, "")).rstrip("\0 ")
    if not taken:
        raise FrameUnreadable("it has no EXIF DateTimeOriginal")
    try:
        pattern = "%Y:%m:%d %H:%M:%S" + ("%z" if offset else "")
        local = datetime.strptime(taken + offset, pattern)  # noqa: DTZ007 - the zone follows in to_utc
    except ValueError as exc:
        raise FrameUnreadable(f"its EXIF DateTimeOriginal {taken + offset!r} is no time") from exc
    return _on_file_time(path, local, timezone)


def _on_file_time(path: Path, local: datetime, timezone: tzinfo) -> datetime:
    """As `to_utc`; the file's own time is asked only in the repeated hour."""
    if (
        local.tzinfo is None
        and local.replace(tzinfo=timezone).utcoffset() != local.replace(tzinfo=timezone, fold=1).utcoffset()
    ):
        return to_utc(local, timezone, _modified_at(path))
    return to_utc(local, timezone)
