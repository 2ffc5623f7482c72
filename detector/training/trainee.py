"""A network while it is being fine-tuned: steps, answers, and everything that is needed to go on. Wants TensorFlow."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.backbone import Floats
from detector.training.backbone import build_tail
from detector.training.shards import QUESTIONS
from detector.training.tail import QUESTION_WEIGHTS, build_heads, masked_loss


@dataclass(frozen=True, slots=True)
class Rates:
    """Adam's learning rates: of the new heads, and of the stages that ImageNet has taught already."""

    heads: float = 1e-3
    tail: float = 2e-4


class Trainee:
    """Tail, heads and their optimisers."""

    def __init__(
        self,
        classes: Mapping[str, Sequence[str]],
        class_weights: Mapping[str, NDArray[np.float32]],
        dropout: float,
        seed: int,
    ) -> None:
        """Start from the published weights; the same seed gives the same steps on the same machine."""
        import keras
        import tensorflow as tf

        keras.utils.set_random_seed(seed)
        tf.config.experimental.enable_op_determinism()
        self.questions = tuple(question for question in QUESTIONS if question in classes)
        self.tail = build_tail()
        self._heads = build_heads(classes, dropout, seed)
        self._weights = {name: np.asarray(weights, np.float32) for name, weights in class_weights.items()}
        self._optimisers = [keras.optimizers.Adam(0.0) for _ in range(2)]
        for optimiser, model in zip(self._optimisers, self._models, strict=True):
            optimiser.build(model.trainable_variables)
        self._step = tf.function(self._take_step)
        self._answer = tf.function(lambda maps: self._heads(self.tail(maps, training=False), training=False))

    @property
    def _models(self) -> tuple[Any, Any]:
        return self.tail, self._heads

    def set_rates(self, rates: Rates) -> None:
        """Learning rates from here on; 0 for the tail leaves it as it is."""
        for optimiser, rate in zip(self._optimisers, (rates.tail, rates.heads), strict=True):
            optimiser.learning_rate = rate

    def step(self, maps: Any, labels: Any) -> dict[str, float]:
        """Learn from one batch, (n, s, s, 112) and (n, 3); the mean loss of each question that has a label in it."""
        losses = {
            question: (float(loss), float(weight)) for question, (loss, weight) in self._step(maps, labels).items()
        }
        return {question: loss / weight for question, (loss, weight) in losses.items() if weight > 0}

    def _take_step(self, maps: Any, labels: Any) -> dict[str, tuple[Any, Any]]:
        import tensorflow as tf

        with tf.GradientTape() as tape:
            logits = self._heads(self.tail(maps, training=False), training=True)
            parts = {
                question: masked_loss(logits[question], labels[:, QUESTIONS.index(question)], self._weights[question])
                for question in self.questions
            }
            total = tf.add_n(
                [QUESTION_WEIGHTS[name] * loss / tf.maximum(weight, 1.0) for name, (loss, weight) in parts.items()]
            )
        found = tape.gradient(total, [model.trainable_variables for model in self._models])
        for optimiser, model, gradients in zip(self._optimisers, self._models, found, strict=True):
            optimiser.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        return parts

    def answers(self, batches: Any) -> tuple[dict[str, Floats], NDArray[np.int32]]:
        """Logits by question, (n, classes), and labels, (n, 3), of a `tf.data` stream of batches."""
        said: dict[str, list[Floats]] = {question: [] for question in self.questions}
        labels: list[NDArray[np.int32]] = []
        for maps, truth in batches:
            for question, logits in self._answer(maps).items():
                said[question].append(logits.numpy())
            labels.append(truth.numpy())
        if not labels:
            return {}, np.zeros((0, len(QUESTIONS)), np.int32)
        return {question: np.concatenate(parts) for question, parts in said.items()}, np.concatenate(labels)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Every weight and every optimiser's state, chance in dropout included."""
        return {f"{place:04d}": np.asarray(variable.numpy()) for place, variable in enumerate(self._variables())}

    def restore(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """The inverse of `arrays`."""
        for place, variable in enumerate(self._variables()):
            variable.assign(arrays[f"{place:04d}"])

    def _variables(self) -> Iterator[Any]:
        for part in (*self._models, *self._optimisers):
            yield from part.variables
