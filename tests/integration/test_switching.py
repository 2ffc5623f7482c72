"""Switching versions while a day goes on: nothing is lost, and what is broken never serves."""

import hashlib
import json
import pickle
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select

from detector.camera_desk import CameraDesk
from detector.pacing import AtOnce
from detector.pipeline import Pipeline
from detector.replay import Replay, result
from detector.serving import Serving
from detector.starter import Site
from detector.versions import HEADS, MANIFEST
from detector.wiring import OpenReplay, open_replay
from henbot.config import load_coop
from henbot.services import models
from henbot.services.media import MediaFolder
from henbot.storage.database import Database
from henbot.storage.versions import ModelVersionRow

SWITCHES = 50


@pytest.fixture
def dataset(drawn_coop: Path, tmp_path: Path) -> Path:
    """The second drawn day."""
    folder = tmp_path / "coop"
    (folder / "frames").mkdir(parents=True)
    shutil.copy(drawn_coop / "coop.yaml", folder)
    for frame in sorted((drawn_coop / "frames").glob("20240505*")):
        shutil.copy(frame, folder / "frames")
    return folder


@pytest.fixture
def versions(drawn_version: Path, tmp_path: Path) -> Path:
    """Two versions that say the same under two names."""
    for name in ("20240506-000000-a", "20240506-000000-b"):
        folder = shutil.copytree(drawn_version, tmp_path / "models" / name)
        change_manifest(folder, id=name)
    return tmp_path / "models"


def change_manifest(folder: Path, **fields: Any) -> None:
    content = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    (folder / MANIFEST).write_text(json.dumps(content | fields), encoding="utf-8")


def change_heads(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
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


def opened(dataset: Path, version: Path, tmp_path: Path, name: str) -> OpenReplay:
    return open_replay(dataset, version, f"sqlite:///{tmp_path / name}", tmp_path / f"{name}-media", (None, None))


def asked(database: Database, version: str) -> None:
    with database.writing() as session:
        models.want(session, version)
        session.commit()


def row_of(database: Database, version: str) -> ModelVersionRow:
    with database.reading() as session:
        return session.execute(select(ModelVersionRow).where(ModelVersionRow.id == version)).scalar_one()


def told(found: dict[str, list[dict[str, Any]]]) -> list[tuple[Any, ...]]:
    """The visits, whoever saw them."""
    return [(v["nest"], v["hen"], v["arrived_at"], v["left_at"], v["settled"]) for v in found["visits"]]


def test_fifty_switches_in_a_day_lose_no_frame_and_no_visit(dataset: Path, versions: Path, tmp_path: Path) -> None:
    first, second = sorted(versions.iterdir())
    undisturbed = opened(dataset, first, tmp_path, "undisturbed.db")
    run = undisturbed.replay(AtOnce(undisturbed.database))
    run.run()
    expected = told(result(undisturbed.database, run.seen))
    undisturbed.database.close()

    switched = opened(dataset, first, tmp_path, "switched.db")
    serving = Serving(switched.database, versions, Site.of(load_coop(dataset / "coop.yaml")))
    (camera,) = load_coop(dataset / "coop.yaml").cameras
    pipeline = Pipeline(camera, serving.recogniser)
    desk = CameraDesk(pipeline, switched.database, MediaFolder(tmp_path / "switched.db-media"), serving.threshold)
    frames = len(list((dataset / "frames").iterdir()))
    every, counted, switches = max(1, frames // (SWITCHES + 1)), 0, 0

    def tick() -> None:
        nonlocal counted, switches
        counted += 1
        if counted % every == 0 and switches < SWITCHES:
            asked(switched.database, (first, second)[switches % 2].name)
            switches += serving.change_if_asked()
            desk.use(serving.recogniser, serving.threshold)

    replay = Replay([desk], switched.sources, AtOnce(switched.database))
    asked(switched.database, second.name)
    serving.change_if_asked()
    replay.run(tick)
    assert switches == SWITCHES
    assert (replay.frames, replay.skipped) == (frames, [])
    assert told(result(switched.database, replay.seen)) == expected
    assert {one.model for one in replay.seen.values()} == {first.name, second.name}
    switched.database.close()


def of_other_shape(arrays: dict[str, Any]) -> None:
    arrays["occupied/weights"] = np.ones((7, 2), np.float32)


def not_numbers(arrays: dict[str, Any]) -> None:
    arrays["occupied/weights"] = np.full_like(arrays["occupied/weights"], np.nan)


def without_hens(arrays: dict[str, Any]) -> None:
    for name in [name for name in arrays if name.endswith("/trained")]:
        del arrays[name]


def pickled(folder: Path) -> None:
    (folder / HEADS).write_bytes(pickle.dumps({"occupied": [1.0]}))
    vouch(folder)


def truncated(folder: Path) -> None:
    content = (folder / HEADS).read_bytes()
    (folder / HEADS).write_bytes(content[: len(content) // 2])


BROKEN: dict[str, tuple[Callable[[Path], object], str]] = {
    "truncated": (truncated, "bytes, its manifest says"),
    "wrong shape": (lambda folder: change_heads(folder, of_other_shape), "heads do not fit"),
    "weights that are not numbers": (lambda folder: change_heads(folder, not_numbers), "not finite"),
    "wrong sha256": (
        lambda folder: (folder / HEADS).write_bytes(bytes(len((folder / HEADS).read_bytes()))),
        "sha256 differs",
    ),
    "no names of hens": (lambda folder: change_heads(folder, without_hens), "heads do not fit"),
    "wrong preprocessing": (lambda folder: change_manifest(folder, preprocessing=99), "preprocessing is 99"),
    "a path out of the folder": (
        lambda folder: change_manifest(folder, files=[{"name": "../../x", "sha256": "0", "size": 1}]),
        "does not name heads.npz",
    ),
    "a pickle": (pickled, "no plain arrays"),
    "an empty file": (lambda folder: (folder / HEADS).write_bytes(b""), "has 0 bytes"),
    "no manifest": (lambda folder: (folder / MANIFEST).unlink(), "there is no manifest"),
}
"""A zip bomb cannot be a folder: `tests/unit/test_archive.py` sends one."""


@pytest.fixture
def serving(dataset: Path, versions: Path, tmp_path: Path) -> Iterator[tuple[Serving, Database]]:
    first, _ = sorted(versions.iterdir())
    replay = opened(dataset, first, tmp_path, "serving.db")
    found = Serving(replay.database, versions, Site.of(load_coop(dataset / "coop.yaml")))
    asked(replay.database, first.name)
    found.change_if_asked()
    yield found, replay.database
    replay.database.close()


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_version_is_refused_the_old_one_serves_on_and_the_reason_is_kept(
    kind: str, serving: tuple[Serving, Database], versions: Path
) -> None:
    found, database = serving
    first, second = sorted(versions.iterdir())
    spoil, reason = BROKEN[kind]
    spoil(second)
    asked(database, second.name)
    assert not found.change_if_asked()
    assert found.recogniser.version == first.name
    assert reason in str(row_of(database, second.name).failure)
    assert row_of(database, first.name).desired
    assert row_of(database, first.name).serving
    assert not found.change_if_asked()


def test_a_refused_version_that_was_mended_can_be_asked_for_again(
    serving: tuple[Serving, Database], versions: Path
) -> None:
    found, database = serving
    _, second = sorted(versions.iterdir())
    whole = (second / HEADS).read_bytes()
    truncated(second)
    asked(database, second.name)
    assert not found.change_if_asked()
    (second / HEADS).write_bytes(whole)
    asked(database, second.name)
    assert found.change_if_asked()
    assert found.recogniser.version == second.name
    assert row_of(database, second.name).failure is None


def test_a_version_that_turns_out_unsound_is_taken_back_by_itself(
    serving: tuple[Serving, Database], versions: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, database = serving
    first, second = sorted(versions.iterdir())
    asked(database, second.name)
    assert found.change_if_asked()
    monkeypatch.setattr(found.recogniser, "failure", "it gave no numbers for a picture")
    assert found.change_if_asked()
    assert found.recogniser.version == first.name
    assert row_of(database, first.name).desired
    assert row_of(database, first.name).serving
    assert row_of(database, second.name).failure == "it gave no numbers for a picture"
    assert not found.change_if_asked()


def test_the_disk_of_a_removed_version_is_freed_and_no_other_s(
    serving: tuple[Serving, Database], versions: Path, tmp_path: Path
) -> None:
    found, database = serving
    first, second = sorted(versions.iterdir())
    database.write(lambda session: models.remove(session, second.name, datetime(2024, 5, 6, tzinfo=UTC)))
    found.clear_removed()
    assert sorted(versions.iterdir()) == [first]
    assert found.recogniser.version == first.name
