"""Which hen, or none of those we know: an open-set answer from few pictures.

Four scores compare a bird with a hen: how far she is from the hen's mean in units of its spread, the cosine to that
mean, a linear head of this hen against the other hens and against *strangers*, pictures of the same birds with
another plumage painted on (`detector.training.augment`), and how far the light and colour of her plumage are from the
hen's. Each is put into units of what held-out sittings of the hen
herself score (as z-norm in speaker verification: Auckenthaler et al. 2000, doi:10.1006/dspr.1999.0360), so that "as
she usually looks" means the same for every hen. A hen of few pictures is compared another way, without training the
rest again (`detector.newcomers`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from detector.backbone import Floats
from detector.foreground import PLUMAGE, Sight
from detector.newcomers import Cohort, Newcomer, newcomers_of
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

UNLIKE_HERSELF = 0.2
"""Share of pictures of a hen that look like none of hers: a rump in the doorway, a back in the sun. They say as little
as a stranger's picture would, so no picture speaks against a hen by more than 1 in 5. Of 13 visits of known and 13 of
left-out hens (chickencam), AUROC 0.97 without it and 0.99 with it by visits, 0.92 and 0.94 by frames.
"""

KNOWN_AT_HOME = 0.7
"""Natural log-odds, a picture, that a bird in a coop's nest is one of its hens. Leaving each visit and each hen of
chickencam out, 0.5 to 0.9 named 11 or 12 of 13 visits, none wrongly, and none of 13 visits of a hen left out; 0 named
9, and 1.0 named a stranger once. Where one hen alone is known, the others are still strangers, and it is left out.
"""

NEUTRAL_PLACE = 0.6
"""On a newcomer's lines, in units of where new pictures of hers lie, she and a stranger are equally likely here.
Chickencam, a hen from 1, 5 or 10 pictures of one stay and one other hen known: strangers lie around 0.35, 0.46, 0.43.
"""

NEWCOMER_SLOPE = 2.5
"""Log-odds per unit for a newcomer of many pictures; fewer say less, and no picture more than `HIGHEST` in the same
measure: two pictures of a hen do not tell that nobody else looks like her.
"""

INFRARED_UNKNOWN = 0.6
"""Probability of `unknown` where no colour is seen; the rest is shared out evenly."""


def embedding(sight: Sight) -> Floats:
    """(325,): what a gallery compares of a bird, the plumage's light last; it means something beside embeddings of the
    same backbone (`detector.backbone.backbone_sha256`) and of the same version's references alone.
    """
    return np.concatenate([sight.bird, sight.plumage])


@dataclass(frozen=True, slots=True, eq=False)
class Gallery:
    """What a version knows of its hens: k that it was trained on, and newcomers of few pictures.

    Attributes:
        trained: ids of the k.
        centre, spread: (k, features) mean and standard deviation of the bird's features, `embedding`'s.
        mean, scale: (features - 5,) by which the linear heads standardise; they leave the plumage out.
        weights, bias: (features - 5, k) and (k,): one hen against the rest.
        usual, variation: (k, 4) median and spread of her own held-out scores.
        fusion, offset: (k, 4) and (k,) that turn scores in her own units into log-odds.
        cohort: birds to tell newcomers from, newcomers' own included: who is in it and not in `trained` is one.
        newcomers: how they are told, in the order of their ids.
    """

    trained: tuple[HenId, ...]
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
    cohort: Cohort
    newcomers: tuple[Newcomer, ...] = field(init=False)

    def __post_init__(self) -> None:
        new = [hen for hen in self.cohort.hens() if hen not in self.trained]
        object.__setattr__(self, "newcomers", tuple(newcomers_of(self.cohort, new)))

    @property
    def hens(self) -> tuple[HenId, ...]:
        """All whom it can name, the trained first."""
        return (*self.trained, *(newcomer.hen for newcomer in self.newcomers))

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
        """(n, features) -> (n, hens): natural log-odds of each hen against a stranger, before any picture of hers was
        taken to look unlike her.
        """
        own_units = np.clip((self.scores(birds) - self.usual) / self.variation, LOWEST, HIGHEST)
        trained = (own_units * self.fusion).sum(axis=2) + self.offset
        trained += KNOWN_AT_HOME if len(self.trained) > 1 else 0.0
        new = [_newcomer_odds(newcomer, birds) for newcomer in self.newcomers]
        return np.asarray(np.concatenate([trained, *(odds[:, None] for odds in new)], axis=1), np.float32)

    def posteriors(self, birds: Floats, trust: Floats) -> list[Posterior]:
        """One posterior a bird, `unknown` included.

        Args:
            birds: (n, features).
            trust: (n,) 0..1, how much of a bird each picture shows; 0 says nothing of any hen.
        """
        shows = (trust * (1.0 - UNLIKE_HERSELF))[:, None]
        likely = shows * np.exp(np.clip(self.log_odds(birds), -30.0, 30.0)) + 1.0 - shows
        likely = np.concatenate([likely, np.ones((len(birds), 1), np.float32)], axis=1)
        shares = likely / likely.sum(axis=1, keepdims=True)
        names = (*self.hens, UNKNOWN)
        return [{name: float(share) for name, share in zip(names, row, strict=True)} for row in shares]

    def abstention(self) -> Posterior:
        """What is said where no hen can be told from another, as in infrared light."""
        share = (1.0 - INFRARED_UNKNOWN) / max(len(self.hens), 1)
        return {**dict.fromkeys(self.hens, share), UNKNOWN: INFRARED_UNKNOWN if self.hens else 1.0}

    def with_hen(self, hen: HenId, birds: Floats) -> "Gallery":
        """The same with a newcomer, or with more pictures of one; the trained hens' scores stay as they are.

        Args:
            hen: not one of `trained`.
            birds: (n, features) her embeddings, from one picture on; five tell her about twice as well as one.

        Raises:
            ValueError: she was trained on already, or the embeddings do not fit.
        """
        if hen in self.trained:
            raise ValueError(f"{hen} is in this version already; train a new one to show it more of her")
        if birds.ndim != 2 or birds.shape[1] != self.centre.shape[1] or not len(birds):
            raise ValueError(f"embeddings have shape {birds.shape}, not (n, {self.centre.shape[1]})")
        seen = np.concatenate([self.cohort.birds, birds.astype(np.float32)])
        return replace(self, cohort=Cohort(seen, np.append(self.cohort.shown, [str(hen)] * len(birds))))

    def without_hen(self, hen: HenId) -> "Gallery":
        """The same without her: she is unknown from then on. A hen who is not there leaves it as it is."""
        kept = [index for index, name in enumerate(self.trained) if name != hen]
        shown = self.cohort.shown != hen
        parts = {name: getattr(self, name)[kept] for name in PER_HEN}
        return replace(
            self,
            trained=tuple(self.trained[index] for index in kept),
            weights=self.weights[:, kept],
            cohort=Cohort(self.cohort.birds[shown], self.cohort.shown[shown]),
            **parts,
        )

    def renamed(self, hen: HenId, name: HenId) -> "Gallery":
        """The same with `hen` called `name`; raises ValueError where another hen is called so already."""
        if name in {*self.trained, *self.cohort.hens()}:
            raise ValueError(f"{name} is another hen's id already")
        shown = np.asarray([str(name) if one == hen else one for one in self.cohort.shown.tolist()], np.str_)
        trained = tuple(name if one == hen else one for one in self.trained)
        return replace(self, trained=trained, cohort=Cohort(self.cohort.birds, shown))

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """What is stored of it, by name."""
        cohort = {"cohort": self.cohort.birds.astype(np.float16), "shown": self.cohort.shown.astype(np.str_)}
        return {name: getattr(self, name) for name in NUMBERS} | {"trained": np.asarray(self.trained, np.str_)} | cohort

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> "Gallery":
        """The inverse of `arrays`.

        Raises:
            KeyError: an array is missing.
            ValueError: shapes do not fit one another.
        """
        trained = tuple(HenId(str(name)) for name in arrays["trained"])
        rest = {name: np.asarray(arrays[name], np.float32) for name in NUMBERS}
        k, width = len(trained), rest["mean"].size
        per_hen, each = (k, SCORES), (k, width + PLUMAGE)
        shapes: dict[str, tuple[int, ...]] = {"centre": each, "spread": each, "mean": (width,), "scale": (width,)}
        shapes |= {"weights": (width, k), "bias": (k,), "offset": (k,)}
        shapes |= {"usual": per_hen, "variation": per_hen, "fusion": per_hen}
        for name, shape in shapes.items():
            if rest[name].shape != shape:
                raise ValueError(f"{name} has shape {rest[name].shape}, not {shape}")
        shown = np.asarray(arrays["shown"], np.str_)
        if arrays["cohort"].shape != (len(shown), width + PLUMAGE):
            raise ValueError(f"cohort has shape {arrays['cohort'].shape}, not {(len(shown), width + PLUMAGE)}")
        return cls(trained, **rest, cohort=Cohort(np.asarray(arrays["cohort"], np.float32), shown))


PER_HEN = ("centre", "spread", "bias", "usual", "variation", "fusion", "offset")
NUMBERS = (*PER_HEN, "mean", "scale", "weights")


def _newcomer_odds(newcomer: Newcomer, birds: Floats) -> Floats:
    """(n,): the fewer pictures, the nearer to the other hens new ones of hers lie: of 1, 5 and 10 pictures of one stay
    at 0.2, 0.5 and 0.6 of the way (chickencam).
    """
    pictures = newcomer.pictures
    usual = 0.7 * pictures / (pictures + 2)
    slope = NEWCOMER_SLOPE * pictures / (pictures + 1)
    odds = slope * (newcomer.places(birds) / usual - NEUTRAL_PLACE)
    return np.asarray(np.clip(odds, LOWEST, HIGHEST * pictures / (pictures + 1)), np.float32)
