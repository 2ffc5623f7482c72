"""Model versions as single files, to be sent through a chat: packed whole, unpacked with distrust.

A version's archive is a zip file with the files of its folder and nothing else. Whoever sends one can be anybody: what
it claims is checked before it is believed, nothing in it is executed, and it appears among the versions whole or not at
all.
"""

import re
import shutil
import tempfile
import zipfile
from contextlib import suppress
from pathlib import Path

from detector.recognition import load_recogniser
from detector.versions import HEADS, MANIFEST, TAIL, load_version, read_manifest
from henbot.domain.errors import ModelLoadFailed

LARGEST_ARCHIVE_BYTES = 20 * 1024 * 1024
"""Most that a bot can fetch from a chat (Bot API, getFile)."""

LARGEST_UNPACKED_BYTES = 64 * 1024 * 1024
NAMES = (MANIFEST, HEADS, TAIL)
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,47}")
"""What a button's words, of 64 bytes, have room for."""
_WHEN = (1980, 1, 1, 0, 0, 0)
"""A zip file's earliest moment, so that the same version always gives the same file."""


def pack(folder: Path, out: Path) -> Path:
    """Write a version that was verified to `out`, whole or not at all.

    Raises:
        ModelLoadFailed: it must not serve, or it is too large to be sent.
    """
    manifest, _ = load_version(folder)
    names = [MANIFEST, *(stored.name for stored in manifest.files)]
    half = out.with_name(f".half-{out.name}")
    try:
        with zipfile.ZipFile(half, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in names:
                entry = zipfile.ZipInfo(name, _WHEN)
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, (folder / name).read_bytes())
        if (size := half.stat().st_size) > LARGEST_ARCHIVE_BYTES:
            raise ModelLoadFailed(f"{folder}: packed it has {_mega(size)}, a chat takes {_mega(LARGEST_ARCHIVE_BYTES)}")
        half.replace(out)
    finally:
        half.unlink(missing_ok=True)
    return out


def unpack(file: Path, models: Path, coop: str | None = None) -> Path:
    """Make a version's folder `models/<id>` of an archive, after it has been seen to serve.

    Args:
        file: the archive.
        models: the folder of versions, made if missing.
        coop: name of the coop that it shall work in.

    Raises:
        ModelLoadFailed: naming what is wrong; nothing is left behind.
    """
    models.mkdir(parents=True, exist_ok=True)
    half = Path(tempfile.mkdtemp(prefix=".half-", dir=models))
    try:
        _extract(file, half)
        folder = _free_place(file, models, read_manifest(half).id)
        load_recogniser(half, coop)
        half.chmod(0o755)
        half.replace(folder)
    except ModelLoadFailed as error:
        raise ModelLoadFailed(str(error).replace(f"{half}/", f"{file.name}: ")) from error
    finally:
        with suppress(FileNotFoundError):
            shutil.rmtree(half)
    return folder


def _free_place(file: Path, models: Path, version: str) -> Path:
    if not _ID.fullmatch(version):
        raise ModelLoadFailed(f"{file.name}: {version!r} is no id of a version; export it again")
    if (models / version).exists():
        raise ModelLoadFailed(f"{file.name}: version {version} is here already; delete it first to replace it")
    return models / version


def _extract(file: Path, half: Path) -> None:
    try:
        if (size := file.stat().st_size) > LARGEST_ARCHIVE_BYTES:
            raise ModelLoadFailed(f"{file.name}: has {_mega(size)}, more than {_mega(LARGEST_ARCHIVE_BYTES)}")
        with zipfile.ZipFile(file) as archive:
            _check_entries(file, archive.infolist())
            for entry in archive.infolist():
                # The library reads no more than the size that an entry claims, and checks its sum.
                (half / entry.filename).write_bytes(archive.read(entry))
    except (OSError, zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise ModelLoadFailed(f"{file.name}: is no whole archive of a version ({error}); export it again") from error
    with suppress(zipfile.BadZipFile):
        _check_arrays(file, half / HEADS)


def _check_entries(file: Path, entries: list[zipfile.ZipInfo]) -> None:
    names = [entry.filename for entry in entries]
    for name in names:
        if name not in NAMES:
            raise ModelLoadFailed(f"{file.name}: holds {name!r}, which is no part of a version; do not use it")
    for wanted in (MANIFEST, HEADS):
        if names.count(wanted) != 1 or len(set(names)) != len(names):
            raise ModelLoadFailed(f"{file.name}: must hold {wanted} once, and nothing twice; export it again")
    _check_size(file, entries)


def _check_arrays(file: Path, heads: Path) -> None:
    """The heads are an archive of their own, which may unfold a second time."""
    with zipfile.ZipFile(heads) as archive:
        _check_size(file, archive.infolist())


def _check_size(file: Path, entries: list[zipfile.ZipInfo]) -> None:
    if (unpacked := sum(entry.file_size for entry in entries)) > LARGEST_UNPACKED_BYTES:
        raise ModelLoadFailed(f"{file.name}: would unfold to {_mega(unpacked)}; do not use it")


def _mega(size: int) -> str:
    return f"{size / 1e6:.1f} MB"
