"""The words and the buttons of /admins: who is who, and steps that each ask before they do."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from html import escape

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from henbot.bot.keyboards import number_in
from henbot.bot.language import Phrases
from henbot.domain.people import Role
from henbot.services.people import Member

WHO = "who"
"""Begins what the buttons of /admins say: `who:step:person:gift:owner`."""

LIST, OFFER, ASK_GIVE, GIVE, ASK_TAKE, TAKE = "list", "offer", "give?", "give", "take?", "take"


@dataclass(frozen=True, slots=True)
class Gift:
    """A role as it can be given; `lasts` is how long, None for no end."""

    role: Role
    lasts: timedelta | None = None


GIFTS: Mapping[str, Gift] = {
    "admin": Gift(Role.ADMIN),
    "family": Gift(Role.FAMILY),
    "guest-3": Gift(Role.GUEST, timedelta(days=3)),
    "guest-7": Gift(Role.GUEST, timedelta(days=7)),
    "guest-14": Gift(Role.GUEST, timedelta(days=14)),
}


@dataclass(frozen=True, slots=True)
class Step:
    """What a button of /admins says.

    Attributes:
        person: whom it is about; 0 for nobody.
        gift: what is given; empty where nothing is.
        owner: the person for whom the button was made.
    """

    step: str
    person: int
    gift: str
    owner: int


def read_step(callback_data: str | None) -> Step | None:
    """What a button says; None for one that no button of ours says (any more)."""
    parts = (callback_data or "").split(":")
    if len(parts) != 5 or parts[0] != WHO:
        return None
    person, owner = number_in(parts[2]), number_in(parts[4])
    if person is None or owner is None:
        return None
    needs_gift = parts[1] in (ASK_GIVE, GIVE)
    if parts[1] not in (LIST, OFFER, ASK_GIVE, GIVE, ASK_TAKE, TAKE) or (parts[3] in GIFTS) is not needs_gift:
        return None
    return Step(parts[1], person, parts[3], owner)


def list_words(spoken: Phrases, members: Iterable[Member], timezone: tzinfo) -> str:
    """Everybody with a role, and how to let somebody in (HTML)."""
    lines = [spoken.say("people"), *(f"• {_line(spoken, one, timezone)}" for one in members)]
    return "\n".join([*lines, "", spoken.say("people-how")])


def _line(spoken: Phrases, member: Member, timezone: tzinfo) -> str:
    words = f"{name_of(member)} – {spoken.say(f'role-{member.role.value}')}"
    if member.until:
        words += f" {spoken.say('role-until', date=moment_words(spoken, member.until, timezone))}"
    return f"{words} {spoken.say('role-configured')}" if member.is_configured else words


def moment_words(spoken: Phrases, until: datetime, timezone: tzinfo) -> str:
    """A day and a time of day, at the coop."""
    return f"{spoken.short_date(until.astimezone(timezone).date())}, {spoken.time(until, timezone)}"


def name_of(member: Member) -> str:
    """How somebody is called (HTML): by name and number."""
    number = f"<code>{member.user_id}</code>"
    return f"{escape(member.name, quote=False)} ({number})" if member.name else number


def list_keyboard(spoken: Phrases, removable: Sequence[Member], owner: int) -> InlineKeyboardMarkup | None:
    """A button for each whose role may be taken away."""
    rows = [
        [_button(spoken.say("button-people-take", name=one.name or str(one.user_id)), ASK_TAKE, one.user_id, "", owner)]
        for one in removable
    ]
    return InlineKeyboardMarkup(rows) if rows else None


def offer_keyboard(spoken: Phrases, person: int, roles: Sequence[Role], owner: int) -> InlineKeyboardMarkup:
    """A button for each role that may be given."""
    rows = [
        [_button(spoken.say(f"gift-{name}"), ASK_GIVE, person, name, owner)]
        for name, gift in GIFTS.items()
        if gift.role in roles
    ]
    return InlineKeyboardMarkup([*rows, [_button(spoken.say("button-people-no"), LIST, 0, "", owner)]])


def confirm_keyboard(spoken: Phrases, step: Step) -> InlineKeyboardMarkup:
    """Yes and no to what a button began."""
    done = GIVE if step.step == ASK_GIVE else TAKE
    yes = _button(spoken.say("button-people-yes"), done, step.person, step.gift, step.owner)
    return InlineKeyboardMarkup([[yes, _button(spoken.say("button-people-no"), LIST, 0, "", step.owner)]])


def _button(words: str, step: str, person: int, gift: str, owner: int) -> InlineKeyboardButton:
    return InlineKeyboardButton(words, callback_data=f"{WHO}:{step}:{person}:{gift}:{owner}")
