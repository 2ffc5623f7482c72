"""What the keeper configures: the coop in `coop.yaml`, and secrets and places in the environment."""

from henbot.config.coop import CameraConfig, CoopConfig, CoopSection, HenConfig, NestConfig, Place
from henbot.config.fields import UNDETERMINED, DailyHours
from henbot.config.reading import load_coop
from henbot.config.settings import Settings, load_settings
from henbot.config.sources import (
    FolderSourceConfig,
    HttpSourceConfig,
    RtspSourceConfig,
    SourceConfig,
    UsbSourceConfig,
    VideoSourceConfig,
)

__all__ = [
    "UNDETERMINED",
    "CameraConfig",
    "CoopConfig",
    "CoopSection",
    "DailyHours",
    "FolderSourceConfig",
    "HenConfig",
    "HttpSourceConfig",
    "NestConfig",
    "Place",
    "RtspSourceConfig",
    "Settings",
    "SourceConfig",
    "UsbSourceConfig",
    "VideoSourceConfig",
    "load_coop",
    "load_settings",
]
