"""Where a camera's frames come from."""

import os
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias
from urllib.parse import quote, urlsplit

from pydantic import BeforeValidator, Field, SecretStr, ValidationInfo

from henbot.config.fields import Duration, Section, Timestamp, wrong

_VARIABLE = re.compile(r"\$\{(\w+)\}")


def _read_path(written: Any, info: ValidationInfo) -> Any:
    """Paths are relative to the folder of `coop.yaml`, which the context tells."""
    if not isinstance(written, str | Path) or not str(written).strip():
        raise wrong("this is no path. Write a folder's or file's name, relative to the folder of coop.yaml.")
    folder = (info.context or {}).get("folder", Path())
    return Path(folder) / Path(written).expanduser()


FilePath: TypeAlias = Annotated[Path, BeforeValidator(_read_path)]


def _with_variables(url: str, environ: Mapping[str, str]) -> str:
    """`${NAME}` stands for a variable of the environment, so that passwords need not stand in the file."""

    def value(match: re.Match[str]) -> str:
        name = match.group(1)
        if name not in environ:
            raise wrong(f"the variable {name} of this address is not set. Set it in the environment of henbot.")
        return quote(environ[name], safe="")

    return _VARIABLE.sub(value, url)


def _address(schemes: tuple[str, ...]) -> BeforeValidator:
    """Reads an address; what is wrong with it is told without telling the address, which may hold a password."""

    def read(written: Any, info: ValidationInfo) -> Any:
        if isinstance(written, SecretStr):
            return written
        remedy = f"Write an address like {schemes[0]}://192.168.1.20/picture."
        if not isinstance(written, str):
            raise wrong(f"this is no address. {remedy}")
        url = _with_variables(written.strip(), (info.context or {}).get("environ", os.environ))
        try:
            parts = urlsplit(url)
            scheme, host = parts.scheme, parts.hostname
        except ValueError:
            scheme, host = "", None
        if scheme not in schemes or not host:
            raise wrong(f"the address must begin with {' or '.join(f'{s}://' for s in schemes)} and a host. {remedy}")
        return SecretStr(url)

    return BeforeValidator(read)


class FolderSourceConfig(Section):
    """A folder of stills, as it is or as it fills.

    Attributes:
        path: the folder.
        timestamp: how a picture's capture time is told: a strptime pattern of its name without the ending, in coop
            time; `exif`; `mtime`, the file's time; or `none`, where nothing tells it.
    """

    kind: Literal["folder"]
    path: FilePath
    timestamp: Timestamp = "mtime"


class VideoSourceConfig(Section):
    """A video file.

    Attributes:
        started_at: capture time of the first frame; coop time where it has no offset.
        timestamp: how the file's name tells the same, as in a folder.
    """

    kind: Literal["video"]
    path: FilePath
    started_at: datetime | None = None
    timestamp: Timestamp | None = None


class RtspSourceConfig(Section):
    """A network camera's stream. `url` may hold `${NAME}` for a variable of the environment."""

    kind: Literal["rtsp"]
    url: Annotated[SecretStr, _address(("rtsp", "rtsps"))]


class UsbSourceConfig(Section):
    """A camera at this machine: its number, or its path like /dev/video0."""

    kind: Literal["usb"]
    device: Annotated[int, Field(ge=0)] | str = 0


class HttpSourceConfig(Section):
    """A camera that gives a still at an address. `url` may hold `${NAME}` for a variable of the environment.

    Attributes:
        every: time between two pictures.
    """

    kind: Literal["http"]
    url: Annotated[SecretStr, _address(("http", "https"))]
    every: Duration = timedelta(seconds=10)


SourceConfig: TypeAlias = Annotated[
    FolderSourceConfig | VideoSourceConfig | RtspSourceConfig | UsbSourceConfig | HttpSourceConfig,
    Field(discriminator="kind"),
]

SOURCES: Mapping[str, type[Section]] = {
    "folder": FolderSourceConfig,
    "video": VideoSourceConfig,
    "rtsp": RtspSourceConfig,
    "usb": UsbSourceConfig,
    "http": HttpSourceConfig,
}
