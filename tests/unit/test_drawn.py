"""The drawn scene and the story that it tells."""

import csv
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import yaml

from detector.drawn import BISCUIT, FLOCK, PEPPER, SNOW, DrawnHen, SceneState, draw_frame, write_dataset
from detector.sources.folder import FolderSource
from detector.sources.stills import read_still
from henbot.domain.observations import CameraId, HenId, Posture

SIZE = (160, 120)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_dataset(tmp_path_factory.mktemp("drawn"), size=SIZE)


def sitting(hen: HenId) -> SceneState:
    return SceneState(hour=12, hens=(DrawnHen(hen, Posture.SITTING),), sun=0)


def test_a_frame_has_the_size_that_was_asked_for_and_is_rgb() -> None:
    pixels = draw_frame(SceneState(), 200, 150)
    assert pixels.shape == (150, 200, 3)
    assert pixels.dtype == np.uint8
    red, green, blue = pixels[110:].reshape(-1, 3).mean(axis=0)  # straw is yellow
    assert red > green > blue


def test_the_same_scene_gives_the_same_pixels_and_another_seed_other_noise() -> None:
    assert (draw_frame(sitting(SNOW), *SIZE) == draw_frame(sitting(SNOW), *SIZE)).all()
    assert (draw_frame(SceneState(seed=1), *SIZE) != draw_frame(SceneState(seed=2), *SIZE)).any()


def test_the_three_hens_differ_from_the_free_nest_and_from_one_another() -> None:
    middle = [draw_frame(scene, *SIZE)[80:95, 65:90].mean(axis=(0, 1)) for scene in
              (SceneState(hour=12, sun=0), *(sitting(hen) for hen in FLOCK))]  # fmt: skip
    for one in range(4):
        for other in range(one):
            assert np.abs(middle[one] - middle[other]).max() > 25, (one, other)


def test_an_infrared_frame_is_grey() -> None:
    pixels = draw_frame(SceneState(hour=21, infrared=True), *SIZE)
    assert (pixels[..., 0] == pixels[..., 2]).all()


def test_dusk_is_darker_than_noon_and_the_sun_patch_wanders() -> None:
    assert draw_frame(SceneState(hour=19.5), *SIZE).mean() < 0.6 * draw_frame(SceneState(hour=13), *SIZE).mean()
    early, late = (
        draw_frame(SceneState(hour=hour), *SIZE).astype(int) - draw_frame(SceneState(hour=hour, sun=0), *SIZE)
        for hour in (10.5, 14)
    )
    assert early.sum(axis=(0, 2)).argmax() < late.sum(axis=(0, 2)).argmax()


def test_an_egg_lies_in_the_hollow_until_a_hen_sits_on_it() -> None:
    free, laid = draw_frame(SceneState(sun=0), *SIZE), draw_frame(SceneState(sun=0, eggs=2), *SIZE)
    changed = np.abs(free.astype(int) - laid).max(axis=2) > 30
    assert 30 < changed.sum() < 600
    hidden = SceneState(hour=12, hens=(DrawnHen(BISCUIT, Posture.SITTING),), sun=0, eggs=1)
    covered = np.abs(draw_frame(hidden, *SIZE).astype(int) - draw_frame(sitting(BISCUIT), *SIZE)).max(axis=2)
    assert (covered > 30).sum() < 10


def test_two_drawn_days_have_a_label_for_every_frame_and_a_frame_for_every_label(dataset: Path) -> None:
    labels = rows(dataset / "labels.csv")
    assert [row["file"] for row in labels] == sorted(path.name for path in (dataset / "frames").iterdir())
    assert 160 < len(labels) < 260
    assert read_still(dataset / "frames" / labels[0]["file"]).shape == (120, 160, 3)


def test_the_first_drawn_day_shows_all_three_hens_and_every_posture(dataset: Path) -> None:
    first = [row for row in rows(dataset / "labels.csv") if row["captured_at"] < "2024-05-05"]
    assert {row["hen"] for row in first} == {"", SNOW, PEPPER, BISCUIT}
    assert {row["posture"] for row in first} == {"", "sitting", "standing", "partial"}
    assert {row["lighting"] for row in first} == {"day", "ir"}


def test_the_drawn_visits_are_what_the_drawn_frames_show(dataset: Path) -> None:
    labels = rows(dataset / "labels.csv")
    inside = set()
    for visit in rows(dataset / "visits.csv"):
        assert visit["arrived_at"] < visit["left_at"]
        seen = [row for row in labels if visit["arrived_at"] <= row["captured_at"] <= visit["left_at"]]
        assert {row["hen"] for row in seen} == {visit["hen"]}
        assert (seen[0]["file"], seen[-1]["file"]) == (visit["first_file"], visit["last_file"])
        assert any(row["posture"] == "sitting" for row in seen) == (visit["settled"] == "yes")
        inside.update(row["file"] for row in seen)
    assert {row["file"] for row in labels if row["hens"] == "1"} == inside


def test_an_egg_more_lies_there_after_every_laying_until_they_are_collected(dataset: Path) -> None:
    labels = rows(dataset / "labels.csv")
    for visit in rows(dataset / "visits.csv"):
        before = [row for row in labels if row["captured_at"] < visit["arrived_at"] and row["hens"] == "0"][-1]
        after = next(row for row in labels if row["captured_at"] > visit["left_at"] and row["hens"] == "0")
        assert int(after["eggs"]) - int(before["eggs"]) == (visit["notes"] == "lays")
    evening = [row for row in labels if row["captured_at"][10:16] >= "T18:00"]
    assert {row["eggs"] for row in evening} == {"0"}


def test_the_drawn_camera_is_never_silent_for_longer_than_its_trust_gap_in_the_watch_hours(dataset: Path) -> None:
    times = [datetime.fromisoformat(row["captured_at"]) for row in rows(dataset / "labels.csv")]
    for one, other in pairwise(times):
        if one.date() == other.date() and other.hour < 19:
            assert timedelta(0) < other - one < timedelta(minutes=45)


def test_a_drawn_dataset_can_be_read_as_its_coop_yaml_says(dataset: Path) -> None:
    coop = yaml.safe_load((dataset / "coop.yaml").read_text("utf-8"))
    source = coop["cameras"][0]["source"]
    frames = iter(FolderSource(CameraId("nestcam"), dataset / source["path"], UTC, source["timestamp"]))
    assert f"{next(frames).captured_at:%Y-%m-%dT%H:%M:%SZ}" == rows(dataset / "labels.csv")[0]["captured_at"]
    assert {hen["id"] for hen in coop["hens"]} == set(FLOCK)


def test_the_same_seed_writes_the_same_files(tmp_path: Path, dataset: Path) -> None:
    again = write_dataset(tmp_path, days=1, size=SIZE)
    for path in (again / "frames").iterdir():
        assert path.read_bytes() == (dataset / "frames" / path.name).read_bytes()
