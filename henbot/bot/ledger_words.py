"""What people tell of eggs and treatments: written down, and said back with a button to undo it."""

from dataclasses import dataclass
from datetime import date, datetime
from html import escape
from types import MappingProxyType

from sqlalchemy.orm import Session

from henbot.bot.answers.ledger import told_withheld
from henbot.bot.asking import Answer, Button, coop_wording, hens_by_name, moment, take_button
from henbot.bot.language import capitalised
from henbot.bot.questions.statements import Found, Statement, Taken, Treated, found_in, taken_in, treated_in
from henbot.bot.wording import Wording, plain
from henbot.domain.observations import HenId
from henbot.services.egg_balance import eggs_there
from henbot.services.reports import flock_of
from henbot.services.subscribers import name_of
from henbot.services.told_facts import (
    MOST_EGGS,
    Said,
    Withdrawal,
    evening_of,
    tell_collected,
    tell_found,
    tell_treatment,
    told_lately,
    undo_found,
    undo_told,
    withdrawals,
)
from henbot.storage.told import CollectionRow, TreatmentRow

UNDO = "undo"
COLLECTED, FOUND, TREATED = "collected", "found", "treated"
KINDS = (COLLECTED, FOUND, TREATED)


@dataclass(frozen=True, slots=True)
class Telling:
    """Somebody who may tell, and when.

    Attributes:
        now: the coop's present moment.
    """

    session: Session
    wording: Wording
    by: int
    now: datetime

    @property
    def today(self) -> date:
        """The coop's day."""
        return self.now.astimezone(self.wording.timezone).date()

    @property
    def said(self) -> Said:
        """Who told it, and when."""
        return Said(self.by, self.now)

    def at(self, day: date | None) -> datetime:
        """The moment that is meant: now, or the evening of a day that is past."""
        return self.now if day is None else evening_of(self.session, day)

    def hens(self) -> dict[str, HenId]:
        """Hens that live here, by each of their names."""
        return hens_by_name(flock_of(self.session))

    def example(self) -> str:
        """A hen of the flock, for an example."""
        hens = flock_of(self.session)
        return self.wording.name(hens[0].id) if hens else self.wording.say("help-some-hen")


def telling(session: Session, by: int, language: str | None) -> Telling:
    """Somebody tells something now. Raises CoopUnknown where there is no coop."""
    wording = coop_wording(session, language)
    return Telling(session, wording, by, moment(session))


def told(one: Telling, statement: Statement) -> Answer:
    """Write down what was told and say it back; a question back where it is not clear."""
    if isinstance(statement, Taken):
        return _told_taken(one, statement)
    return _told_found(one, statement) if isinstance(statement, Found) else _told_treated(one, statement)


def told_by_command(one: Telling, command: str, text: str) -> Answer:
    """What stands behind /collected, /egg or /treated; how to write it, where nothing does."""
    if command == "collected":
        taken = taken_in(text, one.today)
        return _told_taken(one, taken) if taken else Answer(one.wording.say("collected-how"))
    if command == "egg":
        found = found_in(text, one.today, one.hens())
        return _told_found(one, found) if found else Answer(one.wording.say("egg-how", hen=one.example()))
    treated = treated_in(text, one.hens())
    return _told_treated(one, treated) if treated else _treatments(one)


def undone(one: Telling, kind: str, row_id: int) -> str | None:
    """Take back what was told; what it was, or None where there is nothing (any more) to take back."""
    wording = one.wording
    if kind == FOUND:
        eggs = undo_found(one.session, row_id, one.now)
        what = wording.say("undone-found", eggs=_eggs(eggs, wording)) if eggs else None
    elif kind == COLLECTED:
        done = undo_told(one.session, CollectionRow, row_id, one.now)
        number = one.session.get_one(CollectionRow, row_id).eggs if done else 0
        what = wording.say("undone-collected", eggs=_eggs(number, wording)) if done else None
    else:
        done = undo_told(one.session, TreatmentRow, row_id, one.now)
        row = one.session.get(TreatmentRow, row_id)
        what = _named(HenId(row.hen_id) if row.hen_id else None, row.what, wording) if row and done else None
    return wording.say("undone", what=what) if what else None


def _told_taken(one: Telling, taken: Taken) -> Answer:
    wording, at = one.wording, one.at(taken.day)
    known = eggs_there(one.session, at)
    eggs = known if taken.everything else taken.eggs
    if taken.everything and not known:
        return Answer(wording.say("collected-nothing"))
    if not eggs or eggs > MOST_EGGS:
        return Answer(wording.say("collected-how"), buttons=take_button(one.session, wording, one.now))
    earlier = told_lately(one.session, at)
    row_id = tell_collected(one.session, eggs, at, one.said, everything=taken.everything)
    lines = [wording.say("collected-noted", eggs=_eggs(eggs, wording), when=_when(at, one))]
    if taken.day is None:
        lines += _compared(eggs, known, wording)
    if earlier and not taken.everything:
        who = name_of(one.session, earlier.by) or wording.say("collected-somebody")
        told_eggs, told_at = _eggs(earlier.eggs, wording), wording.moment(earlier.at, one.today)
        lines.append(wording.say("collected-same", who=escape(who, quote=False), eggs=told_eggs, at=told_at))
    lines += told_withheld(one.session, wording, one.today)
    return Answer("\n".join(lines), buttons=(_undo(COLLECTED, row_id, wording),))


def _compared(eggs: int, known: int, wording: Wording) -> list[str]:
    if eggs < known:
        left = known - eggs
        return [wording.say("collected-left", eggs=_eggs(left, wording), number=left)]
    if eggs > known:
        return [wording.say("collected-more", known=known, eggs=_eggs(known, wording))]
    return []


def _told_found(one: Telling, found: Found) -> Answer:
    wording = one.wording
    if found.choice or found.called:
        return Answer(_unclear(one, found.choice, found.called))
    at = one.at(found.day)
    ids = [tell_found(one.session, found.hen, found.place, at, one.said) for _ in range(found.eggs)]
    words = {
        "eggs": _eggs(found.eggs, wording),
        "place": escape(found.place, quote=False) or wording.say("egg-outside"),
        "when": _when(at, one),
    }
    if found.hen:
        text = wording.say("egg-noted", hen=wording.name(found.hen), **words)
    else:
        text = wording.say("egg-noted-unknown", **words)
    lines = [text, *told_withheld(one.session, wording, one.today, found.hen)]
    return Answer("\n".join(lines), buttons=(_undo(FOUND, ids[0], wording),))


def _told_treated(one: Telling, treated: Treated) -> Answer:
    wording = one.wording
    if treated.choice:
        return Answer(_unclear(one, treated.choice, None))
    is_clear = (treated.hen or treated.everyone) and treated.days and 1 <= treated.days <= 365
    if not is_clear or treated.days is None:
        return Answer(wording.say("treated-how", hen=one.example()))
    what = treated.what or wording.say("treated-what")
    given = tell_treatment(one.session, treated.hen, what, one.today, treated.days, one.said)
    words = MappingProxyType(
        {"what": escape(what, quote=False), "date": wording.phrases.date_within(given.free_from, one.today)}
    )
    if given.hen:
        hen = capitalised(wording.name(given.hen))
        text = wording.say("treated-noted", hen=hen, days=treated.days, **words)
    else:
        text = wording.say("treated-noted-all", days=treated.days, **words)
    return Answer(text, buttons=(_undo(TREATED, given.id, wording),))


def _treatments(one: Telling) -> Answer:
    """Treatments because of which eggs are not eaten now, each with a button to take it back."""
    wording, how = one.wording, one.wording.say("treated-how", hen=one.example())
    current = withdrawals(one.session, one.today)
    if not current:
        return Answer(f"{wording.say('treated-none')}\n\n{how}")
    lines = told_withheld(one.session, wording, one.today)
    buttons = tuple(Button(_undo_words(given, wording), f"{UNDO}:{TREATED}:{given.id}") for given in current[:8])
    return Answer("\n".join([*lines, "", how]), buttons=buttons)


def _unclear(one: Telling, choice: tuple[HenId, ...], called: str | None) -> str:
    wording = one.wording
    if choice:
        return wording.say("which-hen", hens=wording.phrases.either([wording.name(hen) for hen in choice]))
    flock = wording.phrases.listed([wording.name(hen.id) for hen in flock_of(one.session)])
    return wording.say("no-such-hen", name=escape(called or "", quote=False), hens=flock)


def _undo(kind: str, row_id: int, wording: Wording) -> Button:
    return Button(wording.say("button-undo"), f"{UNDO}:{kind}:{row_id}")


def _undo_words(given: Withdrawal, wording: Wording) -> str:
    hen = wording.name(given.hen) if given.hen else wording.say("ledger-all-hens")
    return plain(wording.say("button-undo-treated", hen=capitalised(hen), what=escape(given.what, quote=False)))[:60]


def _named(hen: HenId | None, what: str, wording: Wording) -> str:
    name = wording.name(hen) if hen else wording.say("ledger-all-hens")
    return wording.say("undone-treated", hen=capitalised(name), what=escape(what, quote=False))


def _eggs(number: int, wording: Wording) -> str:
    return wording.say("eggs-number", number=number)


def _when(at: datetime, one: Telling) -> str:
    day = at.astimezone(one.wording.timezone).date()
    is_now = at == one.now
    words = one.wording.phrases.day_of(day, one.today)
    return f"{words}, {one.wording.time(at)}" if is_now else words
