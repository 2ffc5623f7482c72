"""The shipped network."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from detector.backbone import OUTPUT_SHAPES, Backbone, backbone_sha256
from detector.stock import stock_recogniser
from detector.training.checkpoint import read_checkpoint
from henbot.domain.errors import ModelLoadFailed
from henbot.domain.observations import UNKNOWN, NestId


def test_features_have_the_shapes_that_are_promised() -> None:
    features = Backbone().features(np.zeros((224, 224, 3), np.uint8))
    assert {name: getattr(features, name).shape for name in OUTPUT_SHAPES} == OUTPUT_SHAPES
    assert features.classes.sum() == pytest.approx(1, abs=1e-3)


def test_a_crop_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="224"):
        Backbone().features(np.zeros((96, 96, 3), np.uint8))


def test_the_networks_digest_is_that_of_the_file_that_ships(project: Path) -> None:
    import hashlib

    shipped = (project / "detector" / "assets" / "efficientnet_lite0_fp16.tflite").read_bytes()
    assert backbone_sha256() == hashlib.sha256(shipped).hexdigest()


def test_the_stock_recogniser_names_no_hen_and_no_posture() -> None:
    crops = np.random.default_rng(0).integers(0, 255, (2, 224, 224, 3)).astype(np.uint8)
    for said in stock_recogniser().recognise(crops, [NestId("a"), NestId("b")]):
        assert sum(said.hens_probabilities) == pytest.approx(1)
        assert all(bird.hens == {UNKNOWN: 1.0} and not bird.postures for bird in said.birds)


def test_a_checkpoint_that_asks_for_code_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "weights.pth"
    path.write_bytes(b"cos\nsystem\n(S'touch sprung'\ntR.")
    with pytest.raises(ModelLoadFailed, match=r"weights\.pth: not a checkpoint"):
        read_checkpoint(path)


def test_recognising_imports_neither_tensorflow_nor_the_training() -> None:
    script = (
        "import sys, numpy as np; from detector.stock import stock_recogniser;"
        "stock_recogniser().recognise(np.zeros((1, 224, 224, 3), np.uint8), ['nest']);"
        "print([m for m in sys.modules if m.split('.')[0] in ('tensorflow', 'keras', 'yaml')"
        " or m.startswith('detector.training')])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
