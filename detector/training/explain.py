"""What a version looks at: Grad-CAM through the very code that serves, and a box around it.

Grad-CAM (Selvaraju et al. 2017, arXiv:1610.02391) weighs the channels of the last map by the mean gradient of the
answer's score. That mean is the slope of the score when the whole channel rises, so it is measured here by raising each
channel a little: the way from the map to the score leads over references, silhouettes and heads, which are NumPy and no
graph, and what is explained is what serves. It holds for stock and for fine-tuned tails. Lowering each as well costs
twice the time and gives the same map (six pictures of chickencam: correlations of 0.985 to 1.000).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from detector.backbone import Backbone, Features, Floats
from detector.crops import CROP_SIDE, Pixels, Polygon, cut
from detector.foreground import Box
from detector.recognition import TrainedRecogniser, load_recogniser
from detector.training.dataset import read_picture
from detector.versions import load_version, tail_of
from henbot.config import load_coop
from henbot.domain.errors import DatasetInvalid
from henbot.domain.observations import NestId

WHOLE: Polygon = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))

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
    box: Box


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """A picture, the nest in it, and the answer to explain: `hen` for any, a posture, or a hen's id."""

    picture: Path
    nest: NestId
    polygon: Polygon
    answer: str = "hen"


def explain(question: Question, recogniser: TrainedRecogniser, backbone: Backbone) -> tuple[Pixels, dict[str, Any]]:
    """The crop with what speaks for the answer, (448, 448, 3) uint8 RGB, and what there is to tell of it.

    Args:
        question: what to explain.
        recogniser: a trained version.
        backbone: with the version's tail.

    Raises:
        DatasetInvalid: the picture cannot be read, or the version does not know the answer.
    """
    pixels = read_picture(question.picture)
    if pixels is None:
        raise DatasetInvalid(f"{question.picture}: cannot be read as a picture; name a JPEG or PNG file")
    crop = cut(pixels, question.polygon)
    features = backbone.features(crop)
    scores = recogniser.scores(crop, features, question.nest)
    if question.answer not in scores:
        raise DatasetInvalid(f"{question.answer!r} is no answer of this version; it knows {', '.join(scores)}")
    found = grad_cam(features, lambda risen: recogniser.scores(crop, risen, question.nest)[question.answer])
    told = {
        "answer": question.answer,
        "log_odds": {name: round(score, 3) for name, score in scores.items()},
        "box": _in_frame(found.box, question.polygon),
        "box_in_crop": tuple(round(side, 4) for side in found.box),
        "heat": np.round(found.heat, 3).tolist(),
    }
    within = recogniser.scores(crop, features, question.nest, found.box)
    hens = {name: round(score, 3) for name, score in within.items() if name in recogniser.hens}
    return overlay(crop, found), told | {"log_odds_of_hens_in_the_box": hens}


def explain_file(
    image: Path, model: Path, out: Path, where: tuple[Path | None, str | None], answer: str
) -> dict[str, Any]:
    """Load a version, explain its answer, write the picture; `where` is a `coop.yaml` and a nest's id, if known.

    Raises:
        HenbotError: the version, the picture, the configuration or the answer is not what it should be.
    """
    coop, nest = where
    manifest, _ = load_version(model)
    config = load_coop(coop) if coop else None
    recogniser = load_recogniser(model, config.coop.name if config else None)
    polygons = (
        {str(each.id): tuple(each.polygon) for camera in config.cameras for each in camera.nests} if config else {}
    )
    chosen = nest or next(iter(polygons), "")
    if polygons and chosen not in polygons:
        raise DatasetInvalid(f"{coop}: has no nest {chosen!r}; it has {', '.join(polygons)}")
    question = Question(image, NestId(chosen), polygons.get(chosen, WHOLE), answer)
    picture, told = explain(question, recogniser, Backbone(tail=tail_of(model, manifest)))
    if not cv2.imwrite(str(out), np.ascontiguousarray(picture[..., ::-1])):
        raise DatasetInvalid(f"{out}: cannot be written; name a PNG file in a folder that is there")
    return {"version": manifest.id, **told}


def _in_frame(box: Box, polygon: Polygon) -> Box:
    """From parts of the crop to parts of the frame."""
    corners = np.clip(np.asarray(polygon, np.float64), 0, 1)
    (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
    sides = np.asarray([right - left, bottom - top] * 2)
    x1, y1, x2, y2 = (float(v) for v in np.round(np.asarray([left, top] * 2) + np.asarray(box) * sides, 4))
    return x1, y1, x2, y2


def grad_cam(features: Features, score: Score) -> Explanation:
    """Explain a score of one crop's features, by all last maps that it rests on."""
    heat = np.zeros(features.project.shape[:2], np.float32)
    for name in ("project",) if features.tuned is None else ("project", "tuned"):
        heat += (getattr(features, name) * channel_slopes(features, score, name)).sum(axis=2)
    heat = np.maximum(heat, 0.0)
    heat = heat / (heat.max() + 1e-9)
    return Explanation(np.asarray(heat, np.float32), box_of(heat))


def channel_slopes(features: Features, score: Score, name: str = "project") -> Floats:
    """(320,): how much the score rises for each unit by which a channel of a map rises everywhere."""
    whole: Floats = getattr(features, name)
    spread = whole.std(axis=(0, 1)) + 1e-3 * float(np.abs(whole).mean()) + 1e-6
    slopes = np.zeros(whole.shape[-1], np.float32)
    before = score(features)
    for channel, step in enumerate(STEP * spread):
        risen = whole.copy()
        risen[..., channel] += step
        slopes[channel] = (score(replace(features, **{name: risen})) - before) / step
    return slopes


def box_of(heat: Floats) -> Box:
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
