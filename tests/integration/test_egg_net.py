"""The recipe of the egg net that ships, cut short: what it writes serves."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from detector.crops import CROP_SIDE
from detector.eggs import FEATURES, MAP_SIDE, EggNet

pytestmark = pytest.mark.skipif(not find_spec("tensorflow"), reason="not installed: pip install 'henbot[train]'")

SCRIPT = """
import sys
from pathlib import Path
from detector.training.egg_net import build_net, flatbuffer_of, train_net

untaught = build_net()
Path(sys.argv[1]).write_bytes(flatbuffer_of(train_net(scenes=2, steps=2, start=untaught)))
"""


def test_a_short_run_of_the_recipe_goes_on_with_a_net_and_makes_one_that_serves(tmp_path: Path) -> None:
    made = tmp_path / "eggs.tflite"
    subprocess.run([sys.executable, "-c", SCRIPT, made], check=True, capture_output=True, timeout=240)
    crop = np.random.default_rng(1).integers(0, 255, (CROP_SIDE, CROP_SIDE, 3), dtype=np.uint8)

    maps = EggNet(content=made.read_bytes()).maps(crop)

    assert maps.logits.shape == maps.sizes.shape == (MAP_SIDE, MAP_SIDE)
    assert maps.features.shape == (MAP_SIDE, MAP_SIDE, FEATURES)
    assert np.isfinite(maps.logits).all()
    assert maps.logits.mean() < 0, "bare noise is mostly no egg"
