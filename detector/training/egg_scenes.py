"""Nests with eggs as no camera ever saw them, to teach what an egg is before any picture is labelled.

Everything varies but the egg: bedding, walls, light, colour, sharpness, and what else lies about (Tobin et al. 2017,
domain randomisation, arXiv:1703.06907). A net that only saw these counts eggs in coops that nobody labelled.
"""

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.backbone import Floats
from detector.crops import CROP_SIDE, Pixels
from detector.training.augment import Relighting, relight

SIDE = CROP_SIDE
LEAST_VISIBLE = 0.25
"""Share of an egg that must be seen for it to count; with less than half of that it is no egg at all."""

_SHELLS = np.asarray(
    [
        (238, 232, 222), (225, 190, 150), (196, 138, 98), (166, 104, 72), (214, 196, 168), (176, 196, 178),
        (232, 208, 196),
    ],
    np.float32,
)  # fmt: skip
"""White, cream, brown, dark brown, buff, blue-green and pink shells, RGB."""


_LIGHTS = Relighting(exposure=0.3, noise=12.0)
"""Milder than for hens: what is blown out shows no egg."""


@dataclass(frozen=True, slots=True, eq=False)
class EggScene:
    """A drawn nest.

    Attributes:
        crop: (224, 224, 3) uint8 RGB.
        boxes: (n, 4) x1, y1, x2, y2 of the visible part of each egg that counts, in pixels of the crop.
        doubtful: (m, 4) the same of eggs of which so little is seen that nobody should be asked.
    """

    crop: Pixels
    boxes: Floats
    doubtful: Floats = field(default_factory=lambda: np.zeros((0, 4), np.float32))


@dataclass(slots=True)
class _Canvas:
    """What is drawn so far, and to which egg (from 0; -1 none) each pixel belongs."""

    random: np.random.Generator
    pixels: Floats
    owner: NDArray[np.int32]
    areas: list[int] = field(default_factory=list)

    def chance(self, share: float) -> bool:
        return bool(self.random.random() < share)

    def between(self, low: float, high: float) -> float:
        return float(self.random.uniform(low, high))

    def lay(self, mask: Floats, colour: Floats) -> None:
        """Cover with a colour, (3,) or (224, 224, 3), where the mask, (224, 224) 0..1, is high; eggs vanish there."""
        self.pixels += (colour - self.pixels) * mask[..., None]
        self.owner[mask > 0.5] = -1

    def shade(self, gain: Floats) -> None:
        """Multiply by (224, 224) gains."""
        self.pixels *= gain[..., None]


def draw_scene(random: np.random.Generator) -> EggScene:
    """A nest with 0 to 11 eggs, or none and much that is not an egg."""
    canvas = _Canvas(random, _ground(random), np.full((SIDE, SIDE), -1, np.int32))
    bedding = _bedding(canvas)
    _walls(canvas)
    for _ in range(random.poisson(1.0)):
        _clutter(canvas, size=canvas.between(4, 40))
    if not canvas.chance(0.2):
        _clutch(canvas, bedding)
    if canvas.chance(0.12):
        _bird(canvas)
    if canvas.chance(0.5):
        canvas.shade(_blotch(canvas))
    return _photograph(canvas)


def _ground(random: np.random.Generator) -> Floats:
    colour = random.uniform(25, 200) * np.exp(random.normal(0, 0.15, 3))
    return np.asarray(colour * (1 + 0.25 * _clouds(random, random.uniform(2, 24)))[..., None], np.float32)


def _clouds(random: np.random.Generator, grain: float) -> Floats:
    """(224, 224) smooth noise of standard deviation 1."""
    noise = cv2.GaussianBlur(random.normal(0, 1, (SIDE, SIDE)).astype(np.float32), (0, 0), grain)
    return np.asarray((noise - noise.mean()) / (noise.std() + 1e-6), np.float32)


def _bedding(canvas: _Canvas) -> tuple[float, float, float]:
    """Scatter straw, shreds or shavings; returns their length, width and spread of brightness."""
    length = float(np.exp(canvas.between(np.log(4), np.log(50))))
    width = min(canvas.between(0.8, 4), length / 2)
    bedding = length, width, canvas.between(0.1, 0.6)
    cover = canvas.between(0.2, 1.6) * SIDE**2 / (length * max(width, 1))
    _scatter(canvas, bedding, min(1100, int(cover)), None)
    return bedding


def _scatter(
    canvas: _Canvas, bedding: tuple[float, float, float], count: int, where: tuple[float, float, float] | None
) -> None:
    """Lay strokes like the ground, lighter or darker: everywhere, or around (x, y, spread)."""
    random = canvas.random
    length, width, spread = bedding
    ground = canvas.pixels.mean(axis=(0, 1)) if where is None else _colour_at(canvas, where)
    brightness = np.exp(random.normal(0.1, spread, count))
    centres = random.uniform(0, SIDE, (count, 2)) if where is None else random.normal(where[:2], where[2], (count, 2))
    angles = random.uniform(0, np.pi, count)
    steps = np.stack([np.cos(angles), np.sin(angles)], axis=1) * (length * random.uniform(0.3, 1.2, count))[:, None]
    owner = canvas.owner.astype(np.float32)
    for centre, step, bright in zip(centres, steps / 2, brightness, strict=True):
        bend = random.normal(0, 0.15 * length, 2)
        points = np.round(np.asarray([centre - step, centre + bend, centre + step]) * 8).astype(np.int32)
        thick = max(1, round(width * canvas.between(0.5, 1.3)))
        cv2.polylines(canvas.pixels, [points], False, (ground * bright).tolist(), thick, cv2.LINE_AA, 3)
        cv2.polylines(owner, [points], False, -1.0, thick, cv2.LINE_8, 3)
    canvas.owner = owner.astype(np.int32)


def _colour_at(canvas: _Canvas, where: tuple[float, float, float]) -> Floats:
    """The bedding's median colour in a window around a place."""
    x, y, spread = (int(v) for v in where)
    window = np.s_[max(0, y - 2 * spread - 8) : y + 2 * spread + 8, max(0, x - 2 * spread - 8) : x + 2 * spread + 8]
    free = canvas.owner[window] < 0
    seen = canvas.pixels[window][free]
    return np.asarray(np.median(seen, axis=0) if len(seen) else canvas.pixels.mean(axis=(0, 1)), np.float32)


def _walls(canvas: _Canvas) -> None:
    """Planks above, beside or in front of the bedding, plain or with grain, and their shadows."""
    for _ in range(int(canvas.random.integers(0, 4))):
        deep = SIDE * canvas.between(0.03, 0.55 if canvas.chance(0.3) else 0.25)
        mask = np.zeros((SIDE, SIDE), np.float32)
        slant = canvas.random.normal(0, 12)
        corners = np.asarray([(-9, -9), (SIDE + 9, -9), (SIDE + 9, deep + slant), (-9, deep - slant)])
        cv2.fillPoly(mask, [np.round(corners * 8).astype(np.int32)], 1.0, cv2.LINE_AA, 3)
        colour = canvas.between(15, 230) * np.exp(canvas.random.normal(0, 0.15, 3))
        grain = 1 + canvas.between(0, 0.15) * cv2.GaussianBlur(_clouds(canvas.random, 1.2), (0, 0), 8, sigmaY=0.5)
        turn = int(canvas.random.integers(4))
        canvas.shade(1 - canvas.between(0, 0.5) * np.rot90(cv2.GaussianBlur(mask, (0, 0), 6), turn))
        canvas.lay(np.rot90(mask, turn), np.asarray(colour * grain[..., None], np.float32))


def _clutter(canvas: _Canvas, size: float) -> None:
    """Something that is not an egg: a knot, a sun fleck, a dropping, a stone, a ring, a feather, a bright slab."""
    mask = np.zeros((SIDE, SIDE), np.float32)
    x, y = canvas.random.uniform(0, SIDE, 2)
    kind = int(canvas.random.integers(4))
    if kind == 0:
        _ellipse(mask, (x, y), (size / 2, size * canvas.between(0.04, 0.22)), canvas.between(0, 180))
    elif kind == 1:
        spots = canvas.random.normal((x, y), size / 3, (9, 2))
        cv2.fillPoly(mask, [cv2.convexHull(np.round(spots * 8).astype(np.int32))], 1.0, cv2.LINE_AA, 3)
    elif kind == 2:
        mask = np.asarray(np.clip(_clouds(canvas.random, size / 5) * 2 - 3.2, 0, 1), np.float32)
    else:
        cv2.circle(mask, (round(x), round(y)), round(size / 2), 1.0, max(1, round(size / 9)), cv2.LINE_AA)
    mask = np.asarray(cv2.GaussianBlur(mask, (0, 0), canvas.between(0.4, max(0.5, size / 8))), np.float32)
    bright = canvas.between(0.2, 3.0)
    tint = canvas.pixels * bright * np.exp(canvas.random.normal(0, 0.15, 3))
    flat = np.full(3, canvas.between(5, 255), np.float32) * np.exp(canvas.random.normal(0, 0.15, 3))
    canvas.lay(mask, np.asarray(tint if canvas.chance(0.5) else flat, np.float32))


def _ellipse(mask: Floats, centre: tuple[float, float], half: tuple[float, float], degrees: float) -> None:
    at = round(centre[0] * 16), round(centre[1] * 16)
    axes = max(1, round(half[0] * 16)), max(1, round(half[1] * 16))
    cv2.ellipse(mask, at, axes, degrees, 0, 360, 1.0, cv2.FILLED, cv2.LINE_AA, 4)


def _clutch(canvas: _Canvas, bedding: tuple[float, float, float]) -> None:
    """Eggs in one heap or strewn, from back to front, some hidden by bedding."""
    random = canvas.random
    length = float(np.clip(np.exp(random.normal(np.log(23), 0.28)), 12, 48))
    squeeze = canvas.between(0.72, 1.0)
    heap = random.uniform(0.2 * SIDE, 0.85 * SIDE, 2)
    spread = length * (canvas.between(0.6, 1.5) if canvas.chance(0.75) else 4)
    apart = canvas.between(0.45, 0.8)
    wanted = int(random.poisson(canvas.between(0.5, 7)))
    shell = _SHELLS[random.integers(len(_SHELLS))]
    light = random.normal((0.0, -0.5), 0.6)
    places: list[Floats] = []
    for _ in range(60):
        if len(places) > min(wanted, 10):
            break
        place = np.asarray(random.normal(heap, spread), np.float32)
        gaps = [np.hypot(place[0] - other[0], (place[1] - other[1]) / squeeze) for other in places]
        if (place > 10).all() and (place < SIDE - 8).all() and min(gaps, default=99.0) > length * apart:
            places.append(place)
    for place in sorted(places, key=lambda p: float(p[1])):
        kin = shell if canvas.chance(0.75) else _SHELLS[random.integers(len(_SHELLS))]
        _egg(canvas, place, length * canvas.between(0.9, 1.1), (squeeze, *light), kin)
        if canvas.chance(0.35):
            around = (float(place[0]), float(place[1]) + length * canvas.between(0.2, 0.6), length * 0.3)
            _scatter(canvas, bedding, int(canvas.between(2, 14)), around)


def _egg(canvas: _Canvas, place: Floats, length: float, view: tuple[float, float, float], shell: Floats) -> None:
    """One egg: an ellipse with a blunt and a sharp end, lit like a ball, on its shadow."""
    random = canvas.random
    squeeze, light_x, light_y = view
    angle = canvas.between(0, 2 * np.pi)
    ratio = canvas.between(0.72, 0.86) if canvas.chance(0.8) else canvas.between(0.86, 1.0)
    y, x = np.mgrid[:SIDE, :SIDE].astype(np.float32)
    x, y = (x - place[0]) / (length / 2), (y - place[1]) / (length / 2) / squeeze
    along = x * np.cos(angle) + y * np.sin(angle)
    across = (y * np.cos(angle) - x * np.sin(angle)) / (ratio * (1 + canvas.between(0.05, 0.18) * along))
    radius = np.hypot(along, across)
    shadow = np.clip(1.45 - np.hypot(x + 0.25 * light_x, y - 0.25), 0, 1)
    canvas.shade(np.asarray(1 - canvas.between(0.1, 0.8) * shadow, np.float32))
    mask = np.asarray(np.clip((1 - radius) * length / 2 + 0.5, 0, 1), np.float32)
    height = np.sqrt(np.clip(1 - radius**2, 0, 1))
    ambient, glow = canvas.between(0.25, 0.8), canvas.between(0.3, 0.9)
    lit = ambient + glow * np.clip(0.5 * height + 0.4 * (x * light_x + y * light_y), 0, 1.2)
    bright = canvas.between(0.7, 1.3) * np.exp(random.normal(0, 0.04, 3))
    speckle = 1 + canvas.between(0, 0.1) * _clouds(random, canvas.between(0.8, 4))
    canvas.lay(mask, np.asarray((shell * bright) * (lit * speckle)[..., None], np.float32))
    canvas.owner[mask > 0.5] = len(canvas.areas)
    canvas.areas.append(int((mask > 0.5).sum()))


def _bird(canvas: _Canvas) -> None:
    """Something large with a rim of feathers, which hides eggs and is none."""
    mask = np.zeros((SIDE, SIDE), np.float32)
    centre = tuple(canvas.random.uniform(-20, SIDE + 20, 2))
    _ellipse(mask, (centre[0], centre[1]), (canvas.between(35, 90), canvas.between(25, 60)), canvas.between(0, 180))
    rim = mask + 0.3 * _clouds(canvas.random, 2) * cv2.GaussianBlur(mask, (0, 0), 3)
    mask = np.asarray(cv2.GaussianBlur((rim > 0.55).astype(np.float32), (0, 0), 0.8), np.float32)
    colour = canvas.between(15, 250) * np.exp(canvas.random.normal(0, 0.15, 3))
    plumage = 1 + canvas.between(0.02, 0.3) * _clouds(canvas.random, canvas.between(1.5, 7))
    slope = 1 + canvas.between(-0.4, 0.4) * np.linspace(-1, 1, SIDE)[:, None]
    canvas.lay(mask, np.asarray(colour * (plumage * slope)[..., None], np.float32))


def _blotch(canvas: _Canvas) -> Floats:
    """(224, 224) gains: darkness towards a corner, or a patch of light with a soft or hard rim."""
    cloud = _clouds(canvas.random, canvas.between(15, 70))
    if canvas.chance(0.5):
        return np.asarray(np.exp(canvas.between(0.05, 0.4) * cloud), np.float32)
    sharp = canvas.between(1, 12)
    return np.asarray(
        1 + canvas.between(-0.6, 0.9) / (1 + np.exp(-sharp * (cloud - canvas.between(0.2, 1.2)))), np.float32
    )


def _photograph(canvas: _Canvas) -> EggScene:
    """What the camera makes of it: soft, coarse, noisy, relit, squeezed into a JPEG."""
    random = canvas.random
    shown: NDArray[np.floating] = np.clip(canvas.pixels, 0, 255)
    if canvas.chance(0.7):
        shown = np.asarray(cv2.GaussianBlur(shown, (0, 0), canvas.between(0.3, 1.8)), np.float32)
    if canvas.chance(0.4):
        shrunk = round(SIDE / canvas.between(1.0, 2.2))
        small = cv2.resize(shown, (shrunk, shrunk), interpolation=cv2.INTER_AREA)
        shown = np.asarray(cv2.resize(small, (SIDE, SIDE)), np.float32)
    if canvas.chance(0.3):
        shown = shown + canvas.between(0.2, 1.2) * (shown - cv2.GaussianBlur(shown, (0, 0), 1.5))
    if canvas.chance(0.25):
        pivot = shown.mean()
        shown = pivot + (shown - pivot) * canvas.between(0.25, 0.8)
    crop = np.asarray(np.clip(shown, 0, 255), np.uint8)
    if canvas.chance(0.7):
        crop = relight(crop, random, _LIGHTS)
    if canvas.chance(0.5):
        coded = cv2.imencode(".jpg", crop, [cv2.IMWRITE_JPEG_QUALITY, int(canvas.between(25, 90))])[1]
        crop = np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.uint8)
    boxes, doubtful = _visible_boxes(canvas)
    return EggScene(crop, boxes, doubtful)


def _visible_boxes(canvas: _Canvas) -> tuple[Floats, Floats]:
    sure: list[tuple[float, ...]] = []
    doubtful: list[tuple[float, ...]] = []
    for egg, area in enumerate(canvas.areas):
        rows, columns = np.nonzero(canvas.owner == egg)
        if len(rows) < 0.5 * LEAST_VISIBLE * area or len(rows) < 12:
            continue
        (x1, x2), (y1, y2) = np.percentile(columns, (2, 98)), np.percentile(rows, (2, 98))
        (sure if len(rows) >= LEAST_VISIBLE * area else doubtful).append((x1, y1, x2 + 1, y2 + 1))
    return np.asarray(sure, np.float32).reshape(-1, 4), np.asarray(doubtful, np.float32).reshape(-1, 4)
