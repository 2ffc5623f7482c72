"""The frozen network that turns crops into features, run by LiteRT."""

import hashlib
import importlib.resources
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from detector.crops import CROP_SIDE, Pixels
from henbot.domain.errors import ModelLoadFailed

Floats = NDArray[np.float32]

ASSET = "efficientnet_lite0_fp16.tflite"
INPUT_SHAPE = (CROP_SIDE, CROP_SIDE, 3)
OUTPUT_SHAPES: dict[str, tuple[int, ...]] = {
    "middle": (14, 14, 112),
    "project": (7, 7, 320),
    "deep": (1280,),
    "classes": (1000,),
}
"""Outputs by name; the converter keeps no names, but every shape occurs once."""

COCK, HEN = 7, 8
"""Indices of these two among the 1000 classes of ImageNet."""


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """What the backbone says of one crop.

    Attributes:
        middle: (14, 14, 112), the map after the fifth stage.
        project: (7, 7, 320), the map after the last stage.
        deep: (1280,), pooled over the picture.
        classes: (1000,) probabilities.
    """

    middle: Floats
    project: Floats
    deep: Floats
    classes: Floats


@contextmanager
def _quiet_start() -> Iterator[None]:
    """Keep LiteRT's "Created TensorFlow Lite XNNPACK delegate" from the keeper's terminal; it has no switch for it."""
    sys.stderr.flush()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


class Backbone:
    """The stock network; about 8 ms a crop on two threads of a small desktop, 40 MB of memory."""

    def __init__(self, threads: int = 2) -> None:
        """Load the shipped network.

        Raises:
            ModelLoadFailed: the file is missing or not the network it should be.
        """
        try:
            with _quiet_start():
                self._interpreter = Interpreter(model_content=_asset(), num_threads=threads)
                self._interpreter.allocate_tensors()
        except (OSError, ValueError, RuntimeError) as error:
            raise ModelLoadFailed(f"{ASSET}: cannot be loaded ({error}); install henbot again") from error
        self._input = int(self._interpreter.get_input_details()[0]["index"])
        by_shape = {
            tuple(int(side) for side in output["shape"][1:]): int(output["index"])
            for output in self._interpreter.get_output_details()
        }
        if set(by_shape) != set(OUTPUT_SHAPES.values()):
            raise ModelLoadFailed(f"{ASSET}: outputs of shapes {sorted(by_shape)}; install henbot again")
        self._outputs = {name: by_shape[shape] for name, shape in OUTPUT_SHAPES.items()}

    def features(self, crop: Pixels) -> Features:
        """Features of one crop, (224, 224, 3) uint8 RGB."""
        if crop.shape != INPUT_SHAPE or crop.dtype != np.uint8:
            raise ValueError(f"a crop must be {INPUT_SHAPE} uint8, got {crop.shape} {crop.dtype}")
        self._interpreter.set_tensor(self._input, crop[None].astype(np.float32))
        self._interpreter.invoke()
        return Features(**{name: self._interpreter.get_tensor(index)[0] for name, index in self._outputs.items()})

    def each(self, crops: Pixels) -> Iterator[Features]:
        """Features of (n, 224, 224, 3) uint8 RGB, one crop after the other."""
        return (self.features(crop) for crop in crops)


@cache
def backbone_sha256() -> str:
    """Hex digest of the shipped network: what embeddings and heads are good for."""
    return hashlib.sha256(_asset()).hexdigest()


def _asset() -> bytes:
    return importlib.resources.files("detector.assets").joinpath(ASSET).read_bytes()
