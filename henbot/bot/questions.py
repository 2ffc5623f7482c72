"""What a keeper asks, out of free text in English and Russian. Pure: today's date is an argument."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from henbot.domain.observations import HenId


class QuestionKind(StrEnum):
    """What is asked."""

    WHO_LAID = "who_laid"
    DID_HEN_LAY = "did_hen_lay"
    HELP = "help"


@dataclass(frozen=True, slots=True)
class Question:
    """A question that was understood.

    Attributes:
        day: of the coop's calendar; it may lie in the future.
        hen: whom it is about, for `DID_HEN_LAY`.
    """

    kind: QuestionKind
    day: date
    hen: HenId | None = None


def _those(words: str) -> frozenset[str]:
    return frozenset(words.split())


_LAY = _those(
    "lay lays laid laying layed layd layin egg eggs eg "
    "снесла снеслась снесся снеслись снесли снес снести снестись снесет снесется снеслас снесласть снесеться "
    "несла неслась несся неслись несли нес несется несутся нестись несет "
    "яйцо яйца яиц яичко яички яичек яйцом яица яйцы"
)
_ASKING = _those(
    "who whos which what did do does has have had is was were are any anyone anybody hen hens chicken chickens there "
    "how many much and about the a an in on at for of our us me tell please show give got get we you it they one many "
    "кто кого какая какие какой что чего а и ли в во на за с у о об про по нас наш наша наши мне сколько есть было "
    "были кура куры курица курочка курочки куриц несушка несушки уже еще как же покажи скажи пожалуйста дай расскажи "
    "это эта этот то ну нибудь так already yet so far again today's hey hi hello привет бот bot henbot "
    "this morning day утром день дня"
)
_HELP = _those("help помощь помоги справка")
_OFFSETS = {
    "today": 0, "todays": 0, "tonight": 0, "сегодня": 0, "седня": 0, "сегодняшний": 0,
    "yesterday": -1, "yesterdays": -1, "вчера": -1, "вчерашний": -1,
    "позавчера": -2,
    "tomorrow": 1, "завтра": 1,
}  # fmt: skip
_WEEKDAYS = (
    ("monday", "mondays", "понедельник", "понедельника", "понедельнику"),
    ("tuesday", "tuesdays", "вторник", "вторника", "вторнику"),
    ("wednesday", "wednesdays", "среда", "среду", "среды", "среде"),
    ("thursday", "thursdays", "четверг", "четверга", "четвергу"),
    ("friday", "fridays", "пятница", "пятницу", "пятницы", "пятнице"),
    ("saturday", "saturdays", "суббота", "субботу", "субботы", "субботе"),
    ("sunday", "sundays", "воскресенье", "воскресенья", "воскресенью"),
)
_MONTHS = (
    ("january", "jan", "января"), ("february", "feb", "февраля"), ("march", "mar", "марта"),
    ("april", "apr", "апреля"), ("may", "мая"), ("june", "jun", "июня"), ("july", "jul", "июля"),
    ("august", "aug", "августа"), ("september", "sep", "sept", "сентября"), ("october", "oct", "октября"),
    ("november", "nov", "ноября"), ("december", "dec", "декабря"),
)  # fmt: skip
_BY_WEEKDAY = {word: number for number, words in enumerate(_WEEKDAYS) for word in words}
_BY_MONTH = {word: number for number, words in enumerate(_MONTHS, 1) for word in words}
_LAST = _those("last past прошлый прошлую прошлое прошлого")
_ONE_SLIP = 5
"""Letters from which on one slip in a word is forgiven; shorter ones have too many neighbours (laid, paid, said)."""

_NEIGHBOURS = _those("вечера вечер вечером paid said maid")
"""Words a slip away from ours that mean something else."""

_ISO = re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b")
_DOTTED = re.compile(r"\b(\d{1,2})\.(\d{1,2})(?:\.(\d{4}))?(?!\d)")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")


def understand(text: str, today: date, hens: Mapping[str, HenId] | None = None) -> Question | None:
    """The question in a text; None if it is none that can be answered.

    Args:
        today: of the coop's calendar.
        hens: hens by each of their names, in any language.
    """
    folded = _folded(text)
    found_day, words = _day(folded, today)
    if found_day is None and not words:
        return None
    hen, words = _hen(words, hens or {})
    return _question(words, found_day, hen, today)


def _question(words: Sequence[str], day: date | None, hen: HenId | None, today: date) -> Question | None:
    lays = [word for word in words if word in _LAY or _close_to(word, _LAY)]
    if any(word not in _ASKING and word not in lays for word in words):
        # A word that we do not know may turn the question ("this week", "why"): better to ask back than to guess.
        return Question(QuestionKind.HELP, today) if len(words) == 1 and words[0] in _HELP else None
    if not lays and day is None:
        return None
    if hen is not None:
        return Question(QuestionKind.DID_HEN_LAY, day or today, hen)
    return Question(QuestionKind.WHO_LAID, day or today)


def _folded(text: str) -> str:
    return text.casefold().replace("ё", "е")


def _day(text: str, today: date) -> tuple[date | None, list[str]]:
    """The day that is meant, if one is named and no other with it, and the words that do not name it."""
    for pattern, order in ((_ISO, (1, 2, 3)), (_DOTTED, (3, 2, 1))):
        match = pattern.search(text)
        if match:
            year, month, number = (match.group(group) for group in order)
            day = _calendar_day(year, int(month), int(number), today)
            return (day, _words(text[: match.start()] + " " + text[match.end() :])) if day else (None, [])
    return _named_day(_words(text), today)


def _words(text: str) -> list[str]:
    return [word.replace("’", "'").removesuffix("'s") for word in _WORD.findall(text)]


def _named_day(words: Sequence[str], today: date) -> tuple[date | None, list[str]]:
    rest = _without_day_before(words)
    shift = timedelta(days=-1 if len(rest) < len(words) else 0)
    days: list[date] = []
    others: list[str] = []
    for word in rest:
        day = _day_of_word(word, today)
        if day is not None:
            days.append(day)
        elif word not in _LAST:
            others.append(word)
    written, others = _written_day(others, today)
    days += [written] if written else []
    if len(set(days)) > 1:
        return None, ["?"]  # two days in one question are not answered as one
    return (days[0] + shift if days else None), others


def _without_day_before(words: Sequence[str]) -> list[str]:
    """Without `(the) day before`, which stands before `yesterday`."""
    joined = " ".join(words).replace("the day before", "day before")
    return joined.replace("day before", "").split() if "day before yesterday" in joined else list(words)


def _day_of_word(word: str, today: date) -> date | None:
    offset = _OFFSETS.get(word, _OFFSETS.get(_close_to(word, _OFFSETS) or ""))
    if offset is not None:
        return today + timedelta(days=offset)
    weekday = _BY_WEEKDAY.get(word, _BY_WEEKDAY.get(_close_to(word, _BY_WEEKDAY) or ""))
    return today - timedelta(days=(today.weekday() - weekday) % 7) if weekday is not None else None


def _written_day(words: Sequence[str], today: date) -> tuple[date | None, list[str]]:
    """`3 October`, `October 3rd`, `3 октября 2016`: the date, and the words without it."""
    numbers = [(at, int(match[1])) for at, word in enumerate(words) if (match := re.match(r"(\d+)", word))]
    months = [(at, _BY_MONTH[word]) for at, word in enumerate(words) if word in _BY_MONTH]
    if len(months) != 1 or not numbers:
        return None, list(words)
    days = [number for _, number in numbers if number <= 31]
    years = [str(number) for _, number in numbers if number >= 1000]
    if len(days) != 1 or len(numbers) != len(days) + len(years) or len(years) > 1:
        return None, list(words)
    day = _calendar_day(years[0] if years else None, months[0][1], days[0], today)
    used = {months[0][0], *(at for at, _ in numbers)}
    return day, [word for at, word in enumerate(words) if at not in used or day is None]


def _calendar_day(year: str | None, month: int, number: int, today: date) -> date | None:
    """A date; without a year, the nearest that is not in the future."""
    try:
        day = date(int(year) if year else today.year, month, number)
        return day if year or day <= today else day.replace(year=today.year - 1)
    except ValueError:
        return None


def _hen(words: Sequence[str], hens: Mapping[str, HenId]) -> tuple[HenId | None, list[str]]:
    """The one hen that is named, in any case of hers and with a slip, and the words without her name."""
    named: set[HenId] = set()
    rest: list[str] = list(words)
    for name, hen in sorted(hens.items(), key=lambda item: -len(item[0])):
        parts = _words(_folded(name))
        for start in range(len(rest) - len(parts) + 1):
            if parts and all(_same_name(*pair) for pair in zip(rest[start:], parts, strict=False)):
                named.add(hen)
                del rest[start : start + len(parts)]
                break
    return (named.pop(), rest) if len(named) == 1 else (None, list(words))


def _same_name(word: str, name: str) -> bool:
    if word == name:
        return True
    if word in _ASKING or word in _LAY:
        return False
    return _stem(word) == _stem(name) or (min(len(word), len(name)) >= _ONE_SLIP and _one_slip(word, name))


def _stem(word: str) -> str:
    """A Russian name without its case ending."""
    return re.sub(r"(?:ой|ей|ою|ею|ом|ем|[аяуюыиеойь])$", "", word) if len(word) > 3 and word[0] > "z" else word


def _close_to(word: str, known: Mapping[str, object] | frozenset[str]) -> str | None:
    """The known word that this one is with one slip; None for short words and for other words of the language."""
    if len(word) < _ONE_SLIP - 1 or word in _NEIGHBOURS or word in _ASKING:
        return None
    return next((other for other in known if len(other) >= _ONE_SLIP and _one_slip(word, other)), None)


def _one_slip(word: str, other: str) -> bool:
    """One letter too many, missing, other, or two neighbours swapped (Damerau 1964: four of five slips)."""
    if abs(len(word) - len(other)) > 1:
        return False
    start = next((at for at, pair in enumerate(zip(word, other, strict=False)) if pair[0] != pair[1]), None)
    if start is None:
        return True
    one, two = word[start:], other[start:]
    return one[1:] == two[1:] or one[1:] == two or one == two[1:] or (one[:2] == two[1::-1] and one[2:] == two[2:])
