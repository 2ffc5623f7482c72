"""Rules about periods: each a pattern over symbols of the calendar (`calendar_words.py`), with the days it means."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache

DAYS = {"day": 1, "week": 7, "fortnight": 14, "month": 30, "quarter": 91, "year": 365, "hour": 0}
"""Days of `the last ...` and of rates (/hen and the statistics count over 7, 30 and 365 days)."""

_EARLIEST = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Period:
    """Days of the coop's calendar, both ends included."""

    first: date
    last: date

    @classmethod
    def of(cls, day: date) -> "Period":
        """One day."""
        return cls(day, day)

    @property
    def is_day(self) -> bool:
        """Whether it is one day."""
        return self.first == self.last


@dataclass(frozen=True, slots=True)
class Asked:
    """When a question is asked, and whether it is about what is to come."""

    today: date
    forward: bool


class NoSuchDate(Exception):
    """A date that the calendar lacks."""


Meaning = Callable[["re.Match[str]", Asked], Period]


# What the rules mean


def _relative(match: "re.Match[str]", asked: Asked) -> Period:
    return Period.of(asked.today + timedelta(days=int(match["days"])))


def _before_relative(match: "re.Match[str]", asked: Asked) -> Period:
    shift = -1 if match["side"] == "BEFORE" else 1
    return Period.of(asked.today + timedelta(days=int(match["days"]) + shift))


def _weekday(match: "re.Match[str]", asked: Asked) -> Period:
    found, modifier = match.groupdict(), match.groupdict().get("modifier")
    weekday = int(match["dow"])
    week = found.get("week")
    if week:
        monday = _monday(asked.today) - timedelta(days=7 * (2 if week == "BEFORELAST" else week in ("LAST", "PREV")))
        return Period.of(monday + timedelta(days=weekday + (7 if week == "NEXT" else 0)))
    back = (asked.today.weekday() - weekday) % 7
    if modifier == "NEXT" or (asked.forward and modifier in (None, "THIS")):
        return Period.of(asked.today + timedelta(days=(-back) % 7 or (7 if modifier == "NEXT" else 0)))
    if modifier == "BEFORELAST":
        return Period.of(asked.today - timedelta(days=(back or 7) + 7))
    return Period.of(asked.today - timedelta(days=back or (7 if modifier in ("LAST", "PREV") else 0)))


def _ago(match: "re.Match[str]", asked: Asked) -> Period:
    number, unit = int(match["number"] or 1), match["unit"] or "day"
    return Period.of(shifted(asked.today, -number, unit))


def _ahead(match: "re.Match[str]", asked: Asked) -> Period:
    return Period.of(shifted(asked.today, int(match["number"] or 1), match["unit"]))


def _rolling(match: "re.Match[str]", asked: Asked) -> Period:
    found = match.groupdict()
    days = max(int(found.get("number") or 1) * DAYS[match["unit"]], 1)
    return Period(max(asked.today - timedelta(days=min(days, 36500) - 1), _EARLIEST), asked.today)


def _hours(match: "re.Match[str]", asked: Asked) -> Period:
    """The last 24 hours began yesterday; a question knows its day and no hour, so fewer are today."""
    found = match.groupdict()
    days = int(found["number"] or 1) if "SUTKI" in match[0] else int(found["number"] or 1) // 24
    return Period(max(asked.today - timedelta(days=days), _EARLIEST), asked.today)


def _this(match: "re.Match[str]", asked: Asked) -> Period:
    return Period(_unit_start(asked.today, match["unit"]), asked.today)


def _previous(match: "re.Match[str]", asked: Asked) -> Period:
    times = 2 if "BEFORE" in match[0] else 1
    start = _unit_start(asked.today, match["unit"])
    for _ in range(times):
        end = start - timedelta(days=1)
        start = _unit_start(end, match["unit"])
    return Period(start, end)


def _coming(match: "re.Match[str]", asked: Asked) -> Period:
    start = _unit_start(shifted(_unit_start(asked.today, match["unit"]), 1, match["unit"]), match["unit"])
    return Period(start, shifted(start, 1, match["unit"]) - timedelta(days=1))


def _weekend(match: "re.Match[str]", asked: Asked) -> Period:
    modifier = match.groupdict().get("modifier")
    if modifier == "NEXT" or asked.forward:
        saturday = _monday(asked.today) + timedelta(days=5)
        return Period(saturday, saturday + timedelta(days=1))
    begun = asked.today.weekday() >= 5 and modifier not in ("LAST", "PREV")
    saturday = _monday(asked.today) + timedelta(days=5 if begun else -2)
    return Period(saturday, min(saturday + timedelta(days=1), asked.today))


def _written(match: "re.Match[str]", asked: Asked) -> Period:
    found = match.groupdict()
    return Period.of(_date_of(found["day"], found["month"], found.get("year"), asked))


def _week_with(match: "re.Match[str]", asked: Asked) -> Period:
    monday = _monday(_written(match, asked).first)
    return Period(monday, monday + timedelta(days=6))


def _figures(match: "re.Match[str]", asked: Asked) -> Period:
    parts = re.split(r"[-/.]", match["date"])
    if len(parts[0]) == 4:
        parts.reverse()
    day, month, *year = parts
    if int(month) > 12 >= int(day):
        day, month = month, day
    if year and len(year[0]) == 2:
        year = [f"20{year[0]}"]
    return Period.of(_date_of(day, month, year[0] if year else None, asked))


def _day_of_month(match: "re.Match[str]", asked: Asked) -> Period:
    return Period.of(_numbered_day(int(match["day"]), asked))


def _days_of_month(match: "re.Match[str]", asked: Asked) -> Period:
    found = match.groupdict()
    first, last = int(found["first"]), int(found["last"])
    if not found.get("month"):
        end = _numbered_day(last, asked)
        start = end.replace(day=1) - timedelta(days=1) if first > last else end
        return Period(_in_month(start, first), end)
    start = _date_of(found["first"], found["month"], found.get("year"), asked)
    return Period(start, max(_in_month(start, last), start))


def _in_month(day: date, number: int) -> date:
    try:
        return day.replace(day=number)
    except ValueError as exc:
        raise NoSuchDate from exc


def _month(match: "re.Match[str]", asked: Asked) -> Period:
    found = match.groupdict()
    month, year = int(found["month"]), int(found["year"]) if found.get("year") else None
    if year is None:
        year = asked.today.year - (month > asked.today.month and not asked.forward)
        if match[0].startswith(("LAST ", "PREV ")) and month == asked.today.month:
            year -= 1
    start = date(year, month, 1)
    end = shifted(start, 1, "month") - timedelta(days=1)
    return Period(start, min(end, asked.today) if start <= asked.today else end)


def _week_of_month(match: "re.Match[str]", asked: Asked) -> Period:
    """The first week of October is its days 1 to 7; the last week its last seven days."""
    whole = _month(match, asked)
    if match["last"]:
        end = shifted(whole.first, 1, "month") - timedelta(days=1)
        return Period(end - timedelta(days=6), end)
    start = whole.first + timedelta(days=7 * (int(match["place"]) - 1))
    return Period(start, min(start + timedelta(days=6), shifted(whole.first, 1, "month") - timedelta(days=1)))


def _part_of_month(match: "re.Match[str]", asked: Asked) -> Period:
    """Its beginning are the days 1 to 10, its middle 11 to 20, its end the rest; halves meet at the 15th."""
    first = _month(match, asked).first
    last = shifted(first, 1, "month") - timedelta(days=1)
    half, part = match["half"], match["part"]
    if half:
        middle = first + timedelta(days=14)
        return Period(first, middle) if half in ("1", "FIRST") else Period(middle + timedelta(days=1), last)
    start = first + timedelta(days={"BEGIN": 0, "EARLY": 0, "MID": 10, "LATE": 20}[part])
    return Period(start, last if part == "LATE" else start + timedelta(days=9))


def _days_at_edge(match: "re.Match[str]", asked: Asked) -> Period:
    """The first ten days of a month, its second decade, its last day."""
    first = _month(match, asked).first
    last = shifted(first, 1, "month") - timedelta(days=1)
    place, days = match["place"], min(int(match["days"] or (10 if "DECADE" in match[0] else 1)), 28)
    if place is None:
        return Period(last - timedelta(days=days - 1), last)
    start = first + timedelta(days=days * (int(place) - 1))
    return Period(start, last if "DECADE" in match[0] and place == "3" else start + timedelta(days=days - 1))


def _quarter(match: "re.Match[str]", asked: Asked) -> Period:
    month = int(match["quarter"]) * 3 - 2
    year = int(match["year"]) if match["year"] else asked.today.year - (month > asked.today.month)
    start = date(year, month, 1)
    end = shifted(start, 1, "quarter") - timedelta(days=1)
    return Period(start, min(end, asked.today) if start <= asked.today else end)


def _half_years(match: "re.Match[str]", asked: Asked) -> Period:
    return Period(asked.today - timedelta(days=6 * DAYS["month"] - 1), asked.today)


def _year(match: "re.Match[str]", asked: Asked) -> Period:
    start = date(int(match["year"]), 1, 1)
    end = date(start.year, 12, 31)
    return Period(start, min(end, asked.today) if start <= asked.today else end)


def _season(match: "re.Match[str]", asked: Asked) -> Period:
    month = int(match["season"])
    year = int(match["year"]) if match["year"] else asked.today.year - (month > asked.today.month)
    start = date(year, month, 1)
    end = shifted(start, 3, "month") - timedelta(days=1)
    if match["modifier"] in ("LAST", "PREV") and start <= asked.today <= end:
        start, end = shifted(start, -12, "month"), shifted(start, -9, "month") - timedelta(days=1)
    return Period(start, min(end, asked.today) if start <= asked.today else end)


def _last_days(match: "re.Match[str]", asked: Asked) -> Period:
    return Period(asked.today - timedelta(days=2), asked.today)


# The calendar

_MONTHS = {"month": 1, "quarter": 3, "year": 12}
"""Units of whole months."""


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _unit_start(day: date, unit: str) -> date:
    if unit in ("week", "fortnight"):
        return _monday(day)
    if unit in ("month", "quarter"):
        return day.replace(day=1, month=day.month if unit == "month" else (day.month - 1) // 3 * 3 + 1)
    return day.replace(month=1, day=1) if unit == "year" else day


def shifted(day: date, number: int, unit: str) -> date:
    """A day so many days, weeks, months or years later; the last of its month where that is shorter."""
    number = max(min(number, 1000), -1000)
    if unit not in _MONTHS:
        return max(day + timedelta(days=number * DAYS[unit]), _EARLIEST)
    months = day.year * 12 + day.month - 1 + number * _MONTHS[unit]
    year, month = divmod(max(months, _EARLIEST.year * 12), 12)
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return min(date(year, month + 1, 1) + timedelta(days=day.day - 1), following - timedelta(days=1))


def _numbered_day(number: int, asked: Asked) -> date:
    """The last day of that number that has come; the next, where it is asked about what is to come."""
    for months in range(4):
        start = shifted(asked.today.replace(day=1), months if asked.forward else -months, "month")
        day = start + timedelta(days=number - 1)
        fits = day >= asked.today if asked.forward else day <= asked.today
        if number >= 1 and day.month == start.month and fits:
            return day
    raise NoSuchDate


def _date_of(day: str, month: str, year: str | None, asked: Asked) -> date:
    """A written date; without a year, the last that has come, or the next where it is asked about what is to come."""
    import dateparser  # takes a tenth of a second, and most questions name no date

    settings = {
        "PREFER_DATES_FROM": "future" if asked.forward else "past",
        "DATE_ORDER": "DMY",
        "RELATIVE_BASE": datetime.combine(asked.today, time(0 if asked.forward else 23)),
        "REQUIRE_PARTS": ["day", "month"],
    }
    written = f"{int(day)}.{int(month):02}" + (f".{int(year):04}" if year else "")
    if not year:
        written = f"{int(day)} {_MONTH_NAMES[min(int(month), 13) - 1]}"
    found = dateparser.parse(written, languages=["en"], settings=settings)
    if found is None or (found.day, found.month) != (int(day), int(month)):
        raise NoSuchDate
    return date(found.year, found.month, found.day)


_MONTH_NAMES = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December", "none",
)  # fmt: skip


# The rules, those that take more words first


_N = r"(?:N|O|F):"
_YEAR_AFTER = r"(?:(?:IN |OF )?N:(?P<year>(?:19|20)\d\d) (?:UNIT:year |YEARWORD )?|YEARWORD )?"
_UNIT = r"UNIT:(?P<unit>week|month|quarter|year|fortnight) "
_ANY_UNIT = r"UNIT:(?P<unit>day|week|month|quarter|year|fortnight|hour) "
_PREP = r"(?:FOR |IN |ON |OF )?(?:THE )?(?:WHOLE )?"

_RULES: tuple[tuple[str, Meaning], ...] = (
    (r"(?:FROM |SINCE |BETWEEN |ON )?(?:THE )?" + _N + r"(?P<first>\d{1,2}) (?:DATEWORD )?(?:TO|AND) (?:THE )?" + _N
     + r"(?P<last>\d{1,2}) (?:OF )?MON:(?P<month>\d+) " + _YEAR_AFTER, _days_of_month),
    (r"(?:FROM |SINCE |BETWEEN )?MON:(?P<month>\d+) (?:THE )?" + _N + r"(?P<first>\d{1,2}) (?:TO|AND) (?:THE )?" + _N
     + r"(?P<last>\d{1,2}) (?!MON)" + _YEAR_AFTER, _days_of_month),
    (r"(?:FROM |SINCE |BETWEEN )(?:THE )?" + _N + r"(?P<first>\d{1,2}) (?:TO|AND) (?:THE )?" + _N
     + r"(?P<last>\d{1,2}) DATEWORD ", _days_of_month),
    (r"(?:FROM |SINCE |BETWEEN )N:(?P<first>\d{1,2}) (?:TO|AND) N:(?P<last>\d{1,2}) (?!UNIT|DATE|MON|NIGHT)",
     _days_of_month),
    (r"(?:FROM |SINCE |BETWEEN )?(?:THE )?F:(?P<first>\d{1,2}) (?:TO|AND) (?:THE )?F:(?P<last>\d{1,2}) (?:DATEWORD )?",
     _days_of_month),
    (_PREP + r"UNIT:week OF (?:THE )?" + _N + r"(?P<day>\d{1,2}) (?:OF )?MON:(?P<month>\d+) " + _YEAR_AFTER,
     _week_with),
    (r"(?:ON )?DATE:(?P<date>\S+) (?:UNIT:year |YEARWORD )?", _figures),
    (r"(?:ON |OF |FOR )?(?:THE )?" + _N + r"(?P<day>\d{1,2}) (?:OF )?MON:(?P<month>\d+) " + _YEAR_AFTER, _written),
    (r"(?:ON |OF |FOR )?MON:(?P<month>\d+) (?:THE )?" + _N + r"(?P<day>\d{1,2}) (?!UNIT)" + _YEAR_AFTER, _written),
    (r"(?:ON |IN )?(?:THE )?(?:F|O|N):(?P<day>\d{1,2}) DATEWORD ", _day_of_month),
    (r"(?:ON )?(?:THE )?F:(?P<day>\d{1,2}) ", _day_of_month),
    (r"ON (?:THE )?O:(?P<day>\d{1,2}) (?!HALF|UNIT)", _day_of_month),
    (r"THE O:(?P<day>[4-9]|[1-3]\d) $", _day_of_month),
    (r"(?:THE )?UNIT:day (?P<side>BEFORE|AFTER) REL:(?P<days>-?\d+) ", _before_relative),
    (r"REL:(?P<days>-?\d+) (?:NIGHT |UNIT:day )*", _relative),
    (r"(?:LAST|PAST) NIGHT (?P<days>)", lambda match, asked: Period.of(asked.today - timedelta(days=1))),
    (r"(?:(?:ON |IN )(?:THE )?)?(?:(?P<last>LAST|PAST) |(?:O|N|F):(?P<place>[1-5]) )UNIT:week (?:OF |IN )?"
     r"MON:(?P<month>\d+) " + _YEAR_AFTER, _week_of_month),
    (_PREP + r"(?:(?:O|N|F):(?P<place>[1-3]) |LAST |PAST )(?:N:(?P<days>\d{1,2}) )?(?:UNIT:day |DECADE )"
     r"(?:OF |IN )?(?:THE )?MON:(?P<month>\d+) " + _YEAR_AFTER, _days_at_edge),
    (r"(?:(?:ON |IN )(?:THE )?)?(?:(?:O|N|F):(?P<half>[12]) HALF |(?P<part>BEGIN|EARLY|MID|LATE) )"
     r"(?:OF |IN |- )?(?:THE )?MON:(?P<month>\d+) " + _YEAR_AFTER, _part_of_month),
    (_PREP + r"(?:QUARTER:|(?:O|N|F):)(?P<quarter>[1-4]) (?:UNIT:quarter )" + _YEAR_AFTER, _quarter),
    (_PREP + r"QUARTER:(?P<quarter>[1-4]) " + _YEAR_AFTER, _quarter),
    (_PREP + r"(?:LAST |PAST |PREV )?(?:HALFYEAR |HALF (?:OF )?(?:A |THE )?UNIT:year )", _half_years),
    (r"(?P<time>SINCE |IN THE )NIGHT ", lambda match, asked: Period.of(asked.today)),
    (r"(?:THIS) (?:NIGHT )", lambda match, asked: Period.of(asked.today)),
    (r"(?:ON |IN )?(?P<week>LAST|PREV|THIS|NEXT|BEFORELAST) UNIT:week (?:ON |IN )?DOW:(?P<dow>\d) ", _weekday),
    (r"(?:ON |IN )?DOW:(?P<dow>\d) (?:NIGHT )?(?:ON |IN |OF )?(?P<week>LAST|PREV|THIS|NEXT|BEFORELAST) UNIT:week ",
     _weekday),
    (r"(?:ON |IN )?(?:THE )?(?:(?P<modifier>LAST|PREV|PAST|THIS|NEXT|BEFORELAST) )?DOW:(?P<dow>\d) (?:NIGHT )?",
     _weekday),
    (r"(?:A )?(?:N:(?P<number>\d{1,3}) )?(?:OF )?" + _ANY_UNIT + "AGO ", _ago),
    (r"(?:IN|THROUGH) (?:A |THE )?(?:N:(?P<number>\d{1,3}) )(?:OF )?" + _ANY_UNIT, _ahead),
    (r"THROUGH " + _ANY_UNIT, lambda match, asked: Period.of(shifted(asked.today, 1, match["unit"]))),
    (r"(?P<since>FROM |SINCE )(?:THE )?BEGIN (?:OF )?(?:THE )?(?:THIS )?" + _UNIT, _this),
    (r"(?:N:(?P<number>\d{1,3}) )?(?P<unit>)SUTKI AGO ", _ago),
    (r"(?:FOR |IN |ON )?(?:THE )?(?:LAST |PAST |PREV )(?:N:(?P<number>\d{1,3}) )?SUTKI ", _hours),
    (r"FOR (?:N:(?P<number>\d{1,3}) )?(?:LAST |PAST |PREV )?SUTKI ", _hours),
    (_PREP + r"(?:LAST|PAST|PREV) N:(?P<number>\d{1,3}) UNIT:hour ", _hours),
    (_UNIT + r"TODATE ", _this),
    (_PREP + r"(?:LAST|PAST|PREV) (?:A )?N:(?P<number>\d{1,3}) (?:OF )?" + _ANY_UNIT, _rolling),
    (_PREP + r"(?:N:(?P<number>\d{1,3}) )(?:LAST|PAST|PREV) " + _ANY_UNIT, _rolling),
    (_PREP + r"THIS " + r"(?:WHOLE )?" + _UNIT, _this),
    (_PREP + r"(?:LAST|PREV) UNIT:(?P<unit>fortnight) ", _rolling),
    (r"(?:FOR |IN )THE LAST UNIT:(?P<unit>week|month|year) ", _rolling),
    (_PREP + r"(?:LAST|PREV) " + _UNIT, _previous),
    (_PREP + r"BEFORELAST " + _UNIT, _previous),
    (r"(?:THE )?" + _UNIT + r"BEFORE LAST ", _previous),
    (_PREP + r"PAST (?:WHOLE )?" + _ANY_UNIT, _rolling),
    (_PREP + r"NEXT " + _UNIT, _coming),
    (_PREP + r"(?:(?P<modifier>LAST|PREV|PAST|THIS|NEXT) )?WEEKEND ", _weekend),
    (r"(?:FOR |IN )?(?:THE )?(?:WHOLE )?(?:A )?(?:N:(?P<number>\d{1,3}) )(?:OF )?" + _ANY_UNIT, _rolling),
    (r"FOR (?:A )?(?:THE )?(?:WHOLE )?" + _ANY_UNIT, _rolling),
    (r"(?P<bare>)ON UNIT:(?P<unit>week) ", _this),
    (r"ON OTHERDAY ", _last_days),
    (r"(?:ADJ:(?P<unit>week|month|year)) ", _rolling),
    (r"(?P<modifier>LAST |PREV |THIS |PAST )?(?:FOR |IN |OF |ON )?(?:THE )?MON:(?P<month>\d+) " + _YEAR_AFTER, _month),
    (r"(?:IN |FOR |OF )?N:(?P<year>(?:19|20)\d\d) (?:UNIT:year |YEARWORD )", _year),
    (r"(?:IN |FOR |OF )N:(?P<year>(?:19|20)\d\d) ", _year),
    (_PREP + r"(?:(?P<modifier>LAST|PREV|THIS|PAST) )?SEASON:(?P<season>\d+) (?:N:(?P<year>(?:19|20)\d\d) )?"
     r"(?:UNIT:year )?", _season),
    (r"(?P<bare>)UNIT:(?P<unit>week|month|quarter|year|fortnight) (?!AGO)", _rolling),
)  # fmt: skip


@cache
def rules() -> tuple[tuple["re.Pattern[str]", Meaning], ...]:
    """All of them, those that take more words first."""
    return tuple((re.compile(pattern), meaning) for pattern, meaning in _RULES)
