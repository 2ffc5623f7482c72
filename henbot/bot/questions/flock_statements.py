"""Who is meant when somebody speaks of the flock: `rename Ginger to Pearl`, `Рыжуха и Олив одна курица`. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from henbot.bot.questions.names import naming_of
from henbot.bot.questions.words import folded, tokens_of
from henbot.domain.flock import Fate
from henbot.domain.observations import HenId

Hens = Mapping[str, HenId]
"""Hens by each of their names."""

LONGEST_NAMING = 3
"""Words that a hen's name has at most, as it is looked for."""

_INTO = re.compile(r"(?:to|as|into|be|->|→|=|-|–|—|в|на|как)", re.IGNORECASE)
_AND = re.compile(r"(?:and|with|into|is|=|&|\+|-|–|—|и|с|со|это|в)", re.IGNORECASE)
_QUOTES = "«»\"'“”„‘’ .,;:!"


_WORDS = {
    "rename": r"(?:/?(?:rename|переимен(?:уй|уйте|овать|уем))|call)\s+(?P<rest>.+)",
    "retire": r"/?(?:retire|выбыла?|списать|спиши)(?:\s+(?P<rest>.+))?",
    "merge": r"/?(?:merge|объедини(?:ть|те)?|слей|слить)\s+(?P<rest>.+)"
    r"|(?P<pair>.+?)(?:\s+(?:are|is))?\s*[-–—]?\s*"
    r"(?:the\s+same(?:\s+hen)?|one\s+hen|одна(?:\s+и\s+та\s+же)?\s+кур(?:иц)?а)",
}
_FATES = {
    Fate.DIED: r"(?P<a>.+?)\s+(?:has\s+)?(?:died|passed\s+away|умерла|погибла|околела|сдохла)",
    Fate.SOLD: r"(?:we\s+|i\s+)?sold\s+(?P<a>.+)|(?P<b>.+?)\s+(?:was\s+sold|продана|продали)"
    r"|(?:мы\s+)?продал[аи]?\s+(?P<c>.+)",
    Fate.MOVED: r"(?P<a>.+?)\s+(?:has\s+)?(?:moved\s+(?:away|out)|переехала|отдали|отдана)"
    r"|(?:мы\s+)?отдал[аи]?\s+(?P<b>.+)",
}
_UNNAMED = (re.sub(r"\?P<\w+>", "?:", one) for one in (*_WORDS.values(), *_FATES.values()))
IN_WORDS = rf"(?i)^(?:{'|'.join(_UNNAMED)})[.!]*$"
"""What is said of the flock in plain words, if a hen is named in it."""


@dataclass(frozen=True, slots=True)
class Renaming:
    """Whom to call how; several where it is not clear who is meant, none where nobody is called so."""

    hens: tuple[HenId, ...]
    name: str
    called: str


def hens_called(text: str, hens: Hens) -> tuple[HenId, ...]:
    """The hen that a name is, with its slips and cases forgiven; several that it may be; none that is."""
    naming = naming_of(tokens_of(folded(text)), hens)
    if any(word != "-" for word in naming.words) or (len(naming.named) > 1 and not naming.choice):
        return ()
    return tuple(dict.fromkeys((*naming.named, *naming.choice)))


def renaming_of(text: str, hens: Hens) -> Renaming | None:
    """A hen's name and a new one behind it; None where there are not both."""
    words = text.split()
    for length in range(min(LONGEST_NAMING, len(words) - 1), 0, -1):
        found = hens_called(" ".join(words[:length]), hens)
        rest = words[length:]
        rest = rest[1:] if len(rest) > 1 and _INTO.fullmatch(rest[0]) else rest
        name = " ".join(rest).strip(_QUOTES)
        if found and name:
            return Renaming(found, name, " ".join(words[:length]))
    return Renaming((), "", words[0].strip(_QUOTES)) if len(words) > 1 else None


def pairs_in(text: str, hens: Hens) -> tuple[tuple[HenId, HenId], ...]:
    """The two hens of a text; several pairs where it is not clear who is meant, none where two are not named."""
    words = [word for word in text.split() if word.strip(_QUOTES)]
    for at in range(1, len(words)):
        left, right = words[:at], words[at:]
        right = right[1:] if len(right) > 1 and _AND.fullmatch(right[0]) else right
        one, two = (hens_called(_bare(part), hens) for part in (left, right))
        found = tuple((hen, other) for hen, other in product(one, two) if hen != other)
        if found:
            return found
    return ()


def strange_in(text: str, hens: Hens) -> str:
    """The first word that names nobody, as it was written; empty where each does."""
    words = (word.strip(_QUOTES) for word in text.split() if not _AND.fullmatch(word))
    return next((word for word in words if word and not hens_called(word, hens)), "")


def asked_in(text: str) -> tuple[str, str]:
    """Which command a plain sentence means, and what it is about."""
    for command, pattern in _WORDS.items():
        if found := re.fullmatch(pattern, text, re.IGNORECASE):
            return command, next((one for one in found.groups() if one), "")
    return "retire", ""


def fate_in(text: str) -> tuple[Fate, str] | None:
    """What became of a hen, and how she is called; None where nothing of that is told."""
    for fate, pattern in _FATES.items():
        if found := re.fullmatch(pattern, text, re.IGNORECASE):
            return fate, next(one for one in found.groups() if one)
    return None


def _bare(words: Sequence[str]) -> str:
    return " ".join(words).strip(_QUOTES)
