"""From a camera's section in coop.yaml to the source of its frames."""

from datetime import datetime, tzinfo
from typing import assert_never

from detector.sources import Cursor, FrameSource
from detector.sources.folder import FolderSource
from detector.sources.live import SnapshotSource, StreamSource
from detector.sources.video import VideoSource
from henbot.config import (
    CameraConfig,
    FolderSourceConfig,
    HttpSourceConfig,
    RtspSourceConfig,
    UsbSourceConfig,
    VideoSourceConfig,
)
from henbot.domain.errors import SourceUnavailable


def build_source(
    camera: CameraConfig, timezone: tzinfo, after: Cursor | datetime | None = None, follow: bool = False
) -> FrameSource:
    """Build the source that a camera's configuration asks for.

    Args:
        camera: as read from coop.yaml, with its paths resolved.
        timezone: the coop's.
        after: the camera's cursor; of no meaning to a camera that shows the present.
        follow: go on watching a folder for new stills until its `stop()`.

    Raises:
        SourceUnavailable: a folder or file that is not there, or stills whose time nothing tells.
    """
    source = camera.source
    match source:
        case FolderSourceConfig(timestamp="none"):
            raise SourceUnavailable(
                f"camera {camera.id}: `timestamp: none` means that nothing tells when the pictures in "
                f"{source.path} were taken, so they can be evaluated but not replayed; "
                "give `source.timestamp` a pattern, exif or mtime"
            )
        case FolderSourceConfig():
            return FolderSource(camera.id, source.path, timezone, source.timestamp, after, follow)
        case VideoSourceConfig():
            return VideoSource(camera.id, source.path, timezone, source.started_at, source.timestamp, after=after)
        case RtspSourceConfig():
            return StreamSource(camera.id, source.url.get_secret_value())
        case UsbSourceConfig():
            return StreamSource(camera.id, source.device)
        case HttpSourceConfig():
            return SnapshotSource(camera.id, source.url.get_secret_value(), source.every)
        case _:
            assert_never(source)
