"""Words of the calendar, as symbols that rules about periods are written in (`periods.py`).

A word becomes `SYMBOL` or `SYMBOL:value`: `вчера` is `REL:-1`, `Friday` is `DOW:4`, `3rd` is `F:3`.
"""

import re
from collections.abc import Mapping
from functools import cache

from henbot.bot.questions.numbers import number_at
from henbot.bot.questions.words import is_known, known_form

OTHER = "x"

_WORDS: Mapping[str, str] = {
    "REL:0": (
        "сег tday tod 2nite сення сегоня сёдня today todays "
        "today's tonight tonite tdy сегодня седня сегодн сегодняшн* севодня тудей"
    ),
    "REL:-1": "вч ystd yest yst ystday yesterdy вчерась yesterday yesterdays yday ystrday вчера вчерашн* вчер",
    "REL:-2": "позавчера позавчерашн* позачера",
    "REL:-3": "позапозавчера поза-позавчера",
    "REL:1": "tmw tomorow 2mrw tomorrow tomorrows tmrw tmr завтра завтрашн*",
    "REL:2": "послезавтра",
    "DOW:0": "пн пон понед monday mondays mon понедельник* понедельн*",
    "DOW:1": "вт втр tuesday tuesdays tue tues вторник*",
    "DOW:2": "ср wednesday wednesdays wed weds wensday среда среду среды среде средой",
    "DOW:3": "чт чтв thursday thursdays thu thur thurs четверг*",
    "DOW:4": "пт птн friday fridays fri пятниц*",
    "SAT": "sat",
    "DOW:5": "сб суб saturday saturdays суббот*",
    "DOW:6": "вс вск воскр sunday sundays sun воскресень* воскресенi* воскрес*",
    "MON:1": "january jan январ* янв",
    "MON:2": "february feb феврал* фев",
    "MON:3": "march mar март*",
    "MON:4": "april apr апрел* апр",
    "MON:5": "май мая мае маем",
    "MAY": "may",
    "MON:6": "june jun июнь июня июне июн",
    "MON:7": "july jul июль июля июле июл",
    "MON:8": "august aug август* авг",
    "MON:9": "september sept sep сентябр* сен сент",
    "MON:10": "october oct октябр* окт",
    "MON:11": "november nov ноябр* ноя",
    "MON:12": "december dec декабр* дек",
    "SEASON:3": "spring весна весной весну весне весны",
    "SEASON:6": "summer лето летом лета лету",
    "SEASON:9": "autumn осень осенью осени",
    "SEASON:12": "winter зима зимой зиму зиме зимы",
    "UNIT:day": "дн day days день дня дней дни дню днях денек деньки денечк*",
    "UNIT:week": "нед week weeks wk wks wek недел* недельк* неделечк*",
    "UNIT:fortnight": "fortnight fortnights",
    "UNIT:month": "mo mos mth mths month months месяц* месяч* мес",
    "UNIT:year": "year years yr год года году годом лет годы",
    "UNIT:quarter": "quarter quarters квартал*",
    "QUARTER:1": "q1",
    "QUARTER:2": "q2",
    "QUARTER:3": "q3",
    "QUARTER:4": "q4",
    "HALF": "half половин*",
    "DECADE": "декад*",
    "HALFYEAR": "полгода полугоди*",
    "EARLY": "early",
    "MID": "mid middle середин*",
    "LATE": "late end конце конец концу",
    "SUTKI": "сутки суток сутках",
    "UNIT:hour": "hr hrs hour hours час часа часов часик*",
    "ADJ:week": "weekly недельн* еженедельн*",
    "ADJ:month": "monthly месячн* ежемесячн*",
    "ADJ:year": "yearly annual годов* ежегодн*",
    "WEEKEND": "wknd wkend weekend weekends выходн* уикенд* викенд*",
    "THIS": "this current эта эту этой этот этого этом это эти этих текущ* нынешн*",
    "PREV": "prev пред прош previous prior preceding прошл* предыдущ* прошедш* минувш*",
    "LAST": "lst last",
    "PAST": "посл past latest trailing последн* крайн*",
    "BEFORELAST": "позапрошл*",
    "NEXT": "next following coming upcoming следующ* будущ* грядущ*",
    "AGO": "ago back назад тому",
    "BEFORE": "before перед",
    "AFTER": "after",
    "FROM": "from от",
    "SINCE": "since с со начиная",
    "TO": "to till until til through thru по до включительно -",
    "BETWEEN": "between между",
    "AND": "and & и or или",
    "FOR": "for over during within за",
    "IN": "in в во",
    "ON": "on at на к",
    "THROUGH": "через",
    "OF": "of",
    "THE": "the",
    "A": "a an one",
    "PER": "per each every каждый каждую каждое",
    "BEGIN": "beginning start начала началу начало начале",
    "TODATE": "todate",
    "DATEWORD": "числа число числу",
    "YEARWORD": "г",
    "WHOLE": "whole entire full весь всю все целый целую целое whole",
    "NIGHT": "night evening вечер вечером вечера ночь ночью morning afternoon noon утро утром утра днем полдень",
    "OTHERDAY": "днях",
}
_FUZZY_LEAST = 5
_DATE = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}(?:[-/.]\d{2,4})?")


def symbols_of(words: list[str]) -> list[tuple[str, int]]:
    """The symbol of each word or number, and how many words it takes."""
    symbols: list[tuple[str, int]] = []
    at = 0
    while at < len(words):
        symbol, taken = _symbol_at(words, at)
        symbols.append((symbol, taken))
        at += taken
    return [_may(symbols, place) for place in range(len(symbols))]


def _may(symbols: list[tuple[str, int]], place: int) -> tuple[str, int]:
    """`may` and `sat` are of the calendar only beside a number or a word of time (`May I ask`, `she sat in`)."""
    symbol, taken = symbols[place]
    if symbol not in ("MAY", "SAT"):
        return symbol, taken
    before = symbols[place - 1][0] if place else ""
    after = symbols[place + 1][0] if place + 1 < len(symbols) else ""
    if symbol == "SAT":
        return ("DOW:5" if after in ("", "TO", "AND") or before in _BEFORE_SAT or _is_number(after) else OTHER), taken
    return ("MON:5" if before in _BEFORE_MAY or _is_number(before) or _is_number(after) else OTHER), taken


def _is_number(symbol: str) -> bool:
    return symbol[:2] in ("N:", "F:", "O:")


_BEFORE_SAT = ("ON", "LAST", "THIS", "PREV", "PAST", "NEXT", "SINCE", "FROM", "TO", "BETWEEN")
_BEFORE_MAY = ("IN", "OF", "FOR", "SINCE", "FROM", "TO", "LAST", "THIS", "PREV", "NEXT")


def is_calendar_word(word: str) -> bool:
    """Whether a word belongs to the calendar as it is written."""
    return word in _exact() or _stem_symbol(word) is not None


def _symbol_at(words: list[str], at: int) -> tuple[str, int]:
    word = words[at]
    if _DATE.fullmatch(word):
        return f"DATE:{word}", 1
    if word in _exact():
        return _exact()[word], 1
    number = number_at(words, at)
    if number is not None:
        value, taken, is_place = number
        kind = "N" if not is_place else "F" if word[0].isdigit() or word.endswith(("ого", "ьего")) else "O"
        return f"{kind}:{value}", taken
    return _stem_symbol(word) or _slip_symbol(word) or OTHER, 1


def _stem_symbol(word: str) -> str | None:
    return next((_stems()[word[:n]] for n in range(len(word), 2, -1) if word[:n] in _stems()), None)


def _slip_symbol(word: str) -> str | None:
    if is_known(word):
        return None
    near = known_form(word, _forgiven())
    return _exact()[near] if near else None


@cache
def _forgiven() -> tuple[str, ...]:
    return tuple(word for word in _exact() if len(word) >= _FUZZY_LEAST)


@cache
def _exact() -> Mapping[str, str]:
    return {word: symbol for symbol, words in _WORDS.items() for word in words.split() if not word.endswith("*")} | {
        # Full forms of stems, so that slips in them are forgiven too.
        "понедельник": "DOW:0", "понедельника": "DOW:0", "вторник": "DOW:1", "вторника": "DOW:1", "четверг": "DOW:3",
        "четверга": "DOW:3", "пятницу": "DOW:4", "пятница": "DOW:4", "пятницы": "DOW:4", "субботу": "DOW:5",
        "суббота": "DOW:5", "субботы": "DOW:5", "воскресенье": "DOW:6", "воскресенья": "DOW:6", "неделя": "UNIT:week",
        "неделю": "UNIT:week", "неделе": "UNIT:week", "недели": "UNIT:week", "месяц": "UNIT:month",
        "месяца": "UNIT:month", "месяце": "UNIT:month", "выходные": "WEEKEND", "выходных": "WEEKEND",
        "прошлую": "PREV", "прошлой": "PREV", "прошлый": "PREV", "прошлом": "PREV", "последние": "PAST",
        "последнюю": "PAST", "последний": "PAST", "января": "MON:1", "февраля": "MON:2", "апреля": "MON:4",
        "августа": "MON:8", "сентября": "MON:9", "октября": "MON:10", "ноября": "MON:11", "декабря": "MON:12",
    }  # fmt: skip


@cache
def _stems() -> Mapping[str, str]:
    return {
        word.removesuffix("*"): symbol for symbol, words in _WORDS.items() for word in words.split() if word[-1] == "*"
    }
