"""What words bring to a question, and the lexicon of them (`lexicon.yaml`)."""

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any

import yaml


class Concept(StrEnum):
    """What a word or a turn of phrase brings to a question."""

    LAY = "lay"
    EGG = "egg"
    HEN = "hen"
    WHO = "who"
    HOW = "how"
    HOW_MANY = "how_many"
    HOW_OFTEN = "how_often"
    WHEN = "when"
    WHY = "why"
    LAST = "last"
    FUTURE = "future"
    NEXT = "next"
    WHERE = "where"
    NOT = "not"
    STOPPED = "stopped"
    IDLE = "idle"
    NEST = "nest"
    NOW = "now"
    SIT = "sit"
    PAST = "past"
    VISIT = "visit"
    RECORD = "record"
    BEST = "best"
    FLOCK = "flock"
    ALL = "all"
    COLLECT = "collect"
    LIE = "lie"
    PROOF = "proof"
    CLAIM = "claim"
    HELP = "help"
    GREETING = "greeting"
    CAMERA = "camera"
    WATCH = "watch"
    SEE = "see"
    COVERAGE = "coverage"
    SHE = "she"
    YOU = "you"
    EVER = "ever"
    TELL = "tell"
    HAVE = "have"
    ABOUT = "about"
    FORBIDDEN = "forbidden"
    ELSEWHERE = "elsewhere"
    ASIDE = "aside"
    ALSO = "also"
    ONE_EGG = "one_egg"
    AT_ALL = "at_all"
    FILLER = "filler"


@cache
def entries() -> Mapping[str, frozenset[Concept]]:
    """Concepts by entry of the lexicon: a word, or a stem with a star."""
    found: dict[str, frozenset[Concept]] = {}
    for concept, by_language in _written()["words"].items():
        for entry in " ".join(by_language.values()).split():
            found[entry] = found.get(entry, frozenset()) | {Concept(concept)}
    return found


@cache
def phrases() -> tuple[tuple["re.Pattern[str]", Concept], ...]:
    """Turns of several words, with what each brings."""
    return tuple(
        (re.compile(rf"(?<!\w)(?:{'|'.join(patterns)})(?!\w)"), Concept(concept))
        for concept, patterns in _written()["phrases"].items()
    )


@cache
def courtesies() -> tuple["re.Pattern[str]", ...]:
    """Turns that ask nicely and mean nothing, so that their words (`I'd love to know`) mean nothing either."""
    return tuple(re.compile(rf"(?<!\w)(?:{pattern})(?!\w)") for pattern in _written()["courtesies"]["turns"])


@cache
def _written() -> dict[str, dict[str, Any]]:
    text = resources.files("henbot.bot.questions").joinpath("lexicon.yaml").read_text(encoding="utf-8")
    written: dict[str, dict[str, Any]] = yaml.safe_load(text)
    return written
