"""Who was in the nests, and who is in them now."""

from collections.abc import Mapping
from datetime import datetime
from html import escape

from henbot.bot.answers.days import day_words
from henbot.bot.answers.question import Asking, share_words, title, unwatched
from henbot.bot.formatting import MOST_ENTRIES, stretches_words
from henbot.bot.language import capitalised
from henbot.bot.wording import Wording, known_at, verdict_words
from henbot.domain.observations import UNKNOWN, VisitId
from henbot.services.periods import NestNow, bouts_by_hen, nests_now
from henbot.services.reports import BoutReport, DayReport, day_report
from henbot.services.sitting import sitting_since


def visits(asking: Asking) -> str:
    """Who was in the nests: each visit of a day, or how many over several days."""
    if not asking.is_about_a_day:
        return _counts(asking)
    wording, hen = asking.wording, asking.question.hen
    report = day_report(asking.session, asking.period.first, asking.now)
    bouts = [known_at(bout, report.now) for bout in report.bouts if hen in (None, bout.hen)]
    if not bouts and not report.coverage.watched:
        return day_words(asking)
    lines = [_visit_line(bout, wording) for bout in bouts[:MOST_ENTRIES]]
    if len(bouts) > MOST_ENTRIES:
        lines.append(wording.say("entries-more", number=len(bouts) - MOST_ENTRIES))
    body = "\n".join(lines) if lines else _nobody(asking)
    day = wording.say("title", day=wording.phrases.date(asking.period.first, asking.today))
    return "\n\n".join([day, body, *_blind(report, asking, always=not bouts)])


def now_in_nest(asking: Asking) -> str:
    """Who is in the nests at this moment, as far as they are seen."""
    wording, hen = asking.wording, asking.question.hen
    nests = nests_now(asking.session, asking.now)
    inside = [bout for nest in nests for bout in nest.inside]
    sitting = sitting_since(asking.session, [bout.id for bout in inside], asking.now)
    lines = [_nest_line(nest, sitting, asking) for nest in nests]
    if hen is not None and all(bout.hen != hen for bout in inside) and any(nest.is_seen for nest in nests):
        is_unsure = any(bout.hen == UNKNOWN for bout in inside)
        lines.append(wording.say("nest-hen-not-sure" if is_unsure else "nest-hen-not", hen=wording.name(hen)))
    return "\n".join(lines) if lines else wording.say("nothing-known")


def _counts(asking: Asking) -> str:
    wording, report, hen = asking.wording, asking.report(), asking.question.hen
    nothing = unwatched(asking, report)
    if nothing:
        return nothing
    bouts = bouts_by_hen(asking.session, report.first, report.last, asking.now)
    counts = {one: number for one, number in bouts.items() if hen in (None, one)}
    order = sorted(counts.items(), key=lambda item: (item[0] == UNKNOWN, -item[1]))
    lines = [wording.say("visits-hen", hen=capitalised(wording.name(one)), number=number) for one, number in order]
    body = "\n".join(lines) if lines else _nobody(asking)
    return "\n\n".join([title(asking, report), body, *share_words(report.coverage, asking, always=not lines)])


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
        left = wording.time(bout.left_at)
        times = came if left == came else wording.say("visit-times", came=came, left=left)
        words = verdict_words(bout, wording)
    return wording.say("visit-line", times=times, hen=capitalised(wording.who(bout)), words=words)


def _blind(report: DayReport, asking: Asking, *, always: bool) -> list[str]:
    if report.coverage.enough:
        return share_words(report.coverage, asking, always=always)
    stretches = stretches_words(report.coverage.blind, asking.wording)
    return [asking.wording.say("blind", nests=asking.wording.nests_number, stretches=stretches)]


def _nest_line(nest: NestNow, sitting: Mapping[VisitId, datetime], asking: Asking) -> str:
    wording = asking.wording
    name = capitalised(escape(nest.nest.name_in(wording.phrases.language), quote=False))
    if nest.seen_at is None:
        return wording.say("nest-never-seen", nest=name)
    at = wording.moment(nest.seen_at, asking.today)
    if not nest.is_seen:
        return wording.say("nest-unseen", nest=name, at=at)
    if not nest.inside:
        return wording.say("nest-empty", nest=name, at=at)
    hens = [_hen_inside(bout, sitting.get(bout.id), wording) for bout in nest.inside]
    return wording.say("nest-taken", nest=name, hens="; ".join(hens))


def _hen_inside(bout: BoutReport, since: datetime | None, wording: Wording) -> str:
    hen = capitalised(wording.who(bout))
    if since is not None:
        return wording.say("nest-hen-sitting", hen=hen, at=wording.time(since))
    return wording.say("nest-hen-since", hen=hen, at=wording.time(bout.arrived_at))
