"""Pictures as the same camera might have taken them, and birds as they might have been.

Light only, no flips or shifts: the camera stays where it is, and on chickencam (3 to 4 October) crops and flips cost
9 more missed hens of 151 than light alone.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from detector.backbone import Floats
from detector.crops import CROP_SIDE, Pixels

_GAMMA = 2.2
_DARKEST = 0.004


@dataclass(frozen=True, slots=True)
class Relighting:
    """How strongly, and how often, `relight` changes the light; `detector search-augmentation` looks for better ones.

    Attributes:
        exposure: standard deviation of the logarithm of the gain of all channels.
        cast: the same for each channel by itself.
        sun: share of copies with a sun patch or a shadow.
        gradient: share of copies that get lighter towards one side.
        gradient_slope: standard deviation of the logarithm of that gain, from edge to edge.
        haze: largest light added everywhere, in half of the copies.
        contrast: standard deviation of the logarithm of the contrast, in 30 % of the copies.
        grey: share of copies without colour, as infrared shows them.
        noise: largest standard deviation of the sensor's noise in grey levels, in 30 % of the copies.
    """

    exposure: float = 0.5
    cast: float = 0.12
    sun: float = 0.5
    gradient: float = 0.4
    gradient_slope: float = 0.6
    haze: float = 0.15
    contrast: float = 0.2
    grey: float = 0.15
    noise: float = 8.0


USUAL = Relighting()


def relight(crop: Pixels, random: np.random.Generator, how: Relighting = USUAL) -> Pixels:
    """The crop under another light: exposure, cast, sun patch, gradient, haze, grey, noise; (224, 224, 3) uint8 RGB."""
    gains = np.exp(random.normal(0, how.exposure) + random.normal(0, how.cast, 3)).astype(np.float32)
    light = _linear(crop) * gains
    if random.random() < how.sun:
        light = light * _sun_patch(random)
    if random.random() < how.gradient:
        light = light * _gradient(random, how.gradient_slope)
    if random.random() < 0.5:
        light = light + float(random.uniform(0, how.haze)) * np.asarray([1.0, 0.8, 0.9], np.float32)
    shown = np.clip(light, 0, 1) ** (1 / _GAMMA)
    if random.random() < 0.3:
        shown = np.clip((shown - 0.5) * float(np.exp(random.normal(0, how.contrast))) + 0.5, 0, 1)
    if random.random() < how.grey:
        shown = np.repeat(shown.mean(axis=2, keepdims=True), 3, axis=2)
    shown = shown * 255
    if random.random() < 0.3:
        shown = shown + random.normal(0, random.uniform(min(1, how.noise), how.noise), shown.shape)
    return np.asarray(np.clip(shown, 0, 255), np.uint8)


def stranger(crop: Pixels, silhouette: Floats, random: np.random.Generator) -> Pixels:
    """The crop with another plumage painted on its bird: lighter or darker, tinted, plain or mottled.

    Args:
        crop: (224, 224, 3) uint8 RGB.
        silhouette: (56, 56) 0..1.
        random: the source of chance.
    """
    bird = np.clip(cv2.resize(silhouette, (CROP_SIDE, CROP_SIDE)) * 1.3, 0, 1)[..., None]
    light = np.log(_linear(crop) + _DARKEST)
    mean = (light * bird).sum(axis=(0, 1)) / (float(bird.sum()) + 1e-6)
    kind = int(random.integers(3))
    contrast = np.exp(random.normal(0, 0.5))
    brighter = random.choice([-1, 1]) * random.uniform(0.35, 1.6) if kind != 2 else random.normal(0, 0.25)
    tint = random.normal(0, 0.18, 3)
    plumage = mean + (light - mean) * contrast + max(brighter, -1.2) + (tint - tint.mean())
    if kind >= 1:
        plumage = plumage + random.uniform(0.3, 0.8) * _mottle(random)[..., None]
    painted = np.exp(light * (1 - bird) + plumage * bird) - _DARKEST
    return np.asarray(np.clip(painted, 0, 1) ** (1 / _GAMMA) * 255, np.uint8)


def _linear(crop: Pixels) -> Floats:
    return np.asarray((crop.astype(np.float32) / 255) ** _GAMMA, np.float32)


def _sun_patch(random: np.random.Generator) -> Floats:
    """(224, 224, 1): a gain inside a soft-edged quadrangle, sometimes a shadow instead."""
    corners = (random.random((1, 2)) + random.uniform(-0.35, 0.35, (4, 2))) * CROP_SIDE
    inside = np.zeros((CROP_SIDE, CROP_SIDE), np.float32)
    cv2.fillConvexPoly(inside, cv2.convexHull(corners.astype(np.int32)), 1.0)
    soft = cv2.GaussianBlur(inside, (0, 0), random.uniform(1, 8))
    gain = np.exp(random.uniform(0.5, 2.0)) if random.random() < 0.7 else np.exp(-random.uniform(0.3, 1.0))
    return np.asarray(1 + float(gain - 1) * soft[..., None], np.float32)


def _gradient(random: np.random.Generator, slope_spread: float) -> Floats:
    angle = random.uniform(0, 2 * np.pi)
    down, across = np.mgrid[:CROP_SIDE, :CROP_SIDE] / CROP_SIDE - 0.5
    slope = random.normal(0, slope_spread)
    return np.asarray(np.exp(slope * (np.cos(angle) * across + np.sin(angle) * down))[..., None], np.float32)


def _mottle(random: np.random.Generator) -> Floats:
    """(224, 224): blotches of unit variance, half of the time with hard edges."""
    noise = random.normal(0, 1, (CROP_SIDE, CROP_SIDE)).astype(np.float32)
    blotches = cv2.GaussianBlur(noise, (0, 0), random.uniform(3, 14))
    unit = np.asarray(blotches / (blotches.std() + 1e-6), np.float32)
    return np.asarray(np.tanh(2.5 * unit), np.float32) if random.random() < 0.5 else unit
