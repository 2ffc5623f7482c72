"""What a pressed button, or a name that somebody writes, does to what they have told of a picture so far."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date

from henbot.bot.keyboards import number_in
from henbot.bot.label_words import (
    BACK,
    COUNTED,
    FEWER,
    HEN,
    HENS_A_PAGE,
    MORE,
    NEW,
    NOBODY,
    PAGE,
    PASS,
    POSTURE,
    POSTURES,
    TWO,
    LabelPress,
)
from henbot.bot.questions import Intent, understand
from henbot.domain.labelling import Draft, Step
from henbot.domain.observations import HenId, Posture
from henbot.services.hens import LONGEST_NAME

MOST_WORDS = 4
"""Words of a hen's name; what is longer is something else."""

NO_DAY = date(2000, 1, 1)
"""Whatever day it is: only whether something is a question is asked."""

_WHO = (Step.WHO, Step.SECOND)


def moved(draft: Draft, press: LabelPress) -> Draft | None:
    """The draft after a press; None for a button that does not belong to what is asked now."""
    move = _MOVES.get(press.what)
    return move(draft, press.value) if move else None


def is_name(text: str, hens: Mapping[str, HenId]) -> bool:
    """Whether what somebody writes may be a new hen's name, and is no question nor a command."""
    words = text.split()
    if not words or len(text) > LONGEST_NAME or len(words) > MOST_WORDS or text.startswith("/") or "?" in text:
        return False
    return len(words) < 2 or not _is_question(text, hens)


def _is_question(text: str, hens: Mapping[str, HenId]) -> bool:
    question = understand(text, NO_DAY, hens)
    return question is not None and question.intent is not Intent.OFF_TOPIC


def _hen(draft: Draft, value: str) -> Draft | None:
    place = number_in(value)
    is_shown = place is not None and place < len(draft.choices) and draft.step in _WHO
    if not is_shown or place is None or draft.choices[place] == draft.told.get("hen"):
        return None
    return draft.with_hen(draft.choices[place])


def _page(draft: Draft, value: str) -> Draft | None:
    page = number_in(value)
    fits = page is not None and page * HENS_A_PAGE < len(draft.choices) and draft.step in _WHO
    return replace(draft, page=page) if fits and page is not None else None


def _posture(draft: Draft, value: str) -> Draft | None:
    fits = draft.step in (Step.POSTURE, Step.SECOND_POSTURE) and value in POSTURES
    return draft.with_posture(Posture(value)) if fits else None


def _at_first(then: Callable[[Draft], Draft]) -> Callable[[Draft, str], Draft | None]:
    return lambda draft, value: then(draft) if draft.step is Step.WHO and "hens" not in draft.told else None


def _at_eggs(then: Callable[[Draft], Draft]) -> Callable[[Draft, str], Draft | None]:
    return lambda draft, value: then(draft) if draft.step is Step.EGGS else None


def _pass(draft: Draft, value: str) -> Draft | None:
    passed = draft.passed()
    return passed if passed != draft else None


_MOVES: Mapping[str, Callable[[Draft, str], Draft | None]] = {
    HEN: _hen,
    PAGE: _page,
    POSTURE: _posture,
    NOBODY: _at_first(Draft.with_nobody),
    TWO: _at_first(Draft.with_two),
    NEW: lambda draft, value: draft.named() if draft.step in _WHO else None,
    FEWER: _at_eggs(lambda draft: draft.counting(-1)),
    MORE: _at_eggs(lambda draft: draft.counting(1)),
    COUNTED: _at_eggs(Draft.with_eggs),
    PASS: _pass,
    BACK: lambda draft, value: draft.begun_again(),
}
