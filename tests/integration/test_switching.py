"""Versions that are asked for, refused, mended, taken back and removed; while frames come in, `test_live_switching`."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select

from detector.crops import cut
from detector.probation import Probation
from detector.recognition import sure_name
from detector.serving import Serving
from detector.sources.stills import read_still
from detector.starter import Site, day_zero
from detector.versions import HEADS
from detector.wiring import OpenReplay, open_replay
from henbot.config import load_coop
from henbot.services import models
from henbot.services.models import FoundVersion
from henbot.services.version_notices import NoticeKind, untold_notices
from henbot.storage.database import Database
from henbot.storage.tables import HenRow
from henbot.storage.versions import ModelVersionRow
from tests.broken_versions import change_manifest, truncate


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


def opened(dataset: Path, version: Path, tmp_path: Path, name: str) -> OpenReplay:
    return open_replay(dataset, version, f"sqlite:///{tmp_path / name}", tmp_path / f"{name}-media", (None, None))


def asked(database: Database, version: str) -> None:
    with database.writing() as session:
        models.want(session, version)
        session.commit()


def row_of(database: Database, version: str) -> ModelVersionRow:
    with database.reading() as session:
        return session.execute(select(ModelVersionRow).where(ModelVersionRow.id == version)).scalar_one()


@pytest.fixture
def serving(dataset: Path, versions: Path, tmp_path: Path) -> Iterator[tuple[Serving, Database]]:
    first, _ = sorted(versions.iterdir())
    replay = opened(dataset, first, tmp_path, "serving.db")
    found = Serving(replay.database, versions, Site.of(load_coop(dataset / "coop.yaml")))
    asked(replay.database, first.name)
    found.change_if_asked()
    yield found, replay.database
    replay.database.close()


def test_a_refused_version_that_was_mended_can_be_asked_for_again(
    serving: tuple[Serving, Database], versions: Path
) -> None:
    found, database = serving
    _, second = sorted(versions.iterdir())
    whole = (second / HEADS).read_bytes()
    truncate(second)
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


def restarted(database: Database, dataset: Path, versions: Path) -> Serving:
    return Serving(database, versions, Site.of(load_coop(dataset / "coop.yaml")))


def test_after_a_restart_the_last_good_version_serves_where_the_desired_one_cannot_and_the_admins_are_told(
    serving: tuple[Serving, Database], dataset: Path, versions: Path
) -> None:
    found, database = serving
    first, second = sorted(versions.iterdir())
    asked(database, second.name)
    assert found.change_if_asked()
    truncate(second)
    again = restarted(database, dataset, versions)
    assert again.recogniser.version == first.name
    assert row_of(database, first.name).serving
    assert row_of(database, first.name).desired
    (notice,) = database.read(untold_notices)
    assert (notice.version, notice.kind, notice.back_to) == (second.name, NoticeKind.FELL_BACK, first.name)
    assert "its manifest says" in notice.reason


def test_a_restart_in_the_first_hour_does_not_end_it(
    serving: tuple[Serving, Database], dataset: Path, versions: Path
) -> None:
    found, database = serving
    first, second = sorted(versions.iterdir())
    asked(database, second.name)
    assert found.change_if_asked()
    since = row_of(database, second.name).served_at
    again = restarted(database, dataset, versions)
    assert again.recogniser.version == second.name
    assert row_of(database, second.name).served_at == since
    assert isinstance(again.recogniser, Probation)
    assert again.recogniser.compares
    again.recogniser.failure = "it gave no numbers for a picture"
    assert again.change_if_asked()
    assert again.recogniser.version == first.name


def test_a_first_version_that_is_refused_leaves_what_is_shipped_and_can_be_asked_for_again(
    dataset: Path, versions: Path, tmp_path: Path
) -> None:
    first, _ = sorted(versions.iterdir())
    replay = opened(dataset, first, tmp_path, "first.db")
    found = restarted(replay.database, dataset, tmp_path / "none")
    manifest = FoundVersion(first.name, str(first), datetime(2024, 5, 6, tzinfo=UTC), {})
    replay.database.write(lambda session: models.note_new(session, manifest, models.Origin.IMPORTED))
    whole = (first / HEADS).read_bytes()
    truncate(first)
    asked(replay.database, first.name)
    assert not found.change_if_asked()
    assert found.version is None
    (first / HEADS).write_bytes(whole)
    asked(replay.database, first.name)
    assert found.change_if_asked()
    assert found.version == first.name
    replay.database.close()


def test_what_is_shipped_serves_again_when_asked_for_also_after_a_restart(
    dataset: Path, versions: Path, tmp_path: Path
) -> None:
    first, _ = sorted(versions.iterdir())
    replay = opened(dataset, first, tmp_path, "shipped.db")
    serving = restarted(replay.database, dataset, versions)
    assert serving.version is not None
    replay.database.write(models.want_shipped)
    assert serving.change_if_asked()
    assert serving.version is None
    assert serving.recogniser.version == day_zero(serving.site)[0].version
    assert replay.database.read(models.serving_version) is None
    assert not serving.change_if_asked()
    again = restarted(replay.database, dataset, versions)
    assert again.version is None
    asked(replay.database, first.name)
    assert again.change_if_asked()
    assert again.version == first.name
    replay.database.close()


def test_a_hen_who_turned_out_to_be_another_is_called_so_by_a_version_that_learned_her(
    serving: tuple[Serving, Database], dataset: Path
) -> None:
    found, database = serving
    frame = next(frame for frame in sorted((dataset / "frames").iterdir()) if named_in(found, dataset, frame))
    (was,) = named_in(found, dataset, frame)
    with database.writing() as session:
        other = next(row.id for row in session.execute(select(HenRow)).scalars() if row.id != was)
        session.get_one(HenRow, was).merged_into = other
        session.commit()
    found.heed_flock()
    assert named_in(found, dataset, frame) == {other}


def named_in(serving: Serving, dataset: Path, frame: Path) -> set[str]:
    """Who is surely in a frame's nests."""
    (camera,) = load_coop(dataset / "coop.yaml").cameras
    pixels = read_still(frame)
    crops = np.stack([cut(pixels, nest.polygon) for nest in camera.nests])
    said = serving.recogniser.recognise(crops, [nest.id for nest in camera.nests])
    return {sure_name(one) for one in said if one.hens_probabilities[0] < 0.5} - {""}


def test_the_disk_of_a_removed_version_is_freed_and_no_other_s(
    serving: tuple[Serving, Database], versions: Path, tmp_path: Path
) -> None:
    found, database = serving
    first, second = sorted(versions.iterdir())
    database.write(lambda session: models.remove(session, second.name, datetime(2024, 5, 6, tzinfo=UTC)))
    found.clear_removed()
    assert sorted(versions.iterdir()) == [first]
    assert found.recogniser.version == first.name
