"""Care hints in words: what was seen, what it rests on, and what may be answered. Never a diagnosis."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from html import escape

from sqlalchemy.orm import Session

from henbot.bot.asking import Button
from henbot.bot.language import capitalised
from henbot.bot.wording import Wording, plain
from henbot.domain.care import HintKind
from henbot.domain.observations import UNKNOWN, HenId, NestId
from henbot.services.care_hints import CareHint, Decision
from henbot.services.egg_balance import egg_balance
from henbot.services.subscribers import name_of

CARE = "care"
"""Begins what the buttons of a hint say: `care:ID:decision`."""

LABEL = "drift:label"
"""What the button says that opens the pictures to be named."""

_ANSWERS: Mapping[HintKind, tuple[Decision, ...]] = {
    HintKind.BROODY: (Decision.SEEN, Decision.LET_SIT, Decision.NOT_SO, Decision.LATER),
    HintKind.UNACCOUNTED: (Decision.TAKEN, Decision.NOT_SO, Decision.LATER),
    HintKind.DRIFT: (Decision.NOT_SO, Decision.LATER),
}
_USUAL_ANSWERS = (Decision.SEEN, Decision.NOT_SO, Decision.LATER)


def hint_words(hint: CareHint, session: Session, wording: Wording, now: datetime) -> str:
    """A hint with what it rests on, and what was answered, in Telegram's HTML."""
    lines = _WORDS[hint.kind](hint, session, wording, now)
    if hint.decision:
        lines += ["", _answered(hint, hint.decision, session, wording, now)]
    return "\n".join(lines)


def hint_buttons(hint: CareHint, wording: Wording) -> tuple[Button, ...]:
    """What may be answered to a hint; to one that was answered, only that a sitting is over."""
    if hint.decision is Decision.LET_SIT:
        return (ended_button(hint, wording.say("button-care-ended")),)
    if hint.decision is not None:
        return ()
    number = int(hint.facts.get("eggs", 0))
    first = (Button(wording.say("button-care-label"), LABEL),) if hint.kind is HintKind.DRIFT else ()
    return first + tuple(
        Button(wording.say(f"button-care-{one.value}", number=number), f"{CARE}:{hint.id}:{one.value}")
        for one in _ANSWERS.get(hint.kind, _USUAL_ANSWERS)
    )


def ended_button(hint: CareHint, words: str) -> Button:
    """A button that says that a sitting is over."""
    return Button(words, f"{CARE}:{hint.id}:{Decision.ENDED.value}")


def sitting_line(hint: CareHint, wording: Wording, today: date) -> str:
    """Who is let sit, and until when."""
    day = (hint.until or hint.found_at).astimezone(wording.timezone).date()
    return wording.say("care-sit-list", hen=_name(hint, wording), date=wording.phrases.date_within(day, today))


def _long_sitting(hint: CareHint, session: Session, wording: Wording, now: datetime) -> list[str]:
    facts = hint.facts
    since = datetime.fromisoformat(str(facts["since"]))
    nest = wording.nest_name(NestId(str(facts["nest"])))
    lines = [
        wording.say("care-long-sitting", hen=_name(hint, wording), length=_length(int(facts["minutes"]), wording)),
        wording.say("care-sitting-since", at=wording.time(since), nest=nest),
    ]
    if "usual_minutes" in facts:
        lines.append(wording.say("care-usual-sitting", length=_length(int(facts["usual_minutes"]), wording)))
    elif hint.hen != UNKNOWN:
        lines.append(wording.say("care-usual-unknown"))
    return [*lines, wording.say("care-vet")]


def _broody(hint: CareHint, session: Session, wording: Wording, now: datetime) -> list[str]:
    hen, days = _name(hint, wording), int(hint.facts.get("days", 1))
    if hint.sure:
        return [wording.say("care-broody", hen=hen, number=days)]
    hours = wording.phrases.number(float(hint.facts["hours"]))
    return [wording.say("care-broody-maybe", hen=hen, number=days, hours=hours)]


def _pause(hint: CareHint, session: Session, wording: Wording, now: datetime) -> list[str]:
    facts, hen = hint.facts, _name(hint, wording)
    if hint.kind is HintKind.MOULT:
        hours = wording.phrases.number(float(facts["daylight"]))
        lines = [wording.say("care-moult", hen=hen, number=int(facts["days"]), hours=hours)]
    else:
        lines = [wording.say("care-stopped", hen=hen, number=int(facts["days"]), usual=int(facts["usual"]))]
    if "visits_percent" in facts:
        lines.append(wording.say("care-visits", percent=int(facts["visits_percent"])))
    if facts.get("others"):
        lines.append(wording.say("care-others", number=int(facts["others"])))
    if facts.get("found_outside"):
        lines.append(wording.say("care-found-outside", number=int(facts["found_outside"])))
    return lines


def _unaccounted(hint: CareHint, session: Session, wording: Wording, now: datetime) -> list[str]:
    day = date.fromisoformat(str(hint.facts["day"]))
    balance = egg_balance(session, day, day, now)
    today = now.astimezone(wording.timezone).date()
    title = capitalised(wording.phrases.day_of(day, today))
    lines = [wording.say("care-unaccounted", date=title, number=int(hint.facts["eggs"]))]
    if hint.decision is None and balance.there is not None:
        sums = {"before": balance.before or 0, "appeared": balance.appeared, "collected": balance.collected}
        lines.append(wording.say("care-unaccounted-sum", there=balance.there, **sums))
    return lines


def _not_seen(hint: CareHint, session: Session, wording: Wording, now: datetime) -> list[str]:
    facts = hint.facts
    counts = {"counted": int(facts["counted"]), "flock": int(facts["flock"])}
    today = now.astimezone(wording.timezone).date()
    last = wording.phrases.date_within(date.fromisoformat(str(facts["last"])), today)
    if hint.hen:
        return [wording.say("care-not-seen", hen=_name(hint, wording), date=last, **counts)]
    hens = wording.phrases.listed([wording.name(HenId(hen)) for hen in str(facts["hens"]).split()])
    return [wording.say("care-not-seen-some", hens=hens, date=last, **counts)]


def _drift(hint: CareHint, session: Session, wording: Wording, now: datetime) -> list[str]:
    facts = hint.facts
    percents = {"before": int(facts["before"]), "lately": int(facts["lately"])}
    return [wording.say("care-drift", hen=_name(hint, wording), number=int(facts["days"]), **percents)]


_WORDS = {
    HintKind.LONG_SITTING: _long_sitting,
    HintKind.BROODY: _broody,
    HintKind.STOPPED: _pause,
    HintKind.MOULT: _pause,
    HintKind.UNACCOUNTED: _unaccounted,
    HintKind.NOT_SEEN: _not_seen,
    HintKind.DRIFT: _drift,
}


def _answered(hint: CareHint, decision: Decision, session: Session, wording: Wording, now: datetime) -> str:
    name = name_of(session, hint.decided_by) if hint.decided_by else None
    who = escape(name or wording.say("collected-somebody"), quote=False)
    until = (hint.until or now).astimezone(wording.timezone)
    today = now.astimezone(wording.timezone).date()
    return wording.say(
        f"care-answered-{decision.value}",
        who=who,
        date=wording.phrases.day_of(until.date(), today),
        at=wording.time(until),
    )


def _name(hint: CareHint, wording: Wording) -> str:
    return capitalised(wording.name(hint.hen)) if hint.hen else ""


def _length(minutes: int, wording: Wording) -> str:
    hours, left = divmod(minutes, timedelta(hours=1) // timedelta(minutes=1))
    return wording.say("care-length", hours=hours, minutes=left)


def button_name(hen: HenId | None, wording: Wording) -> str:
    """A hen's name as plain text, for a button."""
    return capitalised(plain(wording.name(hen))) if hen else ""
