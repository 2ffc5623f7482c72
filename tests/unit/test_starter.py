"""The version that is shipped: small, whole, and nobody's namesake in another coop."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from detector.recognition import STOCK_VERSION
from detector.starter import STOCK, chosen, day_zero, starter_folder
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
    recogniser, _ = day_zero("A coop of somebody else")
    crops = np.random.default_rng(0).integers(0, 255, (2, 224, 224, 3), np.uint8)
    for said in recogniser.recognise(crops, [NestId("nest"), NestId("left")]):
        assert all(set(bird.hens) == {UNKNOWN} for bird in said.birds)


def test_the_stock_network_alone_can_be_asked_for() -> None:
    assert chosen(STOCK, "any")[0].version == STOCK_VERSION
    assert chosen(None, "any")[0].version != STOCK_VERSION


def test_a_spoilt_version_is_not_shipped_and_the_one_before_stays(shipped: Path, tmp_path: Path) -> None:
    spoilt, target = tmp_path / "spoilt", tmp_path / "starter"
    shutil.copytree(shipped, spoilt)
    shutil.copytree(shipped, target)
    (spoilt / HEADS).write_bytes(b"nothing")
    with pytest.raises(ModelLoadFailed):
        ship(spoilt, target)
    load_version(target)
    assert ship(shipped, target) <= MOST_BYTES
