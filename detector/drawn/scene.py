"""A drawn nest box: planks, straw, eggs, and the light of the hour over it."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.drawn.canvas import Colour, Pixels, Placing, Point, dot, paint
from detector.drawn.hens import draw_hen
from henbot.domain.observations import HenId, Posture

_FINER: Final = 2
"""Drawn at twice the size and shrunk, so that edges are soft."""

_STRAWS: Final[tuple[Colour, ...]] = (
    (236, 206, 128), (222, 184, 102), (204, 162, 82), (246, 222, 156), (186, 142, 70), (214, 178, 110),
)  # fmt: skip
_LIGHT_OF_HOUR: Final = np.array(
    [  # hour, red, green, blue: how bright each comes out, a cast at dawn and in the evening
        (0.0, 0.16, 0.17, 0.22),
        (6.0, 0.42, 0.38, 0.44),
        (7.5, 0.92, 0.80, 0.76),
        (10.0, 1.08, 1.07, 1.06),
        (13.0, 1.12, 1.12, 1.12),
        (16.0, 1.12, 1.06, 0.98),
        (18.0, 1.02, 0.82, 0.66),
        (19.3, 0.44, 0.38, 0.42),
        (20.5, 0.18, 0.18, 0.24),
        (24.0, 0.16, 0.17, 0.22),
    ]
)
SUN_HOURS: Final = (9.0, 15.5)
"""While a patch of sun wanders over the straw."""


@dataclass(frozen=True, slots=True)
class DrawnHen:
    """A hen in the scene.

    Attributes:
        hen: one of the drawn flock.
        posture: sitting or standing; a partial one stands and `across` puts her over the edge.
        across: her body's middle, 0 at the left edge of the picture and 1 at the right.
        facing: 1 to the right, -1 to the left.
    """

    hen: HenId
    posture: Posture
    across: float = 0.5
    facing: int = 1


@dataclass(frozen=True, slots=True)
class SceneState:
    """All that a drawn frame shows.

    Attributes:
        hour: time of day, 0 to 24, which makes the light.
        hens: the further one first.
        eggs: in the hollow; a sitting hen hides them.
        infrared: the camera sees grey by its own lamp.
        sun: strength of the sun patch, 0 (clouds) to 1.
        seed: moves the straw's loose wisps and the sensor's noise.
    """

    hour: float = 12.0
    hens: tuple[DrawnHen, ...] = ()
    eggs: int = 0
    infrared: bool = False
    sun: float = 1.0
    seed: int = 0


def draw_frame(scene: SceneState, width: int = 800, height: int = 600) -> Pixels:
    """Draw a scene: (height, width, 3) uint8 RGB; the same scene gives the same pixels."""
    size = width * _FINER, height * _FINER
    pixels = _nest_box(*size).copy()
    unit = size[1] / 5.4
    for egg in range(scene.eggs):
        _egg(pixels, _egg_place(egg, size), unit)
    for hen in scene.hens:
        sits = hen.posture is Posture.SITTING
        ground = 0.765 if sits else 0.565
        placing = Placing(hen.across * size[0], ground * size[1], unit, hen.facing)
        _shadow(pixels, placing, 0.72 if sits else 1.4)
        draw_hen(pixels, placing, hen.hen, hen.posture)
    front, cover = _front_straw(*size)
    deep = any(hen.posture is Posture.SITTING for hen in scene.hens)
    _lay_over(pixels, front, cover, round(size[1] * (0.80 if deep else 0.90)))
    small = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA)
    return _lit(np.asarray(small, np.uint8), scene)


@lru_cache(maxsize=2)
def _nest_box(width: int, height: int) -> Pixels:
    """The empty box: back wall, side walls, straw. Always the same, so it is drawn once a size."""
    pixels = np.zeros((height, width, 3), np.uint8)
    grain = np.random.default_rng(7)
    left, right, floor = round(width * 0.12), round(width * 0.88), round(height * 0.66)
    _planks(pixels[:floor, left:right], 6, (190, 146, 102), grain)
    for wall, inner in ((slice(0, left), -1), (slice(right, width), 0)):
        _planks(pixels[:, wall], 1, (152, 112, 76), grain)
        pixels[:, wall] = (pixels[:, wall] * 0.82).astype(np.uint8)
        edge = (left - 1) if inner else right
        cv2.line(pixels, (edge, 0), (edge, height), (58, 38, 24), max(2, width // 260))
    _gloom(pixels[:floor, left:right])
    _straw(pixels, (0.60, 1.02), round(width * 2.2), grain)
    _hollow(pixels)
    return pixels


def _planks(wall: Pixels, count: int, colour: Colour, grain: np.random.Generator) -> None:
    """Upright boards with grain, a few knots, and dark joints."""
    height, width = wall.shape[:2]
    for board in range(count):
        x1, x2 = width * board // count, width * (board + 1) // count
        shade = np.array(colour) * grain.uniform(0.9, 1.1)
        lines = np.asarray(cv2.GaussianBlur(grain.normal(0, 1, (height, x2 - x1)), (0, 0), 1.2, sigmaY=height / 12))
        lines = lines * (9 / max(float(np.std(lines)), 1e-6))
        wall[:, x1:x2] = np.clip(shade + lines[..., None], 0, 255).astype(np.uint8)
        knot = x1 + round((x2 - x1) * grain.uniform(0.3, 0.7)), round(height * grain.uniform(0.1, 0.7))
        for ring, dark in ((1.0, 0.86), (0.6, 0.74), (0.25, 0.6)):
            tint = [float(part) for part in shade * dark]
            axes = round(height * 0.014 * ring) + 1, round(height * 0.026 * ring) + 1
            cv2.ellipse(wall, knot, axes, 0, 0, 360, tint, cv2.FILLED if ring < 1 else 2, cv2.LINE_AA)
        cv2.line(wall, (x2, 0), (x2, height), (64, 42, 26), max(2, width // 220))
        cv2.line(wall, (x1 + 2, 0), (x1 + 2, height), [float(p) for p in shade * 1.13], 1)


def _gloom(wall: Pixels) -> None:
    """The back of the box lies in shadow, most at its top and corners."""
    height, width = wall.shape[:2]
    down = np.linspace(0.70, 0.98, height)[:, None]
    aside = 1 - 0.28 * np.abs(np.linspace(-1, 1, width))[None] ** 3
    wall[:] = (wall * (down * aside)[..., None]).astype(np.uint8)


def _straw(
    pixels: Pixels, rows: tuple[float, float], count: int, grain: np.random.Generator, heaped: bool = True
) -> None:
    """Heap straws from back to front, longer and lighter towards the front."""
    height, width = pixels.shape[:2]
    top = round(height * rows[0])
    if heaped:  # the heap's dark depth under the single straws
        crest = [(x, top + round(height * 0.02 * np.sin(x / width * 9) + height * 0.03)) for x in range(0, width, 16)]
        cv2.fillPoly(pixels, [np.array([(0, height), *crest, (width, height)], np.int32)], (150, 112, 56))
    for depth in np.sort(grain.uniform(0, 1, count)):
        y = height * (rows[0] + (rows[1] - rows[0]) * depth) + grain.normal(0, height * 0.01)
        x, turn = grain.uniform(-0.05, 1.05) * width, grain.normal(0, 0.55)
        length = height * grain.uniform(0.04, 0.11) * (0.6 + 0.7 * depth)
        bend = length * grain.normal(0, 0.12)
        along, up = length * np.cos(turn), length * np.sin(turn)
        points = [(x, y), (x + along / 2, y - up / 2 + bend), (x + along, y - up)]
        shade = np.array(_STRAWS[int(grain.integers(len(_STRAWS)))]) * grain.uniform(0.66, 0.86 + 0.2 * depth)
        colour = [float(min(255, part)) for part in shade]
        line = np.array(points, np.int32)
        thick = max(1, round(height / 340 * (0.7 + depth)))
        cv2.polylines(pixels, [np.add(line, (1, thick))], False, (112, 80, 38), 1, cv2.LINE_AA)
        cv2.polylines(pixels, [line], False, colour, thick, cv2.LINE_AA)


def _hollow(pixels: Pixels) -> None:
    """The trodden hollow in the middle, darker and soft."""
    height, width = pixels.shape[:2]
    spot = np.zeros((height, width), np.float32)
    cv2.ellipse(spot, (width // 2, round(height * 0.83)), (round(width * 0.2), round(height * 0.075)), 0, 0, 360, 1, -1)
    dark = np.asarray(cv2.GaussianBlur(spot, (0, 0), height / 28))
    pixels[:] = (pixels * (1 - 0.42 * dark[..., None])).astype(np.uint8)


@lru_cache(maxsize=2)
def _front_straw(width: int, height: int) -> tuple[Pixels, Pixels]:
    """Straw of the nest's front rim, laid over whoever sits: its pixels and its mask (0 or 255)."""
    straw = np.zeros((height, width, 3), np.uint8)
    _straw(straw, (0.07, 0.36), round(width * 0.95), np.random.default_rng(11), heaped=False)
    mask = (straw.max(axis=2) > 0).astype(np.uint8) * 255
    return straw, mask


def _lay_over(pixels: Pixels, front: Pixels, cover: Pixels, top: int) -> None:
    """Lay the rim's straw over the picture from row `top` down."""
    rows = pixels.shape[0] - top
    shown = cover[:rows] > 0
    pixels[top:][shown] = front[:rows][shown]


def _egg_place(egg: int, size: tuple[int, int]) -> Point:
    places = ((0.5, 0.825), (0.427, 0.852), (0.57, 0.848), (0.487, 0.876), (0.372, 0.832), (0.628, 0.83))
    across, down = places[egg % len(places)]
    return across * size[0], down * size[1]


def _egg(pixels: Pixels, place: Point, unit: float) -> None:
    placing = Placing(place[0], place[1], unit * 0.9)
    dot(pixels, placing, (0.02, 0.1), (0.26, 0.12), (96, 66, 34))
    outline = [(-0.27, 0.02), (-0.2, -0.16), (0.0, -0.21), (0.22, -0.14), (0.29, 0.02), (0.2, 0.16), (0.0, 0.19),
               (-0.2, 0.17)]  # fmt: skip
    paint(pixels, placing, outline, ((250, 226, 196), (204, 160, 120)))
    dot(pixels, placing, (-0.06, -0.09), (0.06, 0.03), (255, 246, 232))


def _shadow(pixels: Pixels, placing: Placing, down: float) -> None:
    """A soft shadow where she stands or sits."""
    x, y = placing.pixel((-0.1, down))
    half = placing.length(1.7), placing.length(0.6)
    left, top = max(0, x - half[0]), max(0, y - half[1])
    ground = pixels[top : max(0, y + half[1]), left : max(0, x + half[0])]
    if ground.size == 0:
        return
    dark = np.zeros(ground.shape[:2], np.float32)
    axes = placing.length(1.25), placing.length(0.26)
    cv2.ellipse(dark, (x - left, y - top), axes, 0, 0, 360, 0.5, cv2.FILLED)
    soft = cv2.blur(cv2.blur(dark, (placing.length(0.2),) * 2), (placing.length(0.2),) * 2)
    ground[:] = (ground * (1 - np.asarray(soft, np.float32)[..., None])).astype(np.uint8)


def _lit(pixels: Pixels, scene: SceneState) -> Pixels:
    """The picture as the camera takes it at that hour."""
    height, width = pixels.shape[:2]
    light: NDArray[np.floating] = pixels.astype(np.float32)
    across, down = np.meshgrid(
        np.linspace(-1, 1, width, dtype=np.float32), np.linspace(-1, 1, height, dtype=np.float32)
    )
    if scene.infrared:
        grey = light @ np.array([0.42, 0.40, 0.18], np.float32)
        lamp = np.exp(-(across**2 + (down - 0.15) ** 2) / 0.75)
        light = (24 + grey * (0.22 + 0.95 * lamp))[..., None].repeat(3, axis=2)
    else:
        colour = [np.interp(scene.hour, _LIGHT_OF_HOUR[:, 0], _LIGHT_OF_HOUR[:, part]) for part in (1, 2, 3)]
        light *= np.array(colour, np.float32)
        light *= (1 - 0.16 * (across**2 + down**2))[..., None]
        light += light * _sun_patch(scene, width, height)[..., None] * np.array([0.72, 0.60, 0.34], np.float32)
    dim = 1.0 if scene.infrared or colour[1] < 0.6 else 0.0
    noise = np.random.default_rng(scene.seed).standard_normal((height, width, 1), np.float32)
    light = light + np.float32(2.0 + 3.5 * dim) * noise
    return np.clip(light, 0, 255, out=light).astype(np.uint8)


def _sun_patch(scene: SceneState, width: int, height: int) -> NDArray[np.float32]:
    """A window's slanting patch of sun, wandering from left to right: (height, width) float32, 0..1."""
    patch = np.zeros((height, width), np.float32)
    first, last = SUN_HOURS
    if not first <= scene.hour <= last or scene.sun <= 0:
        return patch
    way = (scene.hour - first) / (last - first)
    left, top = width * (-0.2 + 1.0 * way), height * (0.42 + 0.2 * way)
    corners = np.array([(0, 0), (0.2, 0.03), (0.34, 0.46), (0.1, 0.42)]) * (width, height) + (left, top)
    cv2.fillPoly(patch, [corners.astype(np.int32)], 1.0)
    bar = (corners[[0, 1, 2, 3]].mean(axis=0) + (corners[3] - corners[2]) * 0.55).astype(np.int32)
    end = (corners[[0, 1, 2, 3]].mean(axis=0) + (corners[2] - corners[3]) * 0.55).astype(np.int32)
    cv2.line(patch, bar.tolist(), end.tolist(), 0.0, max(2, height // 60))
    soft = cv2.GaussianBlur(patch, (0, 0), max(1.0, height / 90))
    return np.asarray(soft * (scene.sun * np.sin(np.pi * way)), np.float32)
