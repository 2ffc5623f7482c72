"""Three drawn hens, each with a plumage of her own, as they stand and as they sit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from detector.drawn.canvas import Colour, Feathers, Pixels, Placing, Point, dot, paint, stroke
from henbot.domain.observations import HenId, Posture


@dataclass(frozen=True, slots=True)
class Plumage:
    """How one hen looks; pairs of colours are the upper and the lower shade.

    Attributes:
        comb: height of the comb's points, 1 for a tall one.
    """

    body: tuple[Colour, Colour]
    neck: tuple[Colour, Colour]
    tail: tuple[Colour, Colour]
    body_feathers: Feathers
    neck_feathers: Feathers
    legs: Colour
    comb: float


SNOW: Final = HenId("snow")
PEPPER: Final = HenId("pepper")
BISCUIT: Final = HenId("biscuit")

FLOCK: Final[Mapping[HenId, Plumage]] = MappingProxyType(
    {
        SNOW: Plumage(
            body=((252, 248, 238), (206, 194, 180)),
            neck=((255, 252, 245), (232, 222, 208)),
            tail=((246, 240, 230), (204, 194, 184)),
            body_feathers=Feathers((226, 216, 202), 0.17, 0.018),
            neck_feathers=Feathers((236, 228, 216), 0.12, 0.014, 60),
            legs=(232, 176, 66),
            comb=1.0,
        ),
        PEPPER: Plumage(
            body=((74, 76, 86), (38, 38, 46)),
            neck=((88, 90, 100), (54, 54, 64)),
            tail=((58, 60, 70), (30, 30, 38)),
            body_feathers=Feathers((164, 168, 178), 0.17, 0.034),
            neck_feathers=Feathers((150, 154, 164), 0.13, 0.024, 60),
            legs=(216, 188, 120),
            comb=0.75,
        ),
        BISCUIT: Plumage(
            body=((196, 112, 50), (124, 60, 28)),
            neck=((226, 150, 66), (186, 100, 42)),
            tail=((52, 54, 44), (30, 26, 24)),
            body_feathers=Feathers((112, 52, 24), 0.2, 0.022),
            neck_feathers=Feathers((164, 84, 34), 0.13, 0.018, 60),
            legs=(206, 162, 84),
            comb=0.85,
        ),
    }
)

_RED: Final[tuple[Colour, Colour]] = ((222, 58, 52), (176, 30, 34))
_BEAK: Final[tuple[Colour, Colour]] = ((240, 196, 98), (206, 150, 60))

_STANDING_BODY: Final[Sequence[Point]] = (
    (-1.2, -0.42), (-0.75, -0.5), (-0.1, -0.36), (0.45, -0.62), (0.98, -0.5), (1.12, 0.05), (0.88, 0.62),
    (0.3, 0.88), (-0.35, 0.82), (-0.85, 0.45),
)  # fmt: skip
_SITTING_BODY: Final[Sequence[Point]] = (
    (-1.3, -0.2), (-0.8, -0.46), (-0.1, -0.42), (0.5, -0.6), (1.05, -0.4), (1.25, 0.1), (1.15, 0.62),
    (0.4, 0.8), (-0.6, 0.8), (-1.2, 0.5),
)  # fmt: skip
_TAIL: Final[Sequence[Point]] = (
    (-0.55, -0.4), (-0.95, -0.75), (-1.2, -1.2), (-1.5, -1.28), (-1.62, -1.0), (-1.7, -0.72), (-1.55, -0.4),
    (-1.2, -0.05), (-0.8, 0.1),
)  # fmt: skip
_NECK: Final[Sequence[Point]] = (
    (0.2, -0.42), (0.55, -0.85), (0.66, -1.25), (0.78, -1.52), (1.05, -1.58), (1.26, -1.38), (1.24, -1.1),
    (1.12, -0.85), (1.22, -0.4), (1.12, 0.15), (0.75, 0.25), (0.4, 0.0),
)  # fmt: skip
_WING: Final[Sequence[Point]] = (
    (0.5, -0.3), (0.62, 0.1), (0.2, 0.46), (-0.45, 0.42), (-1.15, 0.02), (-1.2, -0.18), (-0.6, -0.3), (0.0, -0.36),
)  # fmt: skip
_FACE: Final[Sequence[Point]] = ((0.98, -1.36), (1.16, -1.38), (1.24, -1.22), (1.16, -1.08), (0.98, -1.14))
_UPPER_BEAK: Final[Sequence[Point]] = ((1.15, -1.34), (1.3, -1.32), (1.5, -1.14), (1.3, -1.17), (1.15, -1.18))
_WATTLE: Final[Sequence[Point]] = ((1.1, -1.16), (1.22, -1.15), (1.26, -0.92), (1.16, -0.78), (1.08, -0.92))
_COMB_FOOT: Final[Sequence[Point]] = ((1.3, -1.38), (1.05, -1.44), (0.78, -1.4))
_COMB_POINTS: Final[Sequence[Point]] = (
    (0.7, -1.66), (0.86, -1.58), (0.84, -1.84), (0.99, -1.62), (1.02, -1.9), (1.12, -1.62), (1.2, -1.84),
    (1.24, -1.58), (1.36, -1.64),
)  # fmt: skip


def draw_hen(pixels: Pixels, placing: Placing, hen: HenId, posture: Posture) -> None:
    """Draw one hen in place.

    Args:
        pixels: (height, width, 3) uint8 RGB.
        placing: her body's middle; she is some three units long, and her feet stand 1.35 units below it.
        hen: one of FLOCK.
        posture: sitting is a low wide body with the neck drawn in; all others stand.
    """
    look = FLOCK[hen]
    sitting = posture is Posture.SITTING
    head = _moved(placing, -0.08, 0.42) if sitting else placing
    if not sitting:
        _legs(pixels, placing, look.legs)
    _tail(pixels, _moved(placing, -0.05, 0.22) if sitting else placing, look)
    paint(pixels, placing, _SITTING_BODY if sitting else _STANDING_BODY, look.body, look.body_feathers)
    _wing(pixels, _moved(placing, -0.05, 0.08) if sitting else placing, look)
    paint(pixels, head, _NECK, look.neck, look.neck_feathers)
    _head(pixels, head, look)


def _moved(placing: Placing, ahead: float, down: float) -> Placing:
    return Placing(
        placing.x + placing.facing * placing.unit * ahead, placing.y + placing.unit * down, placing.unit, placing.facing
    )


def _legs(pixels: Pixels, placing: Placing, colour: Colour) -> None:
    far = tuple(round(0.72 * part) for part in colour)
    for hip, shade in ((0.34, (far[0], far[1], far[2])), (-0.02, colour)):
        stroke(pixels, placing, [(hip, 0.7), (hip - 0.05, 1.0), (hip + 0.02, 1.32)], shade, 0.09)
        for toe in ((0.28, 1.38), (0.16, 1.46), (-0.16, 1.4)):
            stroke(pixels, placing, [(hip + 0.02, 1.32), (hip + toe[0], toe[1])], shade, 0.06)


def _tail(pixels: Pixels, placing: Placing, look: Plumage) -> None:
    paint(pixels, placing, _TAIL, look.tail)
    rim = _between(look.tail[0], look.body_feathers.edge)
    for tip in ((-1.38, -1.14), (-1.5, -0.92), (-1.52, -0.68), (-1.42, -0.44)):
        stroke(pixels, placing, [(-0.8, -0.32), ((tip[0] - 0.8) / 2, (tip[1] - 0.42) / 2), tip], rim, 0.022)


def _wing(pixels: Pixels, placing: Placing, look: Plumage) -> None:
    upper, lower = look.body
    shadow = _between(lower, (0, 0, 0), 0.25)
    paint(pixels, _moved(placing, -0.01, 0.05), _WING, (shadow, shadow))
    paint(pixels, placing, _WING, (upper, _between(upper, lower)), look.body_feathers)
    for drop in (0.0, 0.1, 0.2):
        end = (-1.02 + 0.8 * drop, -0.06 + drop)
        stroke(pixels, placing, [(-0.15, 0.1 + drop), (-0.6, 0.08 + drop), end], shadow, 0.024)


def _head(pixels: Pixels, placing: Placing, look: Plumage) -> None:
    height = look.comb
    points = [(x, -1.42 + (y + 1.42) * height) for x, y in _COMB_POINTS]
    paint(pixels, placing, [*_COMB_FOOT, *points], _RED)
    paint(pixels, placing, _WATTLE, _RED)
    paint(pixels, placing, _FACE, _RED)
    paint(pixels, placing, _UPPER_BEAK, _BEAK)
    stroke(pixels, placing, [(1.22, -1.2), (1.36, -1.19)], (150, 100, 40), 0.018)
    dot(pixels, placing, (1.08, -1.28), (0.072, 0.072), (244, 170, 60))
    dot(pixels, placing, (1.085, -1.28), (0.046, 0.046), (24, 18, 16))
    dot(pixels, placing, (1.1, -1.3), (0.016, 0.016), (255, 255, 255))


def _between(one: Colour, other: Colour, share: float = 0.5) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue
