"""Questions to offer where one was not understood: three that fit what its words are about."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from henbot.bot.questions.intents import Intent
from henbot.bot.questions.lexicon import Concept
from henbot.bot.questions.names import naming_of
from henbot.bot.questions.period_rules import Period
from henbot.bot.questions.question import Question
from henbot.bot.questions.words import concepts_of, folded, tokens_of
from henbot.domain.observations import HenId

_OFFERS: Mapping[str, tuple[Intent, tuple[int, int] | None]] = {
    "today": (Intent.WHO_LAID, (0, 0)),
    "yesterday": (Intent.WHO_LAID, (-1, -1)),
    "help": (Intent.HELP, None),
    "did-lay": (Intent.DID_HEN_LAY, (0, 0)),
    "her-last": (Intent.LAST_EGG, None),
    "her-stats": (Intent.HEN_STATS, None),
    "nest": (Intent.NOW_IN_NEST, None),
    "visits": (Intent.VISITS, (0, 0)),
    "coverage": (Intent.COVERAGE, (0, 0)),
    "week": (Intent.EGG_COUNT, (-6, 0)),
    "ledger": (Intent.LEDGER, None),
    "last": (Intent.LAST_EGG, None),
    "next": (Intent.NEXT_EGG, None),
    "hens": (Intent.FLOCK_LIST, None),
    "suspects": (Intent.SUSPECTS, None),
}
"""What may be offered: the kind of question, and from which day to which, counted from today."""

USUAL = ("today", "yesterday", "help")
_OF_A_HEN = ("did-lay", "her-last", "her-stats")
_BY_CONCEPT: tuple[tuple[frozenset[Concept], tuple[str, str, str]], ...] = (
    (
        frozenset({Concept.NEST, Concept.SIT, Concept.VISIT, Concept.CAMERA, Concept.SEE}),
        ("nest", "visits", "coverage"),
    ),
    (frozenset({Concept.NEXT, Concept.FUTURE, Concept.WHEN}), ("next", "last", "today")),
    (frozenset({Concept.EGG, Concept.COLLECT, Concept.LIE, Concept.LAY}), ("today", "week", "ledger")),
    (frozenset({Concept.HEN, Concept.FLOCK, Concept.IDLE}), ("hens", "today", "suspects")),
)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A question to offer, by its name here; `hen` where it is about one."""

    name: str
    hen: HenId | None = None

    def question(self, today: date) -> Question:
        """What it asks."""
        intent, days = _OFFERS[self.name]
        period = Period(today + timedelta(days=days[0]), today + timedelta(days=days[1])) if days else None
        return Question(intent, self.hen, period)


def suggestion_named(name: str, hen: str) -> Suggestion | None:
    """The suggestion that a button stands for; None for one that there is not (any more)."""
    if name not in _OFFERS or (name in _OF_A_HEN) != bool(hen):
        return None
    return Suggestion(name, HenId(hen) if hen else None)


def suggestions_for(text: str, hens: Mapping[str, HenId]) -> tuple[Suggestion, ...]:
    """Three questions that fit a text that was not understood."""
    naming = naming_of(tokens_of(folded(text)), hens)
    if naming.named:
        return tuple(Suggestion(name, naming.named[0]) for name in _OF_A_HEN)
    brought = frozenset().union(*(concepts_of(word) for word in naming.words))
    fitting = next((names for concepts, names in _BY_CONCEPT if concepts & brought), USUAL)
    return tuple(Suggestion(name) for name in fitting)
