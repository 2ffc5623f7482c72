"""Sources of frames: what they give, in which order, and what they do with what they cannot read."""

import os
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo

import cv2
import numpy as np
import pytest
from PIL import Image

from detector.frame import Frame
from detector.sources import Cursor
from detector.sources.folder import FolderSource
from detector.sources.stills import decode, read_still, to_utc
from henbot.domain.errors import FrameUnreadable, SourceUnavailable
from henbot.domain.observations import CameraId

CAMERA = CameraId("nestcam")
BERLIN = ZoneInfo("Europe/Berlin")
PATTERN = "%Y%m%d%H%M%S"


def jpeg(shade: int = 90, width: int = 64, height: int = 48) -> bytes:
    """A small JPEG with some texture, so that it is long enough to be cut."""
    rows = np.random.default_rng(shade).integers(0, 40, (height, width, 3), dtype=np.uint8) + np.uint8(shade)
    return cv2.imencode(".jpg", rows)[1].tobytes()


def still(folder: Path, name: str, content: bytes | None = None) -> Path:
    path = folder / name
    path.write_bytes(jpeg() if content is None else content)
    return path


def names(source: FolderSource) -> list[str]:
    return [frame.name for frame in source]


def test_stills_come_in_the_order_of_their_times_not_of_their_names(tmp_path: Path) -> None:
    still(tmp_path, "a_02012024.jpg")
    still(tmp_path, "a_01022024.jpg")
    still(tmp_path, "a_31012024.jpg")
    source = FolderSource(CAMERA, tmp_path, UTC, "a_%d%m%Y")
    assert names(source) == ["a_02012024.jpg", "a_31012024.jpg", "a_01022024.jpg"]


def test_a_still_carries_its_camera_its_pixels_in_rgb_and_its_time_in_utc(tmp_path: Path) -> None:
    red = np.zeros((48, 64, 3), np.uint8)
    red[..., 2] = 255  # OpenCV writes blue, green, red
    still(tmp_path, "20240702093100.jpg", cv2.imencode(".jpg", red)[1].tobytes())
    (frame,) = FolderSource(CAMERA, tmp_path, BERLIN, PATTERN)
    assert frame.camera == CAMERA
    assert frame.captured_at == datetime(2024, 7, 2, 7, 31, tzinfo=UTC)
    assert frame.pixels.shape == (48, 64, 3)
    red, _green, blue = frame.pixels[20, 30]
    assert red > 240
    assert blue < 20


def test_what_cannot_be_read_is_skipped_with_a_reason_and_the_rest_goes_on(tmp_path: Path) -> None:
    whole = jpeg()
    still(tmp_path, "20240702090000.jpg")
    still(tmp_path, "20240702090100.jpg", b"")
    still(tmp_path, "20240702090200.jpg", whole[: len(whole) // 2])
    still(tmp_path, "20240702090300.jpg", b"no picture at all")
    still(tmp_path, "2024-07-02.jpg")
    still(tmp_path, "notes.txt", b"fed at nine")
    (tmp_path / "20240702090400.jpg").mkdir()
    still(tmp_path, "20240702090500.jpg")
    source = FolderSource(CAMERA, tmp_path, UTC, PATTERN)
    assert names(source) == ["20240702090000.jpg", "20240702090500.jpg"]
    reasons = {skipped.name: skipped.reason for skipped in source.skipped}
    assert len(source.skipped) == len(reasons) == 6
    assert "0 bytes" in reasons["20240702090100.jpg"]
    assert "cut off" in reasons["20240702090200.jpg"]
    assert "cannot be decoded" in reasons["20240702090300.jpg"]
    assert PATTERN in reasons["2024-07-02.jpg"]
    assert "not a picture" in reasons["notes.txt"]
    assert "folder" in reasons["20240702090400.jpg"]


@pytest.mark.parametrize("ending", [".jpg", ".png", ".webp", ".bmp", ".tif"])
def test_every_kind_of_picture_is_read_whole_and_refused_in_part(ending: str) -> None:
    rows = np.random.default_rng(1).integers(0, 255, (60, 80, 3), dtype=np.uint8)
    encoded = cv2.imencode(ending, rows)[1].tobytes()
    assert decode(encoded).shape == (60, 80, 3)
    for kept in (len(encoded) // 2, len(encoded) - 8):
        with pytest.raises(FrameUnreadable):
            decode(encoded[:kept])


def test_a_jpeg_whose_end_was_never_written_to_the_card_is_refused() -> None:
    whole = jpeg()
    half = len(whole) // 2
    with pytest.raises(FrameUnreadable, match="end marker"):
        decode(whole[:half] + bytes(len(whole) - half))


def test_a_grey_picture_comes_with_three_equal_channels() -> None:
    grey = np.random.default_rng(2).integers(0, 255, (30, 40), dtype=np.uint8)
    pixels = decode(cv2.imencode(".png", grey)[1].tobytes())
    assert pixels.shape == (30, 40, 3)
    assert (pixels == grey[..., None]).all()


def test_a_still_that_cannot_be_read_is_named_in_the_message(tmp_path: Path) -> None:
    with pytest.raises(FrameUnreadable, match=r"gone\.jpg"):
        read_still(tmp_path / "gone.jpg")


def test_a_missing_folder_is_named_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailable, match=r"nowhere.*source\.path.*coop\.yaml"):
        FolderSource(CAMERA, tmp_path / "nowhere", UTC)


def test_a_pattern_without_a_whole_date_dates_nothing(tmp_path: Path) -> None:
    still(tmp_path, "0931.jpg")
    source = FolderSource(CAMERA, tmp_path, UTC, "%H%M")
    assert names(source) == []
    assert "whole date" in source.skipped[0].reason


def test_the_files_own_time_can_be_the_capture_time(tmp_path: Path) -> None:
    for name, second in (("late.jpg", 200), ("early.jpg", 100)):
        os.utime(still(tmp_path, name), (1_700_000_000 + second,) * 2)
    frames = list(FolderSource(CAMERA, tmp_path, BERLIN, "mtime"))
    assert [frame.name for frame in frames] == ["early.jpg", "late.jpg"]
    assert frames[0].captured_at == datetime.fromtimestamp(1_700_000_100, UTC)


def test_the_capture_time_can_come_from_exif_with_the_cameras_own_offset_where_it_has_one(tmp_path: Path) -> None:
    for name, taken, offset in (("b.jpg", "2024:07:02 09:31:00", None), ("a.jpg", "2024:07:02 09:31:00", "+05:00")):
        tags = Image.Exif()
        tags.get_ifd(0x8769)[0x9003] = taken
        if offset:
            tags.get_ifd(0x8769)[0x9011] = offset
        Image.new("RGB", (32, 24), "brown").save(tmp_path / name, exif=tags)
    still(tmp_path, "c.jpg")
    source = FolderSource(CAMERA, tmp_path, BERLIN, "exif")
    assert [(frame.name, frame.captured_at.hour) for frame in source] == [("a.jpg", 4), ("b.jpg", 7)]
    assert "DateTimeOriginal" in source.skipped[0].reason


def test_in_the_hour_the_clocks_repeat_the_files_time_decides_and_else_it_is_the_first() -> None:
    wall = datetime.fromisoformat("2024-10-27T02:30")
    first, second = (datetime(2024, 10, 27, hour, 30, tzinfo=UTC) for hour in (0, 1))
    assert to_utc(wall, BERLIN) == first
    assert to_utc(wall, BERLIN, written_at=second + timedelta(seconds=2)) == second
    assert to_utc(wall, BERLIN, written_at=datetime(2025, 1, 1, tzinfo=UTC)) == first


def test_the_files_time_is_used_in_the_repeated_hour(tmp_path: Path) -> None:
    second = datetime(2024, 10, 27, 1, 30, tzinfo=UTC)
    path = still(tmp_path, "20241027023000.jpg")
    os.utime(path, (second.timestamp(),) * 2)
    (frame,) = FolderSource(CAMERA, tmp_path, BERLIN, PATTERN)
    assert frame.captured_at == second


def test_after_a_cursor_only_later_stills_come_and_the_name_breaks_ties(tmp_path: Path) -> None:
    for name in ("20240702090000-a.jpg", "20240702090000-b.jpg", "20240702090000-c.jpg", "20240702090001-a.jpg"):
        still(tmp_path, name)

    def rest(after: Cursor | datetime) -> list[str]:
        return names(FolderSource(CAMERA, tmp_path, UTC, "%Y%m%d%H%M%S-a", after)) + names(
            FolderSource(CAMERA, tmp_path, UTC, "%Y%m%d%H%M%S-c", after)
        )

    at = datetime(2024, 7, 2, 9, tzinfo=UTC)
    assert rest(Cursor(at, "20240702090000-a.jpg")) == ["20240702090001-a.jpg", "20240702090000-c.jpg"]
    assert rest(at) == ["20240702090001-a.jpg"]


def test_stills_without_times_come_in_the_order_of_their_names(tmp_path: Path) -> None:
    for name in ("b.jpg", "a.jpg"):
        still(tmp_path, name)
    assert names(FolderSource(CAMERA, tmp_path, UTC, "none")) == ["a.jpg", "b.jpg"]


def test_pixels_are_read_only_when_it_is_their_turn(tmp_path: Path) -> None:
    still(tmp_path, "20240702090000.jpg")
    later = still(tmp_path, "20240702090001.jpg", b"")
    frames = iter(FolderSource(CAMERA, tmp_path, UTC, PATTERN))
    next(frames)
    later.write_bytes(jpeg())
    assert next(frames).name == later.name


def follow(folder: Path, timestamp: str = PATTERN) -> FolderSource:
    return FolderSource(CAMERA, folder, UTC, timestamp, follow=True, poll=timedelta(milliseconds=10))


class Reader:
    """Reads a source in a thread, as a worker does, into a list."""

    def __init__(self, source: FolderSource) -> None:
        self.source = source
        self.frames: list[Frame] = []
        self.thread = threading.Thread(target=self._read, daemon=True)

    def _read(self) -> None:
        for frame in self.source:
            self.frames.append(frame)

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.source.stop()
        self.thread.join(5)
        assert not self.thread.is_alive(), "stop() must end the iteration"


def eventually(condition: Callable[[], object], within_s: float = 8.0) -> None:
    end = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.01)


def test_a_followed_folder_gives_new_stills_as_they_come_until_it_is_stopped(tmp_path: Path) -> None:
    still(tmp_path, "20240702090000.jpg")
    with Reader(follow(tmp_path)) as reader:
        eventually(lambda: len(reader.frames) == 1)
        still(tmp_path, "20240702090100.jpg")
        eventually(lambda: len(reader.frames) == 2)
    assert [frame.name for frame in reader.frames] == ["20240702090000.jpg", "20240702090100.jpg"]


def test_a_still_that_is_being_written_is_waited_for(tmp_path: Path) -> None:
    whole = jpeg()
    with Reader(follow(tmp_path)) as reader:
        path = still(tmp_path, "20240702090000.jpg", whole[:200])
        still(tmp_path, "20240702090100.jpg")
        time.sleep(0.1)
        assert reader.frames == []
        path.write_bytes(whole)
        eventually(lambda: len(reader.frames) == 2)
    assert [frame.name for frame in reader.frames] == ["20240702090000.jpg", "20240702090100.jpg"]
    assert reader.source.skipped == []


def test_a_still_that_stops_growing_unfinished_is_skipped_and_does_not_hold_up_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("detector.sources.folder.UNCHANGED_FOR", timedelta(milliseconds=50))
    still(tmp_path, "20240702090000.jpg", jpeg()[:200])
    still(tmp_path, "20240702090100.jpg")
    with Reader(follow(tmp_path)) as reader:
        eventually(lambda: reader.frames)
    assert [skipped.name for skipped in reader.source.skipped] == ["20240702090000.jpg"]


def test_a_still_that_comes_late_is_skipped_so_that_time_never_runs_back(tmp_path: Path) -> None:
    with Reader(follow(tmp_path)) as reader:
        still(tmp_path, "20240702090100.jpg")
        eventually(lambda: reader.frames)
        still(tmp_path, "20240702090000.jpg")
        eventually(lambda: reader.source.skipped)
    assert "came late" in reader.source.skipped[0].reason


def test_a_followed_folder_that_goes_away_for_a_while_is_taken_up_again(tmp_path: Path) -> None:
    folder, away = tmp_path / "stills", tmp_path / "away"
    folder.mkdir()
    with Reader(follow(folder)) as reader:
        folder.rename(away)
        time.sleep(0.05)
        away.rename(folder)
        still(folder, "20240702090000.jpg")
        eventually(lambda: reader.frames)


def test_a_folder_of_thirty_thousand_stills_is_opened_in_seconds(tmp_path: Path) -> None:
    first = still(tmp_path, "20240101000000.jpg")
    start = datetime(2024, 1, 1, tzinfo=UTC)
    for minute in range(1, 30_000):
        os.link(first, tmp_path / f"{start + timedelta(minutes=minute):{PATTERN}}.jpg")
    began = time.monotonic()
    assert next(iter(FolderSource(CAMERA, tmp_path, BERLIN, PATTERN))).name == first.name
    assert time.monotonic() - began < 10
