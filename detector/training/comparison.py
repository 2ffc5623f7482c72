"""Two versions on the same labels: what each got right, and whether the difference is more than luck.

Neighbouring pictures are near-copies, so the unit of luck is not the picture but the sitting, one stay of one hen or
one stretch without any: a sign test over the sittings that one version reads better than the other.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from math import comb
from typing import Any

from detector.training.dataset import LabelledNest
from detector.training.evaluate import FrameRow, Judged
from detector.training.study import number_sittings
from henbot.domain.observations import UNKNOWN

SURE = 0.05
"""Two-sided probability of so large a difference by luck, below which it is called sure."""

MOST_CONFUSIONS = 6

Answer = Callable[[LabelledNest, FrameRow], tuple[str, str] | None]


class Outcome(StrEnum):
    """How the candidate compares, by the sittings."""

    BETTER = "better"
    WORSE = "worse"
    PERHAPS_BETTER = "perhaps_better"
    PERHAPS_WORSE = "perhaps_worse"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Question:
    """One question over all labels that answer it.

    Attributes:
        pictures: how many labels there are.
        candidate, serving: pictures that each version gets right.
        gained, lost: pictures that only the candidate gets right, and only the serving version.
        better, worse: sittings of which the candidate gets more, or fewer, right.
        luck: two-sided probability of such a split by luck, 0..1.
    """

    name: str
    pictures: int
    candidate: int
    serving: int
    gained: int
    lost: int
    better: int
    worse: int
    luck: float
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Confusion:
    """What a hen or posture was taken for by the candidate, how often, and in which pictures (file, nest)."""

    truth: str
    said: str
    times: int
    pictures: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A candidate against the serving version.

    Attributes:
        hens: pictures, right by the candidate, right by the serving version, of each hen.
    """

    questions: tuple[Question, ...]
    hens: dict[str, tuple[int, int, int]]
    confusions: tuple[Confusion, ...]

    def told(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


def compare(candidate: Sequence[Judged], serving: Sequence[Judged]) -> Comparison:
    """Compare what two versions said of the same rows, given in the same order."""
    rows = [row for row, _ in candidate]
    sittings = number_sittings(rows)
    asked = [_question(name, answer, candidate, serving, sittings) for name, answer in ANSWERS.items()]
    hens: dict[str, tuple[int, int, int]] = {}
    for (row, new), (_, old) in zip(candidate, serving, strict=True):
        if (pair := _hen(row, new)) is not None:
            count, ours, theirs = hens.get(pair[0], (0, 0, 0))
            is_old_right = (old_pair := _hen(row, old)) is not None and old_pair[0] == old_pair[1]
            hens[pair[0]] = (count + 1, ours + (pair[0] == pair[1]), theirs + is_old_right)
    return Comparison(tuple(question for question in asked if question), hens, _confusions(candidate))


def luck_of(better: int, worse: int) -> float:
    """Two-sided exact sign test: the probability of a split at least so uneven where both are equally good, 0..1."""
    total, rarer = better + worse, min(better, worse)
    return min(1.0, float(2 * sum(comb(total, k) for k in range(rarer + 1)) / 2**total))


def _question(
    name: str, answer: Answer, candidate: Sequence[Judged], serving: Sequence[Judged], sittings: Sequence[int]
) -> Question | None:
    balance: Counter[int] = Counter()
    pictures = ours = theirs = both = 0
    for (row, new), (_, old), sitting in zip(candidate, serving, sittings, strict=True):
        new_pair, old_pair = answer(row, new), answer(row, old)
        if new_pair is None or old_pair is None:
            continue
        is_new_right, is_old_right = new_pair[0] == new_pair[1], old_pair[0] == old_pair[1]
        pictures, ours, theirs = pictures + 1, ours + is_new_right, theirs + is_old_right
        both += is_new_right and is_old_right
        balance[sitting] += is_new_right - is_old_right
    if not pictures:
        return None
    better, worse = sum(v > 0 for v in balance.values()), sum(v < 0 for v in balance.values())
    luck = luck_of(better, worse)
    right = (ours, theirs, ours - both, theirs - both)
    return Question(name, pictures, *right, better, worse, round(luck, 4), _outcome(better, worse, luck))


def _outcome(better: int, worse: int, luck: float) -> Outcome:
    if better == worse:
        return Outcome.SAME
    if luck < SURE:
        return Outcome.BETTER if better > worse else Outcome.WORSE
    return Outcome.PERHAPS_BETTER if better > worse else Outcome.PERHAPS_WORSE


def _hens(row: LabelledNest, said: FrameRow) -> tuple[str, str] | None:
    if not row.sure("hens"):
        return None
    return ("hen" if row.hens else "none", "hen" if said["hens"] else "none")


def _posture(row: LabelledNest, said: FrameRow) -> tuple[str, str] | None:
    if row.hens != 1 or not row.sure("hens") or not row.sure("posture"):
        return None
    return str(row.posture), str(said["posture"] or "none")


def _hen(row: LabelledNest, said: FrameRow) -> tuple[str, str] | None:
    if row.hens != 1 or not row.sure("hen") or row.hen == UNKNOWN:
        return None
    return str(row.hen), str(said["hen"] or UNKNOWN)


def _eggs(row: LabelledNest, said: FrameRow) -> tuple[str, str] | None:
    if row.hens != 0 or not row.sure("hens") or not row.sure("eggs") or said["eggs"] is None:
        return None
    return str(row.eggs), str(said["eggs"])


ANSWERS: dict[str, Answer] = {"hens": _hens, "posture": _posture, "hen": _hen, "eggs": _eggs}
"""Questions by name: the label and what was said, or None where there is nothing to compare."""


def _confusions(candidate: Sequence[Judged]) -> tuple[Confusion, ...]:
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for row, said in candidate:
        for answer in (_hen, _posture):
            pair = answer(row, said)
            if pair is not None and pair[0] != pair[1]:
                found.setdefault(pair, []).append((row.file, str(row.nest)))
    often = sorted(found.items(), key=lambda item: -len(item[1]))[:MOST_CONFUSIONS]
    return tuple(Confusion(truth, said, len(files), tuple(files[:3])) for (truth, said), files in often)
