"""The channel's words about eggs and days: pure, in Telegram's HTML."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby

from henbot.bot.answers.days import number_words
from henbot.bot.formatting import MOST_ENTRIES, coverage_words, is_in_nest
from henbot.bot.language import capitalised
from henbot.bot.wording import Wording, verdict_words
from henbot.domain.coverage import Coverage
from henbot.domain.observations import UNKNOWN, HenId, VisitId
from henbot.domain.verdicts import Verdict
from henbot.services.digests import DayDigest, WeekDigest
from henbot.services.egg_reports import EggReport
from henbot.services.eggs import Egg, Tally
from henbot.services.next_eggs import Due
from henbot.services.reports import BoutReport


def format_eggs(eggs: Sequence[EggReport], wording: Wording, now: datetime) -> str:
    """The message of an egg that was seen, or of several.

    Args:
        now: the coop's time; eggs of another day than today's get its date.
    """
    lines = [line for egg in eggs for line in (_egg_title(egg, wording), _egg_times(egg, wording))]
    if len(eggs) > 1:
        lines.insert(0, wording.say("eggs-seen", number=sum(egg.eggs for egg in eggs)))
    day, today = (at.astimezone(wording.timezone).date() for at in (eggs[0].at, now))
    if day != today:
        lines.append(f"<i>{wording.phrases.date(day, today)}</i>")
    return "\n".join(lines)


def _egg_title(egg: EggReport, wording: Wording) -> str:
    if not egg.hens:
        return wording.say("egg-of-nobody", number=egg.eggs)
    if egg.hens == (UNKNOWN,):
        return wording.say("egg-of-unknown", number=egg.eggs)
    names = [wording.name(hen) for hen in egg.hens]
    if egg.verdict is Verdict.UNSURE:
        return wording.say("egg-of-one-of", number=egg.eggs, hens=wording.phrases.either(names))
    named = f"<b>{capitalised(wording.phrases.listed(names))}</b>"
    if egg.verdict is Verdict.PROBABLY:
        return wording.say("egg-probably", number=egg.eggs, hens=named)
    return wording.say("egg-laid", number=egg.eggs, hens=named)


def _egg_times(egg: EggReport, wording: Wording) -> str:
    parts = [wording.say("egg-seen", at=wording.time(egg.at))]
    if egg.came is not None:
        came, left = wording.time(egg.came), wording.time(egg.left or egg.at)
        parts.insert(0, wording.say("egg-on-nest", came=came, left=left))
    return " · ".join([*parts, *filter(None, [wording.nest_label_of(egg.nest)])])


def format_board(digest: DayDigest, wording: Wording, opening: datetime, sitting: Mapping[VisitId, datetime]) -> str:
    """The day's board: who is in, who laid, who is awaited.

    Args:
        opening: when the watch hours of that day begin.
        sitting: since when she sits, by bout.
    """
    report = digest.report
    inside = [_inside(bout, wording, sitting) for bout in report.bouts if is_in_nest(bout, report)]
    lines = [wording.say("board-in", hens="; ".join(inside)) if inside else wording.say("board-in-nobody")]
    lines += _laid(digest.eggs, wording) or [wording.say("board-no-egg")]
    lines += _awaited(digest, report.day, "board-awaited", wording)
    coverage = coverage_words(report, wording, opening)
    title = wording.say("board-title", date=wording.phrases.date(report.day, report.day))
    return "\n\n".join([title, "\n".join(lines), *filter(None, [coverage])])


def format_digest(digest: DayDigest, wording: Wording, opening: datetime) -> str:
    """The evening's digest: who laid, who did not, who is awaited tomorrow, and how much was watched."""
    report = digest.report
    day, today = report.day, report.now.astimezone(report.timezone).date()
    title = _title("digest-title", wording.phrases.date(day, today), digest.eggs, wording)
    lines = [*_laid(digest.eggs, wording), *_without(digest.without, digest.eggs, wording)]
    lines += _awaited(digest, day + timedelta(days=1), "digest-awaited", wording)
    coverage = coverage_words(report, wording, opening, always=True)
    return "\n\n".join([title, *filter(None, ["\n".join(lines), coverage])])


def format_week(digest: WeekDigest, wording: Wording) -> str:
    """The week's digest: eggs by hen, and how much was watched."""
    span = wording.phrases.span(digest.first, digest.last, digest.today)
    title = _title("week-title", span, digest.eggs, wording)
    named = [_hens_number(hen, eggs, wording) for hen, eggs in _by_hen(digest.eggs)]
    lines = [wording.say("week-hens", hens=", ".join(named))] if named else []
    lines += [*_unsure(digest.eggs, wording), *_without(digest.without, digest.eggs, wording)]
    return "\n\n".join([title, *filter(None, ["\n".join(lines)]), _share(digest.coverage, wording)])


def format_missed(bouts: Sequence[BoutReport], eggs: Sequence[EggReport], wording: Wording, now: datetime) -> str:
    """What was missed while the bot was off: each sitting and each egg in a line, short looks as a number."""
    told = {bout.id for bout in bouts}
    lines = [(bout.arrived_at, _missed_line(bout, wording)) for bout in bouts if not _is_look(bout)]
    lines += [(egg.at, _missed_egg(egg, wording)) for egg in eggs if not told.intersection(egg.bouts)]
    lines.sort(key=lambda line: line[0])
    parts = [wording.say("missed-title"), *_by_day(lines[-MOST_ENTRIES:], wording, now)]
    untold = max(len(lines) - MOST_ENTRIES, 0)
    if untold:
        parts.append(wording.say("entries-more", number=untold))
    looks = sum(map(_is_look, bouts))
    if looks:
        parts.append(wording.say("missed-looks", number=looks))
    return "\n".join(parts)


def _by_day(lines: Sequence[tuple[datetime, str]], wording: Wording, now: datetime) -> list[str]:
    """The lines, those of another day than today under its date."""
    today = now.astimezone(wording.timezone).date()
    found: list[str] = []
    for day, group in groupby(lines, key=lambda line: line[0].astimezone(wording.timezone).date()):
        found += [f"<i>{wording.phrases.date(day, today)}</i>"] if day != today else []
        found += [line for _, line in group]
    return found


def _is_look(bout: BoutReport) -> bool:
    return bout.verdict is Verdict.NOT_LAID and bout.settled_at is None


def _missed_line(bout: BoutReport, wording: Wording) -> str:
    left = wording.time(bout.left_at or bout.last_seen_at)
    times = wording.say("visit-times", came=wording.time(bout.arrived_at), left=left)
    hen, words = capitalised(wording.who(bout)), verdict_words(bout, wording)
    return wording.say("visit-line", times=times, hen=hen, words=words)


def _missed_egg(egg: EggReport, wording: Wording) -> str:
    return wording.say("missed-egg", egg=_egg_title(egg, wording), at=wording.time(egg.at))


def _title(phrase: str, days: str, eggs: Sequence[Egg], wording: Wording) -> str:
    words = number_words(Tally.of(eggs), wording) if eggs else wording.say("digest-no-egg")
    return wording.say(phrase, days=days, eggs=words)


def _inside(bout: BoutReport, wording: Wording, sitting: Mapping[VisitId, datetime]) -> str:
    hen, since = capitalised(wording.who(bout)), sitting.get(bout.id)
    if since is not None:
        return wording.say("nest-hen-sitting", hen=hen, at=wording.time(since))
    return wording.say("nest-hen-since", hen=hen, at=wording.time(bout.arrived_at))


def _laid(eggs: Iterable[Egg], wording: Wording) -> list[str]:
    listed = list(eggs)
    sure = [egg for egg in listed if egg.verdict is not Verdict.UNSURE]
    named = [
        wording.say(
            "board-egg-probable" if egg.verdict is Verdict.PROBABLY else "board-egg",
            hen=capitalised(wording.name(egg.hen)),
            at=wording.time(egg.at),
        )
        for egg in sure
    ]
    laid = [wording.say("board-laid", hens=", ".join(named))] if named else []
    return [*laid, *_unsure(listed, wording)]


def _unsure(eggs: Iterable[Egg], wording: Wording) -> list[str]:
    unsure = [egg for egg in eggs if egg.verdict is Verdict.UNSURE]
    number = sum(egg.eggs for egg in unsure)
    return [wording.say("eggs-unsure", number=number)] if number else []


def _without(hens: Sequence[HenId], eggs: Sequence[Egg], wording: Wording) -> list[str]:
    if not hens or not eggs:
        return []
    names = wording.phrases.listed([wording.name(hen) for hen in hens])
    is_open = any(egg.hen == UNKNOWN for egg in eggs)
    return [wording.say("no-egg-of-named" if is_open else "no-egg-of", hens=names)]


def _awaited(digest: DayDigest, day: date, phrase: str, wording: Wording) -> list[str]:
    named = [_due(due, wording) for due in digest.awaited if due.next and _day(due, wording) == day]
    return [wording.say(phrase, hens=", ".join(named))] if named else []


def _day(due: Due, wording: Wording) -> date | None:
    return due.next.expected.astimezone(wording.timezone).date() if due.next else None


def _due(due: Due, wording: Wording) -> str:
    assert due.next is not None
    return wording.say("board-due", hen=capitalised(wording.name(due.hen)), at=wording.time(due.next.expected))


def _by_hen(eggs: Iterable[Egg]) -> list[tuple[HenId, list[Egg]]]:
    found: dict[HenId, list[Egg]] = {}
    for egg in eggs:
        if egg.verdict is not Verdict.UNSURE:
            found.setdefault(egg.hen, []).append(egg)
    return sorted(found.items(), key=lambda item: (item[0] == UNKNOWN, -len(item[1])))


def _hens_number(hen: HenId, eggs: Sequence[Egg], wording: Wording) -> str:
    tally, name = Tally.of(eggs), capitalised(wording.name(hen))
    phrase = "week-hen-probable" if tally.probably else "week-hen"
    arguments = {"probable": tally.probably} if tally.probably else {}
    return wording.say(phrase, hen=name, eggs=tally.total, **arguments)


def _share(coverage: Coverage, wording: Wording) -> str:
    phrase = "period-share-fair" if coverage.enough else "period-share"
    return wording.say(phrase, percent=int(coverage.share * 100))
