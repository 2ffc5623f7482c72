"""What a version looks at: Grad-CAM through the very code that serves, and a box around it.

Grad-CAM (Selvaraju et al. 2017, arXiv:1610.02391) weighs the channels of the last map by the mean gradient of the
answer's score. That mean is the slope of the score when the whole channel rises, so it is measured here by raising each
channel a little, up and down: the way from the map to the score leads over references, silhouettes and heads, which are
NumPy and no graph, and what is explained is what serves. It holds for stock and for fine-tuned tails.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np

from detector.backbone import Features, Floats
from detector.crops import CROP_SIDE, Pixels

STEP = 0.05
"""Of a channel's standard deviation: small against the kinks of percentiles and silhouettes, large against rounding."""

BOX_LEVEL = 0.4
"""Share of the highest value from which a place belongs to the box."""

Score = Callable[[Features], float]


@dataclass(frozen=True, slots=True, eq=False)
class Explanation:
    """Where the evidence for an answer lies.

    Attributes:
        heat: (7, 7) 0..1.
        box: left, top, right, bottom of the largest patch that speaks for the answer, 0..1 of the crop.
    """

    heat: Floats
    box: tuple[float, float, float, float]


def grad_cam(features: Features, score: Score) -> Explanation:
    """Explain a score of one crop's features."""
    slopes = channel_slopes(features, score)
    heat = np.maximum((features.project * slopes).sum(axis=2), 0.0)
    heat = heat / (heat.max() + 1e-9)
    return Explanation(np.asarray(heat, np.float32), box_of(heat))


def channel_slopes(features: Features, score: Score) -> Floats:
    """(320,): how much the score rises for each unit by which a channel rises everywhere."""
    spread = features.project.std(axis=(0, 1)) + 1e-3 * float(np.abs(features.project).mean()) + 1e-6
    slopes = np.zeros(features.project.shape[-1], np.float32)
    for channel, step in enumerate(STEP * spread):
        either = []
        for sign in (1.0, -1.0):
            project = features.project.copy()
            project[..., channel] += sign * step
            either.append(score(replace(features, project=project)))
        slopes[channel] = (either[0] - either[1]) / (2 * step)
    return slopes


def box_of(heat: Floats) -> tuple[float, float, float, float]:
    """The box of the patch that holds the highest value; the whole crop where nothing stands out."""
    if heat.max() <= 0:
        return 0.0, 0.0, 1.0, 1.0
    fine = cv2.resize(heat.astype(np.float32), (56, 56), interpolation=cv2.INTER_CUBIC)
    _, patches = cv2.connectedComponents((fine >= BOX_LEVEL * fine.max()).astype(np.uint8))
    patch = patches == patches[np.unravel_index(int(fine.argmax()), fine.shape)]
    rows, columns = np.flatnonzero(patch.any(axis=1)), np.flatnonzero(patch.any(axis=0))
    side = len(patch)
    return (
        float(columns[0] / side), float(rows[0] / side), float((columns[-1] + 1) / side), float((rows[-1] + 1) / side)
    )  # fmt: skip


def overlay(crop: Pixels, found: Explanation) -> Pixels:
    """The crop with the heat over it and the box around, (448, 448, 3) uint8 RGB."""
    side = 2 * CROP_SIDE
    picture = cv2.resize(crop, (side, side), interpolation=cv2.INTER_LINEAR)
    fine = np.clip(cv2.resize(found.heat, (side, side), interpolation=cv2.INTER_CUBIC), 0, 1)
    colours = cv2.applyColorMap((fine * 255).astype(np.uint8), cv2.COLORMAP_INFERNO)[..., ::-1]
    share = 0.55 * fine[..., None]
    mixed = np.ascontiguousarray((picture * (1 - share) + colours * share).astype(np.uint8))
    left, top, right, bottom = (round(value * side) for value in found.box)
    cv2.rectangle(mixed, (left, top), (right - 1, bottom - 1), (80, 255, 120), 2)
    return np.asarray(mixed, np.uint8)
