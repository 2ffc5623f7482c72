"""Heads in Keras on the backbone's last stages, their loss, and the stages as a flatbuffer. TensorFlow is needed."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.backbone import OUTPUT_SHAPES, quiet_start

QUESTION_WEIGHTS = {"hens": 1.0, "posture": 1.0, "hen": 0.3}
"""Which hen counts least: it is learned by the light of her hours before it is learned by her plumage."""


def build_heads(classes: Mapping[str, Sequence[str]], dropout: float, seed: int) -> Any:
    """A Keras model (n, s, s, 320) -> logits by question.

    Pooled by attention, a weight for each place, beside the mean: a hen fills a part of the picture only.
    """
    import keras

    inputs = keras.Input((None, None, OUTPUT_SHAPES["project"][-1]), name="project")
    places = keras.layers.Reshape((-1, OUTPUT_SHAPES["project"][-1]))(inputs)
    start = keras.initializers.GlorotUniform(seed)
    weights = keras.layers.Softmax(axis=1)(keras.layers.Dense(1, kernel_initializer=start)(places))
    attended = keras.layers.Flatten()(keras.layers.Dot(axes=1)([weights, places]))
    pooled = keras.layers.Concatenate()([attended, keras.layers.GlobalAveragePooling1D()(places)])
    pooled = keras.layers.LayerNormalization()(pooled)
    pooled = keras.layers.Dropout(dropout, seed=seed)(pooled)
    outputs = {
        question: keras.layers.Dense(len(names), kernel_initializer=keras.initializers.GlorotUniform(seed + 1))(pooled)
        for question, names in classes.items()
    }
    return keras.Model(inputs, outputs, name="heads")


def masked_loss(logits: Any, labels: Any, class_weights: NDArray[np.float32]) -> tuple[Any, Any]:
    """Sum of weighted cross-entropies over the pictures that have a label, and the sum of their weights.

    Args:
        logits: (n, classes).
        labels: (n,), -1 where there is none.
        class_weights: (classes,), more for rare ones.
    """
    import tensorflow as tf

    known = tf.cast(labels >= 0, tf.float32)
    truth = tf.maximum(labels, 0)
    weights = known * tf.gather(class_weights, truth)
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=truth, logits=logits)
    return tf.reduce_sum(weights * losses), tf.reduce_sum(weights)


def to_flatbuffer(tail: Any) -> bytes:
    """The tail for LiteRT, weights in half precision: (1, 14, 14, 112) -> (1, 7, 7, 320)."""
    import tensorflow as tf

    specification = tf.TensorSpec((1, *OUTPUT_SHAPES["middle"]), tf.float32, name="middle")

    @tf.function(input_signature=[specification])  # type: ignore[untyped-decorator]
    def serve(middle: Any) -> Any:
        return tail(middle, training=False)

    converter = tf.lite.TFLiteConverter.from_concrete_functions([serve.get_concrete_function()], tf.Module())
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.target_spec.supported_types = [tf.float16]
    with quiet_start():
        return bytes(converter.convert())
