"""What is asked, out of what the words of a question bring. The rules are tried in order, the telling ones first."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from henbot.bot.questions.lexicon import Concept, phrases
from henbot.bot.questions.period_rules import Period
from henbot.bot.questions.words import concepts_of


class Intent(StrEnum):
    """What is asked."""

    WHO_LAID = "who_laid"
    DID_HEN_LAY = "did_hen_lay"
    LAST_EGG = "last_egg"
    EGG_COUNT = "egg_count"
    HEN_STATS = "hen_stats"
    FLOCK_LIST = "flock_list"
    NOW_IN_NEST = "now_in_nest"
    VISITS = "visits"
    NEXT_EGG = "next_egg"
    SUSPECTS = "suspects"
    LEDGER = "ledger"
    WHY = "why"
    HELP = "help"
    COVERAGE = "coverage"
    OFF_TOPIC = "off_topic"


C = Concept


@dataclass(frozen=True, slots=True)
class Cues:
    """What the rules look at.

    Attributes:
        brought: by the words that are neither names nor of the calendar.
        strange: words that we do not know.
        hens: how many hens are named, those too that cannot be told apart.
        timed: a period is named.
        long: one of several days.
        rate: it asks for so many a week.
    """

    brought: frozenset[Concept]
    strange: tuple[str, ...]
    hens: int
    timed: bool
    long: bool
    rate: bool

    def has(self, *concepts: Concept) -> bool:
        """Whether all of these are there."""
        return self.brought.issuperset(concepts)

    def any(self, *concepts: Concept) -> bool:
        """Whether one of these is there."""
        return not self.brought.isdisjoint(concepts)


def cues_of(words: Sequence[str], text: str, hens: int, period: Period | None, *, rate: bool) -> Cues:
    """The cues of a question.

    Args:
        words: those that are neither names nor of the calendar.
        text: all of it, folded, for turns of several words.
        hens: how many are named.
        period: that is named, if any.
        rate: it asks for so many a week.
    """
    brought: set[Concept] = set()
    strange: list[str] = []
    for word in words:
        concepts = concepts_of(word)
        brought |= concepts
        if not concepts and word != "-":
            strange.append(word)
    brought |= {concept for pattern, concept in phrases() if pattern.search(text)}
    is_long = period is not None and not period.is_day
    return Cues(frozenset(brought), tuple(strange), hens, period is not None, is_long, rate)


def intent_of(cues: Cues) -> Intent | None:
    """What is asked; None where it is not clear."""
    return next((intent for intent, applies in _RULES if applies(cues)), None)


def _off_topic(cues: Cues) -> bool:
    is_for_the_soup = cues.has(C.IDLE, C.WHO)
    if cues.has(C.FORBIDDEN) or (cues.has(C.ELSEWHERE) and not is_for_the_soup):
        return True
    return cues.has(C.ASIDE) and not cues.any(C.LAY, C.EGG, C.NEST)


def _why(cues: Cues) -> bool:
    if cues.has(C.PROOF):
        return not cues.has(C.HELP) or cues.any(C.WHY, C.CLAIM) or cues.hens > 0
    if not cues.has(C.WHY):
        return False
    return cues.has(C.CLAIM) or not _not_laying(cues)


def _not_laying(cues: Cues) -> bool:
    return cues.any(C.NOT, C.STOPPED) and cues.any(C.LAY, C.EGG)


def _help(cues: Cues) -> bool:
    about_hens = cues.hens or cues.timed or cues.any(C.LAY, C.EGG, C.NEST, C.HEN)
    if cues.has(C.HELP):
        return not about_hens
    return cues.has(C.GREETING) and not about_hens and len(cues.strange) <= 1 and cues.brought <= _SMALL_TALK


_SMALL_TALK = frozenset({C.ALSO, C.GREETING, C.FILLER, C.YOU, C.HOW, C.RECORD})


def _coverage(cues: Cues) -> bool:
    if cues.any(C.LAY, C.EGG, C.VISIT) and not cues.any(C.COVERAGE, C.CAMERA):
        return False
    if cues.has(C.IDLE) and not cues.has(C.CAMERA):
        return False
    if cues.has(C.CAMERA):
        return not cues.has(C.LAY)
    if cues.has(C.WATCH):
        return not cues.hens and (not cues.has(C.WHO, C.HEN) or cues.timed)
    if cues.has(C.SEE):
        return cues.any(C.YOU, C.ALL, C.NOT, C.NEST) and not cues.hens and not cues.any(C.HEN, C.WHO, C.LAY)
    return cues.has(C.COVERAGE) and not cues.hens and (cues.any(C.YOU, C.HOW_MANY, C.NEST, C.WHEN) or not cues.strange)


def _ledger(cues: Cues) -> bool:
    if cues.has(C.COLLECT) and (cues.has(C.EGG) or not cues.any(C.LAY, C.SIT, C.VISIT)):
        return not cues.hens
    in_nest = cues.has(C.EGG, C.NEST) and not cues.any(C.LAY, C.VISIT)
    return (in_nest or (cues.has(C.EGG) and cues.any(C.LIE) and cues.has(C.NOW))) and not cues.has(C.LAST)


def _suspects(cues: Cues) -> bool:
    if cues.any(C.IDLE, C.STOPPED):
        return True
    if cues.has(C.WHEN) and cues.hens:
        return False  # for how many days has she not laid?
    if cues.has(C.AT_ALL, C.LAY) and cues.hens == 1 and not cues.timed and not cues.any(C.HOW_MANY, C.FUTURE):
        return True
    if not _not_laying(cues) or cues.has(C.FUTURE):
        return False
    if cues.has(C.WHY) or cues.any(C.WHO, C.HEN):
        return cues.any(C.LAY, C.HEN, C.WHEN, C.HAVE) or cues.hens > 0 or not cues.timed
    return cues.hens > 0 and cues.has(C.LAY) and not cues.timed


def _next_egg(cues: Cues) -> bool:
    if cues.has(C.NEXT) and (cues.any(C.LAY, C.EGG, C.WHO, C.HEN, C.WHEN) or cues.hens):
        return not cues.has(C.SIT) and (not cues.strange or cues.any(C.LAY, C.EGG, C.HEN) or cues.hens > 0)
    return cues.has(C.FUTURE) and (cues.any(C.LAY, C.EGG) or (cues.hens > 0 and cues.has(C.WHEN)))


def _last_egg(cues: Cues) -> bool:
    if not cues.any(C.LAY, C.EGG):
        return False
    if cues.has(C.LAST):
        return cues.has(C.WHEN) or not cues.has(C.HOW_MANY)
    return cues.has(C.WHEN) and not cues.timed and not cues.any(C.HOW_OFTEN, C.RECORD, C.ALL)


def _now_in_nest(cues: Cues) -> bool:
    if cues.has(C.LAY, C.NOW) and not cues.timed:
        return not cues.any(C.FUTURE, C.PAST, C.NOT, C.HAVE, C.EGG)
    if cues.has(C.VISIT) and not cues.has(C.NOW):
        return False
    if cues.has(C.EGG, C.SIT, C.WHO) and not cues.any(C.PAST, C.LAY, C.HOW_MANY) and not cues.timed:
        return True
    if cues.has(C.RECORD) and cues.hens and not cues.has(C.NOW):
        return False  # which nest does she prefer?
    if cues.any(C.PAST, C.LAY, C.EGG, C.WHEN, C.HOW_MANY, C.HOW_OFTEN, C.LAST, C.EVER):
        return False
    if cues.timed and not cues.has(C.NOW):
        return False
    if cues.has(C.WHERE):
        return cues.hens > 0 or cues.has(C.HEN)
    if cues.has(C.NEST):
        return cues.any(C.WHO, C.NOW, C.SIT, C.HEN, C.TELL) or cues.hens > 0 or not cues.strange
    if cues.has(C.SIT):
        return cues.any(C.WHO, C.NOW, C.HEN, C.SHE, C.YOU) or cues.hens > 0
    return cues.has(C.NOW) and cues.any(C.WHO, C.HEN, C.SEE) and not cues.any(C.LAY)


def _visits(cues: Cues) -> bool:
    if cues.has(C.VISIT):
        return not (cues.has(C.EGG) and cues.hens and not cues.has(C.NEST)) and (
            cues.any(C.WHO, C.NEST, C.HEN, C.HOW_MANY, C.HOW_OFTEN, C.WHEN, C.TELL, C.SHE)
            or cues.hens > 0
            or (not cues.strange)
        )
    if cues.has(C.NEST) and not cues.any(C.LAY, C.EGG):
        return cues.any(C.PAST, C.SIT, C.SEE, C.WHEN, C.HOW_OFTEN, C.LAST, C.HOW_MANY) or cues.timed
    if cues.has(C.WATCH, C.WHO, C.HEN) and not cues.timed:
        return False  # which hens do you watch?
    seen = cues.any(C.SEE, C.WATCH) and (cues.hens > 0 or cues.any(C.HEN, C.WHO))
    return (seen or (cues.any(C.SIT, C.PAST) and _sat(cues))) and not cues.any(C.LAY, C.EGG)


def _sat(cues: Cues) -> bool:
    return cues.has(C.SIT) and (cues.hens > 0 or cues.any(C.WHO, C.HEN))


def _flock_list(cues: Cues) -> bool:
    if cues.any(C.LAY, C.EGG, C.NEST, C.BEST) or cues.hens or cues.timed:
        return False
    if cues.has(C.WATCH, C.WHO, C.HEN):
        return True
    if cues.has(C.FLOCK):
        return cues.any(C.HEN, C.HOW_MANY, C.TELL, C.ALL, C.HAVE, C.SHE, C.YOU) or len(cues.strange) <= 1
    if not cues.has(C.HEN):
        return cues.has(C.WHO, C.HAVE) and not cues.strange and cues.brought <= _BARE_HENS
    return (
        cues.any(C.HOW_MANY, C.ALL, C.HAVE, C.WHO)
        or (cues.has(C.TELL) and not cues.has(C.RECORD))
        or (not cues.strange and cues.brought <= _BARE_HENS)
    )


_BARE_HENS = frozenset({C.AT_ALL, C.ALSO, C.HEN, C.FILLER, C.TELL, C.YOU, C.ABOUT, C.WHO, C.ALL, C.HAVE})


def _egg_count(cues: Cues) -> bool:
    if cues.has(C.HOW_OFTEN) or cues.rate or (cues.has(C.WHEN) and not cues.has(C.EGG)):
        return False
    if cues.has(C.HOW_MANY) and cues.any(C.LAY, C.EGG):
        return cues.has(C.EGG) or cues.hens > 0 or not cues.has(C.HEN)
    if cues.has(C.EGG) and not cues.any(C.LAY, C.WHO):
        return cues.hens == 1 and cues.long and not cues.has(C.ONE_EGG) if cues.hens else cues.timed or not cues.strange
    return cues.has(C.HOW_MANY) and cues.timed and not cues.strange and not cues.hens and cues.brought <= _BARE_SUM


_BARE_SUM = frozenset({C.AT_ALL, C.ALSO, C.HOW_MANY, C.HOW, C.PAST, C.FILLER, C.ALL, C.TELL, C.HAVE, C.ABOUT})


def _hen_stats(cues: Cues) -> bool:
    if cues.has(C.RECORD, C.YOU) and not cues.hens and not cues.any(C.LAY, C.EGG, C.HEN):
        return False  # how are you?
    if cues.has(C.EGG) and cues.hens == 1 and cues.timed and not cues.long and not cues.any(C.HOW, C.HOW_OFTEN):
        return False  # what of her egg today?
    if cues.has(C.RECORD) or cues.has(C.HOW_OFTEN) or cues.rate:
        return cues.hens > 0 or cues.any(C.LAY, C.EGG, C.HEN, C.SHE) or cues.timed or not cues.strange
    if cues.has(C.BEST) and cues.any(C.LAY, C.EGG, C.HEN) and not cues.has(C.HOW_MANY):
        return True
    if _and_she(cues):
        return False
    if cues.hens and not cues.timed and cues.has(C.HOW):
        return True
    return (
        cues.hens > 0
        and not cues.timed
        and not cues.any(C.LAY, C.EGG)
        and len(cues.strange) <= (3 if cues.any(C.TELL, C.ABOUT) else 0)
    )


def _and_she(cues: Cues) -> bool:
    """And Ginger? What is asked of one hen after another is whether she laid."""
    return cues.has(C.ALSO) and cues.hens == 1 and not cues.strange and cues.brought <= {C.ALSO, C.FILLER, C.ABOUT}


def _did_hen_lay(cues: Cues) -> bool:
    if _and_she(cues):
        return True
    if cues.any(C.LAY, C.EGG) and cues.hens:
        return cues.hens == 1
    if cues.has(C.LAY) and not cues.any(C.WHO, C.HEN) and (cues.has(C.SHE) or cues.strange):
        return len(cues.strange) <= 2
    return cues.hens > 0 and cues.timed and not cues.strange


def _who_laid(cues: Cues) -> bool:
    if cues.has(C.LAY):
        return True
    if cues.has(C.EGG):
        return cues.has(C.WHO) or cues.timed
    return cues.timed and not cues.strange and not cues.hens and cues.brought <= _BARE_DAY


_BARE_DAY = frozenset(
    {C.ALSO, C.FILLER, C.WHO, C.ABOUT, C.TELL, C.HAVE, C.HOW, C.GREETING, C.HEN, C.NOW, C.PAST, C.ALL}
)


_RULES: tuple[tuple[Intent, Callable[[Cues], bool]], ...] = (
    (Intent.OFF_TOPIC, _off_topic),
    (Intent.WHY, _why),
    (Intent.HELP, _help),
    (Intent.LEDGER, _ledger),
    (Intent.COVERAGE, _coverage),
    (Intent.SUSPECTS, _suspects),
    (Intent.NEXT_EGG, _next_egg),
    (Intent.LAST_EGG, _last_egg),
    (Intent.NOW_IN_NEST, _now_in_nest),
    (Intent.VISITS, _visits),
    (Intent.FLOCK_LIST, _flock_list),
    (Intent.EGG_COUNT, _egg_count),
    (Intent.HEN_STATS, _hen_stats),
    (Intent.DID_HEN_LAY, _did_hen_lay),
    (Intent.WHO_LAID, _who_laid),
)
