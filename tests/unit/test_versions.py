"""Model versions on disk: whole or not at all, and never served when anything about them is wrong."""

import hashlib
import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from detector.versions import (
    HEADS,
    MANIFEST,
    TAIL,
    Manifest,
    list_versions,
    load_version,
    read_manifest,
    tail_of,
    write_version,
)
from henbot.domain.errors import ModelLoadFailed

ARRAYS = {"occupied/weights": np.ones((3, 2), np.float32)}


def manifest(version: str = "v1") -> Manifest:
    return Manifest(
        id=version,
        created="2024-05-04T12:00:00+00:00",
        coop="Coop",
        hens=("ginger",),
        outputs=("occupied",),
        thresholds={"identity": 0.8},
        temperatures={"occupied": 1.0},
        trained_on={"pictures": 3},
    )


@pytest.fixture
def version(tmp_path: Path) -> Path:
    return write_version(tmp_path / "models", manifest(), ARRAYS)


def change_manifest(folder: Path, **fields: Any) -> None:
    content = json.loads((folder / MANIFEST).read_text())
    (folder / MANIFEST).write_text(json.dumps(content | fields))


def replace_heads(folder: Path, write: Callable[[Path], object]) -> None:
    """Another file of heads, vouched for by the manifest."""
    path = folder / HEADS
    write(path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    change_manifest(folder, files=[{"name": HEADS, "sha256": digest, "size": path.stat().st_size}])


def test_what_is_written_is_read_back(version: Path) -> None:
    read, arrays = load_version(version)
    assert (read.id, read.hens, read.thresholds) == ("v1", ("ginger",), {"identity": 0.8})
    assert (arrays["occupied/weights"] == 1).all()


def test_the_folder_is_called_like_the_version(version: Path) -> None:
    assert version.name == "v1"
    assert list_versions(version.parent) == [version]


def test_a_training_that_dies_while_writing_leaves_no_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def out_of_disk(path: Path) -> str:
        raise OSError("no space left")

    monkeypatch.setattr("detector.versions._sha256", out_of_disk)
    with pytest.raises(OSError, match="no space"):
        write_version(tmp_path, manifest(), ARRAYS)
    assert list(tmp_path.iterdir()) == []


def test_a_half_written_version_of_a_killed_training_is_not_listed(tmp_path: Path, version: Path) -> None:
    half = version.parent / ".half-1234"
    half.mkdir()
    (half / MANIFEST).write_text("{}")
    assert list_versions(version.parent) == [version]


def test_a_folder_without_a_manifest_is_no_version(tmp_path: Path) -> None:
    with pytest.raises(ModelLoadFailed, match=r"manifest\.json: there is no manifest"):
        load_version(tmp_path)


def test_a_changed_byte_is_found_by_its_sha256(version: Path) -> None:
    content = bytearray((version / HEADS).read_bytes())
    content[-1] ^= 1
    (version / HEADS).write_bytes(bytes(content))
    with pytest.raises(ModelLoadFailed, match=r"heads\.npz: its sha256 differs.*copy the version again"):
        load_version(version)


def test_a_truncated_file_is_found_by_its_size(version: Path) -> None:
    (version / HEADS).write_bytes((version / HEADS).read_bytes()[:100])
    with pytest.raises(ModelLoadFailed, match=r"heads\.npz: has 100 bytes"):
        load_version(version)


def test_a_missing_file_is_named(version: Path) -> None:
    (version / HEADS).unlink()
    with pytest.raises(ModelLoadFailed, match=r"heads\.npz: is missing"):
        load_version(version)


@pytest.mark.parametrize("name", ["../heads.npz", "/etc/passwd", "..", "a/b.npz"])
def test_a_file_name_that_leads_out_of_the_folder_is_refused(version: Path, name: str) -> None:
    files = json.loads((version / MANIFEST).read_text())["files"]
    change_manifest(version, files=[*files, {"name": name, "sha256": "0" * 64, "size": 1}])
    with pytest.raises(ModelLoadFailed, match="leads out of the folder"):
        load_version(version)


def test_a_link_out_of_the_folder_is_refused(version: Path, tmp_path: Path) -> None:
    (version / HEADS).rename(tmp_path / "elsewhere.npz")
    (version / HEADS).symlink_to(tmp_path / "elsewhere.npz")
    with pytest.raises(ModelLoadFailed, match="leads out of the folder"):
        load_version(version)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("format", 1),
        ("kind", "merged"),
        ("preprocessing", 99),
        ("input_shape", [96, 96, 3]),
        ("backbone_sha256", "0" * 64),
    ],
)
def test_a_version_for_another_henbot_is_refused_by_the_field(version: Path, field: str, value: object) -> None:
    change_manifest(version, **{field: value})
    with pytest.raises(ModelLoadFailed, match=rf"manifest\.json: {field} is .* this henbot works with"):
        load_version(version)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("thresholds", []),
        ("created", "yesterday"),
        ("created", "2024-05-04T12:00:00"),
        ("files", [{"name": 1}]),
        ("id", 7),
    ],
)
def test_a_manifest_of_the_wrong_form_is_refused(version: Path, field: str, value: object) -> None:
    change_manifest(version, **{field: value})
    with pytest.raises(ModelLoadFailed, match=r"manifest\.json: cannot be read"):
        load_version(version)


def test_a_manifest_that_is_no_json_is_refused(version: Path) -> None:
    (version / MANIFEST).write_text("{")
    with pytest.raises(ModelLoadFailed, match="cannot be read"):
        read_manifest(version)


def test_heads_that_are_not_finite_are_refused_by_name(version: Path) -> None:
    replace_heads(version, lambda path: np.savez(path, weights=np.asarray([1.0, np.nan])))
    with pytest.raises(ModelLoadFailed, match="weights has values that are not finite"):
        load_version(version)


def test_a_fine_tuned_version_vouches_for_its_tail(tmp_path: Path) -> None:
    version = write_version(tmp_path / "models", manifest(), ARRAYS, tail=b"a flatbuffer")
    read, _ = load_version(version)
    assert read.kind == "fine-tuned"
    assert tail_of(version, read) == b"a flatbuffer"
    (version / TAIL).write_bytes(b"another one!")
    with pytest.raises(ModelLoadFailed, match=r"tail\.tflite: its sha256 differs"):
        load_version(version)


def test_a_fine_tuned_version_without_a_tail_is_refused(version: Path) -> None:
    change_manifest(version, kind="fine-tuned")
    with pytest.raises(ModelLoadFailed, match=r"files does not name tail\.tflite"):
        load_version(version)


class Trap:
    """Leaves a trace when it is unpickled."""

    def __reduce__(self) -> tuple[Callable[[str], object], tuple[str]]:
        return (open, ("sprung", "w"))


def test_nothing_pickled_is_ever_loaded(version: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    replace_heads(version, lambda path: path.write_bytes(pickle.dumps(Trap())))
    with pytest.raises(ModelLoadFailed, match="holds no plain arrays"):
        load_version(version)
    replace_heads(version, lambda path: np.savez(path, trap=np.asarray([Trap()], object)))
    with pytest.raises(ModelLoadFailed, match="holds no plain arrays"):
        load_version(version)
    assert not (tmp_path / "sprung").exists()
