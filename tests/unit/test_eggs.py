"""Counting eggs: from the net's maps to a posterior, and from boxes to a head."""

from pathlib import Path

import numpy as np
import pytest

from detector.crops import CROP_SIDE
from detector.eggs import FEATURES, MOST_EGGS, EggHead, EggNet, count_of, peaks
from detector.training.dataset import Dataset, LabelledNest, load_dataset
from detector.training.egg_scenes import draw_scene
from detector.training.eggs import EggPicture, egg_pictures, fit_eggs, learn_eggs, visible_middles
from detector.training.evaluate import FrameRow, measure
from henbot.domain.errors import DatasetInvalid
from henbot.domain.observations import most_probable_count


@pytest.fixture(scope="module")
def net() -> EggNet:
    return EggNet()


@pytest.fixture(scope="module")
def scenes() -> list[EggPicture]:
    drawn = [draw_scene(np.random.default_rng([5, index])) for index in range(24)]
    return [EggPicture(one.crop, one.boxes, f"day {i % 3}", float(i)) for i, one in enumerate(drawn)]


def test_independent_eggs_make_a_distribution_of_counts() -> None:
    counts = count_of(np.asarray([0.5, 0.5], np.float32))

    assert counts[:3] == pytest.approx((0.25, 0.5, 0.25))
    assert sum(counts) == pytest.approx(1.0)


def test_more_eggs_than_can_be_told_apart_fall_into_the_last_count() -> None:
    counts = count_of(np.full(MOST_EGGS + 5, 1.0, np.float32))

    assert counts[-1] == pytest.approx(1.0)


def test_two_peaks_on_one_egg_are_one_egg() -> None:
    logits = np.full((56, 56), -9.0, np.float32)
    logits[20, 20], logits[22, 20], logits[40, 40] = 2.0, 1.0, 1.5

    places, found = peaks(logits, np.zeros((56, 56), np.float32))

    assert found.tolist() == [2.0, 1.5]
    assert places.tolist() == [[82.0, 82.0], [162.0, 162.0]]


def test_a_drawn_egg_is_counted_and_bare_bedding_has_none(net: EggNet) -> None:
    grain = np.random.default_rng(1)
    bare = np.clip(70 + 12 * grain.normal(size=(CROP_SIDE, CROP_SIDE, 3)), 0, 255).astype(np.uint8)
    y, x = np.mgrid[:CROP_SIDE, :CROP_SIDE]
    radius = np.hypot((x - 120) / 13, (y - 130) / 10)
    light = np.clip(1.2 - 0.5 * radius, 0, 1)[..., None] * (225, 190, 150)
    egg = np.where((radius < 1)[..., None], light, bare * np.clip(radius / 1.4, 0, 1)[..., None]).astype(np.uint8)

    assert most_probable_count(EggHead().count(net.maps(bare))) == 0
    assert most_probable_count(EggHead().count(net.maps(egg))) == 1


def test_light_and_cast_do_not_change_what_the_net_is_shown(net: EggNet, scenes: list[EggPicture]) -> None:
    dim = (scenes[0].crop * np.asarray([0.5, 0.5, 0.5])).astype(np.uint8) + np.asarray([40, 20, 0], np.uint8)

    drift = np.abs(net.maps(dim).logits - net.maps(scenes[0].crop).logits)

    assert float(np.median(drift)) < 1.0


def test_a_head_comes_back_from_its_arrays(net: EggNet, scenes: list[EggPicture]) -> None:
    head = EggHead(np.linspace(-1, 1, FEATURES, dtype=np.float32), 0.5, 1.5, -0.25, ("Farm",))
    maps = net.maps(scenes[0].crop)

    back = EggHead.of_arrays(head.arrays())

    assert back.count(maps) == pytest.approx(head.count(maps))
    assert back.coops == ("Farm",)


def test_what_makes_up_no_head_is_refused() -> None:
    with pytest.raises(ValueError, match="eggs"):
        EggHead.of_arrays({"weights": np.zeros(3), "line": np.zeros(3)})


def test_an_egg_behind_another_is_looked_for_where_it_is_seen() -> None:
    behind, front = (10.0, 10.0, 30.0, 30.0), (10.0, 18.0, 30.0, 38.0)

    middles = visible_middles(np.asarray([behind, front], np.float32))

    assert middles[0, 1] < 17
    assert middles[1, 1] == pytest.approx(28)


def test_a_head_fitted_to_boxes_keeps_what_the_net_knows(net: EggNet, scenes: list[EggPicture]) -> None:
    fitted = fit_eggs(scenes, net, seed=1)

    assert fitted.weights.any()
    assert _wrong(fitted, net, scenes) <= _wrong(EggHead(), net, scenes) + len(scenes) // 4


def _wrong(head: EggHead, net: EggNet, scenes: list[EggPicture]) -> int:
    said = [most_probable_count(head.count(net.maps(one.crop))) or 0 for one in scenes]
    return sum(abs(count - len(one.boxes)) for count, one in zip(said, scenes, strict=True))


def test_a_few_eggs_do_not_move_the_net(net: EggNet, scenes: list[EggPicture]) -> None:
    (lonely,) = [one for one in scenes if len(one.boxes) == 1][:1]

    assert not fit_eggs([lonely], net, seed=1).weights.any()


def test_a_dataset_without_boxes_trains_without_eggs_and_says_so(drawn_coop: Path) -> None:
    head, notes = learn_eggs([load_dataset(drawn_coop)], seed=1)

    assert head is None
    assert "eggs.csv" in str(notes["eggs"])


def test_a_box_that_is_no_number_is_refused_with_its_line(drawn_coop: Path, tmp_path: Path) -> None:
    dataset = load_dataset(drawn_coop)
    (tmp_path / "eggs.csv").write_text("file,x1,y1,x2,y2\na.jpg,1,2,three,4\n", encoding="utf-8")
    spoiled = Dataset(tmp_path, "", dataset.timezone, (), dataset.nests, dataset.rows, "")

    with pytest.raises(DatasetInvalid, match=r"eggs\.csv: line 2: x1"):
        list(egg_pictures(spoiled))


def test_eggs_are_judged_over_all_nests_of_a_picture(drawn_coop: Path) -> None:
    dataset = load_dataset(drawn_coop)
    row = next(row for row in dataset.rows if row.hens == 0)

    def seen(file: str, truth: int, said: int | None) -> tuple[LabelledNest, FrameRow]:
        label = LabelledNest(file, row.captured_at, row.nest, 0, None, None, truth, frozenset())
        return label, FrameRow(
            file=file, captured_at="", nest=str(row.nest), hens=0, hen=None, posture=None, eggs=said, quality="ok",
            hens_probabilities={}, posture_probabilities={}, hen_probabilities={}, eggs_probabilities={},
        )  # fmt: skip

    eggs = measure(dataset, [seen("a", 2, 2), seen("a", 1, 0), seen("b", 3, 3), seen("c", 1, None)])["eggs"]

    assert (eggs["pictures"], eggs["exact"], eggs["mean_absolute_error"]) == (2, 0.5, 0.5)
    assert eggs["nests"]["pictures"] == 3
    assert eggs["abstained"] == 1
