"""What is said while a hen is added, and the buttons below it."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from henbot.bot.keyboards import number_in
from henbot.bot.language import Phrases
from henbot.bot.wording import Wording, plain
from henbot.services.new_hens import LEAST_PHOTOS, MOST_PHOTOS, PAGE, Draft, Found, OwnPicture

NEW_HEN = "newhen"
"""Begins what the buttons say."""

DONE, CANCEL, OWN, TICK, BACK, ANYWAY, NEW, KNOWN = "done", "cancel", "own", "tick", "back", "anyway", "new", "known"
STEPS = (DONE, CANCEL, OWN, TICK, BACK, ANYWAY, NEW, KNOWN)
LONGEST_REASON = 120


@dataclass(frozen=True, slots=True)
class NewHenPress:
    """A pressed button: a step of a draft; a page, and of a tick whose picture."""

    step: str
    draft: int
    page: int
    evidence: int


def read_new_hen_press(callback_data: str | None) -> NewHenPress | None:
    """What a button says; None for one that no button of ours says."""
    parts = (callback_data or "").split(":")
    if len(parts) != 5 or parts[0] != NEW_HEN or parts[1] not in STEPS:
        return None
    numbers = [number_in(part) for part in parts[2:]]
    if None in numbers:
        return None
    draft, page, evidence = (number or 0 for number in numbers)
    return NewHenPress(parts[1], draft, min(page, 10_000), evidence)


def collecting_words(draft: Draft, count: int, spoken: Phrases) -> str:
    """What is awaited, and how much of it came."""
    phrase = "addhen-count" if count else "addhen-open"
    return spoken.say(phrase, name=_name(draft), count=count, least=LEAST_PHOTOS, most=MOST_PHOTOS)


def collecting_keyboard(draft: Draft, count: int, spoken: Phrases) -> InlineKeyboardMarkup:
    """More pictures, that is all, or none of it."""
    last = [_button(spoken.say("button-addhen-cancel"), CANCEL, draft)]
    last = [_button(spoken.say("button-addhen-done"), DONE, draft), *last] if count else last
    return InlineKeyboardMarkup([[_button(spoken.say("button-addhen-own"), OWN, draft)], last])


def pick_keyboard(draft: Draft, shown: Sequence[OwnPicture], page: int, spoken: Phrases) -> InlineKeyboardMarkup:
    """A button for each picture that is shown, by its number."""
    numbers = [
        _button(f"{'✅ ' if one.ticked else ''}{number}", TICK, draft, page, one.evidence)
        for number, one in enumerate(shown, page * PAGE + 1)
    ]
    more = [_button(spoken.say("button-addhen-more"), OWN, draft, page + 1)] if len(shown) == PAGE else []
    rows = [numbers[start : start + 3] for start in range(0, len(numbers), 3)]
    return InlineKeyboardMarkup([*rows, [_button(spoken.say("button-addhen-back"), BACK, draft), *more]])


def found_words(draft: Draft, found: Found, wording: Wording) -> str:
    """Which pictures were taken, which not and why, and what is asked for then."""
    lines = [f"<b>{_name(draft)}</b>. {_taken(found, wording)}"]
    if found.taken == 0:
        lines.append(wording.say("addhen-send-others"))
    elif found.taken < LEAST_PHOTOS:
        lines.append(wording.say("addhen-send-more", least=LEAST_PHOTOS))
    elif found.likeness:
        lines.append(_likeness(draft, found, wording))
    return "\n".join(lines)


def found_keyboard(draft: Draft, found: Found, wording: Wording) -> InlineKeyboardMarkup:
    """The answers to it."""
    spoken = wording.phrases
    if found.taken >= LEAST_PHOTOS and found.likeness:
        known = plain(wording.say("button-addhen-known", hen=wording.name(found.likeness[0])))
        new = plain(wording.say("button-addhen-new", name=_name(draft)))
        return InlineKeyboardMarkup([[_button(known, KNOWN, draft)], [_button(new, NEW, draft)]])
    keyboard = [list(row) for row in collecting_keyboard(draft, 0, spoken).inline_keyboard]
    anyway = [[_button(spoken.say("button-addhen-anyway"), ANYWAY, draft)]] if found.taken else []
    return InlineKeyboardMarkup([*anyway, *keyboard])


def added_words(draft: Draft, found: Found, wording: Wording, *, known_by_name: bool) -> str:
    """She is one of the flock now, and what her pictures are good for."""
    lines = [wording.say("addhen-done", name=_name(draft)), _taken(found, wording)]
    lines.append(wording.say("addhen-known-by" if known_by_name else "addhen-known-later"))
    if known_by_name and found.own < found.taken:
        lines.append(wording.say("addhen-foreign"))
    return "\n".join(lines)


def _taken(found: Found, wording: Wording) -> str:
    words = wording.say("addhen-taken", count=found.taken)
    if not found.refused:
        return words
    flaws = [wording.say(f"addhen-flaw-{flaw.value}", count=count) for flaw, count in sorted(found.refused.items())]
    return f"{words} {wording.say('addhen-refused', flaws=', '.join(flaws))}"


def _likeness(draft: Draft, found: Found, wording: Wording) -> str:
    assert found.likeness is not None, "it is asked where there is one"
    hen, count = found.likeness
    return wording.say("addhen-alike", count=count, taken=found.taken, hen=wording.name(hen), name=_name(draft))


def _name(draft: Draft) -> str:
    return escape(draft.name, quote=False)


def _button(text: str, step: str, draft: Draft, page: int = 0, evidence: int = 0) -> InlineKeyboardButton:
    return InlineKeyboardButton(text, callback_data=f"{NEW_HEN}:{step}:{draft.id}:{page}:{evidence}")
