"""New databases for tests: the schema is migrated to once in a process, and copied from then on."""

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from henbot.storage.schema import migrate


def migrated(path: Path) -> str:
    """The URL of a new, empty database at `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(_template(), path)
    return f"sqlite:///{path}"


@cache
def _template() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="henbot-template-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    migrate(f"sqlite:///{folder / 'henbot.db'}")
    left = [path.name for path in folder.iterdir() if path.name.endswith(("-wal", "-shm"))]
    assert not left, f"a copy of the file alone would lack what is in {left}"
    return folder / "henbot.db"
