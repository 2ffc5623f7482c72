"""What a keeper tells instead of asking: eggs taken, an egg found outside the nests, a hen treated. Pure.

A statement is written down, so it is read far more strictly than a question: every word must be one that such a
sentence is made of, nothing may ask, deny or promise, and what is left over makes it no statement.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from henbot.bot.questions.names import naming_of
from henbot.bot.questions.numbers import number_at
from henbot.bot.questions.periods import timing_of
from henbot.bot.questions.words import folded, tokens_of
from henbot.domain.observations import HenId

LONGEST_PLACE = 120
"""Letters of a place that are kept."""

MOST_FOUND = 30
"""Eggs that one find may be of: a big hidden clutch has some fifteen."""


@dataclass(frozen=True, slots=True)
class Taken:
    """Eggs that were taken from the nests.

    Attributes:
        eggs: None where all of them are meant, or where no number is told.
        everything: all are meant.
        day: on which; None for just now.
    """

    eggs: int | None
    everything: bool
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """Eggs found outside the nests, of a hen where one is named; `called` is a name that no hen has."""

    eggs: int
    hen: HenId | None
    place: str
    day: date | None = None
    choice: tuple[HenId, ...] = ()
    called: str | None = None


@dataclass(frozen=True, slots=True)
class Treated:
    """A treatment: of one hen, or of all; `days` after which eggs may be eaten again, None where none are told."""

    hen: HenId | None
    everyone: bool
    what: str
    days: int | None
    choice: tuple[HenId, ...] = ()


Statement = Taken | Found | Treated

_TAKEN = re.compile(
    r"collected|gathered|took|taken|picked|grabbed|собрал[аио]?|собран[оыа]?|забрал[аио]?|взял[аио]?|взят[оы]"
    r"|вынул[аи]?|подобрал[аи]?|достал[аи]?|унесл[аи]|унес"
)
_FOUND = re.compile(r"found|discovered|нашл[аио]|нашел|найден[оыа]?|обнаружил[аи]?")
_TREATED = re.compile(r"treated|wormed|dewormed|dosed|medicated|пролечил[аи]?|обработал[аи]?|лечил[аи]?")
_EGG = re.compile(r"eggs?|яй(?:цо|ца|цам?и?|чко|чка|чек)|яиц|яичк[оаи]|яичек")
_ALL = re.compile(r"all|every|everything|все|всех|всю|целиком|last")
_ASKS = re.compile(
    r"who|what|when|where|why|how|which|whose|did|do|does|has|is|are|was|were|can|could|should|would|will|shall|if"
    r"|кто|кем|что|когда|где|куда|зачем|почему|сколько|какие|какое|чь[еяию]|ли|разве|неужели|кто-.+|кто-нибудь|надо|нужно"
)
_DENIES = re.compile(r"not|no|never|nobody|none|n't|didn't|haven't|hasn't|don't|не|нет|никто|ничего|никогда|ни|еще|yet")
_SMALL = """i we i've we've you've have has had just already now so ok okay yes hi hello the a an of them those these up
    out in from my our some and today this morning evening afternoon that's it's total there were lay please note done
    nest nests box boxes coop basket henhouse
    я мы уже только сейчас вот да ок итого всего сегодня утром вечером днем их эти те из в гнезда гнезде гнезд гнездах
    курятника курятнике корзину и привет готово запиши записать отметь там было штук штуки штука шт мама папа"""
_SMALL_WORDS = frozenset(_SMALL.split())
_MEASURES: Mapping[str, int] = {
    "dozen": 12, "дюжину": 12, "дюжина": 12, "десяток": 10, "десятка": 10, "пяток": 5, "пятка": 5, "полдюжины": 6,
    "both": 2, "оба": 2, "обе": 2, "пару": 2, "пара": 2, "couple": 2, "pair": 2, "single": 1, "двое": 2, "трое": 3,
    "четверо": 4, "пятеро": 5,
}  # fmt: skip
_PLACE = re.compile(
    r"\b(?:under|in|inside|behind|on|at|near|by|outside|beneath|below|next|between|among|amongst|beside|over|above|"
    r"around|beyond|against|из-под|под|в|во|на|за|у|около|возле|рядом|между|среди|внутри|снаружи|над|перед|при|вне|"
    r"позади|сбоку|где-то|прямо)\b",
    re.IGNORECASE,
)
_DAYS = re.compile(
    r"(?:(?:for|на|в\s+течение|withdrawal|withhold|каренция|ожидание|срок)[\s:]+)?(\d{1,4})\s*"
    r"(days?|d|weeks?|w|дн(?:я|ей|и)|д|день|сут(?:ок|ки)?|недел[яьию]|нед)?\.?\s*$",
    re.IGNORECASE,
)
_EVERYONE = re.compile(r"\b(?:all|everyone|everybody|flock|hens|всех|все|стадо|кур|куры|курам|всем)\b", re.IGNORECASE)
_NEGATIVE = re.compile(r"(?<![\w\d])[-−–]\s?\d")


def statement_of(text: str, today: date, hens: Mapping[str, HenId]) -> Statement | None:
    """What is told in a text; None where it asks, or tells nothing of these.

    Args:
        today: of the coop's calendar.
        hens: hens by each of their names, in any language.
    """
    words = tokens_of(folded(text))
    if not words or "?" in text or any(_ASKS.fullmatch(word) or _DENIES.fullmatch(word) for word in words):
        return None
    if any(_TAKEN.fullmatch(word) for word in words):
        return _taken_in([word for word in words if not _TAKEN.fullmatch(word)], today)
    if any(_FOUND.fullmatch(word) for word in words) and any(_EGG.fullmatch(word) for word in words):
        found = found_in(_without(text, _FOUND), today, hens)
        return found if found and found.place and found.called is None else None
    if any(_TREATED.fullmatch(word) for word in words):
        treated = treated_in(_without(text, _TREATED), hens)
        return treated if treated and treated.days and (treated.hen or treated.everyone) else None
    return None


def taken_in(text: str, today: date) -> Taken | None:
    """What stands behind /collected: a number or `all`, and a day; None where it is neither."""
    if _NEGATIVE.search(text):
        return None
    words = [word for word in tokens_of(folded(text)) if not _TAKEN.fullmatch(word)]
    return _taken_in(words, today) if words else Taken(None, everything=False)


def _taken_in(words: Sequence[str], today: date) -> Taken | None:
    timing = timing_of(words, today)
    day = _past_day(timing.period.first, timing.period.last, today) if timing.period else None
    if timing.impossible or (timing.period is not None and day is None):
        return None
    numbers, rest = _numbers(list(timing.words))
    said_all = any(_ALL.fullmatch(word) for word in rest)
    said_eggs = any(_EGG.fullmatch(word) for word in rest)
    if len(numbers) > 1 or not all(_is_small(word) for word in rest):
        return None
    day = None if day == today else day
    if numbers:
        return Taken(numbers[0], everything=False, day=day)
    if said_all or said_eggs:
        one = said_eggs and not said_all and _is_singular(rest)
        return Taken(1, everything=False, day=day) if one else Taken(None, everything=True, day=day)
    return Taken(None, everything=False, day=day)


def _is_singular(words: Sequence[str]) -> bool:
    return any(word in ("egg", "яйцо", "яичко") for word in words)


def _is_small(word: str) -> bool:
    return word in _SMALL_WORDS or word == "-" or bool(_EGG.fullmatch(word) or _ALL.fullmatch(word))


def _numbers(words: list[str]) -> tuple[list[int], list[str]]:
    """Numbers of eggs, and the words that are none; `half a dozen` is six."""
    numbers: list[int] = []
    rest: list[str] = []
    at = 0
    while at < len(words):
        found = number_at(words, at)
        if words[at] == "half" and "dozen" in words[at + 1 : at + 3]:
            numbers.append(6)
            at = words.index("dozen", at) + 1
        elif words[at] in _MEASURES:
            numbers.append(_MEASURES[words[at]])
            at += 1
        elif found and not found[2]:
            numbers.append(found[0])
            at += found[1]
        else:
            rest.append(words[at])
            at += 1
    return numbers, rest


def _past_day(first: date, last: date, today: date) -> date | None:
    """The one day that is meant, if it has come and is not long ago."""
    return first if first == last <= today and (today - first).days <= 31 else None


def found_in(text: str, today: date, hens: Mapping[str, HenId]) -> Found | None:
    """What stands behind /egg: a hen, a place, how many, and a day; None where nothing stands there."""
    words = _clean(text).split()
    if not words:
        return None
    words, day = _without_day(words, today)
    words, hen, choice = _without_hen(words, hens)
    line = " ".join(words)
    place_at = _PLACE.search(line)
    head, tail = (line[: place_at.start()], line[place_at.start() :]) if place_at else (line, "")
    numbers, _ = _numbers(tokens_of(folded(head)))
    kept = [word for word in head.split() if not _is_of_the_telling(word)]
    eggs = numbers[0] if numbers else 1
    if not 1 <= eggs <= MOST_FOUND:
        return None
    unknown = next((word for word in kept if word[:1].isupper()), None) if place_at and not (hen or choice) else None
    place = " ".join([*kept, tail]).strip(" .,;:!-")[:LONGEST_PLACE]
    return Found(eggs, hen, place, day, choice, unknown)


def _is_of_the_telling(word: str) -> bool:
    """Whether it belongs to `2 eggs` or `she laid an egg`, and not to a place."""
    tokens = tokens_of(folded(word))
    _, rest = _numbers(tokens)
    return bool(tokens) and all(_is_small(token) or token in ("laid", "снесла", "снеслась") for token in rest)


def treated_in(text: str, hens: Mapping[str, HenId]) -> Treated | None:
    """What stands behind /treated: a hen or `all`, what was given, and for how many days; None where nothing does."""
    text = _clean(text)
    if not text:
        return None
    found = _DAYS.search(text)
    days = int(found[1]) * (7 if (found[2] or "").lower().startswith(("w", "нед")) else 1) if found else None
    words, hen, choice = _without_hen((text[: found.start()] if found else text).split(), hens)
    rest = " ".join(words)
    everyone = hen is None and not choice and bool(_EVERYONE.search(rest))
    what = _EVERYONE.sub("", rest, count=1) if everyone else rest
    what = re.sub(r"^(?:(?:the|i|we|я|мы|with|с)\b|[,:\-\s])+", "", what.strip(), flags=re.IGNORECASE)
    return Treated(hen, everyone, re.sub(r"\s+", " ", what).strip(" .,;:-")[:LONGEST_PLACE], days, choice)


def _clean(text: str) -> str:
    """On one line, without what is no printable letter."""
    return "".join(letter if letter.isprintable() else " " for letter in text).strip()


def _without(text: str, verb: "re.Pattern[str]") -> str:
    return " ".join(word for word in _clean(text).split() if not verb.fullmatch(folded(word).strip(".,!:;")))


def _without_day(words: list[str], today: date) -> tuple[list[str], date | None]:
    """The words without a day that they begin or end with."""
    for length in (3, 2, 1):
        for part, rest in ((words[-length:], words[:-length]), (words[:length], words[length:])):
            timing = timing_of(tokens_of(folded(" ".join(part))), today)
            if timing.period is None or timing.words:
                continue
            day = _past_day(timing.period.first, timing.period.last, today)
            if day is not None:
                return rest, None if day == today else day
    return words, None


def _without_hen(words: list[str], hens: Mapping[str, HenId]) -> tuple[list[str], HenId | None, tuple[HenId, ...]]:
    """The words without the hen that they name; those of whom one is meant, where that is not clear."""
    naming = naming_of(tokens_of(folded(" ".join(words))), hens)
    named = naming.choice or naming.named
    if not named:
        return words, None, ()
    for length in (1, 2, 3):
        for at in range(len(words) - length + 1):
            alone = naming_of(tokens_of(folded(" ".join(words[at : at + length]))), hens)
            if not alone.words and (alone.choice or alone.named) == named:
                rest = words[:at] + words[at + length :]
                return (rest, named[0], ()) if len(named) == 1 else (rest, None, named)
    return (words, named[0], ()) if len(named) == 1 else (words, None, named)
