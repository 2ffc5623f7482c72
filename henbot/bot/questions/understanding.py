"""From a text to the question in it. Pure: today's date is an argument."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from henbot.bot.questions.calendar_words import is_calendar_word
from henbot.bot.questions.intents import Cues, Intent, cues_of, intent_of
from henbot.bot.questions.lexicon import Concept
from henbot.bot.questions.names import Naming, naming_of, unknown_name
from henbot.bot.questions.period_rules import Period
from henbot.bot.questions.periods import Timing, timing_of
from henbot.bot.questions.question import Question
from henbot.bot.questions.weighing import LIKELY, SURE, likeliest, may_be, signs_of
from henbot.bot.questions.words import concepts_of, folded, in_cyrillic, other_keyboard, tokens_of
from henbot.domain.observations import HenId

TODAY_IF_UNSAID = (Intent.WHO_LAID, Intent.DID_HEN_LAY, Intent.EGG_COUNT, Intent.VISITS, Intent.COVERAGE)
"""Intents that mean today where no period is named; of the others, all that is known or no time at all."""

TIMELESS = (Intent.FLOCK_LIST, Intent.NOW_IN_NEST, Intent.HELP, Intent.OFF_TOPIC)
"""Intents that have no period."""

HENLESS = (Intent.FLOCK_LIST, Intent.HELP, Intent.OFF_TOPIC)
"""Intents that are about no hen."""

_TO_COME = (Intent.WHO_LAID, Intent.DID_HEN_LAY, Intent.EGG_COUNT)
"""Asked about a day to come, it is asked who is due."""

_MOSTLY_STRANGE = 3
"""Words that we do not know, from which on a text that no rule knows is not understood if they are most of it."""

_WAS_LAID = re.compile(r"laid|layed|с?нес(?:л[аио])?(?:с[ья])?")


def understand(text: str, today: date, hens: Mapping[str, HenId] | None = None) -> Question | None:
    """The question in a text; None if it is none that can be answered.

    Args:
        today: of the coop's calendar.
        hens: hens by each of their names, in any language.
    """
    reading = _reading_of(text, today, hens or {})
    intent = _intent_of(reading, today) if reading else None
    if reading is None or intent is None:
        return None
    question = _question(intent, reading.naming, reading.timing, reading.cues, today)
    return _with_stranger(question, text, hens or {})


def signs_in(text: str, today: date, hens: Mapping[str, HenId]) -> frozenset[str]:
    """What is weighed of a text (`weighing.py`); none where nothing is written. Arguments as for `understand`."""
    reading = _reading_of(text, today, hens)
    return _signs_of(reading, today) if reading else frozenset()


@dataclass(frozen=True, slots=True)
class _Reading:
    """A text, taken apart."""

    naming: Naming
    timing: Timing
    cues: Cues
    names: frozenset[str]


def _intent_of(reading: _Reading, today: date) -> Intent | None:
    """What is asked: as the weights have it where they are sure enough, else as the rules do."""
    cues = reading.cues
    ruled = intent_of(cues)
    if cues.has(Concept.FORBIDDEN) or not (cues.brought or cues.hens or cues.timed):
        return ruled
    if ruled is None and len(cues.strange) >= max(_MOSTLY_STRANGE, len(reading.timing.words) / 2):
        return None
    likely, share = likeliest(_signs_of(reading, today))
    is_sure = share >= (LIKELY if ruled is None else SURE)
    return likely if is_sure and may_be(likely, cues) else ruled


def _signs_of(reading: _Reading, today: date) -> frozenset[str]:
    timing = reading.timing
    return signs_of(timing.words, reading.cues, timing.period, today, reading.names)


OF_A_HEN = (Intent.LAST_EGG, Intent.EGG_COUNT, Intent.HEN_STATS, Intent.NEXT_EGG)
"""Intents that may be about one hen, or about all."""

_CAPITALISED = re.compile(r"(?<=[^\s.!?] )[A-ZА-ЯЁ][^\W\d_A-ZА-ЯЁ]{2,}")


def _with_stranger(question: Question, text: str, hens: Mapping[str, HenId]) -> Question:
    """Where a name is written that no hen has, the question is not about all of them."""
    if question.intent not in OF_A_HEN or question.hen or question.choice or question.called:
        return question
    names = [name for word in _CAPITALISED.findall(text) for name in tokens_of(folded(word))]
    strange = [
        name for name in names if not (concepts_of(name) or is_calendar_word(name) or naming_of((name,), hens).named)
    ]
    return replace(question, called=strange[0]) if len(strange) == 1 else question


def particulars(intent: Intent, text: str, today: date, hens: Mapping[str, HenId] | None = None) -> Question:
    """The question of a command: its kind is known, and the text behind it says of whom and when."""
    words = tokens_of(folded(text))
    naming = naming_of(words, hens or {})
    timing = timing_of(naming.words, today, intent is Intent.NEXT_EGG)
    cues = cues_of(timing.words, text, len(naming.named) + bool(naming.choice), timing.period, rate=timing.rate)
    question = _question(intent, naming, timing, cues, today)
    return replace(question, called=None if question.hen or question.choice else unknown_name(cues.strange))


def _spellings(text: str) -> Iterator[str]:
    """The text; where most of it is no word that we know, also as another keyboard or alphabet would have had it."""
    yield text
    words = [word for word in tokens_of(text) if word.isalpha()]
    known = sum(1 for word in words if concepts_of(word))
    if words and known * 2 <= len(words):
        yield other_keyboard(text)
        yield in_cyrillic(text)


def _reading_of(text: str, today: date, hens: Mapping[str, HenId]) -> _Reading | None:
    """The text taken apart, in the first spelling that a rule knows; None where there are no words."""
    names = frozenset(folded(word) for word in _CAPITALISED.findall(text))
    readings = [reading for spelled in _spellings(folded(text)) if (reading := _read(spelled, today, hens, names))]
    ruled = (reading for reading in readings if intent_of(reading.cues) is not None)
    return next(ruled, readings[0] if readings else None)


def _read(text: str, today: date, hens: Mapping[str, HenId], names: frozenset[str]) -> _Reading | None:
    words = tokens_of(text)
    if not words:
        return None
    naming = naming_of(words, hens)
    forward = any(concepts_of(word) & {Concept.FUTURE, Concept.NEXT} for word in naming.words)
    timing = timing_of(naming.words, today, forward)
    cues = cues_of(timing.words, text, len(naming.named) + bool(naming.choice), timing.period, rate=timing.rate)
    return _Reading(naming, timing, cues, names)


def _question(intent: Intent, naming: Naming, timing: Timing, cues: Cues, today: date) -> Question:
    hen = naming.named[0] if len(naming.named) == 1 and not naming.choice else None
    choice = () if hen else naming.choice or naming.named
    called = unknown_name(cues.strange) if intent is Intent.DID_HEN_LAY and not naming.named else None
    period = timing.period
    if period is None and intent in TODAY_IF_UNSAID and not timing.impossible:
        is_all = cues.any(Concept.EVER, Concept.ALL) or (intent is Intent.EGG_COUNT and hen is not None)
        is_all = is_all or (intent is Intent.VISITS and cues.has(Concept.LAST))
        period = None if is_all else Period(today, today)
    is_past = any(_WAS_LAID.fullmatch(word) for word in naming.words)
    if intent in _TO_COME and period and period.first > today and not is_past:
        intent = Intent.NEXT_EGG
    question = Question(intent, hen, period, choice, called, timing.impossible)
    if intent in TIMELESS:
        question = replace(question, period=None, no_such_date=False)
    return replace(question, hen=None, choice=(), called=None) if intent in HENLESS else question
