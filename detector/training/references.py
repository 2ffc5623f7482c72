"""Collect what each empty nest looks like."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from detector.backbone import Features, Floats
from detector.crops import Pixels
from detector.foreground import MAPS, MapScale, NestReference, distances, log_light, saturated

LARGEST = 32
"""Reference pictures a nest; 64 take 0.9 MB."""

KEPT = {"middle": 48, "project": 96}
"""Directions of each map that are compared. All 112 and 320 take three times the room and the time, and found no hen
more: on chickencam by half-days 96.8 % balanced against 96.5, on the other sets 100 both.
"""

SAME_MOMENT_S = 150.0
"""Pictures closer than this in time are no independent views of an empty nest."""

LEAST_SPREAD = 0.05


def map_scale(features: Sequence[Features]) -> MapScale:
    """Channel means and standard deviations over pictures."""
    parts: dict[str, Floats] = {}
    for name in MAPS:
        maps = np.stack([getattr(f, name) for f in features])
        mean, scale = maps.mean(axis=(0, 1, 2)), maps.std(axis=(0, 1, 2)) + 1e-3
        places = ((maps - mean) / scale).reshape(-1, maps.shape[-1])
        parts |= {f"{name}_mean": mean, f"{name}_scale": scale, f"{name}_basis": _basis(places, KEPT[name])}
    return MapScale(**parts)


def _basis(places: Floats, kept: int) -> Floats:
    """(channels, kept): the leading eigenvectors of the places' second moments."""
    _, vectors = np.linalg.eigh(places.T.astype(np.float64) @ places / len(places))
    return np.asarray(vectors[:, ::-1][:, :kept], np.float32)


class Empties:
    """Empty pictures of one nest, real and relit, and the reference that they make up."""

    def __init__(
        self, scale: MapScale, features: Sequence[Features], times: Sequence[float], pictures: Sequence[Pixels]
    ):
        """Choose references.

        Args:
            scale: of the version.
            features: of n empty pictures, relit ones among them.
            times: their n capture times in seconds; a relit picture has its original's.
            pictures: the original crops, for the nest's light.
        """
        self._units = {name: np.stack([scale.unit(name, getattr(f, name)) for f in features]) for name in MAPS}
        self._chosen = _spread_out(self._units["project"], LARGEST)
        self._times = np.asarray(times)[self._chosen]
        self.reference = self._reference(np.asarray(times), pictures)

    def elsewhen(self, time: float) -> NDArray[np.bool_]:
        """(r,): which reference pictures are of another moment; all, if none is."""
        use = np.abs(self._times - time) > SAME_MOMENT_S
        return use if use.any() else np.ones_like(use)

    def _reference(self, times: NDArray[np.float64], pictures: Sequence[Pixels]) -> NestReference:
        known = {name: units[self._chosen] for name, units in self._units.items()}
        sides = {name: known[name].shape[1:3] for name in MAPS}
        blank = {f"{n}_{part}": np.ones(sides[n], np.float32) for n in MAPS for part in ("usual", "spread")}
        bare = NestReference(**known, **blank, light=usual_light(pictures))
        found = [
            distances(bare, {name: units[i] for name, units in self._units.items()}, self.elsewhen(float(time)))
            for i, time in enumerate(times)
        ]
        parts: dict[str, Floats] = {}
        for name in MAPS:
            apart = np.stack([each[name] for each in found])
            parts[f"{name}_usual"] = apart.mean(axis=0)
            parts[f"{name}_spread"] = np.sqrt(apart.var(axis=0) + LEAST_SPREAD**2)
        whole = NestReference(**known, **parts, light=bare.light)
        return NestReference.of_arrays(
            whole.arrays()
        )  # As it will be read back, so that the heads learn from just that.


def usual_light(pictures: Sequence[Pixels]) -> Floats:
    """(56, 56, 3): the median log light of empty crops after each one's own gain; blown-out places left out."""
    light = np.stack([np.where(saturated(p)[..., None], np.nan, log_light(p)) for p in pictures])
    light[:, np.isnan(light).all(axis=0)] = 0.0
    usual = np.nanmedian(light, axis=0)
    for _ in range(5):
        gains = np.stack([_gain(each - usual) for each in light])
        usual = np.nanmedian(light - gains[:, None, None, :], axis=0)
    return np.asarray(usual, np.float32)


def _gain(change: Floats) -> Floats:
    flat = change.reshape(-1, 3)
    seen = flat[~np.isnan(flat).any(axis=1)]
    return np.asarray(np.median(seen, axis=0) if len(seen) else np.zeros(3), np.float32)


def _spread_out(units: Floats, most: int) -> NDArray[np.intp]:
    """Indices of at most `most` maps, each the farthest from those before it (k-centre, Gonzalez 1985)."""
    flat = units.reshape(len(units), -1)
    chosen = [0]
    nearest = flat @ flat[0]
    while len(chosen) < min(most, len(flat)):
        chosen.append(int(np.argmin(nearest)))
        nearest = np.maximum(nearest, flat @ flat[chosen[-1]])
    return np.sort(np.asarray(chosen, np.intp))
