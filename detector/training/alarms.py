"""The easy way out: signs that a net learned something else than it was meant to, in words for a keeper."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

STANDSTILL_EPOCHS = 5
STANDSTILL_SHARE = 0.01
"""A loss that fell by less than this share over so many epochs stands still."""

GOOD_ENOUGH = 0.35
"""Share of the loss of guessing (the logarithm of the number of classes) beneath which standing still is no matter."""

GAP = 0.2
"""Balanced accuracy in training less that on held-out pictures from which the gap is worth a word."""

GAP_EPOCHS = 3
"""Passes in a row that must show it: a net that has just begun swings."""

LEAST_JUDGED = 20
"""Fewer held-out pictures than this tell nothing of a gap: with 20 its standard error is about 0.1."""

SAME_ANSWER = 0.98
"""Share of pictures with one and the same answer from which nothing was learned, where the labels are more mixed."""

SKEW = 10.0
"""How many times more often than the rarest class the commonest one may be labelled."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """One sign, of one question such as `posture`; `kind` is for programs, `sentence` for the keeper."""

    kind: str
    question: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Epoch:
    """What one pass over the pictures gave for one question, such as `posture`.

    Attributes:
        loss: mean in training.
        guessing: the loss of one who knows nothing but the number of classes.
        train, held_out: balanced accuracies; None where nothing was judged.
        judged: held-out pictures.
    """

    question: str
    loss: float
    guessing: float
    train: float | None
    held_out: float | None
    judged: int


def one_answer(question: str, truth: Sequence[str], said: Sequence[str]) -> Alarm | None:
    """The net gives (nearly) always the same answer, though the labels are mixed."""
    if len(truth) < 2 or len(set(truth)) < 2:
        return None
    answer, often = Counter(said).most_common(1)[0]
    if often / len(said) < SAME_ANSWER or Counter(truth)[answer] / len(truth) >= SAME_ANSWER:
        return None
    return Alarm(
        "one-answer",
        question,
        f"{question}: the net answers {answer!r} to {often} of {len(said)} pictures, which is right for only "
        f"{Counter(truth)[answer]}. It took the easy way out. Label more pictures of the other answers.",
    )


def standstill(epochs: Sequence[Epoch]) -> Alarm | None:
    """The loss stopped falling far above what would be good."""
    if len(epochs) <= STANDSTILL_EPOCHS:
        return None
    before, now = epochs[-1 - STANDSTILL_EPOCHS].loss, epochs[-1].loss
    if now < GOOD_ENOUGH * epochs[-1].guessing or before - now > STANDSTILL_SHARE * before:
        return None
    return Alarm(
        "standstill",
        epochs[-1].question,
        f"{epochs[-1].question}: the error has not fallen for {STANDSTILL_EPOCHS} passes ({before:.2f} to {now:.2f}), "
        "and it is still large. The labels may contradict one another, or the pictures may not show the difference. "
        "Look through the labels of this kind.",
    )


def gap(epochs: Sequence[Epoch]) -> Alarm | None:
    """Much better on the pictures that were learned than on those held out, pass after pass."""
    if len(epochs) < GAP_EPOCHS or not all(_is_wide(epoch) for epoch in epochs[-GAP_EPOCHS:]):
        return None
    last = epochs[-1]
    return Alarm(
        "gap",
        last.question,
        f"{last.question}: right in {last.train:.0%} of the pictures that were learned, but in {last.held_out:.0%} of "
        f"{last.judged} from another time. The net learned these pictures by heart: there are too few of them, or they "
        "are too much alike. Label pictures of more days, in other light.",
    )


def _is_wide(epoch: Epoch) -> bool:
    if epoch.train is None or epoch.held_out is None or epoch.judged < LEAST_JUDGED:
        return False
    return epoch.train - epoch.held_out >= GAP


def skewed(question: str, labels: Sequence[str]) -> Alarm | None:
    """One class is labelled so much oftener than another that the rare one can hardly be learned."""
    counts = Counter(labels).most_common()
    if len(counts) < 2 or counts[0][1] < SKEW * counts[-1][1]:
        return None
    (often, many), (rare, few) = counts[0], counts[-1]
    return Alarm(
        "skewed",
        question,
        f"{question}: {many} pictures say {often!r} and only {few} say {rare!r}. The rare one weighs more in training, "
        f"but {few} pictures show too little. Label more of {rare!r}.",
    )


def alarms_of(histories: Sequence[Sequence[Epoch]]) -> list[Alarm]:
    """All signs in the histories of several questions."""
    found = [sign(history) for history in histories for sign in (standstill, gap)]
    return [alarm for alarm in found if alarm is not None]
