"""Keep near-copies together: clips of pictures that resemble one another, and folds made of whole clips or days."""

from collections import Counter
from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

from detector.backbone import Floats

ALIKE = 0.6
"""Cosine of standardised features from which two pictures of a day are near-copies. On the henhouse set (67 pictures of
five days) this makes 31 clips of 7 at most; its 25 most alike pairs, all of one clip by eye, have 0.8 and more.
"""


def clips_of(features: Floats, days: Sequence[Hashable]) -> NDArray[np.intp]:
    """(n,) number of the clip that each picture belongs to: of one day, and linked by pictures that are alike.

    Args:
        features: (n, d), such as `Features.deep`; for several nests of a frame put side by side, or of one nest.
        days: n days, or whatever else no clip reaches across.
    """
    standard = (features - features.mean(axis=0)) / (features.std(axis=0) + 1e-3)
    unit = standard / (np.linalg.norm(standard, axis=1, keepdims=True) + 1e-6)
    _, day = np.unique([str(one) for one in days], return_inverse=True)
    alike = (unit @ unit.T > ALIKE) & (day[:, None] == day[None])
    clips = np.arange(len(features))
    for row, others in enumerate(alike):
        joined = np.isin(clips, clips[others | (np.arange(len(clips)) == row)])
        clips[joined] = clips[row]
    return np.asarray(np.unique(clips, return_inverse=True)[1], np.intp)


def folds_of(groups: Sequence[Hashable], kinds: Sequence[Hashable], count: int) -> NDArray[np.intp]:
    """(n,) fold 0..count-1 of each picture; a group (a clip, a day) stays together, and each kind is spread evenly.

    Args:
        groups: n names of what must not be torn apart.
        kinds: n labels to spread; the rare ones are dealt first.
        count: of folds.
    """
    often = Counter(kinds)
    members: dict[Hashable, list[int]] = {}
    for index, group in enumerate(groups):
        members.setdefault(group, []).append(index)
    rarest = {group: min((often[kinds[i]], str(kinds[i])) for i in inside) for group, inside in members.items()}
    load: list[Counter[Hashable]] = [Counter() for _ in range(count)]
    folds = np.zeros(len(groups), np.intp)
    for group in sorted(members, key=lambda g: (rarest[g], -len(members[g]), str(g))):
        kind = next(kinds[i] for i in members[group] if (often[kinds[i]], str(kinds[i])) == rarest[group])
        fold = min(range(count), key=lambda f: (load[f][kind], load[f].total(), f))
        load[fold].update(kinds[i] for i in members[group])
        folds[members[group]] = fold
    return folds
