"""From reports to text: pure, in Telegram's HTML, short enough for a phone."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from henbot.bot.language import capitalised
from henbot.bot.wording import Wording, known_at, times, verdict_words
from henbot.domain.coverage import Span
from henbot.domain.observations import UNKNOWN, HenId, VisitId
from henbot.domain.verdicts import Verdict
from henbot.services.reports import BoutReport, DayReport

MOST_ENTRIES = 20
"""Bouts told one by one in an answer; the rest is a number. Keeps an answer far below Telegram's 4,096 letters."""

MOST_LISTED = 12
"""Short looks into the nest named in one line."""

MOST_STRETCHES = 4
"""Stretches without sight named in an answer, the longest of them."""

_RANK = {Verdict.LAID: 0, Verdict.PROBABLY: 1, Verdict.UNSURE: 3, Verdict.NOT_LAID: 4}
_IN_NEST = 2
_MARKS = {0: "🥚", 1: "🥚", _IN_NEST: "🐔", 3: "🤔", 4: "▫️"}


def format_bout(bout: BoutReport, wording: Wording, now: datetime, sitting_since: datetime | None = None) -> str:
    """The channel's words about one bout: she came, she sits since, she left and what came of it.

    Args:
        now: the coop's time; a bout of another day than today's gets its date.
        sitting_since: when she sat down in the visit that is going on; None if she is not sitting.
    """
    lines = [_bout_title(bout, wording, sitting_since), _bout_times(bout, wording, sitting_since)]
    day, today = bout.arrived_at.astimezone(wording.timezone).date(), now.astimezone(wording.timezone).date()
    if day != today:
        lines.append(f"<i>{wording.phrases.date(day, today)}</i>")
    return "\n".join(lines)


def _bout_title(bout: BoutReport, wording: Wording, sitting_since: datetime | None) -> str:
    hen = f"<b>{capitalised(wording.who(bout))}</b>"
    if bout.left_at is not None:
        return wording.say("bout-over", hen=hen, verdict=bout.verdict.value, words=verdict_words(bout, wording))
    if sitting_since is not None:
        return wording.say("bout-sitting", hen=hen, since=wording.time(sitting_since))
    return wording.say("bout-back" if bout.visits > 1 else "bout-came", hen=hen)


def _bout_times(bout: BoutReport, wording: Wording, sitting_since: datetime | None) -> str:
    if bout.left_at is not None or sitting_since is None:
        return times(bout, wording)
    came = wording.say("time-came", at=wording.time(bout.arrived_at))
    return " · ".join([came, *filter(None, [wording.nest_label(bout)])])


def format_day(report: DayReport, wording: Wording, opening: datetime, sitting: Mapping[VisitId, datetime]) -> str:
    """Who laid on a day, as far as it was watched.

    Args:
        opening: when the watch hours of that day begin.
        sitting: since when she sits, by bout, for those who sit at `report.now`.
    """
    bouts = [known_at(bout, report.now) for bout in report.bouts]
    unclaimed = _nothing_to_claim(report, wording, opening)
    if unclaimed and not bouts:
        return unclaimed
    if not bouts:
        body = [wording.say("nobody-came", nests=wording.nests_number)]
    else:
        body = [*_entries(bouts, report, wording, sitting), *_absent(report, bouts, wording)]
    coverage = coverage_words(report, wording, opening, always=not bouts)
    return _joined([_title(report, wording), *body, *filter(None, [coverage])])


def format_hen_day(
    report: DayReport, hen: HenId, wording: Wording, opening: datetime, sitting: Mapping[VisitId, datetime]
) -> str:
    """Whether one hen laid on a day, as far as it was watched; arguments as for `format_day`."""
    bouts = [known_at(bout, report.now) for bout in report.bouts]
    hers = [bout for bout in bouts if bout.hen == hen or hen in bout.egg_candidates]
    unclaimed = _nothing_to_claim(report, wording, opening)
    if unclaimed and not hers:
        return unclaimed
    body = _entries(hers, report, wording, sitting)
    if not hers:
        phrase = "hen-not-recognised" if any(bout.hen == UNKNOWN for bout in bouts) else "hen-not-seen"
        body.append(wording.say(phrase, hen=wording.name(hen), nests=wording.nests_number))
    coverage = coverage_words(report, wording, opening, always=not hers)
    return _joined([_title(report, wording), *body, *filter(None, [coverage])])


def coverage_words(report: DayReport, wording: Wording, opening: datetime, always: bool = False) -> str | None:
    """What was not seen, when that is over 5 %; with `always`, else the share that was seen."""
    if not report.hours:
        return None
    if not report.coverage.enough:
        stretches = stretches_words(report.coverage.blind, wording)
        return wording.say("blind", nests=wording.nests_number, stretches=stretches)
    if not always:
        return None
    percent = int(report.coverage.share * 100)  # rounded down: nothing is watched that was not
    if report.day == _today(report):
        return wording.say("watched-share", percent=percent, opening=wording.time(opening))
    return wording.say("watched-share-past", percent=percent)


def format_future(day: date, today: date, wording: Wording) -> str:
    """The answer about a day that has not come."""
    return wording.say("future", date=wording.phrases.date(day, today))


def _nothing_to_claim(report: DayReport, wording: Wording, opening: datetime) -> str | None:
    """The whole answer where nothing was watched; None where something was."""
    today = _today(report)
    if report.day > today:
        return format_future(report.day, today, wording)
    if not report.hours:
        return wording.say("not-begun", opening=wording.time(opening))
    if report.coverage.watched:
        return None
    if report.day == today:
        return wording.say("never-watched-today", nests=wording.nests_number)
    return wording.say("never-watched", date=wording.phrases.date(report.day, today))


def _title(report: DayReport, wording: Wording) -> str:
    today = _today(report)
    day = wording.phrases.date(report.day, today)
    if report.day == today:
        words = wording.say("day-today", date=day, time=wording.time(report.now))
    else:
        words = wording.say("day-past", date=day)
    return wording.say("title", day=words)


def _today(report: DayReport) -> date:
    return report.now.astimezone(report.timezone).date()


def _joined(parts: Sequence[str]) -> str:
    return "\n\n".join(parts)


def _rank(bout: BoutReport, in_nest: bool) -> int:
    return _IN_NEST if in_nest else _RANK[bout.verdict]


def is_in_nest(bout: BoutReport, report: DayReport) -> bool:
    """Whether she is there still: not over, and no time without sight since she was seen last."""
    return bout.left_at is None and not any(span.end > bout.last_seen_at for span in report.coverage.blind)


def _entries(
    bouts: Sequence[BoutReport], report: DayReport, wording: Wording, sitting: Mapping[VisitId, datetime]
) -> list[str]:
    """Those who laid first, then those who may have; short looks into the nest together in one line."""
    looks = [bout for bout in bouts if _is_look(bout)]
    rest = [(bout, is_in_nest(bout, report)) for bout in bouts if not _is_look(bout)]
    rest.sort(key=lambda one: (_rank(*one), one[0].arrived_at))
    entries = [
        _entry_in_nest(bout, wording, sitting.get(bout.id)) if in_nest else _entry(bout, wording)
        for bout, in_nest in rest[:MOST_ENTRIES]
    ]
    if looks:
        entries.append(_looks(looks[:MOST_LISTED], wording))
    untold = max(len(rest) - MOST_ENTRIES, 0) + max(len(looks) - MOST_LISTED, 0)
    if untold:
        entries.append(wording.say("entries-more", number=untold))
    return entries


def _is_look(bout: BoutReport) -> bool:
    return bout.left_at is not None and bout.verdict is Verdict.NOT_LAID and bout.settled_at is None


def _entry(bout: BoutReport, wording: Wording) -> str:
    hen = capitalised(wording.who(bout))
    words = verdict_words(bout, wording)
    first = wording.say("entry", mark=_MARKS[_RANK[bout.verdict]], hen=hen, words=words)
    if bout.left_at is not None:
        return f"{first}\n{times(bout, wording)}"
    last_seen = wording.say("time-last-seen", at=wording.time(bout.last_seen_at))
    return f"{first}\n{times(bout, wording)} · {last_seen}"


def _entry_in_nest(bout: BoutReport, wording: Wording, sitting_since: datetime | None) -> str:
    words = wording.say("time-in-nest", at=wording.time(bout.arrived_at))
    first = wording.say("entry", mark=_MARKS[_IN_NEST], hen=capitalised(wording.who(bout)), words=words)
    parts = [wording.say("time-sitting", at=wording.time(sitting_since))] if sitting_since else []
    parts += filter(None, [wording.nest_label(bout)])
    return f"{first}\n{' · '.join(parts)}" if parts else first


def _looks(bouts: Sequence[BoutReport], wording: Wording) -> str:
    named = [wording.say("listed-at", hen=wording.who(bout), at=wording.time(bout.arrived_at)) for bout in bouts]
    words = capitalised(wording.say("verdict-not-laid-short"))
    return wording.say("entry-list", words=words, hens=", ".join(named))


def _absent(report: DayReport, bouts: Sequence[BoutReport], wording: Wording) -> list[str]:
    """Hens of the flock that were not named in any bout, as far as the nest was watched."""
    named = {bout.hen for bout in bouts} | {hen for bout in bouts for hen in bout.egg_candidates}
    absent = [wording.name(hen.id) for hen in report.flock if hen.id not in named]
    if not absent or not report.coverage.watched:
        return []
    hens = wording.phrases.listed(absent)
    if any(bout.hen == UNKNOWN for bout in bouts):
        return [wording.say("not-recognised", hens=hens)]
    return [wording.say("not-seen", hens=hens, nests=wording.nests_number)]


def stretches_words(blind: Sequence[Span], wording: Wording) -> str:
    """The longest stretches in the order of time, and how many shorter ones there were."""
    merged = _merged(blind)
    longest = sorted(merged, key=lambda span: -span.length)[:MOST_STRETCHES]
    told = [
        wording.say("stretch", start=wording.time(span.start), end=wording.time(span.end))
        for span in sorted(longest, key=lambda span: span.start)
    ]
    shorter = len(merged) - len(longest)
    if not shorter:
        return wording.phrases.listed(told)
    return wording.say("blind-more", stretches=", ".join(told), number=shorter)


def _merged(spans: Sequence[Span], apart: timedelta = timedelta(minutes=1)) -> list[Span]:
    """Spans that overlap or nearly touch, as one; they come from several nests."""
    merged: list[Span] = []
    for span in sorted(spans, key=lambda span: span.start):
        if merged and span.start - merged[-1].end < apart:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return merged
