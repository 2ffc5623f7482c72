"""Replays of drawn days: bad input does no harm, and a worker that is killed goes on where it was."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import yaml
from sqlalchemy import func, select

from detector.frame import Frame
from detector.pacing import AtOnce
from detector.pipeline import Pipeline
from detector.recognition import load_recogniser
from detector.replay import result
from detector.training.dataset import read_picture
from detector.wiring import open_replay
from henbot.config import load_coop
from henbot.domain.errors import ConfigInvalid, DatabaseTooNew, ModelLoadFailed, SourceUnavailable
from henbot.storage.database import open_database
from henbot.storage.tables import CameraRow, ChangeRow, ClockRow, CoopRow

EVERY_DAY = (None, None)


NOON = "20240505112500"
"""Half of the day's frames are from before, of four visits; the nest is empty then."""


@pytest.fixture
def dataset(drawn_coop: Path, tmp_path: Path) -> Path:
    """The second drawn morning, to be spoilt."""
    return second_day(drawn_coop, tmp_path / "coop", NOON)


def second_day(drawn_coop: Path, folder: Path, until: str = "20240506") -> Path:
    (folder / "frames").mkdir(parents=True)
    shutil.copy(drawn_coop / "coop.yaml", folder)
    for frame in (drawn_coop / "frames").glob("20240505*"):
        if frame.name < until:
            shutil.copy(frame, folder / "frames")
    return folder


def played(dataset: Path, drawn_version: Path, folder: Path) -> dict[str, list[dict[str, object]]]:
    """What a replay remembers of a dataset."""
    opened = open_replay(dataset, drawn_version, f"sqlite:///{folder / 'replay.db'}", None, EVERY_DAY)
    run = opened.replay(AtOnce(opened.database))
    run.run()
    found = result(opened.database, run.seen)
    opened.database.close()
    return found


def test_spoilt_pictures_are_skipped_and_counted_and_the_replay_goes_on(
    dataset: Path, drawn_version: Path, tmp_path: Path
) -> None:
    frames = sorted((dataset / "frames").iterdir())
    whole = frames[10].read_bytes()
    frames[10].write_bytes(whole[: len(whole) // 2])
    frames[20].write_bytes(b"")
    frames[30].rename(dataset / "frames" / "yesterday.jpg")
    opened = open_replay(dataset, drawn_version, f"sqlite:///{tmp_path / 'replay.db'}", None, EVERY_DAY)
    run = opened.replay(AtOnce(opened.database))
    run.run()
    reasons = {one.name: one.reason for one in run.skipped}
    assert set(reasons) == {frames[10].name, frames[20].name, "yesterday.jpg"}
    assert all(reasons.values())
    assert run.frames == len(frames) - 3
    with opened.database.reading() as session:
        assert session.execute(select(CameraRow.skipped)).scalar_one() == 3
    opened.database.close()


def test_a_missing_folder_of_frames_is_named_with_the_camera(
    dataset: Path, drawn_version: Path, tmp_path: Path
) -> None:
    shutil.rmtree(dataset / "frames")
    with pytest.raises(SourceUnavailable, match="frames"):
        open_replay(dataset, drawn_version, f"sqlite:///{tmp_path / 'replay.db'}", None, EVERY_DAY)


def test_a_version_with_another_sha256_than_its_manifest_says_does_not_serve(
    dataset: Path, drawn_version: Path, tmp_path: Path
) -> None:
    spoilt = shutil.copytree(drawn_version, tmp_path / "models" / drawn_version.name)
    heads = spoilt / "heads.npz"
    content = bytearray(heads.read_bytes())
    content[len(content) // 2] ^= 1
    heads.write_bytes(content)
    with pytest.raises(ModelLoadFailed, match=r"heads\.npz.*sha256"):
        open_replay(dataset, spoilt, f"sqlite:///{tmp_path / 'replay.db'}", None, EVERY_DAY)


def test_a_database_from_a_newer_version_is_refused_and_left_alone(
    dataset: Path, drawn_version: Path, tmp_path: Path
) -> None:
    played(dataset, drawn_version, tmp_path)
    database = open_database(f"sqlite:///{tmp_path / 'replay.db'}")
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    with pytest.raises(DatabaseTooNew, match="newer"):
        played(dataset, drawn_version, tmp_path)


def test_a_replay_again_on_the_same_database_changes_nothing(
    dataset: Path, drawn_version: Path, tmp_path: Path
) -> None:
    first = played(dataset, drawn_version, tmp_path)
    database = open_database(f"sqlite:///{tmp_path / 'replay.db'}")
    with database.reading() as session:
        changes = session.execute(select(func.count(ChangeRow.id))).scalar_one()
    second = played(dataset, drawn_version, tmp_path)
    assert second["visits"] == first["visits"] != []
    assert second["events"] == first["events"]
    with database.reading() as session:
        assert session.execute(select(func.count(ChangeRow.id))).scalar_one() == changes
    database.close()


def test_a_database_of_another_coop_is_refused_and_keeps_its_name(
    dataset: Path, drawn_version: Path, tmp_path: Path
) -> None:
    played(dataset, drawn_version, tmp_path)
    coop = dataset / "coop.yaml"
    said = yaml.safe_load(coop.read_text(encoding="utf-8"))
    own, said["coop"]["name"] = said["coop"]["name"], "The neighbours"
    coop.write_text(yaml.safe_dump(said), encoding="utf-8")
    with pytest.raises(ConfigInvalid, match=r"remembers the coop .* name another --database"):
        open_replay(dataset, drawn_version, f"sqlite:///{tmp_path / 'replay.db'}", None, EVERY_DAY)
    database = open_database(f"sqlite:///{tmp_path / 'replay.db'}")
    with database.reading() as session:
        assert session.execute(select(CoopRow.name)).scalar_one() == own
    database.close()


def test_in_a_replay_the_frames_times_are_the_coop_s_clock(dataset: Path, drawn_version: Path, tmp_path: Path) -> None:
    found = played(dataset, drawn_version, tmp_path)
    database = open_database(f"sqlite:///{tmp_path / 'replay.db'}")
    with database.reading() as session:
        clock = session.get_one(ClockRow, 1)
        assert (clock.origin.isoformat().replace("+00:00", "Z"), clock.speed) == (
            found["observations"][-1]["captured_at"],
            0.0,
        )
    database.close()


def test_two_cameras_frames_go_each_to_their_own_nest(drawn_coop: Path, drawn_version: Path, tmp_path: Path) -> None:
    dataset = second_day(drawn_coop, tmp_path / "coop")
    shutil.copytree(dataset / "frames", dataset / "more")
    written = yaml.safe_load((dataset / "coop.yaml").read_text(encoding="utf-8"))
    (first,) = written["cameras"]
    second = {**first, "id": "second", "source": {**first["source"], "path": "more"}}
    second["nests"] = [{**first["nests"][0], "id": "second-nest"}]
    written["cameras"].append(second)
    (dataset / "coop.yaml").write_text(yaml.safe_dump(written), encoding="utf-8")
    found = played(dataset, drawn_version, tmp_path)
    spans = {
        nest: [(v["arrived_at"], v["left_at"], v["hen"]) for v in found["visits"] if v["nest"] == nest]
        for nest in (first["nests"][0]["id"], "second-nest")
    }
    one, other = spans.values()
    assert one == other
    assert len(one) > 3


def test_a_bird_is_where_her_box_says_in_the_frame_though_her_nest_is_a_part_of_it(
    drawn_coop: Path, drawn_version: Path
) -> None:
    config = load_coop(drawn_coop / "coop.yaml")
    camera = config.cameras[0]
    nest = camera.nests[0]
    corner = [(0.5 + x / 2, 0.5 + y / 2) for x, y in nest.polygon]
    moved = camera.model_copy(update={"nests": [nest.model_copy(update={"polygon": corner})], "trigger": "motion"})
    recogniser = load_recogniser(drawn_version)
    at = datetime(2024, 5, 5, tzinfo=UTC)
    for file in sorted((drawn_coop / "frames").glob("20240505*"))[:60]:
        pixels = read_picture(file)
        assert pixels is not None
        (whole,) = Pipeline(camera, recogniser).observe(Frame(camera.id, at, pixels, file.name))
        page = np.zeros((2 * pixels.shape[0], 2 * pixels.shape[1], 3), np.uint8)
        page[pixels.shape[0] :, pixels.shape[1] :] = pixels
        (part,) = Pipeline(moved, recogniser).observe(Frame(camera.id, at, page, file.name))
        if whole.hens and whole.birds[0].box and part.birds[0].box:
            box, inside = whole.birds[0].box, part.birds[0].box
            assert 0.05 < (box.x2 - box.x1) * (box.y2 - box.y1) < 0.9
            expected = [0.5 + end / 2 for end in (box.x1, box.y1, box.x2, box.y2)]
            assert [inside.x1, inside.y1, inside.x2, inside.y2] == pytest.approx(expected, abs=0.01)
            return
    pytest.fail("no hen was seen")
