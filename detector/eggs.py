"""Count the eggs that can be seen in a nest: a small net finds what looks like one, a head weighs what it found."""

import importlib.resources
from collections.abc import Mapping
from dataclasses import dataclass, field

import cv2
import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from detector.backbone import quiet_start
from detector.crops import CROP_SIDE, Pixels
from detector.lately import Lately
from henbot.domain.errors import ModelLoadFailed

Floats = NDArray[np.float32]

ASSET = "eggs.tflite"
"""The egg net, 3 x 224 x 224 to 56 x 56; learned from drawn nests alone (`detector.training.egg_net`)."""

CELL = 4
"""Pixels of the crop to a cell of the net's maps."""

MAP_SIDE = CROP_SIDE // CELL
CHANNELS = 32
FEATURES = 3 * CHANNELS
USUAL_EGG = 22.0
"""Pixels of the crop, the size that the net's `sizes` are relative to."""

MOST_EGGS = 15
"""The last count of a posterior: that many or more."""

LEAST_LOGIT = -4.0
"""Peaks below are no eggs by any calibration met so far."""

APART = 0.5
"""Two peaks nearer to one another than this share of an egg are one egg."""

STOCK_SLOPE, STOCK_OFFSET = 3.0, 1.3
"""From peaks' logits to log-odds where no labelled eggs say better; chookegg alone has 2.9 and 2.1, henhouse 2.9, 0.6
(slope and offset).
"""


@dataclass(frozen=True, slots=True, eq=False)
class EggMaps:
    """What the net says of one crop.

    Attributes:
        logits: (56, 56) of an egg's middle being there.
        sizes: (56, 56), logarithm of an egg's size over `USUAL_EGG`.
        features: (56, 56, 96), from the first 32 of which the logits came; then what lies above and below, for of an
            egg behind another one only a crescent shows.
    """

    logits: Floats
    sizes: Floats
    features: Floats


class EggNet:
    """The shipped net; about 6 ms a crop on one thread."""

    def __init__(self, threads: int = 1, content: bytes | None = None, remembered: int = 0) -> None:
        """Load it, or another one of the same shape; raises ModelLoadFailed where it is not what it should be.

        The maps of so many crops as `remembered` says are kept, for several versions that look at the same frame.
        """
        content = content or importlib.resources.files("detector.assets").joinpath(ASSET).read_bytes()
        with quiet_start():
            self._interpreter = Interpreter(model_content=content, num_threads=threads)
            self._interpreter.allocate_tensors()
        self._input = int(self._interpreter.get_input_details()[0]["index"])
        outputs = {tuple(o["shape"]): int(o["index"]) for o in self._interpreter.get_output_details()}
        wanted = {(1, MAP_SIDE, MAP_SIDE, 2), (1, MAP_SIDE, MAP_SIDE, CHANNELS)}
        if set(outputs) != wanted:
            raise ModelLoadFailed(f"{ASSET}: outputs of shapes {sorted(outputs)}; install henbot again")
        self._found, self._features = outputs[1, MAP_SIDE, MAP_SIDE, 2], outputs[1, MAP_SIDE, MAP_SIDE, CHANNELS]
        self._lately = Lately(self._look, remembered)

    def maps(self, crop: Pixels) -> EggMaps:
        """Of one crop, (224, 224, 3) uint8 RGB."""
        return self._lately.of(crop)

    def forget(self) -> None:
        """Compute the next crop's maps anew, whatever it is."""
        self._lately.forget()

    def _look(self, crop: Pixels) -> EggMaps:
        self._interpreter.set_tensor(self._input, evened(crop)[None])
        self._interpreter.invoke()
        found = self._interpreter.get_tensor(self._found)[0]
        features = with_surroundings(self._interpreter.get_tensor(self._features)[0])
        return EggMaps(found[..., 0].copy(), found[..., 1].copy(), features)


def with_surroundings(features: Floats) -> Floats:
    """(56, 56, 32) -> (56, 56, 96): each cell's, and the mean of nine around the one 4 above and the one 4 below it."""
    smooth = cv2.blur(features, (3, 3), borderType=cv2.BORDER_REPLICATE)
    rows = np.arange(MAP_SIDE)
    above, below = (smooth[np.clip(rows + step, 0, MAP_SIDE - 1)] for step in (-4, 4))
    return np.concatenate([features, above, below], axis=2)


def evened(crop: Pixels) -> Floats:
    """(224, 224, 3) float32 without cast and of usual contrast: each colour around 0, all with a deviation of 1."""
    light = crop.astype(np.float32)
    light -= light.mean(axis=(0, 1))
    return np.asarray(light / (np.sqrt((light**2).mean()) + 4.0), np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class EggHead:
    """What the keeper's own pictures changed in the net's judgement.

    Attributes:
        weights: (96,) added to the net's own.
        offset: added to every logit.
        slope: and
        bias: turn a peak's logit into log-odds of an egg.
        coops: names of those whose boxes it learned from.
    """

    weights: Floats = field(default_factory=lambda: np.zeros(FEATURES, np.float32))
    offset: float = 0.0
    slope: float = STOCK_SLOPE
    bias: float = STOCK_OFFSET
    coops: tuple[str, ...] = ()

    def logits(self, maps: EggMaps) -> Floats:
        """(56, 56)."""
        return np.asarray(maps.logits + maps.features @ self.weights + self.offset, np.float32)

    def odds(self, logits: Floats) -> Floats:
        """Probability of an egg at each peak, from its logit."""
        return np.asarray(1 / (1 + np.exp(-np.clip(self.slope * logits + self.bias, -30, 30))), np.float32)

    def count(self, maps: EggMaps) -> tuple[float, ...]:
        """Probability of 0, 1, 2, … eggs, the last one of `MOST_EGGS` or more."""
        _, logits = peaks(self.logits(maps), maps.sizes)
        return count_of(self.odds(logits))

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """What is stored of it, by name."""
        line = np.asarray([self.offset, self.slope, self.bias], np.float32)
        return {"weights": self.weights, "line": line, "coops": np.asarray(self.coops, np.str_)}

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> "EggHead":
        """The inverse of `arrays`; raises KeyError or ValueError where they do not make up a head."""
        weights, line = np.asarray(arrays["weights"], np.float32), np.asarray(arrays["line"], np.float32)
        if weights.shape != (FEATURES,) or line.shape != (3,):
            raise ValueError(f"eggs: weights of shape {weights.shape} and a line of {line.shape}")
        offset, slope, bias = (float(value) for value in line)
        return cls(weights, offset, slope, bias, tuple(str(coop) for coop in arrays["coops"]))


def peaks(logits: Floats, sizes: Floats) -> tuple[Floats, Floats]:
    """Where eggs may be, likeliest first.

    Args:
        logits: (56, 56).
        sizes: (56, 56), as in `EggMaps`.

    Returns:
        (n, 2) x, y in pixels of the crop, and (n,) logits; no two nearer than `APART` of an egg.
    """
    highest = cv2.dilate(logits, np.ones((3, 3), np.uint8))
    rows, columns = np.nonzero((logits == highest) & (logits > LEAST_LOGIT))
    order = np.argsort(-logits[rows, columns], kind="stable")
    kept: list[tuple[int, int]] = []
    for row, column in zip(rows[order].tolist(), columns[order].tolist(), strict=True):
        reach = max(APART * USUAL_EGG * float(np.exp(np.clip(sizes[row, column], -1, 1))) / CELL, 1.5)
        if all((row - r) ** 2 + (column - c) ** 2 > reach**2 for r, c in kept):
            kept.append((row, column))
    places = np.asarray(kept, np.intp).reshape(-1, 2)
    return np.asarray((places[:, ::-1] + 0.5) * CELL, np.float32), logits[places[:, 0], places[:, 1]]


def count_of(eggs: Floats) -> tuple[float, ...]:
    """The Poisson-binomial distribution of how many of n independent eggs, each of its own probability, are real."""
    return tuple(float(p) for p in counts_of(eggs[None])[0])


def counts_of(eggs: Floats) -> NDArray[np.float64]:
    """The same of (m, n) probabilities: (m, `MOST_EGGS` + 1), each row adding up to 1."""
    counts = np.zeros((len(eggs), MOST_EGGS + 1))
    counts[:, 0] = 1.0
    for egg in eggs.T[..., None].astype(np.float64):
        more = np.concatenate([np.zeros_like(egg), counts[:, :-1]], axis=1) * egg
        more[:, -1:] += counts[:, -1:] * egg
        counts = counts * (1 - egg) + more
    return np.asarray(counts / counts.sum(axis=1, keepdims=True))
