"""Buttons under messages, and what a pressed one says: `kind:argument:owner`, at most 64 bytes."""

from collections.abc import Iterable
from dataclasses import dataclass

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from henbot.bot.language import Phrases
from henbot.bot.questions import Suggestion, suggestion_named

MOST_BYTES = 64
"""Of what a button may say (TELEGRAM.md)."""

SHORT = 12
"""Letters of a button that leave room for two more beside it on a phone."""

DAY, HELP, ASK = "day", "help", "ask"

GREATEST_NUMBER = 2**53 - 1
"""Of a person, a chat or a row that a button may name: Telegram's ids have 52 bits, and every database takes it."""


@dataclass(frozen=True, slots=True)
class Press:
    """A pressed button.

    Attributes:
        owner: the person for whom the button was made, and who alone may press it.
    """

    kind: str
    argument: str
    owner: int


def read_press(callback_data: str | None) -> Press | None:
    """What a button says; None for one that no button of ours says (any more)."""
    parts = (callback_data or "").split(":")
    if len(parts) != 3 or parts[0] not in (DAY, HELP, ASK) or number_in(parts[2]) is None:
        return None
    if parts[0] == DAY and parts[1] not in ("0", "-1"):
        return None
    if parts[0] == ASK and suggestion_of(parts[1]) is None:
        return None
    return Press(parts[0], parts[1], int(parts[2]))


def number_in(text: str) -> int | None:
    """The number that a button carries; None for what no button of ours does: whoever presses can forge its words."""
    is_number = text.isascii() and text.isdigit()  # elsewhere `²` is a digit, too
    return int(text) if is_number and int(text) <= GREATEST_NUMBER else None


def suggestion_of(argument: str) -> Suggestion | None:
    """The question that a button offers: `name` or `name.hen`."""
    name, _, hen = argument.partition(".")
    return suggestion_named(name, hen)


def offers_keyboard(offers: Iterable[tuple[Suggestion, str]], owner: int) -> InlineKeyboardMarkup:
    """A button for each question that is offered, with its words; short ones stand side by side."""
    buttons = [_button(words, ASK, f"{one.name}.{one.hen}" if one.hen else one.name, owner) for one, words in offers]
    fitting = [button for button in buttons if len(str(button.callback_data).encode()) <= MOST_BYTES]
    across = 3 if all(len(button.text) <= SHORT for button in fitting) else 1
    return InlineKeyboardMarkup([fitting[start : start + across] for start in range(0, len(fitting), across)])


def actions_keyboard(actions: Iterable[tuple[str, str]]) -> InlineKeyboardMarkup:
    """A button for each thing that may be done: its words, and what it says when pressed."""
    return InlineKeyboardMarkup([[InlineKeyboardButton(words, callback_data=data)] for words, data in actions])


def suggestions(spoken: Phrases, owner: int) -> InlineKeyboardMarkup:
    """Today, yesterday, help."""
    buttons = [("button-today", DAY, "0"), ("button-yesterday", DAY, "-1"), ("button-help", HELP, "")]
    row = [_button(spoken.say(phrase), kind, argument, owner) for phrase, kind, argument in buttons]
    return InlineKeyboardMarkup([row])


def _button(text: str, kind: str, argument: str, owner: int) -> InlineKeyboardButton:
    return InlineKeyboardButton(text, callback_data=f"{kind}:{argument}:{owner}")
