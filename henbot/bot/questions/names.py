"""Which hen is meant: her names in any language and case, nicknames, slips, and the other alphabet. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from rapidfuzz.distance import OSA

from henbot.bot.questions.calendar_words import is_calendar_word
from henbot.bot.questions.words import folded, in_cyrillic, is_known, is_known_exactly, is_real, tokens_of
from henbot.domain.observations import HenId

EXACT, CASE, NICKNAME, SLIP, SOUND = 5, 4, 3, 2, 1
"""How surely a word is a name; of several hens that a word may mean, the surest is meant, and of equals all are."""


@dataclass(frozen=True, slots=True)
class Naming:
    """The hens of a question.

    Attributes:
        named: those who are surely meant, in the order of mention.
        choice: those of whom one is meant, and nobody can tell which.
        words: those that name nobody.
    """

    named: tuple[HenId, ...]
    choice: tuple[HenId, ...]
    words: tuple[str, ...]


def naming_of(words: Sequence[str], hens: Mapping[str, HenId]) -> Naming:
    """The hens that are named; `hens` by each of their names."""
    named: list[HenId] = []
    choice: list[HenId] = []
    rest: list[str] = []
    at = 0
    while at < len(words):
        found, taken = _hens_at(words, at, hens)
        if len(found) == 1:
            named.append(found[0])
        elif found:
            choice += found
        else:
            rest.append(words[at])
        at += taken
    return Naming(tuple(dict.fromkeys(named)), tuple(dict.fromkeys(choice)), tuple(rest))


def _hens_at(words: Sequence[str], at: int, hens: Mapping[str, HenId]) -> tuple[tuple[HenId, ...], int]:
    """Hens whose name begins at a place, the surest only, and how many words it takes."""
    best: dict[HenId, tuple[int, int]] = {}
    for name, hen in hens.items():
        parts = _parts(name)
        sureness, taken = _likeness(words, at, parts)
        if sureness and (sureness, taken) > best.get(hen, (0, 0)):
            best[hen] = (sureness, taken)
    if not best:
        return (), 1
    surest = max(best.values())
    return tuple(hen for hen, likeness in best.items() if likeness == surest), surest[1]


@cache
def _parts(name: str) -> tuple[str, ...]:
    return tuple(word for word in tokens_of(folded(name.replace("_", " "))) if word != "-")


def _likeness(words: Sequence[str], at: int, parts: Sequence[str]) -> tuple[int, int]:
    """How surely a name begins at a place, and how many words it takes there."""
    before = words[at - 1] if at else ""
    whole = [_sureness(word, part, before) for word, part in zip(words[at : at + len(parts)], parts, strict=False)]
    if parts and len(whole) == len(parts) and all(whole):
        return min(whole), len(parts)
    if len(parts) > 1:
        single = max((_sureness(words[at], part, before) for part in parts if _tells_apart(part)), default=0)
        return (min(single, NICKNAME) if single >= CASE else 0), 1
    return 0, 1


def _tells_apart(part: str) -> bool:
    return len(part) >= 4 and not is_known(part) and not is_calendar_word(part)


@cache
def _sureness(word: str, name: str, before: str) -> int:
    """How surely a word is a name of one word; 0 for not at all."""
    if is_calendar_word(name) and (is_calendar_word(before) or before[:1].isdigit()):
        return 0  # `3 марта` is a date even where a hen is called Марта
    if word == name:
        return EXACT
    if _is_pet_form(word, name):
        return NICKNAME
    if is_known_exactly(word) or is_calendar_word(word) or (not word.isalpha() and "-" not in word):
        return 0
    if _is_form(word, name):
        return CASE
    if is_known(word) or is_real(word):
        return 0
    if _is_nickname(word, name):
        return NICKNAME
    if _is_slip(word, name):
        return SLIP
    alike = _sounds_like(word, name) or _sounds_the_same(word, name) or _is_shortened(word, name)
    return SOUND if alike else 0


def _is_pet_form(word: str, name: str) -> bool:
    """Snowy of Snowball, though it is a word of the weather."""
    root = re.sub(r"(?:ie|ey|y)$", "", word)
    return (
        word.isascii()
        and root != word
        and len(root) >= _LEAST_ROOT + 1
        and name.startswith(root)
        and (is_known(word) and not is_calendar_word(word))
    )


def _is_shortened(word: str, name: str) -> bool:
    """Hettie of Henrietta: what stands before the pet ending is made of letters of the name, in order."""
    lean = re.sub(r"(.)\1", r"\1", word)
    root = re.sub(r"(?:ie|ey|y)$", "", lean)
    letters = iter(name)
    fits = len(root) >= _LEAST_ROOT and root != lean and root[0] == name[0] and len(name) > len(word)
    return word.isascii() and fits and all(letter in letters for letter in root)


_CASE_ENDING = re.compile(r"(?:ого|его|ому|ему|ой|ей|ою|ею|ая|яя|ую|юю|ом|ем|ым|им|ые|[аяуюыиеойь])$")
_LEAST_STEM = 2


def _is_form(word: str, name: str) -> bool:
    if name.isascii():
        return word in (f"{name}s", f"{name}'s", f"{name}s'")
    stem = _stem(name)
    return len(stem) >= _LEAST_STEM and len(name) > 2 and len(word) > 2 and _stem(word) == stem


def _stem(word: str) -> str:
    """A Russian name without the ending of its case."""
    return _CASE_ENDING.sub("", word) if word[:1] > "z" else word


_PET_ENDINGS = re.compile(
    r"(?:ьк|еньк|оньк|ушк|юшк|ышк|ишк|ечк|очк|ичк|оч|еч|ульк|юльк|уньк|юньк|ун|юн|ул|юл|уш|юш|ух|юх|инк|онк|енк|енок|"
    r"инушк|ышек|ик|ок|ек|иц|ич|ин|ян|яш|к|ш|ч|уг|юг|ан|ен|он)$"
)
_ENGLISH_PET_ENDINGS = re.compile(r"(?:ster|kins|kin|poo|bell|bun|boo|ies|ie|ey|y|i|o|s|a|e)$")
_LEAST_ROOT = 3


def _is_nickname(word: str, name: str) -> bool:
    """Рыжуля, Рыжая and Рыженькая of Рыжуха; Ging, Gingy and Ginny of Ginger."""
    if word.isascii() != name.isascii():
        return False
    if not name.isascii():
        return bool(_roots(word) & _roots(name))
    if len(name) >= 4 and word.startswith(name):
        return True
    once = re.sub(r"(.)\1", r"\1", word)
    short = {word, once, _ENGLISH_PET_ENDINGS.sub("", word), _ENGLISH_PET_ENDINGS.sub("", once), once.removesuffix("e")}
    lean = re.sub(r"(.)\1", r"\1", name)
    doubled = _DOUBLED.fullmatch(word)
    if doubled and len(lean) > len(doubled[1]) + 1 and lean.startswith(doubled[1]):
        return True  # Olly of Olive
    return any(len(root) >= _LEAST_ROOT and lean.startswith(root) for root in short) or any(
        len(root) >= _LEAST_ROOT and root in lean for root in _within(once)
    )


_DOUBLED = re.compile(r"(\w+([bdfgklmnprstz]))\2(?:ie|ey|y)")
"""A pet form of the beginning of a name, however short."""


def _within(word: str) -> set[str]:
    """Livvy of Olive: only a pet ending tells that a part of a name is one."""
    return {re.sub(r"(?:ie|ey|y)$", "", word)} - {word}


def _heard(word: str) -> set[str]:
    """The roots of a Russian name with voiced consonants as voiceless: олифка is heard where оливка is said."""
    return {root.translate(_VOICELESS) for root in _roots(word)}


_VOICELESS = str.maketrans("бвгджз", "пфктшс")
_LEAST_STRANGE_ROOT = 4


@cache
def _roots(word: str) -> frozenset[str]:
    """What is left of a Russian name without its ending and its pet endings, one after the other."""
    roots = {re.sub(r"(.)\1", r"\1", _stem(word))}
    for _ in range(3):
        roots |= {_PET_ENDINGS.sub("", root) for root in roots}
    return frozenset(root for root in roots if len(root) >= _LEAST_ROOT)


def _is_slip(word: str, name: str) -> bool:
    most = 0 if min(len(word), len(name)) < 4 else 1 if len(name) < 7 else 2
    if not most:
        return False
    if OSA.distance(word, name, score_cutoff=1) <= 1:
        return True
    if not name.isascii():
        stem, other = _stem(name), _stem(word)
        near = len(stem) >= 4 and OSA.distance(stem, other, score_cutoff=1) <= 1
        return near or any(len(root) >= _LEAST_STRANGE_ROOT for root in _heard(word) & _heard(name))
    return most > 1 and word[0] == name[0] and OSA.distance(word, name, score_cutoff=most) <= most


def _sounds_like(word: str, name: str) -> bool:
    """The same name in the other alphabet: Джинджер of Ginger, Ryzhuha of Рыжуха."""
    if word.isascii() == name.isascii():
        return False
    if word.isascii():
        russian = in_cyrillic(word)
        return russian == name or _is_form(russian, name) or (len(name) > 4 and _is_slip(russian, name))
    sound, other = _sound(_stem(word)), _sound(name)
    return sound == other and (len(sound) > 2 or (len(sound) == 2 and abs(len(_stem(word)) - len(name)) <= 1))


def _sounds_the_same(word: str, name: str) -> bool:
    """Pepr of Pepper, Jinjer of Ginger: the same consonants in the same alphabet, three of them or more."""
    if word.isascii() != name.isascii() or abs(len(word) - len(name)) > 2:
        return False
    consonants = _consonants(_stem(word))
    return len(consonants) >= _LEAST_ROOT and consonants == _consonants(_stem(name))


_LATIN_SOUNDS: Sequence[tuple[str, str]] = (
    (r"dge|dg|j|g(?=[eiy])", "J"), (r"sch|sh|ch", "S"), (r"ph", "f"), (r"ck|c(?![eiy])|k|q", "k"), (r"c|z", "s"),
    (r"x", "ks"), (r"w", "v"), (r"[aeiouyh]", ""),
)  # fmt: skip
_CYRILLIC_SOUNDS: Sequence[tuple[str, str]] = (
    (r"дж|ж", "J"), (r"[шщч]", "S"), (r"[аеиоуыэюяьъйх]", ""),
    *((russian, latin) for russian, latin in zip("бвгдзклмнпрстфц", "bvgdsklmnprstfs", strict=True)),
)  # fmt: skip


@cache
def _consonants(word: str) -> str:
    """The consonants of a word as they sound, roughly, doubled ones once."""
    word = re.sub(r"(.)\1+", r"\1", word)
    for pattern, sound in _LATIN_SOUNDS if word.isascii() else _CYRILLIC_SOUNDS:
        word = re.sub(pattern, sound, word)
    return word


def _sound(word: str) -> str:
    """Them, with neighbours that are alike as one."""
    return re.sub(r"(.)\1+", r"\1", _consonants(word))


def unknown_name(words: Iterable[str]) -> str | None:
    """The word that is probably the name of a hen that nobody knows; None where there is none or more than one."""
    strange = [word for word in words if word.isalpha() and len(word) > 2]
    return strange[0] if len(strange) == 1 else None
