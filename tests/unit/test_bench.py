"""Pieces of the training bench that need no training: search, pseudo-labels, Grad-CAM, plots."""

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from detector.backbone import Features
from detector.crops import Pixels
from detector.recognition import Recognition
from detector.training.augment import USUAL, Relighting
from detector.training.dataset import Dataset, LabelledNest, load_dataset
from detector.training.explain import box_of, channel_slopes, grad_cam, overlay
from detector.training.pseudo import MOST, pseudo_labelled, spread, surprise
from detector.training.search import Tried, candidates_of, chosen, halved, read_relighting, write_relighting
from henbot.domain.errors import DatasetInvalid
from henbot.domain.observations import Bird, ModelId, NestId, Posture, Quality

FROZEN = "import sys; from detector.training import bench, crossvalidate, explain, plots, search; print(*sys.modules)"

START = datetime(2024, 5, 4, 8, tzinfo=UTC)


def test_the_usual_light_is_a_candidate_and_the_rest_follow_from_the_seed() -> None:
    assert candidates_of(5, seed=1)[0] == USUAL
    assert candidates_of(5, seed=1) == candidates_of(5, seed=1)
    assert candidates_of(5, seed=1) != candidates_of(5, seed=2)


def tried(*scores: float) -> list[Tried]:
    return [Tried(how, 1, score) for how, score in zip(candidates_of(len(scores), 1), scores, strict=True)]


def test_a_third_goes_on_and_the_usual_light_with_it() -> None:
    scored = tried(0.9, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
    kept = halved(scored)
    assert USUAL in kept
    assert scored[1].relighting in kept
    assert len(kept) == 3
    assert halved(scored[:3]) == []


def test_the_usual_light_stays_unless_another_is_clearly_better() -> None:
    assert chosen(tried(0.500, 0.495)) == USUAL
    assert chosen(tried(0.500, 0.400)) != USUAL


def test_what_a_search_found_is_read_back(tmp_path: Path) -> None:
    best = Relighting(exposure=0.7, noise=3.0)
    write_relighting(tmp_path / "light.json", best, tried(0.5, 0.4))
    assert read_relighting(tmp_path / "light.json") == best


@pytest.mark.parametrize("content", ["{", "{}", '{"relighting": {"sunshine": 1}}', '{"relighting": {"sun": "much"}}'])
def test_another_file_is_no_augmentation(tmp_path: Path, content: str) -> None:
    (tmp_path / "light.json").write_text(content)
    with pytest.raises(DatasetInvalid, match="holds no augmentation"):
        read_relighting(tmp_path / "light.json")


def row(minute: int, hens: int | None = None) -> LabelledNest:
    at = START + timedelta(minutes=minute)
    return LabelledNest(f"{minute}.jpg", at, NestId("nest"), hens, None, None, None, frozenset())


def test_pseudo_labels_are_as_many_empty_as_occupied_and_spread_over_time() -> None:
    rows = [row(minute, int(minute >= 30)) for minute in range(100)]
    few = spread(rows, 20)
    assert sum(bool(each.hens) for each in few) == 10
    assert {0, 29, 30, 99} <= {int((each.captured_at - START).total_seconds() // 60) for each in few}
    assert len(spread(rows[:35], 20)) == 20
    assert len(spread(rows, 1000)) == 100


class Scripted:
    """A recogniser whose answers follow from the brightness of the picture."""

    version = ModelId("scripted")

    def recognise(self, crops: Pixels, nests: list[NestId]) -> list[Recognition]:
        occupied = float(crops[0].mean()) / 255
        bird = Bird(hens={"snow": 0.95, "unknown": 0.05}, postures={Posture.SITTING: 0.6, Posture.STANDING: 0.4})
        return [Recognition((1 - occupied, occupied, 0.0), (bird,), Quality.OK)]


@pytest.fixture
def unlabelled(drawn_coop: Path, tmp_path: Path) -> Dataset:
    """Six pictures a minute apart, bright ones meaning a hen: 99, 99, 99, 1, 1, 1 per cent sure of one."""
    import cv2

    (tmp_path / "frames").mkdir()
    for minute, level in enumerate([253, 253, 253, 2, 2, 2]):
        cv2.imwrite(str(tmp_path / "frames" / f"{minute}.jpg"), np.full((40, 40, 3), level, np.uint8))
    like = load_dataset(drawn_coop)
    rows = tuple(replace(row(minute), nest=next(iter(like.nests))) for minute in range(6))
    return replace(like, folder=tmp_path, rows=rows)


def gaps(bare: Dataset, minutes: int) -> dict[str, timedelta]:
    return dict.fromkeys(map(str, bare.nests), timedelta(minutes=minutes))


def test_only_pictures_whose_neighbours_agree_are_labelled(unlabelled: Dataset) -> None:
    found = pseudo_labelled(unlabelled, gaps(unlabelled, 5), Scripted(), labelled=100).rows
    assert [(each.file, each.hens) for each in sorted(found, key=lambda r: r.file)] == [("1.jpg", 1), ("4.jpg", 0)]


def test_what_is_said_of_a_bird_counts_only_where_it_is_sure(unlabelled: Dataset) -> None:
    (bird,) = [r for r in pseudo_labelled(unlabelled, gaps(unlabelled, 5), Scripted(), 100).rows if r.hens]
    assert bird.hen == "snow"
    assert bird.posture is None


def test_neighbours_too_far_apart_in_time_prove_nothing(unlabelled: Dataset) -> None:
    assert pseudo_labelled(unlabelled, gaps(unlabelled, 0), Scripted(), labelled=100).rows == ()


def test_pseudo_labels_are_at_most_thirty_per_cent_of_the_set(unlabelled: Dataset) -> None:
    found = pseudo_labelled(unlabelled, gaps(unlabelled, 5), Scripted(), labelled=3).rows
    assert len(found) / (3 + len(found)) <= MOST
    assert len(found) == 1


def test_surprise_is_small_where_the_labels_were_expected() -> None:
    def judged(p: float):
        said = {"hens_probabilities": {"0": 1 - p}, "posture_probabilities": {}}
        return [(row(0, 1), said), (row(1, 0), said | {"hens_probabilities": {"0": p}})]

    assert surprise(judged(0.99)) < surprise(judged(0.6)) < surprise(judged(0.1))


def features(random: np.random.Generator) -> Features:
    project = random.normal(size=(7, 7, 320)).astype(np.float32)
    return Features(
        np.zeros((14, 14, 112), np.float32), project, np.zeros(1280, np.float32), np.zeros(1000, np.float32)
    )


def test_grad_cam_measures_the_slopes_of_a_linear_score_exactly() -> None:
    random = np.random.default_rng(0)
    weights = random.normal(size=320)
    slopes = channel_slopes(features(random), lambda seen: float(seen.project.mean(axis=(0, 1)) @ weights))
    assert slopes == pytest.approx(weights, rel=1e-2, abs=1e-2)


def test_the_warmest_place_is_where_the_evidence_lies() -> None:
    seen = features(np.random.default_rng(0))
    project = np.abs(seen.project) * 0.1
    project[1:3, 4:6, 7] = 9.0
    found = grad_cam(replace(seen, project=project), lambda risen: float(risen.project[..., 7].mean()))
    left, top, right, bottom = found.box
    assert (left + right) / 2 == pytest.approx(5 / 7, abs=0.08)
    assert (top + bottom) / 2 == pytest.approx(2 / 7, abs=0.08)
    assert found.heat.max() == pytest.approx(1.0)


def test_a_tuned_map_counts_beside_the_stock_one() -> None:
    seen = features(np.random.default_rng(0))
    tuned = np.zeros_like(seen.project)
    tuned[5, 5, 3] = 1.0
    found = grad_cam(replace(seen, tuned=tuned), lambda risen: float(risen.learned[..., 3].sum()))
    assert np.unravel_index(int(found.heat.argmax()), found.heat.shape) == (5, 5)


def test_without_evidence_the_box_is_the_whole_crop() -> None:
    assert box_of(np.zeros((7, 7), np.float32)) == (0.0, 0.0, 1.0, 1.0)


def test_the_picture_shows_heat_and_box() -> None:
    crop = np.full((224, 224, 3), 100, np.uint8)
    seen = features(np.random.default_rng(0))
    drawn = overlay(crop, grad_cam(seen, lambda risen: float(risen.project[2, 2].sum())))
    assert drawn.shape == (448, 448, 3)
    assert (drawn != 100).any()


def test_all_but_fine_tuning_and_plots_works_without_the_extra_train() -> None:
    ended = subprocess.run([sys.executable, "-c", FROZEN], capture_output=True, text=True, check=True)
    assert not {"tensorflow", "keras", "psutil", "matplotlib"} & set(ended.stdout.split())
