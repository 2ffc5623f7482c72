"""Answers to each kind of question: read by the services, put into words here, in Telegram's HTML."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from html import escape
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from henbot.bot.formatting import MOST_ENTRIES, format_day, format_future, format_hen_day, stretches_words
from henbot.bot.language import capitalised
from henbot.bot.questions import Intent, Period, Question
from henbot.bot.wording import Wording, known_at, verdict_words
from henbot.domain.coverage import Coverage
from henbot.domain.observations import UNKNOWN, HenId, VisitId
from henbot.domain.verdicts import Verdict
from henbot.services.periods import (
    Eggs,
    NestNow,
    PeriodReport,
    first_day,
    last_egg,
    nests_now,
    period_coverage,
    period_report,
)
from henbot.services.reports import BoutReport, bouts_between, coop_of, day_report, flock_of
from henbot.services.sitting import sitting_since
from henbot.services.watch_hours import hours_of_day

MOST_DAYS_NAMED = 7
"""Days of eggs named behind a hen's number."""


@dataclass(frozen=True, slots=True)
class Asking:
    """A question on its way to an answer.

    Attributes:
        now: the coop's present moment; what is later is not claimed.
    """

    session: Session
    question: Question
    wording: Wording
    now: datetime

    @property
    def today(self) -> date:
        """The coop's day."""
        return self.now.astimezone(self.wording.timezone).date()

    @property
    def period(self) -> Period:
        """The days asked about; today where none are named."""
        return self.question.period or Period(self.today, self.today)


def answered(asking: Asking) -> str:
    """The answer to a question that was understood."""
    question, wording = asking.question, asking.wording
    if question.no_such_date:
        return wording.say("no-such-date")
    if question.hen is None and question.intent in _ABOUT_ONE:
        unclear = _unclear(asking)
        if unclear:
            return unclear
    if question.period and question.period.first > asking.today and question.intent in _ABOUT_THE_PAST:
        return format_future(question.period.first, asking.today, wording)
    return ANSWERS[question.intent](asking)


def _unclear(asking: Asking) -> str | None:
    """A question back, where it is not clear which hen is meant."""
    question, wording = asking.question, asking.wording
    if question.choice:
        return wording.say("which-hen", hens=wording.phrases.either([wording.name(hen) for hen in question.choice]))
    flock = wording.phrases.listed([wording.name(hen.id) for hen in flock_of(asking.session)])
    if question.called:
        return wording.say("no-such-hen", name=escape(question.called.capitalize(), quote=False), hens=flock)
    return wording.say("whose-question", hens=flock) if question.intent is Intent.DID_HEN_LAY else None


# Days and periods


def who_laid(asking: Asking) -> str:
    """Who laid on a day or over several, as far as it was watched."""
    if asking.period.is_day and asking.question.period is not None:
        return day_words(asking)
    return _period_words(asking, period_of(asking), with_total=False)


def did_hen_lay(asking: Asking) -> str:
    """Whether one hen laid."""
    hen = asking.question.hen
    if asking.period.is_day and asking.question.period is not None:
        return day_words(asking)
    return _hen_period(asking, period_of(asking), hen) if hen else who_laid(asking)


def egg_count(asking: Asking) -> str:
    """How many eggs were seen over a period, by hen."""
    report = period_of(asking)
    if asking.question.hen is not None:
        return _hen_period(asking, report, asking.question.hen)
    return _period_words(asking, report, with_total=True)


def day_words(asking: Asking) -> str:
    """The words about one day, of all hens or of one."""
    report = day_report(asking.session, asking.period.first, asking.now)
    opening = hours_of_day(asking.period.first, coop_of(asking.session)).start
    sitting = sitting_since(asking.session, [bout.id for bout in report.bouts], asking.now)
    if asking.question.hen is not None:
        return format_hen_day(report, asking.question.hen, asking.wording, opening, sitting)
    return format_day(report, asking.wording, opening, sitting)


def period_of(asking: Asking) -> PeriodReport:
    """What is known of the days asked about; of all that there were, where none are named."""
    period = asking.question.period
    return period_report(asking.session, period.first if period else None, period.last if period else None, asking.now)


def _period_words(asking: Asking, report: PeriodReport, with_total: bool) -> str:
    wording = asking.wording
    unwatched = _unwatched(report, wording, bool(report.bouts))
    if unwatched:
        return unwatched
    parts = [_title(asking, report)]
    laid = {hen: eggs for hen, eggs in report.eggs.items() if eggs.any}
    if with_total and laid:
        parts.append(wording.say("eggs-total", eggs=_number(_sum(laid.values()), wording)))
    order = sorted(laid.items(), key=lambda item: (item[0] == UNKNOWN, -item[1].sure, -item[1].probable))
    lines = [_hen_line(hen, eggs, report, wording) for hen, eggs in order]
    parts += ["\n".join(lines)] if lines else [wording.say("no-egg")]
    parts += _without_egg(asking, laid)
    return "\n\n".join([*parts, *_unsure(report.eggs.values(), wording), *_share(report, wording, always=not laid)])


def _hen_period(asking: Asking, report: PeriodReport, hen: HenId) -> str:
    wording, eggs = asking.wording, report.eggs.get(hen, Eggs())
    unwatched = _unwatched(report, wording, bool(report.bouts))
    if unwatched:
        return unwatched
    if eggs.any:
        body = _hen_line(hen, eggs, report, wording)
    else:
        unknown = report.eggs.get(UNKNOWN, Eggs()).any
        body = wording.say("no-egg-hen-unsure" if unknown else "no-egg-hen", hen=wording.name(hen))
    parts = [_title(asking, report), body, *_unsure([eggs], wording), *_share(report, wording, always=not eggs.any)]
    return "\n\n".join(parts)


def _title(asking: Asking, report: PeriodReport) -> str:
    wording = asking.wording
    if asking.question.period is None:
        return wording.say("period-title-all", date=wording.phrases.day_of(report.first, report.today))
    return wording.say("period-title", span=wording.phrases.span(report.first, report.last, report.today))


def _unwatched(report: PeriodReport, wording: Wording, anything: bool) -> str | None:
    if report.coverage.watched or anything:
        return None
    return wording.say("period-unwatched", span=wording.phrases.span(report.first, report.last, report.today))


def _sum(eggs: Iterable[Eggs]) -> Eggs:
    known = list(eggs)
    return Eggs(sum(one.sure for one in known), sum(one.probable for one in known))


def _number(eggs: Eggs, wording: Wording) -> str:
    sure = wording.say("eggs-sure", number=eggs.sure)
    probable = wording.say("eggs-probable", number=eggs.probable)
    if eggs.sure and eggs.probable:
        return wording.say("eggs-both", sure=sure, probable=probable)
    return probable if eggs.probable else sure


def _hen_line(hen: HenId, eggs: Eggs, report: PeriodReport, wording: Wording) -> str:
    words = _number(eggs, wording)
    days = sorted({*eggs.days, *eggs.probable_days})
    if days and report.first != report.last:
        named = [wording.phrases.short_date(day) for day in days[-MOST_DAYS_NAMED:]]
        more = len(days) - len(named)
        listed = ", ".join([*([wording.say("days-more", number=more)] if more else []), *named])
        words = wording.say("eggs-on", eggs=words, days=listed)
    return wording.say("hen-eggs", hen=capitalised(wording.name(hen)), eggs=words)


def _without_egg(asking: Asking, laid: Mapping[HenId, Eggs]) -> list[str]:
    absent = [asking.wording.name(hen.id) for hen in flock_of(asking.session) if hen.id not in laid]
    if not absent or not laid:
        return []
    phrase = "no-egg-of-named" if UNKNOWN in laid else "no-egg-of"
    return [asking.wording.say(phrase, hens=asking.wording.phrases.listed(absent))]


def _unsure(eggs: Iterable[Eggs], wording: Wording) -> list[str]:
    number = sum(one.unsure for one in eggs)
    return [wording.say("eggs-unsure", number=number)] if number else []


def _share(report: PeriodReport, wording: Wording, always: bool) -> list[str]:
    percent = percent_of(report.coverage)
    if not report.coverage.enough:
        return [wording.say("period-share", percent=percent)]
    return [wording.say("period-share-fair", percent=percent)] if always else []


def percent_of(coverage: Coverage) -> int:
    """The watched share in per cent, rounded down: nothing is watched that was not."""
    return int(coverage.share * 100)


# One hen, the flock


def last_egg_words(asking: Asking) -> str:
    """When the last egg was laid, and how much was watched since."""
    wording, hen = asking.wording, asking.question.hen
    found = last_egg(asking.session, hen, asking.now)
    phrased = (("last-egg", found.sure), ("last-egg-probable", found.probable))
    known = [(phrase, bout) for phrase, bout in phrased if bout]
    if not known:
        return _no_egg_yet(asking)
    lines = [_last_line(phrase, bout, asking) for phrase, bout in known]
    since = max(bout.arrived_at for _, bout in known).astimezone(wording.timezone).date()
    if since == asking.today:
        return "\n".join(lines)
    coverage = period_coverage(asking.session, since, asking.today, asking.now)
    if not coverage.enough:
        lines += ["", wording.say("last-egg-since", percent=percent_of(coverage))]
    return "\n".join(lines)


def _last_line(phrase: str, bout: BoutReport, asking: Asking) -> str:
    wording = asking.wording
    day = bout.arrived_at.astimezone(wording.timezone).date()
    date_words = wording.phrases.day_of(day, asking.today)
    at = wording.time(bout.left_at or bout.last_seen_at)
    return wording.say(phrase, hen=capitalised(wording.name(bout.hen)), date=date_words, at=at)


def _no_egg_yet(asking: Asking) -> str:
    wording = asking.wording
    begun = first_day(asking.session, _zone(asking))
    if begun is None:
        return wording.say("nothing-known")
    date_words = wording.phrases.day_of(begun, asking.today)
    coverage = period_coverage(asking.session, begun, asking.today, asking.now)
    hen = asking.question.hen
    words = (
        wording.say("last-egg-none", hen=wording.name(hen), date=date_words)
        if hen
        else wording.say("last-egg-none-all", date=date_words)
    )
    return f"{words}\n\n{wording.say('period-share-fair', percent=percent_of(coverage))}"


def hen_stats(asking: Asking) -> str:
    """A hen in numbers: her last egg, and her eggs over 7, 30 and 365 days or over the period asked about."""
    hen = asking.question.hen
    if hen is None:
        return egg_count(asking)
    if asking.question.period is not None:
        return _hen_period(asking, period_of(asking), hen)
    rates = [_rate_line(asking, hen, days) for days in RATE_DAYS]
    return "\n\n".join([last_egg_words(asking), "\n".join(rates)])


RATE_DAYS = (7, 30, 365)
"""Days over which a hen's eggs are counted."""


def _rate_line(asking: Asking, hen: HenId, days: int) -> str:
    wording = asking.wording
    report = period_report(asking.session, asking.today - timedelta(days=days - 1), asking.today, asking.now)
    number = _number(report.eggs.get(hen, Eggs()), wording)
    if not report.coverage.watched and not report.bouts:
        return wording.say("rate-unwatched", days=days)
    return wording.say("rate", days=days, eggs=number, percent=percent_of(report.coverage))


def cannot_yet(asking: Asking) -> str:
    """What the bot does not know how to answer."""
    return asking.wording.say("cannot-yet")


def flock_list(asking: Asking) -> str:
    """The hens that live here, each with her last egg."""
    wording, flock = asking.wording, flock_of(asking.session)
    if not flock:
        return wording.say("flock-empty")
    lines = [wording.say("flock-line", hen=wording.name(hen.id), words=_last_of(asking, hen.id)) for hen in flock]
    return "\n".join([wording.say("flock-title", number=len(flock)), "", *lines])


def _last_of(asking: Asking, hen: HenId) -> str:
    found = last_egg(asking.session, hen, asking.now)
    bout, phrase = (found.probable, "flock-last-probable") if found.probable else (found.sure, "flock-last-egg")
    if bout is None:
        return asking.wording.say("flock-no-egg")
    day = bout.arrived_at.astimezone(asking.wording.timezone).date()
    return asking.wording.say(phrase, date=asking.wording.phrases.day_of(day, asking.today))


# The nest


def visits(asking: Asking) -> str:
    """Who was in the nests: each visit of a day, or how many over several days."""
    wording, period, hen = asking.wording, asking.period, asking.question.hen
    if not period.is_day or asking.question.period is None:
        return _visit_counts(asking)
    report = day_report(asking.session, period.first, asking.now)
    bouts = [known_at(bout, report.now) for bout in report.bouts if hen is None or bout.hen == hen]
    if not bouts and not report.coverage.watched:
        return day_words(asking)
    title = wording.say("title", day=wording.phrases.date(period.first, asking.today))
    lines = [_visit_line(bout, wording) for bout in bouts[:MOST_ENTRIES]]
    if len(bouts) > MOST_ENTRIES:
        lines.append(wording.say("entries-more", number=len(bouts) - MOST_ENTRIES))
    body = "\n".join(lines) if lines else _nobody(asking)
    return "\n\n".join([title, body, *_coverage_line(report.coverage, wording, always=not bouts)])


def _visit_counts(asking: Asking) -> str:
    wording, report = asking.wording, period_of(asking)
    hen = asking.question.hen
    unwatched = _unwatched(report, wording, bool(report.bouts))
    if unwatched:
        return unwatched
    counts = {one: number for one, number in report.bouts.items() if hen in (None, one)}
    order = sorted(counts.items(), key=lambda item: (item[0] == UNKNOWN, -item[1]))
    lines = [wording.say("visits-hen", hen=capitalised(wording.name(one)), number=number) for one, number in order]
    body = "\n".join(lines) if lines else _nobody(asking)
    return "\n\n".join([_title(asking, report), body, *_share(report, wording, always=not lines)])


def _nobody(asking: Asking) -> str:
    wording, hen = asking.wording, asking.question.hen
    if hen is None:
        return wording.say("visits-none")
    return wording.say("visits-none-hen", hen=wording.name(hen), nests=wording.nests_number)


def _visit_line(bout: BoutReport, wording: Wording) -> str:
    came = wording.time(bout.arrived_at)
    if bout.left_at is None:
        times = wording.say("visit-times-open", came=came)
        words = wording.say("time-last-seen", at=wording.time(bout.last_seen_at))
    else:
        times = wording.say("visit-times", came=came, left=wording.time(bout.left_at))
        words = verdict_words(bout, wording)
    return wording.say("visit-line", times=times, hen=capitalised(wording.who(bout)), words=words)


def _coverage_line(coverage: Coverage, wording: Wording, always: bool) -> list[str]:
    if not coverage.enough:
        stretches = stretches_words(coverage.blind, wording)
        return [wording.say("blind", nests=wording.nests_number, stretches=stretches)]
    return [wording.say("period-share-fair", percent=percent_of(coverage))] if always else []


def now_in_nest(asking: Asking) -> str:
    """Who is in the nests at this moment, as far as they are seen."""
    wording = asking.wording
    nests = nests_now(asking.session, asking.now)
    sitting = sitting_since(asking.session, [bout.id for nest in nests for bout in nest.inside], asking.now)
    lines = [_nest_line(nest, sitting, wording, asking) for nest in nests]
    hen = asking.question.hen
    inside = [bout for nest in nests for bout in nest.inside]
    if hen is not None and all(bout.hen != hen for bout in inside) and any(nest.is_seen for nest in nests):
        unknown = any(bout.hen == UNKNOWN for bout in inside)
        lines.append(wording.say("nest-hen-not-sure" if unknown else "nest-hen-not", hen=wording.name(hen)))
    return "\n".join(lines) if lines else wording.say("nothing-known")


def _nest_line(nest: NestNow, sitting: Mapping[VisitId, datetime], wording: Wording, asking: Asking) -> str:
    name = capitalised(escape(nest.nest.name_in(wording.phrases.language), quote=False))
    if nest.seen_at is None:
        return wording.say("nest-never-seen", nest=name)
    at = wording.moment(nest.seen_at, asking.today)
    if not nest.is_seen:
        return wording.say("nest-unseen", nest=name, at=at)
    if not nest.inside:
        return wording.say("nest-empty", nest=name, at=at)
    hens = [_hen_inside(bout, sitting.get(bout.id), wording) for bout in nest.inside]
    return wording.say("nest-taken", nest=name, hens=wording.phrases.listed(hens))


def _hen_inside(bout: BoutReport, since: datetime | None, wording: Wording) -> str:
    if since is not None:
        return wording.say("nest-hen-sitting", hen=wording.who(bout), at=wording.time(since))
    return wording.say("nest-hen-since", hen=wording.who(bout), at=wording.time(bout.arrived_at))


# What the bot knows, and why


def coverage_words(asking: Asking) -> str:
    """How much was watched, and when not."""
    wording, period = asking.wording, asking.period
    first = period.first if asking.question.period else first_day(asking.session, _zone(asking)) or asking.today
    last = min(period.last, asking.today)
    coverage = period_coverage(asking.session, first, last, asking.now)
    if not coverage.hours:
        return wording.say("not-begun", opening=wording.time(hours_of_day(first, coop_of(asking.session)).start))
    percent = percent_of(coverage)
    if first == last:
        lines = [wording.say("coverage-day", date=wording.phrases.date(first, asking.today), percent=percent)]
        if coverage.blind and coverage.watched:
            stretches = stretches_words(coverage.blind, wording)
            lines.append(wording.say("coverage-gaps", nests=wording.nests_number, stretches=stretches))
        return "\n".join(lines)
    return wording.say("coverage-period", span=wording.phrases.span(first, last, asking.today), percent=percent)


def why(asking: Asking) -> str:
    """What a verdict rests on: that of the hen and day asked about, else the latest."""
    bout = explained_bout(asking)
    if bout is None:
        return asking.wording.say("why-nothing")
    wording = asking.wording
    minutes = int(bout.sat / timedelta(minutes=1)) or _minutes_settled(bout)
    reasons = wording.say(f"why-{bout.verdict.value.replace('_', '-')}", **_minutes(bout.verdict, minutes))
    who = wording.say("why-who-unknown") if bout.hen == UNKNOWN else wording.say("why-who-sure", visits=bout.visits)
    day = bout.arrived_at.astimezone(wording.timezone).date()
    title = wording.say("why-title", hen=capitalised(wording.who(bout)), words=verdict_words(bout, wording))
    when = f"<i>{wording.phrases.date(day, asking.today)}</i>, {_visit_span(bout, wording)}"
    return f"{title}\n{when}\n\n{reasons}\n{who}"


def explained_bout(asking: Asking) -> BoutReport | None:
    """The bout whose verdict is to be explained: the surest egg of the time and hen asked about, the latest of them."""
    start = datetime.combine(asking.period.first, datetime.min.time(), asking.wording.timezone)
    end = datetime.combine(asking.period.last + timedelta(days=1), datetime.min.time(), asking.wording.timezone)
    if asking.question.period is None:
        start -= timedelta(days=DAYS_EXPLAINED)
    bouts = [
        known_at(bout, asking.now)
        for bout in bouts_between(asking.session, start, min(end, asking.now), asking.now)
        if asking.question.hen in (None, bout.hen)
    ]
    over = [bout for bout in bouts if bout.left_at is not None]
    rank = (Verdict.LAID, Verdict.PROBABLY, Verdict.UNSURE, Verdict.NOT_LAID)
    return min(over, key=lambda bout: (rank.index(bout.verdict), -bout.arrived_at.timestamp()), default=None)


DAYS_EXPLAINED = 7
"""How far back a verdict is looked for that no day is named of."""


def _minutes(verdict: Verdict, minutes: int) -> dict[str, int]:
    return {"minutes": minutes} if verdict in (Verdict.PROBABLY, Verdict.NOT_LAID) else {}


def _minutes_settled(bout: BoutReport) -> int:
    if bout.settled_at is None:
        return 0
    return max(int(((bout.left_at or bout.last_seen_at) - bout.settled_at) / timedelta(minutes=1)), 0)


def _visit_span(bout: BoutReport, wording: Wording) -> str:
    left = wording.time(bout.left_at or bout.last_seen_at)
    return wording.say("visit-times", came=wording.time(bout.arrived_at), left=left)


def help_words(asking: Asking) -> str:
    """What the bot can do, with one of the flock as the example."""
    flock = flock_of(asking.session)
    hen = asking.wording.name(flock[0].id) if flock else asking.wording.say("help-some-hen")
    return asking.wording.say("help", hen=hen)


def off_topic(asking: Asking) -> str:
    """A polite no."""
    return asking.wording.say("off-topic")


def _zone(asking: Asking) -> ZoneInfo:
    return ZoneInfo(coop_of(asking.session).timezone)


ANSWERS: Mapping[Intent, Callable[[Asking], str]] = {
    Intent.WHO_LAID: who_laid,
    Intent.DID_HEN_LAY: did_hen_lay,
    Intent.LAST_EGG: last_egg_words,
    Intent.EGG_COUNT: egg_count,
    Intent.HEN_STATS: hen_stats,
    Intent.NEXT_EGG: cannot_yet,
    Intent.SUSPECTS: cannot_yet,
    Intent.LEDGER: cannot_yet,
    Intent.FLOCK_LIST: flock_list,
    Intent.NOW_IN_NEST: now_in_nest,
    Intent.VISITS: visits,
    Intent.WHY: why,
    Intent.COVERAGE: coverage_words,
    Intent.HELP: help_words,
    Intent.OFF_TOPIC: off_topic,
}
_ABOUT_ONE: Sequence[Intent] = (Intent.DID_HEN_LAY, Intent.LAST_EGG, Intent.EGG_COUNT, Intent.HEN_STATS, Intent.VISITS,
                                Intent.NEXT_EGG, Intent.WHY)  # fmt: skip
_ABOUT_THE_PAST: Sequence[Intent] = (Intent.WHO_LAID, Intent.DID_HEN_LAY, Intent.EGG_COUNT, Intent.VISITS,
                                     Intent.COVERAGE, Intent.WHY)  # fmt: skip
