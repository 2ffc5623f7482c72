"""What is said of hens that go, are called otherwise, or turn out to be one, and the buttons below it."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from henbot.bot.language import capitalised
from henbot.bot.wording import Wording, plain
from henbot.domain.flock import Fate, Hen
from henbot.domain.observations import HenId

FLOCK = "flock"
"""Begins what the buttons say."""

CALL, WHY, GONE, SURE, ONE, NO = "call", "why", "gone", "sure", "one", "no"
STEPS = (CALL, WHY, GONE, SURE, ONE, NO)
MOST_PAIRS = 6


@dataclass(frozen=True, slots=True)
class FlockPress:
    """A pressed button: a step, and what it is about, hens by `mark_of`."""

    step: str
    one: str
    two: str


def mark_of(hen: str) -> str:
    """Stands for a hen's id on a button, which has no room for two long ones."""
    return hashlib.sha256(hen.encode()).hexdigest()[:10]


def hen_marked(mark: str, hens: Iterable[Hen]) -> HenId | None:
    """The hen that a mark stands for, if she is among some hens."""
    return next((hen.id for hen in hens if mark_of(hen.id) == mark), None)


def read_flock_press(callback_data: str | None) -> FlockPress | None:
    """What a button says; None for one that no button of ours says."""
    parts = (callback_data or "").split(":")
    if len(parts) != 4 or parts[0] != FLOCK or parts[1] not in STEPS:
        return None
    return FlockPress(*parts[1:])


def which_keyboard(step: str, hens: Sequence[HenId], wording: Wording) -> InlineKeyboardMarkup:
    """A button for each hen."""
    buttons = [_button(_name(hen, wording), step, mark_of(hen)) for hen in hens]
    rows = [buttons[start : start + 2] for start in range(0, len(buttons), 2)]
    return InlineKeyboardMarkup([*rows, [_no(wording)]])


def fate_keyboard(hen: HenId, wording: Wording, fates: Iterable[Fate] = Fate) -> InlineKeyboardMarkup:
    """What may have become of a hen."""
    row = [_button(wording.say(f"button-fate-{fate.value}"), GONE, mark_of(hen), fate.value) for fate in fates]
    return InlineKeyboardMarkup([row, [_no(wording)]])


def pairs_keyboard(pairs: Sequence[tuple[HenId, HenId]], wording: Wording) -> InlineKeyboardMarkup:
    """A button for each pair that may be meant."""
    buttons = [
        [_button(f"{_name(hen, wording)} = {_name(other, wording)}", SURE, mark_of(hen), mark_of(other))]
        for hen, other in pairs[:MOST_PAIRS]
    ]
    return InlineKeyboardMarkup([*buttons, [_no(wording)]])


def merge_keyboard(hen: HenId, other: HenId, wording: Wording) -> InlineKeyboardMarkup:
    """Which of two names stays."""
    rows = [
        [_button(wording.say("button-merge-keep", hen=_name(kept, wording)), ONE, mark_of(gone), mark_of(kept))]
        for gone, kept in ((hen, other), (other, hen))
    ]
    return InlineKeyboardMarkup([*rows, [_no(wording)]])


def flock_line(hens: Iterable[Hen], wording: Wording) -> str:
    """Who lives here."""
    return wording.say("flock-who", hens=wording.phrases.listed([wording.name(hen.id) for hen in hens]))


def _name(hen: HenId, wording: Wording) -> str:
    return capitalised(plain(wording.name(hen)))


def _no(wording: Wording) -> InlineKeyboardButton:
    return _button(wording.say("button-flock-no"), NO)


def _button(text: str, step: str, one: str = "", two: str = "") -> InlineKeyboardButton:
    return InlineKeyboardButton(text, callback_data=f"{FLOCK}:{step}:{one}:{two}")
