"""The frozen network that turns crops into features, run by LiteRT."""

import hashlib
import importlib.resources
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from detector.crops import CROP_SIDE, Pixels
from detector.lately import Lately
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
        tuned: the same by last stages that were fine-tuned, if there are any.
        deep: (1280,), pooled over the picture.
        classes: (1000,) probabilities.
    """

    middle: Floats
    project: Floats
    deep: Floats
    classes: Floats
    tuned: Floats | None = None

    @property
    def learned(self) -> Floats:
        """(7, 7, 320): the last map as well as the coop's own pictures have taught it."""
        return self.project if self.tuned is None else self.tuned


@contextmanager
def quiet_start() -> Iterator[None]:
    """Keep what a library says when it starts from the keeper's terminal, where it has no switch for that.

    LiteRT says "Created TensorFlow Lite XNNPACK delegate", for one.
    """
    sys.stderr.flush()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def allowed_threads(wanted: int) -> int:
    """As many, or fewer where OMP_NUM_THREADS says so, as it does to all else that computes."""
    said = os.environ.get("OMP_NUM_THREADS", "")
    return min(wanted, max(1, int(said))) if said.isascii() and said.isdigit() else wanted


class StockNet:
    """The shipped network's interpreter; about 8 ms a crop on two threads of a small desktop, 40 MB of memory."""

    def __init__(self, threads: int = 2, remembered: int = 0) -> None:
        """Load it.

        Args:
            threads: of LiteRT.
            remembered: crops whose features are kept, for several versions that look at the same frame.

        Raises:
            ModelLoadFailed: it cannot be loaded or is not what it should be.
        """
        self._interpreter = _interpreter(ASSET, _asset(), threads)
        self._input = int(self._interpreter.get_input_details()[0]["index"])
        outputs = _by_shape(self._interpreter.get_output_details())
        if set(outputs) != set(OUTPUT_SHAPES.values()):
            raise ModelLoadFailed(f"{ASSET}: outputs of shapes {sorted(outputs)}; install henbot again")
        self._outputs = {name: outputs[shape] for name, shape in OUTPUT_SHAPES.items()}
        self._lately = Lately(self._look, remembered)

    def features(self, crop: Pixels) -> Features:
        """Features of one crop, (224, 224, 3) uint8 RGB."""
        return self._lately.of(crop)

    def forget(self) -> None:
        """Compute the next crop's features anew, whatever it is."""
        self._lately.forget()

    def _look(self, crop: Pixels) -> Features:
        self._interpreter.set_tensor(self._input, crop[None].astype(np.float32))
        self._interpreter.invoke()
        return Features(**{name: self._interpreter.get_tensor(index)[0] for name, index in self._outputs.items()})


class Backbone:
    """The stock network, with a version's tuned last stages beside its own or without any."""

    def __init__(self, threads: int = 2, tail: bytes | None = None, stock: StockNet | None = None) -> None:
        """Load what is not loaded yet.

        Args:
            threads: of LiteRT.
            tail: a flatbuffer of last stages that were fine-tuned, (1, 14, 14, 112) -> (1, 7, 7, 320), beside the stock
                ones; a quarter more time.
            stock: the shipped network, where it is loaded for several versions.

        Raises:
            ModelLoadFailed: a network cannot be loaded or is not what it should be.
        """
        self._stock = stock or StockNet(threads)
        self._tail = None if tail is None else _Tail(tail, threads)

    def features(self, crop: Pixels) -> Features:
        """Features of one crop, (224, 224, 3) uint8 RGB."""
        if crop.shape != INPUT_SHAPE or crop.dtype != np.uint8:
            raise ValueError(f"a crop must be {INPUT_SHAPE} uint8, got {crop.shape} {crop.dtype}")
        found = self._stock.features(crop)
        return found if self._tail is None else replace(found, tuned=self._tail.project(found.middle))

    def each(self, crops: Pixels) -> Iterator[Features]:
        """Features of (n, 224, 224, 3) uint8 RGB, one crop after the other."""
        return (self.features(crop) for crop in crops)


class Trunk:
    """The stock network for pictures of another size than crops; fully convolutional up to `middle`."""

    def __init__(self, side: int, threads: int = 2) -> None:
        """Load the shipped network for pictures of `side` x `side` pixels, a multiple of 32; raises ModelLoadFailed."""
        self._interpreter = _interpreter(ASSET, _asset(), threads, (1, side, side, 3))
        self._input = int(self._interpreter.get_input_details()[0]["index"])
        outputs = self._interpreter.get_output_details()
        (self._output,) = [int(o["index"]) for o in outputs if o["shape"][-1] == OUTPUT_SHAPES["middle"][-1]]

    def middle(self, picture: Pixels) -> Floats:
        """(side, side, 3) uint8 RGB -> (side / 16, side / 16, 112)."""
        self._interpreter.set_tensor(self._input, picture[None].astype(np.float32))
        self._interpreter.invoke()
        return np.asarray(self._interpreter.get_tensor(self._output)[0], np.float32)


class _Tail:
    """Fine-tuned last stages: `middle` to `project`."""

    def __init__(self, content: bytes, threads: int) -> None:
        self._interpreter = _interpreter("the tuned tail", content, threads)
        inputs = _by_shape(self._interpreter.get_input_details())
        outputs = _by_shape(self._interpreter.get_output_details())
        if set(inputs) != {OUTPUT_SHAPES["middle"]} or set(outputs) != {OUTPUT_SHAPES["project"]}:
            raise ModelLoadFailed(f"the tuned tail leads from {sorted(inputs)} to {sorted(outputs)}; train it again")
        self._input, self._output = inputs[OUTPUT_SHAPES["middle"]], outputs[OUTPUT_SHAPES["project"]]

    def project(self, middle: Floats) -> Floats:
        self._interpreter.set_tensor(self._input, middle[None])
        self._interpreter.invoke()
        return np.asarray(self._interpreter.get_tensor(self._output)[0], np.float32)


def _interpreter(name: str, content: bytes, threads: int, shape: tuple[int, ...] = ()) -> Interpreter:
    """Ready to run, with a first input of another shape where one is given."""
    try:
        with quiet_start():
            interpreter = Interpreter(model_content=content, num_threads=allowed_threads(threads))
            if shape:
                interpreter.resize_tensor_input(int(interpreter.get_input_details()[0]["index"]), shape)
            interpreter.allocate_tensors()
    except (OSError, ValueError, RuntimeError) as error:
        remedy = "install henbot again" if name == ASSET else "train the version again"
        raise ModelLoadFailed(f"{name}: cannot be loaded ({error}); {remedy}") from error
    return interpreter


def _by_shape(tensors: Sequence[Mapping[str, Any]]) -> dict[tuple[int, ...], int]:
    """Indices of an interpreter's tensors by shape, without the batch."""
    return {tuple(int(side) for side in tensor["shape"][1:]): int(tensor["index"]) for tensor in tensors}


def stored_weights() -> dict[tuple[int, ...], Floats]:
    """The shipped network's half-precision constants, by shape: of layers whose shape no other has."""
    interpreter = _interpreter(ASSET, _asset(), 1)
    found: dict[tuple[int, ...], list[Floats]] = {}
    for tensor in interpreter.get_tensor_details():
        if tensor["dtype"] is np.float16:
            shape = tuple(int(side) for side in tensor["shape"])
            found.setdefault(shape, []).append(interpreter.get_tensor(int(tensor["index"])).astype(np.float32))
    return {shape: arrays[0] for shape, arrays in found.items() if len(arrays) == 1}


@cache
def backbone_sha256() -> str:
    """Hex digest of the shipped network: what embeddings and heads are good for."""
    return hashlib.sha256(_asset()).hexdigest()


def _asset() -> bytes:
    return importlib.resources.files("detector.assets").joinpath(ASSET).read_bytes()
