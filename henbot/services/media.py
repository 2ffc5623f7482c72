"""The media folder: pictures and clips under their content hash."""

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class StoredMedia:
    """A file in the media folder; `path` is relative to it."""

    sha256: str
    path: str
    size: int


@dataclass(frozen=True, slots=True)
class MediaFolder:
    """Where both processes find pictures and clips."""

    folder: Path

    def put(self, content: bytes, ending: str) -> StoredMedia:
        """Write content under its hash; done before a row speaks of it, and once however often it is asked.

        Args:
            ending: of the file name, with its dot.

        Raises:
            OSError: the disk is full or the folder cannot be written; no half file is left under the final name.
        """
        digest = hashlib.sha256(content).hexdigest()
        path = self.folder / digest[:2] / f"{digest}{ending}"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            _write_whole(path, content)
        return StoredMedia(digest, str(path.relative_to(self.folder)), len(content))

    def path_of(self, relative: str) -> Path:
        """Where a stored file lies."""
        return self.folder / relative


def _write_whole(path: Path, content: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".part-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
