"""A linear head on frozen features: standardise, multiply, temper, softmax. NumPy only."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class LinearHead:
    """A softmax classifier.

    Attributes:
        classes: their names, in the order of the columns.
        mean: (features,) taken from every feature before the weights.
        scale: (features,) each feature's standard deviation in training.
        weights: (features, classes).
        bias: (classes,).
        temperature: what logits are divided by; above 1 says "be less sure" (Guo et al. 2017, arXiv:1706.04599).
    """

    classes: tuple[str, ...]
    mean: Floats
    scale: Floats
    weights: Floats
    bias: Floats
    temperature: float = 1.0

    def logits(self, features: Floats) -> Floats:
        """(n, features) -> (n, classes), before the temperature."""
        standard = np.clip((features - self.mean) / self.scale, -8.0, 8.0)
        return np.asarray(standard @ self.weights + self.bias, np.float32)

    def probabilities(self, features: Floats) -> Floats:
        """(n, features) -> (n, classes), each row adding up to 1."""
        return softmax(self.logits(features) / self.temperature)

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """What is stored of it, by name."""
        return {
            "classes": np.asarray(self.classes),
            "mean": self.mean,
            "scale": self.scale,
            "weights": self.weights,
            "bias": self.bias,
            "temperature": np.asarray(self.temperature, np.float32),
        }

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> "LinearHead":
        """The inverse of `arrays`.

        Raises:
            KeyError: an array is missing.
            ValueError: shapes do not fit one another, or the temperature is not above 0.
        """
        classes = tuple(str(name) for name in arrays["classes"])
        mean, scale, weights, bias = (
            np.asarray(arrays[name], np.float32) for name in ("mean", "scale", "weights", "bias")
        )
        temperature = float(np.asarray(arrays["temperature"], np.float32))
        if weights.shape != (mean.size, len(classes)) or scale.shape != mean.shape or bias.shape != (len(classes),):
            raise ValueError(f"weights of shape {weights.shape} for {mean.size} features and {len(classes)} classes")
        if not temperature > 0 or not (scale > 0).all():
            raise ValueError("temperature and scales must be above 0")
        return cls(classes, mean, scale, weights, bias, temperature)


def softmax(logits: Floats) -> Floats:
    """(n, classes) -> (n, classes), each row adding up to 1; safe for large logits."""
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True), np.float32)
