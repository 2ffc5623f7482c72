"""Make the egg net that henbot ships: `python -m detector.training.egg_net OUT.tflite`, half an hour on 2 cores.

`--scenes`, `--steps` and `--seed` make a shorter run or another one; `--start` goes on from what `--keep` wrote.

A fully convolutional net of two scales marks the middles of eggs and tells their size, as in Zhou et al. 2019, "Objects
as Points", arXiv:1904.07850. It sees drawn nests only (`detector.training.egg_scenes`), so no coop's held-out pictures
can have taught it anything. The one that ships was made in three runs of this recipe, 17 minutes in all, each beginning
where the one before ended, the last with more eggs hidden by eggs (as `egg_scenes` draws them now).
"""

import argparse
import math
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from numpy.typing import NDArray

from detector.crops import CROP_SIDE
from detector.eggs import CELL, CHANNELS, MAP_SIDE, USUAL_EGG, Floats, evened
from detector.training.egg_scenes import EggScene, draw_scene

SCENES = 7000
STEPS = 9000
BATCH = 8
RATE = 3e-3
SEED = 11
SIZE_SAY = 0.3
"""Share of the sizes in the loss."""


def build_net() -> keras.Model:
    """(n, 224, 224, 3) evened crops -> (n, 56, 56, 2) logits and sizes, (n, 56, 56, 32) features."""
    crops = keras.Input((CROP_SIDE, CROP_SIDE, 3))
    fine = _convolve(_convolve(_convolve(crops, 16, 5, 2), 32, 3, 2), 32)
    coarse = _convolve(fine, 48, 3, 2)
    for dilation in (1, 2, 1):
        coarse = _convolve(coarse, 48, dilation=dilation)
    wide = layers.UpSampling2D(interpolation="bilinear")(coarse)
    features = _convolve(_convolve(layers.Concatenate()([wide, fine]), CHANNELS, 1), CHANNELS)
    rare = keras.initializers.Constant(-4.0)
    heads = [layers.Conv2D(1, 1, bias_initializer=rare)(features), layers.Conv2D(1, 1)(features)]
    return keras.Model(crops, [layers.Concatenate()(heads), features])


def _convolve(maps: Any, channels: int, side: int = 3, stride: int = 1, dilation: int = 1) -> Any:
    maps = layers.Conv2D(channels, side, strides=stride, dilation_rate=dilation, padding="same", use_bias=False)(maps)
    return layers.ReLU(6.0)(layers.BatchNormalization(momentum=0.98)(maps))


def target_of(scene: EggScene) -> Floats:
    """(56, 56, 4): nearness to an egg's middle 0..1, the middles themselves, sizes, and 0 where nobody knows."""
    rows, columns = np.mgrid[:MAP_SIDE, :MAP_SIDE].astype(np.float32)
    near, middle, sizes = (np.zeros((MAP_SIDE, MAP_SIDE), np.float32) for _ in range(3))
    known = np.ones_like(near)
    for x1, y1, x2, y2 in scene.doubtful / CELL:
        known[int(y1) : int(y2) + 1, int(x1) : int(x2) + 1] = 0
    for x1, y1, x2, y2 in scene.boxes / CELL:
        x, y = (x1 + x2) / 2 - 0.5, (y1 + y2) / 2 - 0.5
        spread_x, spread_y = max(0.1 * (x2 - x1), 0.55), max(0.1 * (y2 - y1), 0.55)
        hill = np.exp(-((columns - x) ** 2 / (2 * spread_x**2) + (rows - y) ** 2 / (2 * spread_y**2)))
        near = np.maximum(near, hill)
        middle[min(max(round(y), 0), MAP_SIDE - 1), min(max(round(x), 0), MAP_SIDE - 1)] = 1
        sizes[hill > 0.3] = math.log(math.sqrt((x2 - x1) * (y2 - y1)) * CELL / USUAL_EGG)
    near[middle > 0] = known[middle > 0] = 1
    return np.stack([near, middle, sizes, known], axis=-1)


def loss_of(target: Any, found: Any) -> Any:
    """The focal loss of "Objects as Points" over (n, 56, 56), and the absolute error of sizes near eggs."""
    near, middle, sizes, known = (target[..., part] for part in range(4))
    logits = found[..., 0]
    egg = tf.sigmoid(logits)
    hit = middle * (1 - egg) ** 2 * tf.nn.softplus(-logits)
    false = (1 - middle) * (1 - near) ** 4 * egg**2 * tf.nn.softplus(logits)
    sizing = tf.cast(near > 0.3, tf.float32) * tf.abs(found[..., 1] - sizes)
    whole = tf.reduce_sum((hit + false) * known) + SIZE_SAY * tf.reduce_sum(sizing)
    return whole / (tf.reduce_sum(middle) + 4.0)


def mirrored(maps: NDArray[Any], kind: int) -> NDArray[Any]:
    """(n, h, w, c) by one of the eight symmetries of a square."""
    maps = maps[:, :, ::-1] if kind & 1 else maps
    maps = maps[:, ::-1] if kind & 2 else maps
    return np.ascontiguousarray(maps.transpose(0, 2, 1, 3) if kind & 4 else maps)


def train_net(
    scenes: int = SCENES, steps: int = STEPS, seed: int = SEED, start: keras.Model | None = None
) -> keras.Model:
    """Draw nests and learn from them, going on with `start` if there is one; the same seed draws the same nests."""
    keras.utils.set_random_seed(seed)
    drawn = [draw_scene(np.random.default_rng([seed, index])) for index in range(scenes)]
    targets = np.stack([target_of(scene) for scene in drawn])
    random, net = np.random.default_rng(seed), start or build_net()
    optimizer = keras.optimizers.Adam(RATE)

    @tf.function  # type: ignore[untyped-decorator,unused-ignore]
    def learn(crops: Any, target: Any) -> None:
        with tf.GradientTape() as tape:
            loss = loss_of(target, net(crops, training=True)[0])
        optimizer.apply_gradients(
            zip(tape.gradient(loss, net.trainable_variables), net.trainable_variables, strict=True)
        )

    for step in range(steps):
        optimizer.learning_rate.assign(RATE * min(1, (step + 1) / 60) * (1 + math.cos(math.pi * step / steps)) / 2)
        chosen, kind = random.choice(scenes, min(BATCH, scenes), replace=False), int(random.integers(8))
        crops = np.stack([evened(drawn[index].crop) for index in chosen])
        learn(tf.constant(mirrored(crops, kind)), tf.constant(mirrored(targets[chosen], kind)))
    return net


def flatbuffer_of(net: keras.Model) -> bytes:
    """For LiteRT, weights in half precision."""
    converter = tf.lite.TFLiteConverter.from_keras_model(net)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.target_spec.supported_types = [tf.float16]
    return bytes(converter.convert())


def main() -> None:
    """Read the command line, train and write."""
    parser = argparse.ArgumentParser(prog="python -m detector.training.egg_net", description="Make the egg net.")
    parser.add_argument("out", type=Path, help="the LiteRT file to write")
    parser.add_argument("--scenes", type=int, default=SCENES, help="nests to draw (%(default)s)")
    parser.add_argument("--steps", type=int, default=STEPS, help=f"steps of {BATCH} nests (%(default)s)")
    parser.add_argument("--seed", type=int, default=SEED, help="which nests are drawn (%(default)s)")
    parser.add_argument("--start", type=Path, help="a .keras file to go on from")
    parser.add_argument("--keep", type=Path, help="where to write a .keras file to go on from")
    asked = parser.parse_args()
    start = keras.models.load_model(asked.start, compile=False) if asked.start else None
    net = train_net(asked.scenes, asked.steps, asked.seed, start)
    if asked.keep:
        net.save(asked.keep)
    asked.out.write_bytes(flatbuffer_of(net))


if __name__ == "__main__":
    main()
