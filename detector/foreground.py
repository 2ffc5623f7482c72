"""Where the bird is: what differs from the nest when it was empty.

A version keeps, of every nest, feature maps and light of labelled empty pictures (`NestReference`). Comparing with
stored references instead of a running background keeps recognition stateless: a restarted worker says the same of the
same frame. Set on chickencam (3 October to 4 and
back), where the largest distance alone tells hen from no hen with an AUROC of 0.98.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.backbone import Features, Floats
from detector.crops import Pixels

LIGHT_SIDE = 56
EXTENTS = 1.7
"""Standard deviations from a silhouette's centre to the ends of its box: those of an even rectangle."""

Box: TypeAlias = tuple[float, float, float, float]
"""Left, top, right, bottom, in parts 0..1 of the crop."""

MAPS = ("middle", "project")
STATISTICS = 21
PLUMAGE = 5
STEPS = 127
"""Steps in which a unit map is stored: off by 0.0001 in cosine, a thousandth of what a hen makes."""

NEAR = 0.3
"""Cosine distance below which a place counts as seen before: half of a nest's places on another day lie within it, and
few of another coop's nest."""

_DARKEST = 0.004
_GAMMA = 2.2
_SATURATED = 248


@dataclass(frozen=True, slots=True, eq=False)
class MapScale:
    """How places of the two maps are compared, as learned from the training pictures.

    Attributes:
        middle_mean, middle_scale, project_mean, project_scale: mean and standard deviation of each channel.
        middle_basis, project_basis: (channels, kept) directions in which standardised places differ most.
    """

    middle_mean: Floats
    middle_scale: Floats
    middle_basis: Floats
    project_mean: Floats
    project_scale: Floats
    project_basis: Floats

    def unit(self, name: str, maps: Floats) -> Floats:
        """Maps (..., channels) standardised and turned into the basis, each place's vector scaled to length 1."""
        mean, scale, basis = (getattr(self, f"{name}_{part}") for part in ("mean", "scale", "basis"))
        standard = ((maps - mean) / scale) @ basis
        return np.asarray(standard / (np.linalg.norm(standard, axis=-1, keepdims=True) + 1e-6), np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class NestReference:
    """A nest when it was empty.

    Attributes:
        middle, project: (r, side, side, kept) unit maps of r pictures, in steps of 1/127 as they are stored.
        middle_usual, middle_spread, project_usual, project_spread: (side, side) mean and standard deviation of the
            distance between a further empty picture and the nearest of these, place by place.
        light: (56, 56, 3) logarithm of linear RGB, up to a gain.
    """

    middle: Floats
    project: Floats
    middle_usual: Floats
    middle_spread: Floats
    project_usual: Floats
    project_spread: Floats
    light: Floats

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """What is stored of it, by name: a byte a number of the maps, two of the rest."""
        found = {f.name: getattr(self, f.name) for f in fields(self)}
        return {
            name: np.round(array * STEPS).astype(np.int8) if name in MAPS else array.astype(np.float16)
            for name, array in found.items()
        }

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> "NestReference":
        """The inverse of `arrays`; raises TypeError where a name is missing or odd."""
        return cls(
            **{
                name: np.asarray(array, np.float32) / np.float32(STEPS if name in MAPS else 1)
                for name, array in arrays.items()
            }
        )


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """A crop, compared with its empty nest.

    Attributes:
        statistics: (21,) how much differs, for the head that counts.
        scene: (320,) the last map's mean, of the fine-tuned map where a version has one.
        bird: (320,) the stock map's mean over the bird, for who she is.
        plumage: (5,) mean logarithm of the bird's light, its red and blue against green, its 15th and 85th percentile,
            all relative to the empty nest's light as it is now; 0 without a reference.
        shape: (9,) the silhouette's area, centre, extents and the borders that it touches.
        silhouette: (56, 56) 0..1, where the bird seems to be.
        learned_bird: as `bird`, of the fine-tuned map where a version has one, for what she does: on chickencam by
            half-days that map tells postures better (93 against 84 %), but hens worse (66 of 94 against 75 of 98).
    """

    statistics: Floats
    scene: Floats
    bird: Floats
    plumage: Floats
    shape: Floats
    silhouette: Floats
    learned_bird: Floats


def presence_features(sight: Sight) -> Floats:
    """(341,): what differs from the empty nest, and the scene."""
    return np.concatenate([sight.statistics, sight.scene])


def posture_features(sight: Sight) -> Floats:
    """(340,): the silhouette, the bird's features and what differs."""
    return np.concatenate([sight.shape, sight.learned_bird, sight.statistics[10:]])


def distances(
    reference: NestReference, units: Mapping[str, Floats], use: NDArray[np.bool_] | None = None
) -> dict[str, Floats]:
    """Cosine distance, place by place, to the nearest reference picture (of those in `use`), for both maps."""
    found = {}
    for name in MAPS:
        known: Floats = getattr(reference, name)
        known = known if use is None else known[use]
        found[name] = np.asarray(1.0 - np.einsum("hwc,nhwc->nhw", units[name], known).max(axis=0), np.float32)
    return found


def familiarity(features: Features, scale: MapScale, reference: NestReference) -> float:
    """Share of the picture, 0..1, whose places lie within a cosine distance of 0.3 of the empty nest's."""
    unit = scale.unit("project", features.project)
    alike = np.einsum("hwc,nhwc->nhw", unit, reference.project).max(axis=0)
    return float((alike > 1.0 - NEAR).mean())


def look(
    features: Features,
    crop: Pixels,
    scale: MapScale,
    reference: NestReference | None,
    use: NDArray[np.bool_] | None = None,
) -> Sight:
    """Compare a crop with its nest's reference.

    Args:
        features: of the crop.
        crop: (224, 224, 3) uint8 RGB.
        scale: of the version.
        reference: of the crop's nest; without one the whole crop counts as bird, and the statistics are 0.
        use: (r,) reference pictures to compare with; in training those of another time.
    """
    scene = features.learned.mean(axis=(0, 1))
    if reference is None:
        whole = np.ones((LIGHT_SIDE, LIGHT_SIDE), np.float32)
        nothing = np.zeros(PLUMAGE, np.float32)
        different = np.zeros(STATISTICS, np.float32)
        return Sight(different, scene, features.project.mean(axis=(0, 1)), nothing, _shape(whole), whole, scene)
    apart = distances(reference, {name: scale.unit(name, getattr(features, name)) for name in MAPS}, use)
    unusual = {
        name: (apart[name] - getattr(reference, f"{name}_usual")) / getattr(reference, f"{name}_spread")
        for name in MAPS
    }
    strangeness = _strangeness(unusual)
    silhouette, relative = _silhouette(strangeness, crop, reference.light)
    return Sight(
        statistics=_statistics(apart, unusual, strangeness),
        scene=scene,
        bird=_pool(features.project, silhouette),
        plumage=_plumage(relative, silhouette),
        shape=_shape(silhouette),
        silhouette=silhouette,
        learned_bird=_pool(features.learned, silhouette),
    )


def box_of(silhouette: Floats) -> Box:
    """(left, top, right, bottom), 0..1 of the crop around most of a silhouette (56, 56): its centre and spread."""
    total = float(silhouette.sum()) + 1e-6
    places = (np.arange(LIGHT_SIDE, dtype=np.float32) + 0.5) / LIGHT_SIDE
    ends: list[tuple[float, float]] = []
    for share in (silhouette.sum(axis=0) / total, silhouette.sum(axis=1) / total):
        middle = float(share @ places)
        reach = EXTENTS * float(np.sqrt(share @ (places - middle) ** 2))
        ends.append((max(0.0, middle - reach), min(1.0, middle + reach)))
    (left, right), (top, bottom) = ends
    return left, top, right, bottom


def within(sight: Sight, features: Features, box: Box) -> Sight:
    """The same sight with a box taken for the bird."""
    left, top, right, bottom = (round(value * LIGHT_SIDE) for value in box)
    inside = np.zeros((LIGHT_SIDE, LIGHT_SIDE), np.float32)
    inside[top : max(bottom, top + 1), left : max(right, left + 1)] = 1.0
    bird, learned_bird = _pool(features.project, inside), _pool(features.learned, inside)
    return replace(sight, bird=bird, learned_bird=learned_bird, shape=_shape(inside), silhouette=inside)


def _strangeness(unusual: Mapping[str, Floats]) -> Floats:
    """(14, 14): the geometric mean of both maps' distances, in standard deviations."""
    coarse = np.maximum(cv2.resize(unusual["project"], (14, 14), interpolation=cv2.INTER_LINEAR), 0)
    fine = np.maximum(cv2.GaussianBlur(unusual["middle"], (3, 3), 0), 0)
    return np.asarray(np.sqrt(coarse * fine), np.float32)


def _statistics(apart: Mapping[str, Floats], unusual: Mapping[str, Floats], strangeness: Floats) -> Floats:
    values: list[float] = []
    for name in MAPS:
        for found in (apart[name], unusual[name]):
            values += [float(found.max()), *(float(v) for v in np.percentile(found, (90, 75))), float(found.mean())]
    likely = 1.0 / (1.0 + np.exp(-1.5 * (strangeness - 2.0)))
    values += [float(np.sqrt(likely.sum())), float(strangeness.max())]
    values += [*(float(v) for v in np.percentile(strangeness, (95, 85))), float(strangeness.mean())]
    return np.asarray(values, np.float32)


def log_light(crop: Pixels) -> Floats:
    """(224, 224, 3) uint8 -> (56, 56, 3) logarithm of linear light."""
    linear = (crop.astype(np.float32) / 255.0) ** _GAMMA
    small = cv2.resize(linear, (LIGHT_SIDE, LIGHT_SIDE), interpolation=cv2.INTER_AREA)
    return np.asarray(np.log(small + _DARKEST), np.float32)


def saturated(crop: Pixels) -> NDArray[np.bool_]:
    """(56, 56): places with blown-out pixels, whose colour says nothing."""
    brightest = np.maximum(np.maximum(crop[..., 0], crop[..., 1]), crop[..., 2])  # six times as fast as max(axis=2)
    blown = (brightest > _SATURATED).astype(np.float32)
    return np.asarray(cv2.resize(blown, (LIGHT_SIDE, LIGHT_SIDE), interpolation=cv2.INTER_AREA) > 0.15, np.bool_)


def _silhouette(strangeness: Floats, crop: Pixels, empty_light: Floats) -> tuple[Floats, Floats]:
    """(56, 56), the strangest connected patch, where its light differs from the empty nest's in the light of now; and
    (56, 56, 3), the crop's log light with the change of light taken out.
    """
    side = (LIGHT_SIDE, LIGHT_SIDE)
    core = cv2.resize(_core(strangeness), side, interpolation=cv2.INTER_LINEAR)
    light = log_light(crop)
    change = light - empty_light
    far = cv2.dilate((core > 0.3).astype(np.uint8), np.ones((5, 5), np.uint8)) == 0
    usual = cv2.resize(strangeness, side, interpolation=cv2.INTER_LINEAR) < 2
    gain = _local_gain(change, far, usual, ~saturated(crop))
    difference = change - gain
    brightness = difference.mean(axis=2)
    colour = np.abs(difference - brightness[..., None]).max(axis=2)
    differs = 1.0 / (1.0 + np.exp(-(np.maximum(np.abs(brightness), 2 * colour) - 0.35) / 0.1))
    silhouette = np.asarray(cv2.GaussianBlur(core * differs, (0, 0), 0.7), np.float32)
    return (silhouette if silhouette.sum() >= 15 else np.asarray(core + 1e-6, np.float32)), light - gain


def _core(strangeness: Floats) -> Floats:
    """(28, 28) of 0 and 1: the connected patch in which most of the strangeness lies."""
    smooth = cv2.GaussianBlur(cv2.resize(strangeness, (28, 28), interpolation=cv2.INTER_LINEAR), (0, 0), 0.8)
    strange = (smooth > max(1.5, 0.5 * float(np.percentile(smooth, 99)))).astype(np.uint8)
    count, patches = cv2.connectedComponents(strange)
    if count <= 1:
        return np.asarray(smooth >= 0.9 * smooth.max(), np.float32)
    largest = max(range(1, count), key=lambda patch: float(smooth[patches == patch].sum()))
    return np.asarray(patches == largest, np.float32)


def _local_gain(change: Floats, far: NDArray[np.bool_], usual: NDArray[np.bool_], exposed: NDArray[np.bool_]) -> Floats:
    """(56, 56, 3): how the light changed around each place, told from the places that show the empty nest."""
    for shows in (far & usual & exposed, far & exposed, exposed):
        if shows.sum() >= 30:
            break
    else:
        shows = np.ones_like(exposed)
    mask = shows.astype(np.float32)
    overall = np.median(change[shows], axis=0)
    prior = 0.02
    around = cv2.GaussianBlur(change * mask[..., None], (0, 0), 9.0) + prior * overall
    return np.asarray(around / (cv2.GaussianBlur(mask, (0, 0), 9.0) + prior)[..., None], np.float32)


def _pool(features: Floats, silhouette: Floats) -> Floats:
    side = features.shape[0]
    weights = cv2.resize(silhouette, (side, side), interpolation=cv2.INTER_AREA) + 1e-6
    return np.asarray((features * (weights / weights.sum())[..., None]).sum(axis=(0, 1)), np.float32)


def _plumage(relative: Floats, silhouette: Floats) -> Floats:
    weights = silhouette.ravel() / (float(silhouette.sum()) + 1e-6)
    red, green, blue = (relative[..., channel].ravel() for channel in range(3))
    light = relative.mean(axis=2).ravel()
    order = np.argsort(light)
    reached = np.cumsum(weights[order])
    places = np.minimum(np.searchsorted(reached, (0.15, 0.85)), len(order) - 1)
    low, high = light[order[places]]
    return np.asarray([weights @ light, weights @ (red - green), weights @ (blue - green), low, high], np.float32)


def _shape(silhouette: Floats) -> Floats:
    total = float(silhouette.sum()) + 1e-6
    places = (np.arange(LIGHT_SIDE, dtype=np.float32) + 0.5) / LIGHT_SIDE
    across, down = silhouette.sum(axis=0) / total, silhouette.sum(axis=1) / total
    x, y = float(across @ places), float(down @ places)
    wide = float(np.sqrt(across @ (places - x) ** 2))
    tall = float(np.sqrt(down @ (places - y) ** 2))
    edge = 3
    borders = [silhouette[:, :edge], silhouette[:, -edge:], silhouette[:edge], silhouette[-edge:]]
    touches = [float(border.mean()) for border in borders]
    return np.asarray([np.sqrt(total) / LIGHT_SIDE, x, y, wide, tall, *touches], np.float32)
