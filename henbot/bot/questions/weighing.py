"""What is asked, weighed by what some thousand labelled questions taught. Pure.

The rules (`intents.py`) say for sure what they say, and nothing of a turn that nobody thought of. Here every sign of a
question, its words, what they bring, which stand side by side, whether a hen or a day is named, speaks for or against
each intent, and the sum decides: multinomial logistic regression. Its weights (`weights.json`) are learned by
`python -m benchmarks.understanding --learn` from the tables in `tests/`.
"""

import json
import math
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from functools import cache
from importlib import resources
from itertools import combinations, pairwise

from henbot.bot.questions.intents import Cues, Intent
from henbot.bot.questions.lexicon import Concept
from henbot.bot.questions.period_rules import Period
from henbot.bot.questions.words import concepts_of

SURE = 0.5
"""From which share on the weights overrule a rule. Of 1531 questions that neither had seen, the two disagreed on
84; above this share the weights were right in 34 cases and the rules in 14, below it in 19 and 10."""

LIKELY = 0.4
"""From which share on they decide where no rule does; below it nothing is understood, and suggestions are offered."""

_STEM = 5
"""Letters of a word that count: Russian endings do not."""

OF_HENS = (Concept.LAY, Concept.EGG, Concept.NEST, Concept.HEN)
"""What names no hen and is surely about them brings one of these."""

C = Concept
_NEEDED: Mapping[Intent, frozenset[Concept]] = {
    **dict.fromkeys((Intent.WHO_LAID, Intent.DID_HEN_LAY, Intent.EGG_COUNT, Intent.LAST_EGG), frozenset(OF_HENS)),
    Intent.NEXT_EGG: frozenset({C.LAY, C.EGG, C.HEN, C.NEXT}),
    Intent.HEN_STATS: frozenset({C.LAY, C.EGG, C.HEN, C.RECORD, C.BEST}),
    Intent.FLOCK_LIST: frozenset({C.HEN, C.FLOCK, C.WHO, C.ALL}),
    Intent.NOW_IN_NEST: frozenset({C.NEST, C.SIT, C.NOW, C.WHERE, C.CAMERA, C.VISIT, C.LAY}),
    Intent.VISITS: frozenset({C.NEST, C.SIT, C.VISIT, C.SEE, C.WATCH, C.PAST, C.CAMERA}),
    Intent.SUSPECTS: frozenset({C.LAY, C.EGG, C.HEN, C.IDLE, C.STOPPED, C.NOT}),
    Intent.LEDGER: frozenset({C.EGG, C.COLLECT, C.LIE}),
    Intent.WHY: frozenset({C.WHY, C.PROOF, C.CLAIM, C.HOW}),
    Intent.COVERAGE: frozenset({C.CAMERA, C.WATCH, C.SEE, C.COVERAGE, C.NEST}),
    Intent.HELP: frozenset({C.HELP, C.GREETING, C.YOU}),
}
"""A question of an intent brings one of these or names a hen, whatever else speaks for it: who paid today?"""

_MOST = 3
"""Words that we do not know are counted up to here."""


def signs_of(
    words: Sequence[str], cues: Cues, period: Period | None, today: date, names: Collection[str]
) -> frozenset[str]:
    """What speaks for one intent or another in a question.

    Args:
        words: those that are neither names nor of the calendar.
        period: that is named, if any.
        names: words that are written as names.
    """
    concepts = sorted(cues.brought - {Concept.FILLER})
    hen, time = f"hens:{min(cues.hens, 1)}", "timed" if cues.timed else "untimed"
    signs = {"always", f"hens:{min(cues.hens, 2)}", f"{hen} {time}", f"rate:{cues.rate}", _time(period, today)}
    strange = f"strange:{min(len(cues.strange), _MOST)}"
    signs |= {strange, f"{strange} {hen}", f"{strange} {'of hens' if cues.any(*OF_HENS) else 'of what'}"}
    signs |= {f"stranger {hen}" for word in cues.strange if word in names}
    signs |= {f"word:{word[:_STEM]}" for word in words}
    for concept in concepts:
        signs |= {f"{concept}", f"{concept} {hen}", f"{concept} {time}"}
    signs |= {f"{one}+{other}" for one, other in combinations(concepts, 2)}
    steps = ["^", *(_meaning(word) for word in words), "$"]
    return frozenset(signs | {f"{one}>{other}" for one, other in pairwise(steps)})


def _time(period: Period | None, today: date) -> str:
    if period is None:
        return "no time"
    return "ahead" if period.first > today else "one day" if period.is_day else "days"


def _meaning(word: str) -> str:
    return "&".join(sorted(concepts_of(word) - {Concept.FILLER})) or word[:_STEM]


def may_be(intent: Intent, cues: Cues) -> bool:
    """Whether a question has what none of its intent goes without."""
    if intent is Intent.NOW_IN_NEST and cues.has(Concept.PAST) and not cues.has(Concept.NOW):
        return False
    needed = _NEEDED.get(intent)
    is_named = cues.hens > 0 and intent is not Intent.LAST_EGG  # when was Olive last seen?
    return needed is None or is_named or cues.any(*needed)


def likeliest(signs: frozenset[str]) -> tuple[Intent, float]:
    """The intent that most speaks for, and its share of all (0 to 1)."""
    weights = _weights()
    sums = [0.0] * len(intents())
    known = [weights[sign] for sign in signs if sign in weights]
    for row in known:
        for place, weight in row:
            sums[place] += weight
    scale = 1 / math.sqrt(len(known) or 1)
    most = max(sums)
    shares = [math.exp((total - most) * scale) for total in sums]
    return intents()[sums.index(most)], 1 / sum(shares)


@cache
def intents() -> tuple[Intent, ...]:
    """The intents in the order of their weights."""
    return tuple(Intent(name) for name in _learned()["intents"])


@cache
def _weights() -> Mapping[str, tuple[tuple[int, float], ...]]:
    """Weights by sign: the places of intents, and what the sign is worth to each."""
    return {
        sign: tuple((place, hundredths / 100) for place, hundredths in enumerate(row) if hundredths)
        for sign, row in _learned()["weights"].items()
    }


@cache
def _learned() -> Mapping[str, dict[str, list[int]]]:
    text = resources.files("henbot.bot.questions").joinpath("weights.json").read_text(encoding="utf-8")
    learned: Mapping[str, dict[str, list[int]]] = json.loads(text)
    return learned
