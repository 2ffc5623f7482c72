"""One hen: her record, her last egg and her next; and the flock."""

from datetime import datetime, timedelta
from html import escape

from henbot.bot.answers.days import egg_count, hen_period, number_words
from henbot.bot.answers.ledger import withheld_lines
from henbot.bot.answers.question import Asking, percent_of
from henbot.bot.language import capitalised
from henbot.domain.laying import NextEgg
from henbot.domain.observations import HenId
from henbot.domain.verdicts import Verdict
from henbot.services.care_hints import resting
from henbot.services.eggs import MOST_DAYS, Egg, eggs_between
from henbot.services.hen_records import HenRecord, Rate, hen_record
from henbot.services.next_eggs import Due, next_eggs
from henbot.services.periods import first_day, period_coverage
from henbot.services.reports import flock_of

LIKELY_SKIP = 0.3
"""Share of skipped days from which on it is said that she may skip one; our choice: about one day in three."""


def last_egg(asking: Asking) -> str:
    """When the last egg was laid, and how much was watched since."""
    hen = asking.question.hen
    eggs = _known_eggs(asking, hen)
    own = [egg for egg in eggs if egg.verdict is not Verdict.UNSURE]
    sure = [egg for egg in own if egg.verdict is Verdict.LAID][-1:]
    probable = [egg for egg in own[-1:] if egg.verdict is Verdict.PROBABLY]
    known = [*sure, *probable]
    if not known:
        return _no_egg_yet(asking)
    lines = [_last_line(egg, asking) for egg in known]
    lines += [asking.wording.say("last-egg-maybe", date=_date(eggs[-1], asking))] if eggs[-1] not in own else []
    return "\n".join([*lines, *_watched_since(known[-1], asking)])


def hen_stats(asking: Asking) -> str:
    """A hen in numbers: her last egg, rates, streak, hour, nests; or her eggs over the period asked about."""
    hen = asking.question.hen
    if hen is None:
        return egg_count(asking)
    if asking.question.period is not None:
        return hen_period(asking, hen)
    record = hen_record(asking.session, hen, asking.now)
    if record is None:
        return asking.wording.say("nothing-known")
    name = asking.wording.say("period-title", span=asking.wording.name(hen))
    lines = [*_last_of(record, asking), *_rates(record, asking), *_habits(record, asking)]
    return "\n".join([name, "", *lines, *withheld_lines(asking, hen)])


def flock_list(asking: Asking) -> str:
    """The hens that live here, each with her last egg."""
    wording, flock = asking.wording, flock_of(asking.session)
    if not flock:
        return wording.say("flock-empty")
    eggs = _known_eggs(asking, None)
    lines = [
        wording.say("flock-line", hen=wording.name(hen.id), words=_flock_words(hen.id, eggs, asking)) for hen in flock
    ]
    return "\n".join([wording.say("flock-title", number=len(flock)), "", *lines])


def next_egg(asking: Asking) -> str:
    """Who is due and about when, from each hen's own record; silent of those whose record tells too little."""
    wording = asking.wording
    dues = next_eggs(asking.session, asking.now, asking.question.hen)
    lines = [_due_line(due, due.next, asking) for due in dues if due.next is not None]
    at_rest = resting(asking.session, asking.now)
    silent = [wording.name(due.hen) for due in dues if due.next is None and due.hen not in at_rest]
    not_awaited = [wording.name(due.hen) for due in dues if due.hen in at_rest]
    if not_awaited:
        lines += ["", wording.say("next-resting", hens=wording.phrases.listed(not_awaited))]
    if silent:
        lines += ["", wording.say("next-unknown", hens=wording.phrases.listed(silent))]
    return "\n".join(lines).strip() or wording.say("nothing-known")


def _known_eggs(asking: Asking, hen: HenId | None) -> list[Egg]:
    first = asking.today - timedelta(days=MOST_DAYS - 1)
    return eggs_between(asking.session, first, asking.today, asking.now, hen)


def _date(egg: Egg, asking: Asking) -> str:
    return asking.wording.phrases.day_of(egg.day, asking.today)


def _last_line(egg: Egg, asking: Asking) -> str:
    wording = asking.wording
    phrase = "last-egg" if egg.verdict is Verdict.LAID else "last-egg-probable"
    hen = capitalised(wording.name(egg.hen))
    if egg.nest is None:
        return wording.say("last-egg-found", hen=hen, date=_date(egg, asking), place=escape(egg.place, quote=False))
    return wording.say(phrase, hen=hen, date=_date(egg, asking), at=wording.time(egg.at))


def _watched_since(egg: Egg, asking: Asking) -> list[str]:
    if egg.day == asking.today:
        return []
    coverage = period_coverage(asking.session, egg.day, asking.today, asking.now)
    return [] if coverage.enough else ["", asking.wording.say("last-egg-since", percent=percent_of(coverage))]


def _no_egg_yet(asking: Asking) -> str:
    wording, hen = asking.wording, asking.question.hen
    begun = first_day(asking.session)
    if begun is None:
        return wording.say("nothing-known")
    begun = max(begun, asking.today - timedelta(days=MOST_DAYS - 1))
    date_words = wording.phrases.date_within(begun, asking.today)
    coverage = period_coverage(asking.session, begun, asking.today, asking.now)
    if hen is None:
        words = wording.say("last-egg-none-all", date=date_words)
    else:
        words = wording.say("last-egg-none", hen=wording.name(hen), date=date_words)
    return f"{words}\n\n{wording.say('period-share-fair', percent=percent_of(coverage))}"


def _last_of(record: HenRecord, asking: Asking) -> list[str]:
    lines = [_last_line(record.last_egg, asking)] if record.last_egg else [asking.wording.say("hen-no-egg")]
    if record.last_maybe:
        lines.append(asking.wording.say("last-egg-maybe", date=_date(record.last_maybe, asking)))
    return [*lines, ""]


def _rates(record: HenRecord, asking: Asking) -> list[str]:
    return [_rate_line(rate, asking) for rate in record.rates]


def _rate_line(rate: Rate, asking: Asking) -> str:
    wording = asking.wording
    if not rate.watched and not rate.eggs.total:
        return wording.say("rate-unwatched", days=rate.days)
    eggs = number_words(rate.eggs, wording) if rate.eggs.total else wording.say("no-egg-rate")
    percent = percent_of(rate.coverage)
    if rate.a_week is None or not rate.eggs.total:
        return wording.say("rate", days=rate.days, eggs=eggs, percent=percent)
    a_week = wording.phrases.number(rate.a_week)
    return wording.say("rate-weekly", days=rate.days, eggs=eggs, percent=percent, rate=a_week)


def _habits(record: HenRecord, asking: Asking) -> list[str]:
    wording = asking.wording
    lines = [""]
    if record.streak.days > 1:
        phrase = "hen-streak-at-least" if record.streak.at_least else "hen-streak"
        lines.append(wording.say(phrase, days=record.streak.days))
    if record.usual is not None and record.usual.eggs > 2:
        lines.append(wording.say("hen-hour", at=f"{record.usual.middle:%H:%M}".lstrip("0")))
    if record.interval is not None:
        lines.append(wording.say("hen-interval", hours=round(record.interval / timedelta(hours=1))))
    if len(wording.nests) > 1 and record.nests:
        nest, share = record.nests[0]
        lines.append(wording.say("hen-nest", nest=wording.nest_name(nest), percent=int(share * 100)))
    if record.sitting.bouts:
        minutes = int(record.sitting.total / timedelta(minutes=1)) // record.sitting.bouts
        phrase = "hen-sitting" if minutes else "hen-visits"
        lines.append(wording.say(phrase, number=record.sitting.bouts, **({"minutes": minutes} if minutes else {})))
    return lines if len(lines) > 1 else []


def _apart(at: datetime, middle: datetime, asking: Asking) -> str:
    """A time of day, with its day if that is not the middle's."""
    if asking.day(at) == asking.day(middle):
        return asking.wording.time(at)
    return asking.wording.moment(at, asking.today)


def _flock_words(hen: HenId, eggs: list[Egg], asking: Asking) -> str:
    own = [egg for egg in eggs if egg.hen == hen and egg.verdict is not Verdict.UNSURE][-1:]
    if not own:
        return asking.wording.say("flock-no-egg")
    phrase = "flock-last-egg" if own[0].verdict is Verdict.LAID else "flock-last-probable"
    return asking.wording.say(phrase, date=_date(own[0], asking))


def _due_line(due: Due, expected: NextEgg, asking: Asking) -> str:
    wording = asking.wording
    line = wording.say(
        "next-line",
        hen=capitalised(wording.name(due.hen)),
        date=wording.phrases.day_of(asking.day(expected.expected), asking.today),
        at=wording.time(expected.expected),
        start=_apart(expected.earliest, expected.expected, asking),
        end=_apart(expected.latest, expected.expected, asking),
    )
    return f"{line} {wording.say('next-may-skip')}" if expected.may_skip >= LIKELY_SKIP else line
