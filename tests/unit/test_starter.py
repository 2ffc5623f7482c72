"""The version that is shipped: small, whole, and nobody's namesake in another coop."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from detector.elsewhere import ElsewhereRecogniser
from detector.recognition import TrainedRecogniser, load_recogniser
from detector.roost import UNTOLD
from detector.starter import STOCK, Site, chosen, day_zero, starter_folder
from detector.stock import STOCK_VERSION
from detector.training.starter import MOST_BYTES, ship
from detector.versions import HEADS, load_version
from henbot.domain.errors import ModelLoadFailed
from henbot.domain.observations import UNKNOWN, NestId


@pytest.fixture(scope="module")
def shipped() -> Path:
    folder = starter_folder()
    assert folder is not None, "the package lacks its starter version; run make model"
    return folder


def test_the_shipped_version_is_whole_and_small_enough(shipped: Path) -> None:
    manifest, _ = load_version(shipped)
    assert sum(path.stat().st_size for path in shipped.iterdir()) <= MOST_BYTES
    assert {"occupied", "posture", "eggs"} <= set(manifest.outputs)


def test_in_a_coop_that_it_never_saw_it_names_no_hen() -> None:
    recogniser, _ = day_zero(Site("A coop of somebody else"))
    crops = np.random.default_rng(0).integers(0, 255, (2, 224, 224, 3), np.uint8)
    for said in recogniser.recognise(crops, [NestId("nest"), NestId("left")]):
        assert all(set(bird.hens) == {UNKNOWN} for bird in said.birds)


def test_it_learns_by_watching_just_where_it_knows_no_nest(shipped: Path) -> None:
    assert isinstance(chosen(None, Site("A coop of somebody else"))[0], ElsewhereRecogniser)
    assert isinstance(chosen(shipped, Site("Chickencam"))[0], TrainedRecogniser)


def test_the_stranger_a_nest_looks_the_likelier_a_hen(shipped: Path) -> None:
    trained = load_recogniser(shipped, "A coop of somebody else")
    crop = np.random.default_rng(0).integers(0, 255, (224, 224, 3), np.uint8)
    features = trained.backbone.features(crop)
    empty = [trained.answer(crop, features, NestId("nest"), one).hens_probabilities[0] for one in (-6.0, -2.0, 2.0)]
    assert empty[0] > empty[1] > empty[2]


@pytest.mark.parametrize("coop", ["A coop of somebody else", "Chickencam"])
def test_of_a_roost_that_it_never_learned_it_cannot_tell_the_hens(shipped: Path, coop: str) -> None:
    recogniser, _ = chosen(shipped, Site(coop, frozenset({NestId("roost")})))
    crop = np.random.default_rng(0).integers(0, 255, (1, 224, 224, 3), np.uint8)
    (said,) = recogniser.recognise(crop, [NestId("roost")])
    assert (said.hens_probabilities, said.birds) == (UNTOLD, ())


def test_the_stock_network_alone_can_be_asked_for() -> None:
    assert chosen(STOCK, Site("any"))[0].version == STOCK_VERSION
    assert chosen(None, Site("any"))[0].version != STOCK_VERSION


def test_a_spoilt_version_is_not_shipped_and_the_one_before_stays(shipped: Path, tmp_path: Path) -> None:
    spoilt, target = tmp_path / "spoilt", tmp_path / "starter"
    shutil.copytree(shipped, spoilt)
    shutil.copytree(shipped, target)
    (spoilt / HEADS).write_bytes(b"nothing")
    with pytest.raises(ModelLoadFailed):
        ship(spoilt, target)
    load_version(target)
    assert ship(shipped, target) <= MOST_BYTES
