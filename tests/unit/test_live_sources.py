"""Cameras that are there now, what the configuration builds, and the past played as if it were now."""

import base64
import socket
import threading
import time
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import structlog
from pydantic import TypeAdapter

from detector.frame import Frame
from detector.pacing import CoopPace
from detector.sources import live
from detector.sources.build import build_source
from detector.sources.folder import FolderSource
from detector.sources.live import SnapshotSource, StreamSource
from detector.sources.video import VideoSource
from henbot.config import CameraConfig
from henbot.domain.clock import ClockSetting
from henbot.domain.errors import SourceUnavailable
from henbot.domain.observations import CameraId

CAMERA = CameraId("nestcam")
SOON = timedelta(milliseconds=5)


def jpeg(shade: int) -> bytes:
    return cv2.imencode(".jpg", np.full((48, 64, 3), shade, np.uint8))[1].tobytes()


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "FIRST_PAUSE", SOON)
    monkeypatch.setattr(live, "LONGEST_PAUSE", 4 * SOON)


class Camera:
    """A snapshot camera on localhost that gives prepared answers, one after the other, and then the last one."""

    def __init__(self, *answers: bytes | int, password: str = "") -> None:
        self.answers = list(answers)
        self.asked = 0
        camera = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                wanted = "Basic " + base64.b64encode(f"keeper:{password}".encode()).decode()
                if password and self.headers.get("Authorization") != wanted:
                    self.send_response(401)
                    self.send_header("WWW-Authenticate", 'Basic realm="camera"')
                    self.end_headers()
                    return
                answer = camera.answers[min(camera.asked, len(camera.answers) - 1)]
                camera.asked += 1
                self.send_response(answer if isinstance(answer, int) else 200)
                self.end_headers()
                if isinstance(answer, bytes):
                    self.wfile.write(answer)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=lambda: self.http.serve_forever(0.02), daemon=True)
        self.thread.start()

    def url(self, login: str = "") -> str:
        return f"http://{login}127.0.0.1:{self.http.server_address[1]}/still.jpg"

    def __enter__(self) -> "Camera":  # noqa: PYI034 - typing.Self says no more here
        return self

    def __exit__(self, *_: object) -> None:
        self.http.shutdown()
        self.http.server_close()
        self.thread.join()


def shades(source: SnapshotSource, count: int) -> list[int]:
    frames = iter(source)
    seen = [round(float(next(frames).pixels.mean())) for _ in range(count)]
    source.stop()
    assert list(frames) == []
    return seen


def test_a_snapshot_camera_gives_its_stills_with_the_present_time() -> None:
    with Camera(jpeg(50), jpeg(100)) as camera:
        source = SnapshotSource(CAMERA, camera.url(), SOON)
        frame = next(iter(source))
    assert abs(frame.captured_at - datetime.now(UTC)) < timedelta(seconds=5)
    assert (frame.camera, frame.pixels.shape) == (CAMERA, (48, 64, 3))


def test_the_same_still_again_is_no_new_look() -> None:
    with Camera(jpeg(50), jpeg(50), jpeg(50), jpeg(100)) as camera:
        assert shades(SnapshotSource(CAMERA, camera.url(), SOON), 2) == [50, 100]


def test_a_snapshot_camera_that_fails_for_a_while_is_said_to_be_silent_once_and_taken_up_again() -> None:
    with structlog.testing.capture_logs() as logs, Camera(jpeg(50), 500, 500, 404, jpeg(100)) as camera:
        assert shades(SnapshotSource(CAMERA, camera.url(), SOON), 2) == [50, 100]
    assert [line["event"] for line in logs] == ["camera.silent", "camera.back"]
    assert "HTTP 500" in logs[0]["reason"]


def test_a_cut_off_snapshot_is_skipped_and_the_next_one_comes() -> None:
    with Camera(jpeg(50), jpeg(70)[:300], b"", jpeg(100)) as camera:
        source = SnapshotSource(CAMERA, camera.url(), SOON)
        assert shades(source, 2) == [50, 100]
    assert len(source.skipped) == 2


def test_the_login_in_an_address_is_used_and_never_logged() -> None:
    with structlog.testing.capture_logs() as logs, Camera(jpeg(50), 500, jpeg(60), password="s3cret word") as camera:
        assert shades(SnapshotSource(CAMERA, camera.url("keeper:s3cret%20word@"), SOON), 2) == [50, 60]
    assert "s3cret" not in str(logs)


@pytest.mark.parametrize("login", ["keeper:wrong@", ""])
def test_a_camera_that_refuses_the_login_is_silent_and_raises_nothing(login: str) -> None:
    with structlog.testing.capture_logs() as logs, Camera(jpeg(50), password="right") as camera:
        source = SnapshotSource(CAMERA, camera.url(login), SOON)
        threading.Timer(0.2, source.stop).start()
        assert list(source) == []
    assert [line["event"] for line in logs] == ["camera.silent"]
    assert "401" in logs[0]["reason"]


@pytest.fixture
def nowhere() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


def test_a_stream_that_is_not_there_is_silent_and_raises_nothing(
    nowhere: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with structlog.testing.capture_logs() as logs:
        source = StreamSource(CAMERA, f"rtsp://keeper:s3cret@{nowhere}/stream")
        threading.Timer(0.3, source.stop).start()
        assert list(source) == []
    assert [line["event"] for line in logs] == ["camera.silent"]
    assert "s3cret" not in str(logs) + "".join(capfd.readouterr())


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    path = tmp_path / "clip.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10, (64, 48))
    for number in range(2000):
        writer.write(np.full((48, 64, 3), number % 200, np.uint8))
    writer.release()
    return path


def test_a_stream_that_breaks_off_is_opened_again(clip: Path) -> None:
    source = StreamSource(CAMERA, str(clip), timedelta(milliseconds=1))
    frames: list[Frame] = []
    with structlog.testing.capture_logs() as logs:
        for frame in source:
            frames.append(frame)
            if any(line["event"] == "camera.back" for line in logs):
                source.stop()
    assert logs[0]["event"] == "camera.silent"
    assert "broke off" in logs[0]["reason"]
    assert all(one.captured_at < other.captured_at for one, other in pairwise(frames))


def camera_config(folder: Path, **source: Any) -> CameraConfig:
    nest = {"id": "nest", "polygon": [[0, 0], [1, 0], [1, 1]]}
    section = {"id": "nestcam", "source": source, "nests": [nest]}
    return TypeAdapter(CameraConfig).validate_python(section, context={"folder": folder, "environ": {}})


def test_each_kind_of_camera_in_the_configuration_has_its_source(tmp_path: Path, clip: Path) -> None:
    (tmp_path / "frames").mkdir()
    (tmp_path / "frames" / "20240702090000.jpg").write_bytes(jpeg(50))
    folder = build_source(camera_config(tmp_path, kind="folder", path="frames", timestamp="%Y%m%d%H%M%S"), UTC)
    assert [frame.captured_at for frame in folder] == [datetime(2024, 7, 2, 9, tzinfo=UTC)]
    start = datetime(2024, 7, 2, 9, tzinfo=UTC)
    video = build_source(camera_config(tmp_path, kind="video", path=clip.name, started_at=start), UTC)
    assert next(iter(video)).captured_at == start
    kinds = [
        (folder, FolderSource),
        (video, VideoSource),
        (build_source(camera_config(tmp_path, kind="rtsp", url="rtsp://cam/1"), UTC), StreamSource),
        (build_source(camera_config(tmp_path, kind="usb", device=0), UTC), StreamSource),
        (build_source(camera_config(tmp_path, kind="http", url="http://cam/1.jpg"), UTC), SnapshotSource),
    ]
    assert all(isinstance(source, kind) for source, kind in kinds)


def test_a_folder_without_times_cannot_be_replayed_and_the_message_says_so(tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailable, match="evaluated but not replayed"):
        build_source(camera_config(tmp_path, kind="folder", path=".", timestamp="none"), UTC)


def test_a_configured_folder_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailable, match="frames"):
        build_source(camera_config(tmp_path, kind="folder", path="frames"), UTC)


ORIGIN = datetime(2016, 10, 4, 7, tzinfo=UTC)


def test_a_wait_on_a_clock_that_stands_still_ends_when_it_is_stopped_or_set_going(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("detector.pacing._GLANCE_S", 0.01)
    stopped = threading.Event()
    setting = [ClockSetting(ORIGIN, datetime.now(UTC), speed=0)]
    pace = CoopPace(lambda: setting[0], stopped)
    go = threading.Timer(0.05, lambda: setting.__setitem__(0, ClockSetting(ORIGIN, datetime.now(UTC), 36_000)))
    go.start()
    assert pace.wait_until(ORIGIN + timedelta(minutes=1))
    setting[0] = ClockSetting(ORIGIN, datetime.now(UTC), speed=0)
    threading.Timer(0.05, stopped.set).start()
    began = time.monotonic()
    assert not pace.wait_until(ORIGIN + timedelta(days=1))
    assert time.monotonic() - began < 2
