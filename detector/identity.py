"""Which hen, or none of those we know: an open-set answer from few pictures.

Four scores compare a bird with a hen: how far she is from the hen's mean in units of its spread, the cosine to that
mean, a linear head of this hen against the other hens and against *strangers*, pictures of the same birds with
another plumage painted on (`detector.training.augment`), and how far the light and colour of her plumage are from the
hen's. Each is put into units of what held-out sittings of the hen
herself score (as z-norm in speaker verification: Auckenthaler et al. 2000, doi:10.1006/dspr.1999.0360), so that "as
she usually looks" means the same for every hen.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from detector.backbone import Floats
from detector.foreground import PLUMAGE, Sight
from henbot.domain.observations import UNKNOWN, HenId, Posterior

SCORES = 4
FUSION_OF_ONE = (2 / 3, 2 / 3, 2 / 3, 0.0)
"""Weights of the scores where only one hen is known. Plumage counts only where other hens show how much it tells: from
one day to the next its light moves by more than a hen's width (chickencam, Ginger on 3 and 4 October).
"""

SLOPE = 2.0
"""Log-odds per unit of the averaged score where only one hen is known: there, on chickencam, hens and strangers lie
about 1 apart, each with a spread of 0.45, and visits differ by as much again."""

LOWEST, HIGHEST = -4.0, 2.0
"""Where each score is cut off, so that one strange picture cannot outvote the rest of a visit."""


def portrait(sight: Sight) -> Floats:
    """(325,): what a gallery compares of a bird, the plumage's light last."""
    return np.concatenate([sight.bird, sight.plumage])


@dataclass(frozen=True, slots=True, eq=False)
class Gallery:
    """What a version knows of its k hens.

    Attributes:
        hens: their ids.
        centre, spread: (k, features) mean and standard deviation of the bird's features, `portrait`'s.
        mean, scale: (features - 5,) by which the linear heads standardise; they leave the plumage out.
        weights, bias: (features - 5, k) and (k,): one hen against the rest.
        usual, variation: (k, 4) median and spread of her own held-out scores.
        fusion, offset: (k, 4) and (k,) that turn scores in her own units into log-odds.
    """

    hens: tuple[HenId, ...]
    centre: Floats
    spread: Floats
    mean: Floats
    scale: Floats
    weights: Floats
    bias: Floats
    usual: Floats
    variation: Floats
    fusion: Floats
    offset: Floats

    def scores(self, birds: Floats) -> Floats:
        """(n, features) -> (n, k, 4), higher for more alike, before normalisation."""
        away = ((birds[:, None, :] - self.centre[None]) / self.spread[None]) ** 2
        likeness = -np.log(away[..., :-PLUMAGE].mean(axis=2) + 1e-6)
        plumage = -np.log(away[..., -PLUMAGE:].mean(axis=2) + 0.1)
        form, centre = birds[:, :-PLUMAGE], self.centre[:, :-PLUMAGE]
        standard = np.clip((form - self.mean) / self.scale, -8, 8)
        against_rest = standard @ self.weights + self.bias
        lengths = np.linalg.norm(form, axis=1)[:, None] * np.linalg.norm(centre, axis=1)[None]
        angle = -np.log(1.02 - (form @ centre.T) / (lengths + 1e-6))
        return np.asarray(np.stack([likeness, against_rest, angle, plumage], axis=2), np.float32)

    def log_odds(self, birds: Floats) -> Floats:
        """(n, features) -> (n, k): natural log-odds of each hen against a stranger, even odds beforehand."""
        own_units = np.clip((self.scores(birds) - self.usual) / self.variation, LOWEST, HIGHEST)
        return np.asarray((own_units * self.fusion).sum(axis=2) + self.offset, np.float32)

    def posteriors(self, birds: Floats, trust: Floats) -> list[Posterior]:
        """One posterior a bird, `unknown` included.

        Args:
            birds: (n, features).
            trust: (n,) 0..1, how much of a bird each picture shows; 0 says nothing of any hen.
        """
        odds = np.concatenate([self.log_odds(birds) * trust[:, None], np.zeros((len(birds), 1), np.float32)], axis=1)
        shares = np.exp(odds - odds.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        names = (*self.hens, UNKNOWN)
        return [{name: float(share) for name, share in zip(names, row, strict=True)} for row in shares]

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """What is stored of it, by name."""
        stored = {field.name: getattr(self, field.name) for field in fields(self)}
        return stored | {"hens": np.asarray(self.hens)}

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> "Gallery":
        """The inverse of `arrays`.

        Raises:
            KeyError: an array is missing.
            ValueError: shapes do not fit one another.
        """
        hens = tuple(HenId(str(name)) for name in arrays["hens"])
        rest = {f.name: np.asarray(arrays[f.name], np.float32) for f in fields(cls) if f.name != "hens"}
        k, width = len(hens), rest["mean"].size
        per_hen, each = (k, SCORES), (k, width + PLUMAGE)
        shapes: dict[str, tuple[int, ...]] = {"centre": each, "spread": each, "mean": (width,), "scale": (width,)}
        shapes |= {"weights": (width, k), "bias": (k,), "offset": (k,)}
        shapes |= {"usual": per_hen, "variation": per_hen, "fusion": per_hen}
        for name, shape in shapes.items():
            if rest[name].shape != shape:
                raise ValueError(f"{name} has shape {rest[name].shape}, not {shape}")
        return cls(hens, **rest)
