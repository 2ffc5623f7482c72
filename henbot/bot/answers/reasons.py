"""What the bot watched, what its verdicts rest on, and what it can do at all."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from html import escape

from henbot.bot.answers.question import Asking, percent_of
from henbot.bot.formatting import stretches_words
from henbot.bot.language import capitalised
from henbot.bot.wording import known_at, verdict_words
from henbot.domain.observations import UNKNOWN
from henbot.domain.verdicts import Verdict
from henbot.services.corrections import Field, words_of_bout
from henbot.services.periods import first_day, period_coverage
from henbot.services.reports import BoutReport, coop_of, flock_of, surest_bouts
from henbot.services.subscribers import name_of
from henbot.services.watch_hours import hours_of_day

DAYS_EXPLAINED = 7
"""How far back a verdict is looked for where no day is named."""

_RANK = (Verdict.LAID, Verdict.PROBABLY, Verdict.UNSURE, Verdict.NOT_LAID)


def coverage(asking: Asking) -> str:
    """How much was watched, and when not."""
    wording, period = asking.wording, asking.period
    first = period.first if asking.question.period else first_day(asking.session) or asking.today
    last = min(period.last, asking.today)
    seen = period_coverage(asking.session, first, last, asking.now)
    if not seen.hours:
        return wording.say("not-begun", opening=wording.time(hours_of_day(first, coop_of(asking.session)).start))
    percent = percent_of(seen)
    if first != last:
        return wording.say("coverage-period", span=wording.phrases.span(first, last, asking.today), percent=percent)
    lines = [wording.say("coverage-day", date=wording.phrases.date(first, asking.today), percent=percent)]
    if seen.blind and seen.watched:
        stretches = stretches_words(seen.blind, wording)
        lines.append(wording.say("coverage-gaps", nests=wording.nests_number, stretches=stretches))
    return "\n".join(lines)


def why(asking: Asking) -> str:
    """What a verdict rests on: that of the hen and day asked about, else the latest egg."""
    bout = explained_bout(asking)
    if bout is None:
        return asking.wording.say("why-nothing")
    wording = asking.wording
    left = wording.time(bout.left_at or bout.last_seen_at)
    span = wording.say("visit-times", came=wording.time(bout.arrived_at), left=left)
    when = f"<i>{wording.phrases.date(asking.day(bout.arrived_at), asking.today)}</i>, {span}"
    heading = wording.say("why-title", hen=capitalised(wording.who(bout)), words=verdict_words(bout, wording))
    reasons = wording.say(f"why-{bout.verdict.value.replace('_', '-')}", **_minutes(bout))
    who = wording.say("why-who-unknown") if bout.hen == UNKNOWN else wording.say("why-who-sure", visits=bout.visits)
    return "\n".join([f"{heading}\n{when}\n", *_said_or(asking, bout, {Field.EGG: reasons, Field.HEN: who})])


def _said_or(asking: Asking, bout: BoutReport, reasons: Mapping[Field, str]) -> list[str]:
    """The reasons; where a person's word rules, whose it is."""
    said = dict(reasons)
    for word in words_of_bout(asking.session, bout.id):
        who = escape(name_of(asking.session, word.by) or str(word.by), quote=False)
        at = asking.wording.moment(word.at, asking.today)
        said[word.field] = asking.wording.say(f"why-said-{word.field.value}", who=who, at=at)
    return list(said.values())


def explained_bout(asking: Asking) -> BoutReport | None:
    """The bout whose verdict is to be explained: the surest egg of the time and hen asked about, the latest of them."""
    start = datetime.combine(asking.period.first, datetime.min.time(), asking.wording.timezone)
    end = datetime.combine(asking.period.last + timedelta(days=1), datetime.min.time(), asking.wording.timezone)
    if asking.question.period is None:
        start -= timedelta(days=DAYS_EXPLAINED)
    bouts = [
        known_at(bout, asking.now)
        for bout in surest_bouts(asking.session, (start, min(end, asking.now)), _RANK, asking.now, asking.question.hen)
    ]
    over = [bout for bout in bouts if bout.left_at is not None]
    return min(over, key=lambda bout: (_RANK.index(bout.verdict), -bout.arrived_at.timestamp()), default=None)


def help_words(asking: Asking) -> str:
    """What the bot can do, with one of the flock as the example."""
    flock = flock_of(asking.session)
    hen = asking.wording.name(flock[0].id) if flock else asking.wording.say("help-some-hen")
    return asking.wording.say("help", hen=hen)


def off_topic(asking: Asking) -> str:
    """A polite no."""
    return asking.wording.say("off-topic")


def _minutes(bout: BoutReport) -> dict[str, int]:
    if bout.verdict not in (Verdict.PROBABLY, Verdict.NOT_LAID):
        return {}
    settled = bout.settled_at
    sat = bout.sat or ((bout.left_at or bout.last_seen_at) - settled if settled else timedelta())
    return {"minutes": max(int(sat / timedelta(minutes=1)), 0)}
