"""Charts of an answer: which there are, with their numbers and every word on them in the asker's language."""

import re
from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from enum import Enum

from henbot.bot.answers.question import Asking
from henbot.bot.language import capitalised
from henbot.bot.questions import Intent, Period
from henbot.bot.wording import Wording, plain
from henbot.domain.charts import (
    CalendarDay,
    CalendarMonth,
    Chart,
    EggBars,
    EggCalendar,
    Frame,
    HourRose,
    NestTime,
    Series,
)
from henbot.domain.observations import UNKNOWN, HenId
from henbot.services.chart_facts import (
    MONTH,
    Column,
    DayEggs,
    EggColumns,
    KnownDays,
    added_on,
    day_eggs,
    egg_columns,
    egg_hours,
    known_days,
    nest_minutes,
)
from henbot.services.eggs import MOST_DAYS
from henbot.services.periods import first_day
from henbot.services.reports import coop_of, flock_of
from henbot.services.watch_hours import hours_of_day

CALENDAR_MONTHS = 12
WEEKDAYS = 7


class Wish(Enum):
    """Charts that are asked for."""

    STATISTICS = "stats"
    CALENDAR = "calendar"


_IN_WORDS: Mapping[Wish, re.Pattern[str]] = {
    Wish.CALENDAR: re.compile(r"^\W*(?:(?:show|give|me|the|egg|покажи|дай|мне)\s+)*(?:calendar|календар\w*)\b", re.I),
    Wish.STATISTICS: re.compile(r"\b(?:stats?|statistics?|charts?|graphs?|статистик\w*|стат[ауеы]|график\w*)\b", re.I),
}


def wish_of(text: str) -> Wish | None:
    """Which charts a text asks for; None for none."""
    return next((wish for wish, words in _IN_WORDS.items() if words.search(text)), None)


def without_wish(text: str) -> str:
    """The text behind the words that ask for a calendar: of whom and when."""
    return _IN_WORDS[Wish.CALENDAR].sub(" ", text, count=1)


def charts_of(asking: Asking, wish: Wish | None) -> tuple[Chart, ...]:
    """The charts that go with an answer; none where it is not clear of whom or when, or where nothing is known."""
    question = asking.question
    unclear = question.no_such_date or question.choice or question.called
    if wish is None or unclear or question.intent is not Intent.HEN_STATS:
        return ()
    begins = first_day(asking.session)
    if begins is None or begins > asking.today:
        return ()
    if wish is Wish.CALENDAR:
        return (calendar(asking, begins),)
    period = _period(asking, begins)
    return statistics(asking, period) if period else ()


def statistics(asking: Asking, period: Period) -> tuple[Chart, ...]:
    """Eggs by day and hen, the hours, and time on the nest; of one hen the first two."""
    charts: list[Chart] = []
    known = _known(asking, period)
    if not period.is_day:
        charts.append(egg_bars(asking, period, known))
    charts.append(rose(asking, period, known))
    if asking.question.hen is None:
        charts.append(nest_time(asking, period, known))
    return tuple(charts)


def egg_bars(asking: Asking, period: Period, known: KnownDays) -> EggBars:
    """Eggs a day, week or month, by hen."""
    wording = asking.wording
    facts = egg_columns(known)
    words = [wording.say("eggs-number", number=facts.total)]
    return EggBars(
        _frame(asking, f"chart-eggs-{facts.unit}", _subtitle(asking, period, words)),
        tuple(_column_name(column, facts.unit, wording) for column in facts.columns),
        tuple(round(column.watched, 2) for column in facts.columns),
        _series(asking, facts),
        plain(wording.say("chart-no-eggs")),
    )


def rose(asking: Asking, period: Period, known: KnownDays) -> HourRose:
    """Eggs by the hour of the day."""
    facts = egg_hours(asking.session, known)
    number = sum(facts.eggs)
    words = [asking.wording.say("chart-known-hours", eggs=asking.wording.say("eggs-number", number=number))]
    return HourRose(
        _frame(asking, "chart-hours", _subtitle(asking, period, words)),
        facts.eggs,
        tuple(round(share, 2) for share in facts.watched),
        tuple(f"{hour}:00" for hour in range(0, 24, 3)),
    )


def nest_time(asking: Asking, period: Period, known: KnownDays) -> NestTime:
    """Time on the nest a day, by hen, the longest first."""
    minutes = nest_minutes(asking.session, known, asking.now)
    order = sorted(minutes, key=lambda hen: (-minutes[hen], hen))
    wording = asking.wording
    return NestTime(
        _frame(asking, "chart-nest-time", _subtitle(asking, period, [])),
        tuple(_name(hen, wording) for hen in order),
        tuple(round(minutes[hen], 1) for hen in order),
        tuple(plain(wording.say("chart-minutes", number=round(minutes[hen]))) for hen in order),
    )


def calendar(asking: Asking, begins: date) -> EggCalendar:
    """A year of days, or the days asked about, with the months that they lie in whole."""
    wording, hen = asking.wording, asking.question.hen
    period = _calendar_period(asking, begins)
    days = {day.day: day for day in day_eggs(_known(asking, period))}
    since = max(begins, (added_on(asking.session, hen) if hen else None) or begins)
    first = wording.phrases.first_weekday
    months = [
        CalendarMonth(
            wording.phrases.month(month, with_year=period.first.year != period.last.year),
            (month.weekday() - first) % WEEKDAYS,
            tuple(_calendar_day(days.get(day), day, since, asking) for day in _days_of(month)),
        )
        for month in _months(period)
    ]
    total = sum(day.eggs for day in days.values())
    return EggCalendar(
        _frame(asking, "chart-calendar", _subtitle(asking, period, [wording.say("eggs-number", number=total)])),
        wording.phrases.weekdays(),
        tuple(months),
        plain(wording.say("chart-none")),
        plain(wording.say("chart-probably")),
        plain(wording.say("chart-egg" if hen else "chart-eggs")),
    )


def _known(asking: Asking, period: Period) -> KnownDays:
    return known_days(asking.session, period.first, period.last, asking.now, asking.question.hen)


def _calendar_period(asking: Asking, begins: date) -> Period:
    period = _period(asking, begins) if asking.question.period else None
    last = period.last if period else asking.today
    year_ago = (last.replace(day=1) - timedelta(days=335)).replace(day=1)
    return Period(max(period.first if period else begins, year_ago), last)


def _calendar_day(day: DayEggs | None, date_: date, since: date, asking: Asking) -> CalendarDay:
    is_open = date_ == asking.today and day is not None and not day.eggs
    if day is None or date_ < since or is_open:
        return CalendarDay(None, 0.0)
    return CalendarDay(day.eggs, round(day.watched, 2), day.probably and asking.question.hen is not None)


def _period(asking: Asking, begins: date) -> Period | None:
    """The days asked about until today, or the last year; None where they lie in the future or before all."""
    asked = asking.question.period
    first = max(asked.first if asked else asking.today - timedelta(days=MOST_DAYS - 1), begins)
    last = min(asked.last if asked else asking.today, asking.today)
    return Period(first, last) if first <= last else None


def _months(period: Period) -> list[date]:
    months, month = [], period.first.replace(day=1)
    while month <= period.last:
        months.append(month)
        month = (month + timedelta(days=32)).replace(day=1)
    return months[-CALENDAR_MONTHS:]


def _days_of(month: date) -> list[date]:
    after = (month + timedelta(days=32)).replace(day=1)
    return [month + timedelta(days=number) for number in range((after - month).days)]


def _series(asking: Asking, facts: EggColumns) -> tuple[Series, ...]:
    """The living in the flock's order, so that a hen keeps her colour; then those who are gone, and nobody's."""
    counted: Counter[HenId] = Counter()
    for column in facts.columns:
        counted.update(column.eggs)
    hen = asking.question.hen
    living = [hen] if hen else [one.id for one in flock_of(asking.session)]
    gone = sorted(one for one in counted if one not in living and one != UNKNOWN)
    order = [*living, *gone, *([UNKNOWN] if counted[UNKNOWN] else [])]
    return tuple(_series_of(one, asking, facts) for one in order)


def _series_of(hen: HenId, asking: Asking, facts: EggColumns) -> Series:
    values = tuple(column.eggs.get(hen, 0) for column in facts.columns)
    return Series(_name(hen, asking.wording), values, hen == UNKNOWN)


def _name(hen: HenId, wording: Wording) -> str:
    return plain(wording.say("chart-nobody")) if hen == UNKNOWN else capitalised(plain(wording.name(hen)))


def _column_name(column: Column, unit: str, wording: Wording) -> str:
    return (
        wording.phrases.month(column.first, with_year=True)
        if unit == MONTH
        else wording.phrases.short_date(column.first)
    )


def _frame(asking: Asking, title: str, subtitle: str) -> Frame:
    words = plain(asking.wording.say(title))
    if asking.question.hen is not None:
        words = f"{_name(asking.question.hen, asking.wording)}: {words[:1].lower()}{words[1:]}"
    return Frame(words, subtitle, plain(asking.wording.say("chart-unwatched")), _is_dark(asking))


def _subtitle(asking: Asking, period: Period, words: list[str]) -> str:
    span = asking.wording.phrases.span(period.first, period.last, asking.today)
    return plain(" · ".join([span, *words]))


def _is_dark(asking: Asking) -> bool:
    """By night, when phones turn dark by themselves too."""
    hours = hours_of_day(asking.today, coop_of(asking.session))
    return not hours.start <= asking.now < hours.end
