"""Questions about pictures, and the answers to them, in words and buttons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

from sqlalchemy.orm import Session
from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from henbot.bot.keyboards import number_in
from henbot.bot.language import capitalised
from henbot.bot.wording import Wording, plain
from henbot.domain.labelling import Draft, Step
from henbot.domain.observations import HenId, NestId, Posture
from henbot.services.acts import act_by_id
from henbot.services.agreement import SETTLES, Agreed
from henbot.services.label_questions import Asking, AskingState, Question, State, words_of
from henbot.services.subscribers import name_of

LABEL = "label"
"""Begins what the buttons say that are answered in `label_talk`: `label:asking:what:value`."""

HEN, PAGE, NOBODY, TWO, UNSURE, NEW, PORTRAITS, ENOUGH, BACK, PASS, POSTURE, FEWER, MORE, COUNTED, UNDO, NEXT = (
    "hen", "page", "nobody", "two", "unsure", "new", "portraits", "enough", "back", "pass", "posture", "fewer", "more",
    "counted", "undo", "next",
)  # fmt: skip
WHATS = frozenset({
    HEN, PAGE, NOBODY, TWO, UNSURE, NEW, PORTRAITS, ENOUGH, BACK, PASS, POSTURE, FEWER, MORE, COUNTED, UNDO, NEXT,
})  # fmt: skip

HENS_A_PAGE = 8
POSTURES = (Posture.SITTING, Posture.STANDING, Posture.PARTIAL)


@dataclass(frozen=True, slots=True)
class LabelPress:
    """A pressed button of a question."""

    asking: int
    what: str
    value: str


def read_label_press(callback_data: str | None) -> LabelPress | None:
    """What a button of a question says; None for one that no button of ours says."""
    parts = (callback_data or "").split(":")
    if len(parts) != 4 or parts[0] != LABEL or parts[2] not in WHATS:
        return None
    asking = number_in(parts[1])
    return None if asking is None else LabelPress(asking, parts[2], parts[3])


def asking_words(session: Session, question: Question, asking: Asking, wording: Wording, now: datetime) -> str:
    """What stands under the picture, as things are for one who was asked."""
    words = words_of(session, question)
    others = {by: told for by, told in words.by_person.items() if by != asking.user_id}
    lines = [_where(question, wording, now)]
    if asking.state is AskingState.OPEN:
        gently = [wording.say("label-gently")] if asking.slot_at is not None and not asking.draft.told else []
        said = words.by_person if question.state is State.DISPUTED else others
        return "\n".join([*gently, *_asked(session, question, asking.draft, said, wording), *lines])
    return "\n".join([*_ended(session, question, asking, words, wording), *lines])


def asking_keyboard(asking: Asking, wording: Wording, *, may_add: bool) -> InlineKeyboardMarkup | None:
    """What may be pressed, as things are for one who was asked; None for nothing.

    Args:
        may_add: whether the person may let hens join the flock.
    """
    if asking.state is AskingState.OPEN:
        rows = _KEYS[asking.draft.step or Step.WHO](asking, wording)
        new = f"{LABEL}:{asking.id}:{NEW}:"
        return InlineKeyboardMarkup([[key for key in row if may_add or key.callback_data != new] for row in rows])
    if asking.state is AskingState.CLOSED:
        return None
    row = [_button(asking, wording, UNDO)]
    row += [_button(asking, wording, NEXT)] if asking.slot_at is not None else []
    return InlineKeyboardMarkup([row])


def told_words(told: Mapping[str, str], wording: Wording) -> str:
    """`Ginger, sitting`, `Nobody, 2 eggs`: what was told of a picture, in HTML."""
    if told.get("hens") == "0":
        parts = [wording.say("label-answer-nobody")]
    elif told.get("hens") == "2" and not told.get("hen"):
        parts = [wording.say("label-answer-two")]
    else:
        parts = [_hen(told.get("hen"), wording), *_posture(told.get("posture"), wording)]
    if told.get("hens") == "2" and told.get("hen"):
        parts += [f"+ {_hen(told.get('hen2'), wording)}", *_posture(told.get("posture2"), wording)]
    if eggs := told.get("eggs"):
        parts.append(wording.say("label-answer-eggs", number=int(eggs)))
    return capitalised(", ".join(parts))


def _asked(
    session: Session, question: Question, draft: Draft, said: Mapping[int, Mapping[str, str]], wording: Wording
) -> list[str]:
    step = draft.step or Step.WHO
    if step is not Step.WHO or "hens" in draft.told:
        return [_STEP_WORDS[step](question, draft, wording)]
    if question.state is State.DISPUTED:
        return [wording.say("label-dispute"), *_said(session, said, wording), wording.say("label-dispute-who")]
    lines = [wording.say("label-who"), f"<i>{wording.say(f'label-why-{question.why}')}</i>"]
    if said:
        lines.append(_other("label-other-said", session, said, wording))
    elif likeliest := question.guess.likeliest:
        told = {"hens": "0"} if likeliest == "nobody" else {"hens": "2"} if likeliest == "two" else {"hen": likeliest}
        lines.append(wording.say("label-guess", answer=told_words(told, wording)))
    return lines


def _ended(session: Session, question: Question, asking: Asking, words: Agreed, wording: Wording) -> list[str]:
    others = {by: told for by, told in words.by_person.items() if by != asking.user_id}
    if asking.state is AskingState.UNSURE:
        return [wording.say("label-unsure")]
    if asking.state is AskingState.CLOSED:
        if not others:
            return [wording.say("label-closed")]
        return [_other("label-other-answered", session, others, wording)]
    act = act_by_id(session, asking.act_id or 0)
    phrase = "label-settled" if act is not None and act.details.get(SETTLES) else "label-told"
    told = [wording.say(phrase, answer=told_words(asking.draft.values, wording))]
    return [*told, _other("label-disputed", session, others, wording)] if words.disputed and others else told


def _other(phrase: str, session: Session, others: Mapping[int, Mapping[str, str]], wording: Wording) -> str:
    """What the other who spoke last said."""
    by, told = list(others.items())[-1]
    return wording.say(phrase, who=_person(session, by, wording), answer=told_words(told, wording))


def _said(session: Session, others: Mapping[int, Mapping[str, str]], wording: Wording) -> list[str]:
    return [
        wording.say("label-dispute-word", who=_person(session, by, wording), answer=told_words(told, wording))
        for by, told in others.items()
    ]


def _where(question: Question, wording: Wording, now: datetime) -> str:
    today = now.astimezone(wording.timezone).date()
    nest, when = wording.nest_name(NestId(question.pictured.nest)), wording.moment(question.pictured.at, today)
    return wording.say("label-where", nest=capitalised(nest), when=when)


def _first_words(question: Question, draft: Draft, wording: Wording) -> str:
    return wording.say("label-first-of-two")


def _name_words(question: Question, draft: Draft, wording: Wording) -> str:
    return wording.say("label-name")


def _second_words(question: Question, draft: Draft, wording: Wording) -> str:
    hen = draft.told.get("hen")
    return wording.say("label-second", hen=_hen(hen, wording)) if hen else wording.say("label-second-unnamed")


def _posture_words(question: Question, draft: Draft, wording: Wording) -> str:
    hen = draft.told.get("hen2" if draft.step is Step.SECOND_POSTURE else "hen")
    return wording.say("label-posture", hen=_hen(hen, wording)) if hen else wording.say("label-posture-unnamed")


def _eggs_words(question: Question, draft: Draft, wording: Wording) -> str:
    return wording.say("label-eggs-dummies" if question.dummy_eggs else "label-eggs")


_STEP_WORDS = {
    Step.WHO: _first_words,
    Step.SECOND: _second_words,
    Step.NAME: _name_words,
    Step.POSTURE: _posture_words,
    Step.SECOND_POSTURE: _posture_words,
    Step.EGGS: _eggs_words,
}


def _who_keys(asking: Asking, wording: Wording) -> list[list[InlineKeyboardButton]]:
    rows = _hen_rows(asking, wording)
    if "hens" in asking.draft.told:
        return [
            *rows,
            [_button(asking, wording, NEW), _button(asking, wording, PASS)],
            [_button(asking, wording, BACK)],
        ]
    rows.append([_button(asking, wording, NOBODY), _button(asking, wording, TWO)])
    rows.append([_button(asking, wording, UNSURE), _button(asking, wording, NEW)])
    rows.append([_button(asking, wording, PORTRAITS), _button(asking, wording, ENOUGH)])
    return rows


def _hen_rows(asking: Asking, wording: Wording) -> list[list[InlineKeyboardButton]]:
    """Two hens a row, eight a page; the first of two is none of those whom the second may be."""
    draft = asking.draft
    known = [(place, hen) for place, hen in enumerate(draft.choices) if hen != draft.told.get("hen")]
    start = draft.page * HENS_A_PAGE
    shown = known[start : start + HENS_A_PAGE]
    keys = [_key(asking, capitalised(plain(wording.name(hen))), HEN, str(place)) for place, hen in shown]
    rows = [keys[place : place + 2] for place in range(0, len(keys), 2)]
    if start + HENS_A_PAGE < len(known):
        rows.append([_key(asking, wording.say("button-label-more"), PAGE, str(draft.page + 1))])
    elif draft.page:
        rows.append([_key(asking, wording.say("button-label-first-page"), PAGE, "0")])
    return rows


def _name_keys(asking: Asking, wording: Wording) -> list[list[InlineKeyboardButton]]:
    return [[_button(asking, wording, BACK)]]


def _posture_keys(asking: Asking, wording: Wording) -> list[list[InlineKeyboardButton]]:
    keys = [_key(asking, wording.say(f"button-label-{one.value}"), POSTURE, one.value) for one in POSTURES]
    return [keys[:2], [*keys[2:], _button(asking, wording, PASS)], [_button(asking, wording, BACK)]]


def _eggs_keys(asking: Asking, wording: Wording) -> list[list[InlineKeyboardButton]]:
    count = _key(asking, wording.say("button-label-count", number=asking.draft.count), COUNTED)
    return [
        [_key(asking, "−", FEWER), count, _key(asking, "+", MORE)],
        [_button(asking, wording, PASS), _button(asking, wording, BACK)],
    ]


_KEYS = {
    Step.WHO: _who_keys,
    Step.SECOND: _who_keys,
    Step.NAME: _name_keys,
    Step.POSTURE: _posture_keys,
    Step.SECOND_POSTURE: _posture_keys,
    Step.EGGS: _eggs_keys,
}


def _hen(hen: str | None, wording: Wording) -> str:
    return capitalised(wording.name(HenId(hen))) if hen else wording.say("label-answer-hen")


def _posture(posture: str | None, wording: Wording) -> Sequence[str]:
    return [wording.say(f"label-answer-{posture}")] if posture else []


def _person(session: Session, user_id: int, wording: Wording) -> str:
    return escape(name_of(session, user_id) or wording.say("collected-somebody"), quote=False)


def _button(asking: Asking, wording: Wording, what: str) -> InlineKeyboardButton:
    return _key(asking, wording.say(f"button-label-{what}"), what)


def _key(asking: Asking, words: str, what: str, value: str = "") -> InlineKeyboardButton:
    return InlineKeyboardButton(words, callback_data=f"{LABEL}:{asking.id}:{what}:{value}")
