"""A video file as a camera."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import cv2
import numpy as np
import pytest

from detector.sources import Cursor
from detector.sources.video import VideoSource
from henbot.domain.errors import SourceUnavailable
from henbot.domain.observations import CameraId

CAMERA = CameraId("nestcam")
START = datetime(2024, 7, 2, 9, tzinfo=UTC)


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """Three seconds at ten frames a second, brighter with every frame; frame n has the grey 5 n, and red added."""
    path = tmp_path / "nest_20240702_110000.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10, (64, 48))
    for number in range(30):
        picture = np.full((48, 64, 3), 5 * number, np.uint8)
        picture[..., 2] += 60
        writer.write(picture)
    writer.release()
    return path


def test_every_frame_has_the_start_plus_its_position_as_its_time(clip: Path) -> None:
    frames = list(VideoSource(CAMERA, clip, UTC, START))
    assert [(frame.captured_at - START) / timedelta(milliseconds=100) for frame in frames] == list(range(30))
    assert frames[20].pixels.shape == (48, 64, 3)
    red, _green, blue = frames[20].pixels[20, 20].astype(int)
    assert (red, blue) == (pytest.approx(160, abs=6), pytest.approx(100, abs=6))
    assert len({frame.name for frame in frames}) == 30


def test_the_start_can_stand_in_the_files_name_in_coop_time(clip: Path) -> None:
    source = VideoSource(CAMERA, clip, ZoneInfo("Europe/Berlin"), timestamp="nest_%Y%m%d_%H%M%S")
    assert source.started_at == START


def test_a_start_without_an_offset_is_coop_time(clip: Path) -> None:
    source = VideoSource(CAMERA, clip, ZoneInfo("Europe/Berlin"), datetime.fromisoformat("2024-07-02T11:00"))
    assert source.started_at == START


def test_a_video_whose_start_nothing_tells_is_refused_with_the_remedy(clip: Path) -> None:
    with pytest.raises(SourceUnavailable, match=r"source\.started_at"):
        VideoSource(CAMERA, clip, UTC)
    with pytest.raises(SourceUnavailable, match="pattern"):
        VideoSource(CAMERA, clip, UTC, timestamp="%Y")


def test_frames_can_be_thinned_by_time(clip: Path) -> None:
    frames = list(VideoSource(CAMERA, clip, UTC, START, every=timedelta(seconds=1)))
    assert [frame.captured_at - START for frame in frames] == [timedelta(seconds=second) for second in range(3)]


def test_after_a_cursor_only_later_frames_come(clip: Path) -> None:
    frames = list(VideoSource(CAMERA, clip, UTC, START))
    cursor = Cursor(frames[9].captured_at, frames[9].name)
    rest = list(VideoSource(CAMERA, clip, UTC, START, after=cursor))
    assert [frame.name for frame in rest] == [frame.name for frame in frames[10:]]


def test_a_missing_and_a_broken_video_are_refused_by_name(tmp_path: Path) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"\0" * 5000)
    for path in (tmp_path / "gone.mp4", broken):
        with pytest.raises(SourceUnavailable, match=path.name):
            VideoSource(CAMERA, path, UTC, START)


def test_a_video_that_breaks_off_gives_what_it_has_and_says_so(clip: Path) -> None:
    content = clip.read_bytes()
    clip.write_bytes(content[: len(content) // 2])
    source = VideoSource(CAMERA, clip, UTC, START)
    frames = list(source)
    assert 0 < len(frames) < 25
    assert "breaks off" in source.skipped[-1].reason
