"""The words and the buttons by which admins correct a bout, and what is said of what was taken back."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from html import escape
from typing import TypeAlias

from sqlalchemy.orm import Session

from henbot.bot.keyboards import number_in
from henbot.bot.language import capitalised
from henbot.bot.wording import Wording, plain, times
from henbot.domain.flock import Hen
from henbot.domain.observations import NOBODY, UNKNOWN, HenId
from henbot.domain.verdicts import Verdict
from henbot.services.corrections import Field, Word, words_of_bout
from henbot.services.reports import BoutReport
from henbot.services.subscribers import name_of

Buttons: TypeAlias = tuple[tuple[tuple[str, str], ...], ...]
"""Rows of buttons: what is written on each (plain text), and what it says when pressed."""

FIX = "fix"
"""Begins what buttons say that correct a bout: `fix:step:post` or `fix:is:post:hen`."""

WHO, IS, NO_EGG, EGG, KEEP = "who", "is", "none", "egg", "keep"
STEPS = (WHO, IS, NO_EGG, EGG, KEEP)

BACK = "back"
"""Begins what buttons say that take an act back: `back:act`."""

LONGEST_HEN = 32
"""Bytes of a hen's id that a button carries; a longer one goes by a hash of it."""


@dataclass(frozen=True, slots=True)
class Fix:
    """What a button says: a step, by the post that tells of the bout; `hen` as `hen_tag` has it."""

    step: str
    post: int
    hen: str = ""


def read_fix(callback_data: str | None) -> Fix | None:
    """What a button says; None for one that no button of ours says (any more)."""
    parts = (callback_data or "").split(":")
    if len(parts) not in (3, 4) or parts[0] != FIX or parts[1] not in STEPS or (len(parts) == 4) != (parts[1] == IS):
        return None
    post = number_in(parts[2])
    return Fix(parts[1], post, *parts[3:]) if post is not None else None


def read_back(callback_data: str | None) -> int | None:
    """The act that a button takes back."""
    kind, _, act = (callback_data or "").partition(":")
    return number_in(act) if kind == BACK else None


def hen_tag(hen: str) -> str:
    """A hen's id, short enough for a button."""
    return hen if len(hen.encode()) <= LONGEST_HEN and ":" not in hen else sha256(hen.encode()).hexdigest()[:16]


def hen_of_tag(tag: str, flock: Iterable[Hen]) -> HenId | None:
    """The hen that a button means; None of one that there is not."""
    known = (UNKNOWN, NOBODY, *(hen.id for hen in flock))
    return next((hen for hen in known if hen_tag(hen) == tag), None)


def correcting_buttons(bout: BoutReport, post: int, wording: Wording) -> Buttons:
    """The buttons under a bout's message: it was not her; there was an egg, or none, as far as that may be news."""
    name = plain(wording.name(bout.hen))
    who = wording.say("button-fix-known") if bout.hen == UNKNOWN else wording.say("button-fix-not", hen=name)
    eggs = []
    if bout.verdict is not Verdict.NOT_LAID and (bout.left_at is not None or bout.verdict is Verdict.LAID):
        eggs.append((wording.say("button-fix-no-egg"), f"{FIX}:{NO_EGG}:{post}"))
    if bout.verdict is not Verdict.LAID and bout.left_at is not None:
        eggs.append((wording.say("button-fix-egg"), f"{FIX}:{EGG}:{post}"))
    return (((who, f"{FIX}:{WHO}:{post}"),), *((tuple(eggs),) if eggs else ()))


def choices(bout: BoutReport, post: int, flock: Sequence[Hen], wording: Wording) -> Buttons:
    """Who it may have been: the likeliest first, all others of the flock, one that nobody can name, none at all."""
    likely = [hen for hen, _ in bout.candidates]
    rank = {hen: place for place, hen in enumerate(likely)}
    hens = sorted((hen.id for hen in flock if hen.id != bout.hen), key=lambda hen: rank.get(hen, len(rank)))
    named = [(capitalised(plain(wording.name(hen))), f"{FIX}:{IS}:{post}:{hen_tag(hen)}") for hen in hens]
    rows = [tuple(named[start : start + 2]) for start in range(0, len(named), 2)]
    others = [(NOBODY, "button-fix-nobody")] if bout.hen == UNKNOWN else _OTHERS
    last = [((wording.say(phrase), f"{FIX}:{IS}:{post}:{hen}"),) for hen, phrase in others]
    return (*rows, *last, ((wording.say("button-fix-keep"), f"{FIX}:{KEEP}:{post}"),))


_OTHERS = [(UNKNOWN, "button-fix-unknown"), (NOBODY, "button-fix-nobody")]


def question(bout: BoutReport, wording: Wording) -> str:
    """Who was it?"""
    return f"{wording.say('fix-who')}\n{times(bout, wording)}"


def back_button(act: int, wording: Wording) -> Buttons:
    """The button that takes an act back."""
    return (((wording.say("button-undo"), f"{BACK}:{act}"),),)


def value_words(field: Field, value: str, wording: Wording) -> str:
    """What somebody said of a bout."""
    if field is Field.EGG:
        return wording.say("fix-said-egg" if value == Verdict.LAID else "fix-said-no-egg")
    if value == NOBODY:
        return wording.say("fix-said-nobody")
    return wording.say("fix-said-hen", hen=wording.name(HenId(value)))


def said_lines(session: Session, bout: BoutReport, wording: Wording, now: datetime) -> list[str]:
    """Who says what of a bout, and since when, where a person's word rules (HTML)."""
    today = now.astimezone(wording.timezone).date()
    return [
        f"<i>{_said(session, word, wording, wording.moment(word.at, today))}</i>"
        for word in words_of_bout(session, bout.id)
    ]


def _said(session: Session, word: Word, wording: Wording, at: str) -> str:
    who = escape(name_of(session, word.by) or str(word.by), quote=False)
    return wording.say("fix-said", who=who, what=value_words(word.field, word.value, wording), at=at)
