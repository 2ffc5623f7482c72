"""Model versions that are broken in one way each, and what is said of them."""

import hashlib
import json
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from detector.versions import HEADS, LARGEST_UNFOLDED_BYTES, MANIFEST


def change_manifest(folder: Path, **fields: Any) -> None:
    """Write other values into a version's manifest."""
    content = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    (folder / MANIFEST).write_text(json.dumps(content | fields), encoding="utf-8")


def change_heads(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change a version's arrays, which its manifest then vouches for."""
    with np.load(folder / HEADS) as stored:
        arrays = {name: stored[name] for name in stored.files}
    change(arrays)
    np.savez_compressed(folder / HEADS, **arrays)
    vouch(folder)


def vouch(folder: Path) -> None:
    """Let the manifest vouch for the heads as they are now."""
    content = (folder / HEADS).read_bytes()
    stored = {"name": HEADS, "sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
    change_manifest(folder, files=[stored])


def _of_other_shape(arrays: dict[str, Any]) -> None:
    arrays["occupied/weights"] = np.ones((7, 2), np.float32)


def _not_numbers(arrays: dict[str, Any]) -> None:
    arrays["occupied/weights"] = np.full_like(arrays["occupied/weights"], np.nan)


def _without_hens(arrays: dict[str, Any]) -> None:
    for name in [name for name in arrays if name.endswith("/trained")]:
        del arrays[name]


def _pickled(folder: Path) -> None:
    (folder / HEADS).write_bytes(pickle.dumps({"occupied": [1.0]}))
    vouch(folder)


def truncate(folder: Path) -> None:
    """Cut a version's heads in half."""
    content = (folder / HEADS).read_bytes()
    (folder / HEADS).write_bytes(content[: len(content) // 2])


def _bomb(folder: Path) -> None:
    packed = zipfile.ZipFile(folder / HEADS, "w", zipfile.ZIP_DEFLATED)
    with packed, packed.open("occupied/weights.npy", "w") as member:
        for _ in range(LARGEST_UNFOLDED_BYTES // 2**24 + 1):
            member.write(bytes(2**24))
    vouch(folder)


BROKEN: dict[str, tuple[Callable[[Path], object], str]] = {
    "truncated": (truncate, "bytes, its manifest says"),
    "wrong shape": (lambda folder: change_heads(folder, _of_other_shape), "heads do not fit"),
    "weights that are not numbers": (lambda folder: change_heads(folder, _not_numbers), "not finite"),
    "wrong sha256": (
        lambda folder: (folder / HEADS).write_bytes(bytes(len((folder / HEADS).read_bytes()))),
        "sha256 differs",
    ),
    "no names of hens": (lambda folder: change_heads(folder, _without_hens), "heads do not fit"),
    "wrong preprocessing": (lambda folder: change_manifest(folder, preprocessing=99), "preprocessing is 99"),
    "a zip bomb": (_bomb, "would unfold to"),
    "a path out of the folder": (
        lambda folder: change_manifest(folder, files=[{"name": "../../x", "sha256": "0", "size": 1}]),
        "does not name heads.npz",
    ),
    "a pickle": (_pickled, "no plain arrays"),
    "an empty file": (lambda folder: (folder / HEADS).write_bytes(b""), "has 0 bytes"),
}
"""How to break a version's folder, and what the admin is told then."""
