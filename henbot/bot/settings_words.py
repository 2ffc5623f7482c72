"""The words and the buttons of /settings: pages of one message, which a press turns."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import time

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from henbot.bot.language import Phrases, languages, phrases
from henbot.domain.policies import NEVER_QUIET, Policy, PolicyKind, QuietHours, Theme

SET = "set"
"""Begins what the buttons of the settings say: `set:what:value:owner`."""

PAGE, LANGUAGE, KIND, QUIET, SURE, THEME = "page", "language", "kind", "quiet", "sure", "theme"
MAIN = "main"
PAGES = (LANGUAGE, KIND, QUIET, SURE, THEME)
RINGS, UNKNOWN_ONLY, DIGEST, WEEKLY, SUBSCRIBED = "rings", "unknown", "digest", "weekly", "subscribed"
CORRECTS = "corrects"
SWITCHES = (RINGS, UNKNOWN_ONLY, DIGEST, WEEKLY, CORRECTS)

KINDS: Mapping[str, PolicyKind] = {kind.name.lower(): kind for kind in PolicyKind}
QUIETS: Mapping[str, QuietHours | None] = {
    "coop": None,
    "never": NEVER_QUIET,
    "22-7": QuietHours(time(22), time(7)),
    "21-8": QuietHours(time(21), time(8)),
    "20-9": QuietHours(time(20), time(9)),
}
SURES: Mapping[str, float] = {"0": 0.0, "50": 0.5, "80": 0.8, "95": 0.95}

THEMES: Mapping[str, Theme] = {theme.value: theme for theme in Theme}

_CHOICES: Mapping[str, Iterable[str]] = {
    LANGUAGE: languages(), KIND: KINDS, QUIET: QUIETS, SURE: SURES, THEME: THEMES,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a chat has chosen, and in which words it is shown.

    Attributes:
        coop_quiet: the coop's own quiet hours.
        is_private: a chat of one person, who has a language; a group speaks as each of its people.
        corrects: that person is an admin, who may be told each bout to correct it.
    """

    spoken: Phrases
    policy: Policy
    is_subscribed: bool
    coop_quiet: QuietHours | None = None
    is_private: bool = True
    corrects: bool = False


@dataclass(frozen=True, slots=True)
class Setting:
    """What a button of the settings says; `owner` is the person for whom it was made."""

    what: str
    value: str
    owner: int


def read_setting(callback_data: str | None) -> Setting | None:
    """What a button says; None for one that no button of ours says (any more)."""
    parts = (callback_data or "").split(":")
    if len(parts) != 4 or parts[0] != SET or not (parts[3].isascii() and parts[3].isdigit()):
        return None
    what, value = parts[1:3]
    is_page = what == PAGE and value in (MAIN, *PAGES)
    is_switch = what in (*SWITCHES, SUBSCRIBED) and value in ("yes", "no")
    is_choice = what in _CHOICES and value in _CHOICES[what]
    return Setting(what, value, int(parts[3])) if is_page or is_switch or is_choice else None


def changed(policy: Policy, setting: Setting) -> Policy:
    """The policy with what a button says."""
    is_on = setting.value == "yes"
    changes: Mapping[str, Callable[[], Policy]] = {
        KIND: lambda: replace(policy, kind=KINDS[setting.value]),
        QUIET: lambda: replace(policy, quiet=QUIETS[setting.value]),
        SURE: lambda: replace(policy, least_confidence=SURES[setting.value]),
        THEME: lambda: replace(policy, theme=THEMES[setting.value]),
        RINGS: lambda: replace(policy, rings=is_on),
        UNKNOWN_ONLY: lambda: replace(policy, unknown_only=is_on),
        DIGEST: lambda: replace(policy, digest=is_on),
        WEEKLY: lambda: replace(policy, weekly=is_on),
        CORRECTS: lambda: replace(policy, corrects=is_on),
    }
    return changes[setting.what]()


def settings_text(chosen: Chosen) -> str:
    """What is chosen, a line each (HTML)."""
    spoken = chosen.spoken
    lines = [spoken.say("settings")]
    if chosen.is_private:
        lines.append(spoken.say("settings-language-line", language=spoken.say("language-name")))
    lines.append(spoken.say("settings-subscribed" if chosen.is_subscribed else "settings-not-subscribed"))
    lines.append(spoken.say("settings-kind-line", kind=kind_name(spoken, chosen.policy.kind)))
    lines.append(spoken.say("settings-quiet-line", hours=_quiet_name(chosen, chosen.policy.quiet)))
    lines.append(spoken.say("settings-sure-line", sure=_sure_name(spoken, chosen.policy.least_confidence)))
    lines.append(spoken.say("settings-theme-line", theme=spoken.say(f"settings-theme-{chosen.policy.theme}")))
    if chosen.corrects:
        lines.append(spoken.say("settings-corrects-line", on="yes" if chosen.policy.corrects else "no"))
    return "\n".join(lines)


def settings_keyboard(chosen: Chosen, owner: int, page: str = MAIN) -> InlineKeyboardMarkup:
    """The buttons of a page: of the main one, where each leads; of another, its choices with the present one ticked."""
    if page != MAIN:
        return _choices(chosen, page, owner)
    spoken = chosen.spoken

    def pages(*names: str) -> list[InlineKeyboardButton]:
        return [_button(spoken.say(f"button-settings-{name}"), PAGE, name, owner) for name in names]

    first = pages(LANGUAGE, KIND) if chosen.is_private else pages(KIND)
    rows = [first, pages(QUIET, SURE), pages(THEME)]
    rows += [[_switch(chosen, RINGS, owner), _switch(chosen, UNKNOWN_ONLY, owner)]]
    rows += [[_switch(chosen, DIGEST, owner), _switch(chosen, WEEKLY, owner)]]
    rows += [[_switch(chosen, CORRECTS, owner)]] if chosen.corrects else []
    name, value = ("unsubscribe", "no") if chosen.is_subscribed else ("subscribe", "yes")
    return InlineKeyboardMarkup([*rows, [_button(spoken.say(f"button-{name}"), SUBSCRIBED, value, owner)]])


def kind_name(spoken: Phrases, kind: PolicyKind) -> str:
    """How much is told, in words."""
    return spoken.say(f"settings-kind-{kind.name.lower()}")


def _choices(chosen: Chosen, page: str, owner: int) -> InlineKeyboardMarkup:
    spoken, policy = chosen.spoken, chosen.policy
    listed: Mapping[str, Callable[[], list[tuple[str, str, bool]]]] = {
        LANGUAGE: lambda: [(one, phrases(one).say("language-name"), one == spoken.language) for one in languages()],
        KIND: lambda: [(name, kind_name(spoken, kind), kind is policy.kind) for name, kind in KINDS.items()],
        QUIET: lambda: [(name, _quiet_name(chosen, hours), hours == policy.quiet) for name, hours in QUIETS.items()],
        SURE: lambda: [
            (name, _sure_name(spoken, sure), sure == policy.least_confidence) for name, sure in SURES.items()
        ],
        THEME: lambda: [
            (name, spoken.say(f"settings-theme-{name}"), one is policy.theme) for name, one in THEMES.items()
        ],
    }
    rows = [
        [_button(f"{'✓ ' if is_chosen else ''}{words}", page, value, owner)]
        for value, words, is_chosen in listed[page]()
    ]
    return InlineKeyboardMarkup([*rows, [_button(spoken.say("button-settings-back"), PAGE, MAIN, owner)]])


def _switch(chosen: Chosen, what: str, owner: int) -> InlineKeyboardButton:
    policy = chosen.policy
    is_on = {
        RINGS: policy.rings,
        UNKNOWN_ONLY: policy.unknown_only,
        DIGEST: policy.wants_digest,
        WEEKLY: policy.weekly,
        CORRECTS: policy.corrects,
    }[what]
    words = f"{'☑' if is_on else '☐'} {chosen.spoken.say(f'button-settings-{what}')}"
    return _button(words, what, "no" if is_on else "yes", owner)


def _quiet_name(chosen: Chosen, hours: QuietHours | None) -> str:
    spoken = chosen.spoken
    if hours is None:
        coop = chosen.coop_quiet
        return spoken.say("settings-quiet-coop", hours=_hours(coop) if coop else spoken.say("settings-quiet-never"))
    return spoken.say("settings-quiet-never") if hours.start == hours.end else _hours(hours)


def _hours(hours: QuietHours) -> str:
    return f"{hours.start.hour}:{hours.start:%M}–{hours.end.hour}:{hours.end:%M}"


def _sure_name(spoken: Phrases, sure: float) -> str:
    return spoken.say("settings-sure-from", percent=round(100 * sure)) if sure else spoken.say("settings-sure-any")


def _button(words: str, what: str, value: str, owner: int) -> InlineKeyboardButton:
    return InlineKeyboardButton(words, callback_data=f"{SET}:{what}:{value}:{owner}")
