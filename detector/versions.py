"""Model versions on disk: a folder with a manifest and the files that it vouches for."""

import hashlib
import json
import os
import shutil
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.backbone import INPUT_SHAPE, backbone_sha256
from detector.crops import PREPROCESSING
from henbot.domain.errors import ModelLoadFailed

FORMAT = 2
MANIFEST = "manifest.json"
HEADS = "heads.npz"
TAIL = "tail.tflite"
KIND_HEADS, KIND_TUNED = "heads", "fine-tuned"
"""Heads on the stock backbone; the same on a backbone whose last stages were tuned, which `TAIL` holds."""

LARGEST_FILE_BYTES = 512 * 1024 * 1024
LARGEST_UNFOLDED_BYTES = 256 * 1024 * 1024
"""Most that a version's arrays may unfold to, in memory: a hundred times what the shipped one has."""

Arrays = Mapping[str, NDArray[np.generic]]


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of a version, beside its manifest."""

    name: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a version is, what it needs and where it comes from.

    Attributes:
        id: also the folder's name.
        coop: the first of `coops`, those that it was trained on.
        created: ISO 8601, aware.
        parents: ids of versions that it was made from.
        outputs: names of the heads.
        hens: ids of the hens that it knows.
        thresholds: by name; `identity` is the pooled posterior from which a hen is named.
        trained_on: datasets with their hashes, days, label counts, pictures skipped.
        metrics: as measured when it was trained.
    """

    id: str
    created: str
    coop: str
    hens: tuple[str, ...]
    outputs: tuple[str, ...]
    thresholds: Mapping[str, float]
    temperatures: Mapping[str, float]
    trained_on: Mapping[str, Any]
    metrics: Mapping[str, Any] = field(default_factory=dict)
    coops: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()
    kind: str = KIND_HEADS
    format: int = FORMAT
    preprocessing: int = PREPROCESSING
    input_shape: tuple[int, ...] = INPUT_SHAPE
    backbone_sha256: str = ""
    files: tuple[StoredFile, ...] = ()


def write_version(models: Path, manifest: Manifest, arrays: Arrays, tail: bytes | None = None) -> Path:
    """Write `models/<id>` whole or not at all, and return it; a killed run leaves no version that can be listed.

    With a `tail`, a LiteRT flatbuffer of the backbone's tuned last stages, the version is a fine-tuned one.
    """
    models.mkdir(parents=True, exist_ok=True)
    half = Path(tempfile.mkdtemp(prefix=".half-", dir=models))
    try:
        np.savez_compressed(half / HEADS, **dict(arrays))  # type: ignore[arg-type]
        if tail is not None:
            (half / TAIL).write_bytes(tail)
        content = asdict(manifest) | {
            "kind": KIND_HEADS if tail is None else KIND_TUNED,
            "backbone_sha256": backbone_sha256(),
            "files": [asdict(_stored(path)) for path in sorted(half.iterdir())],
        }
        (half / MANIFEST).write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        for written in half.iterdir():
            _sync(written)
        half.chmod(0o755)
        half.replace(models / manifest.id)
    except BaseException:
        shutil.rmtree(half, ignore_errors=True)
        raise
    return models / manifest.id


def list_versions(models: Path) -> list[Path]:
    """Folders with a manifest, by name; halves of a killed training are not among them."""
    return sorted(path.parent for path in models.glob(f"*/{MANIFEST}") if not path.parent.name.startswith("."))


def read_manifest(folder: Path) -> Manifest:
    """The manifest alone, checked for form but not against its files.

    Raises:
        ModelLoadFailed: it is missing, no JSON, or a field is missing or of the wrong type.
    """
    path = folder / MANIFEST
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        files = tuple(StoredFile(**entry) for entry in content["files"])
        names = {f.name for f in fields(Manifest)}
        known = {key: _frozen(value) for key, value in content.items() if key in names}
        manifest = Manifest(**(known | {"files": files}))
        _check_types(manifest)
    except FileNotFoundError as error:
        raise ModelLoadFailed(f"{path}: there is no manifest; is {folder} a model version's folder?") from error
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise ModelLoadFailed(f"{path}: cannot be read ({error}); copy the version again or train a new one") from error
    return manifest


def load_version(folder: Path) -> tuple[Manifest, dict[str, NDArray[np.generic]]]:
    """Manifest and arrays of a version, verified.

    Raises:
        ModelLoadFailed: naming the file, what is wrong with it and the remedy.
    """
    manifest = read_manifest(folder)
    _check_fits(folder, manifest)
    for stored in manifest.files:
        _check_file(folder, stored)
    return manifest, _read_arrays(folder / HEADS)


def tail_of(folder: Path, manifest: Manifest) -> bytes | None:
    """The tuned last stages of a version that was verified; None of one that stands on the stock backbone."""
    return (folder / TAIL).read_bytes() if manifest.kind == KIND_TUNED else None


def _stored(path: Path) -> StoredFile:
    return StoredFile(path.name, _sha256(path), path.stat().st_size)


def _check_types(manifest: Manifest) -> None:
    texts = (manifest.id, manifest.created, manifest.coop, manifest.kind, manifest.backbone_sha256)
    if not all(isinstance(text, str) for text in texts):
        raise ValueError("id, created, coop, kind and backbone_sha256 must be texts")
    if datetime.fromisoformat(manifest.created).utcoffset() is None:
        raise ValueError("created must carry an offset")
    mappings = (manifest.thresholds, manifest.temperatures, manifest.trained_on, manifest.metrics)
    if not all(isinstance(mapping, dict) for mapping in mappings):
        raise ValueError("thresholds, temperatures, trained_on and metrics must be objects")
    if {(type(f.name), type(f.sha256), type(f.size)) for f in manifest.files} - {(str, str, int)}:
        raise ValueError("each of files must carry a name, a sha256 and a size")


def _check_fits(folder: Path, manifest: Manifest) -> None:
    path = folder / MANIFEST
    wanted = {
        "format": FORMAT,
        "preprocessing": PREPROCESSING,
        "input_shape": INPUT_SHAPE,
        "backbone_sha256": backbone_sha256(),
    }
    for name, value in wanted.items():
        if getattr(manifest, name) != value:
            raise ModelLoadFailed(
                f"{path}: {name} is {getattr(manifest, name)!r}, this henbot works with {value!r}; "
                "train a new version or use the henbot that wrote it"
            )
    if manifest.kind not in {KIND_HEADS, KIND_TUNED}:
        raise ModelLoadFailed(
            f"{path}: kind is {manifest.kind!r}, this henbot works with {KIND_HEADS!r} and {KIND_TUNED!r}; "
            "train a new version or use the henbot that wrote it"
        )
    if not 0 < manifest.thresholds.get("identity", 0.8) < 1:
        raise ModelLoadFailed(f"{path}: thresholds.identity must lie between 0 and 1; train a new version")
    needed = {HEADS, TAIL} if manifest.kind == KIND_TUNED else {HEADS}
    for missing in sorted(needed - {stored.name for stored in manifest.files}):
        raise ModelLoadFailed(f"{path}: files does not name {missing}; copy the version again or train a new one")


def _check_file(folder: Path, stored: StoredFile) -> None:
    path = folder / stored.name
    if stored.name != Path(stored.name).name or stored.name in {"", ".", ".."} or path.is_symlink():
        raise ModelLoadFailed(f"{folder / MANIFEST}: file name {stored.name!r} leads out of the folder; do not use it")
    if not path.is_file():
        raise ModelLoadFailed(f"{path}: is missing; copy the version again or train a new one")
    size = path.stat().st_size
    if size != stored.size or size > LARGEST_FILE_BYTES:
        raise ModelLoadFailed(f"{path}: has {size} bytes, its manifest says {stored.size}; copy the version again")
    if _sha256(path) != stored.sha256:
        raise ModelLoadFailed(f"{path}: its sha256 differs from the manifest's; copy the version again")


def _read_arrays(path: Path) -> dict[str, NDArray[np.generic]]:
    try:
        with zipfile.ZipFile(path) as packed:
            unfolded = sum(entry.file_size for entry in packed.infolist())
        if unfolded > LARGEST_UNFOLDED_BYTES:
            raise ModelLoadFailed(f"{path}: would unfold to {unfolded / 1e6:.1f} MB; do not use it")
        with np.load(path, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
    except (OSError, ValueError, zipfile.BadZipFile, EOFError, MemoryError, OverflowError) as error:
        raise ModelLoadFailed(f"{path}: holds no plain arrays ({error}); train a new version") from error
    for name, array in arrays.items():
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise ModelLoadFailed(f"{path}: {name} has values that are not finite; train a new version")
    return arrays


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
