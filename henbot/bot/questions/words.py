"""From a text to its words: folded, counted in figures, and with slips of the pen forgiven."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources

from rapidfuzz import process
from rapidfuzz.distance import OSA

from henbot.bot.questions.lexicon import Concept, courtesies, entries

LONGEST_QUESTION = 400
"""Letters of a text that are read: nobody asks longer, and what is longer is no question."""

ONE_SLIP, TWO_SLIPS = 5, 9
"""Letters from which on one slip, or two, in a word are forgiven; shorter ones have too many neighbours (laid, paid,
said). Four of five slips are one letter too many, missing, other, or two swapped (Damerau 1964)."""

_AS_WRITTEN = frozenset({Concept.FORBIDDEN, Concept.ELSEWHERE, Concept.ASIDE})
"""What turns a question away must stand there as it is: a slip must not (`правда` is no `права`)."""

_EMOJI = {"🥚": " egg ", "🐣": " egg ", "🐔": " hen ", "🐓": " hen ", "🪺": " nest ", "🪹": " nest ", "📷": " camera "}
_TOKEN = re.compile(
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2})(?!\d)|\d{1,2}:\d{2}"
    r"|\d{1,2}[./]\d{1,2}(?![\d:])|\d+(?:-?(?:st|nd|rd|th|ого|его|го|ое|ому|му|ых|ые|х|й|е|я|ю)\b)?"
    r"|q[1-4]\b|(?:(?<!\S)/)?[^\W\d_]+(?:['-][^\W\d_]+)*|-"
)
_QWERTY = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`"
_JCUKEN = "йцукенгшщзхъфывапролджэячсмитьбюе"
_TO_CYRILLIC = str.maketrans(_QWERTY, _JCUKEN)
_TO_LATIN = str.maketrans(_JCUKEN, _QWERTY)
_HYPHENED = re.compile(r"^(.{3,})-(?:то|ка|таки|с|де)$")


def folded(text: str) -> str:
    """Lower case, one form of each letter, emoji as words, no accents that a keyboard leaves out."""
    text = unicodedata.normalize("NFKC", text[:LONGEST_QUESTION]).casefold().replace("ё", "е")
    text = re.sub(r"[’‘`´]", "'", re.sub(r"[‐-―−]|\.\.+", "-", text))
    for sign, word in _EMOJI.items():
        text = text.replace(sign, word)
    for pattern, written in _ONE_WORD:
        text = pattern.sub(written, text)
    for pattern in courtesies():
        bare = pattern.sub(" ", text)
        text = bare.lstrip(" ,.!;:") if re.search(r"\w", bare) else text
    return text


_ONE_WORD = tuple(
    (re.compile(pattern), word)
    for pattern, word in (
        (r"\bw[aou]t(s?)\b", r"what\1"),
        (r"\b(?:hav|hv)\b", "have"),
        (r"\b(did|do|does) (?:you|u) no\b", r"\1 you know"),
        (r"\br (?=u\b|you\b|the\b|there\b|any\b|my\b|we\b)", "are "),
        (r"\b(this|last|past|next|a) weak\b", r"\1 week"),
        (r"\bthese days\b|\bnowadays\b|\bв последнее время\b|\bпоследнее время\b", "lately"),
        (r"\by'?day\b", "yesterday"),
        (r"\bhow about\b", "what about"),
        (r"\b(?:all|весь|целый) (day|день|вчерашний|сегодняшний)(?: long)?\b", r"\1"),
        (r"\bhow (?:many (?:days|weeks|months|hours)|long) ago\b", "when last"),
        (r"\b(?:сколько|скоко) (?:дней|недель|месяцев|часов|времени) (?:тому )?назад\b", "давно"),
        (r"\b(?:to|till?|until) (?:now|this day)\b", "to today"),
        (r"\b(?:до|по) (?:сих пор|сейчас|сей день)\b", "до сегодня"),
        (r"(?<!day )\bbefore yesterday\b", "day before yesterday"),
        (r"\b(?:this |the )?(week|month|year) so far\b", r"this \1"),
        (r"\b2day\b", "today"),
        (r"\b2mor?row?\b", "tomorrow"),
        (r"[ -]to[ -]date\b", " todate"),
        (r"\bytd\b", "year todate"),
        (r"\bmtd\b", "month todate"),
    )
)


def tokens_of(text: str) -> list[str]:
    """Words, numbers, dates and dashes of a folded text."""
    return [_bare(token) for token in _TOKEN.findall(text)]


COMMANDS = ("today", "hen", "hens", "eggs", "visits", "next", "suspects", "nest", "why", "stats", "help", "start")
"""Commands that may stand in a question, as words."""


def _bare(token: str) -> str:
    if token.startswith("/"):
        return token[1:] if token[1:] in COMMANDS else "promote"
    token = token.removesuffix("'s") if token not in ("who's", "what's", "how's", "it's", "she's") else token
    ended = _HYPHENED.match(token)
    return ended[1] if ended else token


def other_keyboard(text: str) -> str:
    """What would stand there had the keyboard been switched to the other alphabet (`rnj cytccz` is `кто снесся`)."""
    return text.translate(_TO_LATIN if re.search(r"[а-я]", text) else _TO_CYRILLIC)


_SOUNDS = (
    ("shch", "щ"), ("sch", "щ"), ("yo", "е"), ("zh", "ж"), ("kh", "х"), ("ts", "ц"), ("ch", "ч"), ("sh", "ш"),
    ("yu", "ю"), ("ya", "я"), ("ja", "я"), ("ju", "ю"), ("ye", "е"), ("je", "е"),
    *zip("abvgdezijklmnoprstufhcyw'x", "абвгдезийклмнопрстуфхцывьх", strict=True),
)  # fmt: skip


def in_cyrillic(text: str) -> str:
    """Russian that was written in Latin letters (`kto snessya`), in its own."""
    for latin, cyrillic in _SOUNDS:
        text = text.replace(latin, cyrillic)
    return text.replace("йа", "я")


@cache
def concepts_of(word: str) -> frozenset[Concept]:
    """What a word brings; empty for one that we do not know, even with a slip."""
    exact, stems = _words()
    if word in exact:
        return exact[word]
    if any(letter.isdigit() for letter in word):
        return frozenset({Concept.FILLER})
    for length in range(len(word), 1, -1):
        if word[:length] in stems:
            return stems[word[:length]]
    parts = [part for part in word.split("-") if part]
    if len(parts) > 1:
        return frozenset().union(*map(concepts_of, parts))
    if word.isascii() and in_cyrillic(word) in exact:
        return exact[in_cyrillic(word)]
    if word.startswith("не") and Concept.LAY in _written_as(word[2:]):
        return _written_as(word[2:]) | {Concept.NOT}  # неснесшаяся
    return _with_slip(word)


def _written_as(word: str) -> frozenset[Concept]:
    """What a word brings as it is written, with the longest stem of the lexicon that it begins with."""
    exact, stems = _words()
    if word in exact:
        return exact[word]
    return next((stems[word[:length]] for length in range(len(word), 1, -1) if word[:length] in stems), frozenset())


def is_known(word: str) -> bool:
    """Whether the word stands in the lexicon as it is written."""
    exact, stems = _words()
    return word in exact or any(word[:length] in stems for length in range(2, len(word) + 1))


def is_known_exactly(word: str) -> bool:
    """Whether this very form stands in the lexicon."""
    return word in _words()[0]


def known_form(word: str, known: Sequence[str]) -> str | None:
    """The one of some known words (of four letters or more) that is meant, with a slip forgiven; None if none is."""
    most = slips_forgiven(word)
    if not most or is_real(word):
        return None
    found = process.extract(word, known, scorer=OSA.distance, score_cutoff=most, limit=None)
    return min(((slips, other) for other, slips, _ in found), default=(0, None))[1]


def is_real(word: str) -> bool:
    """Whether it is a common word of another meaning (`paid`, `world`, `деньги`), and so no slip of one of ours."""
    whole, stems = _real_words()
    bare = word.removesuffix("s") if word.isascii() else word
    return word in whole or bare in whole or any(word[:length] in stems for length in range(3, len(word) + 1))


@cache
def _real_words() -> tuple[frozenset[str], frozenset[str]]:
    """Whole words, and stems of Russian ones."""
    written = resources.files("henbot.bot.questions").joinpath("real_words.txt").read_text(encoding="utf-8").split()
    stems = frozenset(word[:-1] for word in written if word.endswith("*"))
    return frozenset(word for word in written if not word.endswith("*")), stems


def slips_forgiven(word: str) -> int:
    """How many slips are forgiven in a word of this length."""
    return 0 if len(word) < ONE_SLIP - 1 else 1 if len(word) < TWO_SLIPS else 2


def _with_slip(word: str) -> frozenset[Concept]:
    near = known_form(word, _forgiven())
    if near and OSA.distance(word, near) <= slips_forgiven(min(word, near, key=len)):
        return _words()[0][near]
    if len(word) < ONE_SLIP + 1 or is_real(word):
        return frozenset()
    for length, stems in _forgiven_stems():
        for prefix in (word[: length - 1], word[:length], word[: length + 1]):
            found = process.extractOne(prefix, stems, scorer=OSA.distance, score_cutoff=1)
            if found:
                return _words()[1][found[0]]
    return frozenset()


@cache
def _forgiven() -> tuple[str, ...]:
    """Words in which slips are forgiven."""
    return tuple(
        word for word, concepts in _words()[0].items() if len(word) >= ONE_SLIP - 1 and not concepts & _AS_WRITTEN
    )


@cache
def _forgiven_stems() -> tuple[tuple[int, tuple[str, ...]], ...]:
    """Stems in which a slip is forgiven, by their length, the longest first."""
    by_length: dict[int, list[str]] = {}
    for stem, concepts in _words()[1].items():
        if len(stem) >= ONE_SLIP and not concepts & _AS_WRITTEN:
            by_length.setdefault(len(stem), []).append(stem)
    return tuple((length, tuple(by_length[length])) for length in sorted(by_length, reverse=True))


@cache
def _words() -> tuple[Mapping[str, frozenset[Concept]], Mapping[str, frozenset[Concept]]]:
    exact = {entry: concepts for entry, concepts in entries().items() if not entry.endswith("*")}
    stems = {entry[:-1]: concepts for entry, concepts in entries().items() if entry.endswith("*")}
    return exact, stems
