"""Versions sent as files: what is whole arrives whole, and nothing else gets in or leaves a trace."""

import hashlib
import io
import json
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from detector import archive
from detector.archive import pack, unpack
from detector.recognition import load_recogniser
from detector.starter import starter_folder
from detector.versions import HEADS, MANIFEST, TAIL
from henbot.domain.errors import ModelLoadFailed

Files = dict[str, bytes]


@pytest.fixture(scope="module")
def whole() -> Files:
    folder = starter_folder()
    assert folder is not None
    return {name: (folder / name).read_bytes() for name in (MANIFEST, HEADS, TAIL)}


def vouched(files: Files, **fields: Any) -> Files:
    """The files with a manifest that vouches for them as they are now."""
    told = [
        {"name": name, "sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
        for name, content in files.items()
        if name != MANIFEST
    ]
    return files | {MANIFEST: json.dumps(json.loads(files[MANIFEST]) | {"files": told} | fields).encode()}


def changed_heads(files: Files, change: Callable[[dict[str, np.ndarray]], object]) -> Files:
    with np.load(io.BytesIO(files[HEADS])) as stored:
        arrays = {name: stored[name] for name in stored.files}
    change(arrays)
    written = io.BytesIO()
    np.savez_compressed(written, **arrays)  # type: ignore[arg-type]
    return vouched(files | {HEADS: written.getvalue()})


def zipped(folder: Path, files: Files) -> Path:
    path = folder / "version.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as into:
        for name, content in files.items():
            into.writestr(name, content)
    return path


def test_a_version_arrives_as_it_was_sent_and_serves(whole: Files, tmp_path: Path) -> None:
    folder = starter_folder()
    assert folder is not None
    arrived = unpack(pack(folder, tmp_path / "starter.zip"), tmp_path / "models")
    assert {path.name: path.read_bytes() for path in arrived.iterdir()} == whole
    assert load_recogniser(arrived).version == arrived.name


def test_the_same_version_is_packed_into_the_same_bytes(tmp_path: Path) -> None:
    folder = starter_folder()
    assert folder is not None
    one, two = pack(folder, tmp_path / "one.zip"), pack(folder, tmp_path / "two.zip")
    assert one.read_bytes() == two.read_bytes()


def test_a_version_that_is_here_already_is_not_overwritten(whole: Files, tmp_path: Path) -> None:
    unpack(zipped(tmp_path, whole), tmp_path / "models")
    with pytest.raises(ModelLoadFailed, match="is here already"):
        unpack(zipped(tmp_path, whole), tmp_path / "models")


def nan_weights(files: Files) -> Files:
    return changed_heads(files, lambda arrays: arrays["anywhere/weights"].fill(np.nan))


def wrong_shape(files: Files) -> Files:
    return changed_heads(files, lambda arrays: arrays.update({"anywhere/weights": np.ones((7, 2), np.float32)}))


def without_labels(files: Files) -> Files:
    return changed_heads(files, lambda arrays: [arrays.pop(name) for name in list(arrays) if name.endswith("/trained")])


def pickled(files: Files) -> Files:
    return vouched(files | {HEADS: pickle.dumps({"occupied/weights": [1.0]})})


def pickled_inside(files: Files) -> Files:
    return changed_heads(files, lambda arrays: arrays.update({"occupied/classes": np.asarray([{"no": 1}], object)}))


BROKEN: dict[str, tuple[Callable[[Files], Files], str]] = {
    "a truncated file": (
        lambda files: files | {TAIL: files[TAIL][: len(files[TAIL]) // 2]},
        "bytes, its manifest says",
    ),
    "another sha256": (
        lambda files: files | {TAIL: bytes([files[TAIL][0] ^ 1]) + files[TAIL][1:]},
        "sha256 differs from the manifest's",
    ),
    "heads of the wrong shape": (wrong_shape, "the heads do not fit"),
    "weights that are not numbers": (nan_weights, "not finite"),
    "no names of its hens": (without_labels, "the heads do not fit"),
    "another preprocessing": (lambda files: vouched(files, preprocessing=99), "preprocessing is 99"),
    "a path out of the folder": (lambda files: files | {"../../evil.py": b"x"}, "no part of a version"),
    "an absolute path": (lambda files: files | {"/tmp/evil.py": b"x"}, "no part of a version"),
    "a pickle for heads": (pickled, "holds no plain arrays"),
    "a pickle among the heads": (pickled_inside, "holds no plain arrays"),
    "a program beside the heads": (lambda files: files | {"install.py": b"x"}, "no part of a version"),
    "no manifest": (lambda files: {name: files[name] for name in (HEADS, TAIL)}, "must hold manifest.json once"),
    "an id that leads out": (lambda files: vouched(files, id="../../elsewhere"), "no id of a version"),
    "an empty manifest": (lambda files: files | {MANIFEST: b""}, "cannot be read"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_version_is_refused_with_the_reason_and_leaves_nothing(
    kind: str, whole: Files, tmp_path: Path
) -> None:
    spoil, reason = BROKEN[kind]
    file = zipped(tmp_path, spoil(dict(whole)))
    with pytest.raises(ModelLoadFailed, match=reason) as refused:
        unpack(file, tmp_path / "models")
    assert "version.zip" in str(refused.value)
    assert ".half-" not in str(refused.value)
    assert list((tmp_path / "models").iterdir()) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["models", "version.zip"]


@pytest.mark.parametrize("content", [b"", b"no archive at all", b"PK\x03\x04 half of one"])
def test_what_is_no_archive_is_refused(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "version.zip"
    file.write_bytes(content)
    with pytest.raises(ModelLoadFailed, match="no whole archive of a version"):
        unpack(file, tmp_path / "models")


def test_an_archive_that_would_unfold_to_very_much_is_not_unfolded(whole: Files, tmp_path: Path) -> None:
    file = zipped(tmp_path, whole | {TAIL: bytes(archive.LARGEST_UNPACKED_BYTES + 1)})
    assert file.stat().st_size < archive.LARGEST_ARCHIVE_BYTES
    with pytest.raises(ModelLoadFailed, match="would unfold to"):
        unpack(file, tmp_path / "models")


def test_heads_that_would_unfold_to_very_much_are_not_unfolded(whole: Files, tmp_path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as into:
        into.writestr("occupied/weights.npy", bytes(archive.LARGEST_UNPACKED_BYTES + 1))
    file = zipped(tmp_path, vouched(whole | {HEADS: inner.getvalue()}))
    with pytest.raises(ModelLoadFailed, match="would unfold to"):
        unpack(file, tmp_path / "models")


def test_an_archive_larger_than_a_chat_takes_is_refused_unread(tmp_path: Path) -> None:
    file = tmp_path / "version.zip"
    with file.open("wb") as grown:
        grown.truncate(archive.LARGEST_ARCHIVE_BYTES + 1)
    with pytest.raises(ModelLoadFailed, match="more than"):
        unpack(file, tmp_path / "models")
