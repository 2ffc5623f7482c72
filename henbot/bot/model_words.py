"""Model versions and the work on them, in words and buttons."""

from collections.abc import Sequence
from datetime import datetime
from html import escape

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from henbot.bot.language import capitalised
from henbot.bot.report_words import report_lines
from henbot.bot.wording import Wording
from henbot.domain.observations import HenId
from henbot.services.models import Version

MODEL = "model"
"""Begins what the buttons say that are answered in `model_talk`: `model:what:version`."""

SHOW, LIST, SWITCH, SURE, PIN, UNPIN, REMOVE, EXPORT, STOP = (
    "show", "list", "switch", "sure", "pin", "unpin", "remove", "export", "stop",
)  # fmt: skip
ACTIONS = (SHOW, LIST, SWITCH, SURE, PIN, UNPIN, REMOVE, EXPORT, STOP)

MOST_LISTED = 12


def list_words(versions: Sequence[Version], wording: Wording, now: datetime) -> str:
    """All versions, the newest first, each in a line."""
    if not versions:
        return wording.say("models-none")
    lines = [f"{_mark(one, wording)} {_heading(one, wording, now)}" for one in versions[:MOST_LISTED]]
    return "\n".join([wording.say("models-title"), "", *lines])


def list_buttons(versions: Sequence[Version], wording: Wording, now: datetime) -> InlineKeyboardMarkup:
    """A button for each version."""
    return InlineKeyboardMarkup([[_button(_short(one, wording, now), SHOW, one.id)] for one in versions[:MOST_LISTED]])


def version_words(version: Version, wording: Wording, now: datetime) -> str:
    """One version: whose hens it knows, how large it is, how it compared, why it does not serve."""
    told = version.manifest
    hens = wording.phrases.listed([capitalised(wording.name(HenId(hen))) for hen in told.get("hens", ())])
    lines = [f"{_mark(version, wording)} <b>{escape(version.id)}</b>", _heading(version, wording, now)]
    lines += [wording.say("model-hens", hens=hens)] if hens else []
    if size := told.get("size"):
        lines.append(wording.say("model-size", size=wording.phrases.number(size / 1e6)))
    if version.failure:
        lines.append(wording.say("model-failure", reason=escape(version.failure, quote=False)))
    if version.report:
        lines += ["", *report_lines(version.report, wording)]
    return "\n".join(lines)


def version_buttons(version: Version, wording: Wording, *, asks: bool = False) -> InlineKeyboardMarkup:
    """What may be done with a version; with `asks`, whether to switch is asked once more."""
    if asks:
        yes = _button(wording.say("button-model-sure"), SURE, version.id)
        return InlineKeyboardMarkup([[yes], [_button(wording.say("button-model-not"), SHOW, version.id)]])
    rows = [] if version.desired else [[_button(wording.say("button-model-switch"), SWITCH, version.id)]]
    pin = (UNPIN, "button-model-unpin") if version.pinned else (PIN, "button-model-pin")
    rows.append(
        [
            _button(wording.say(pin[1]), pin[0], version.id),
            _button(wording.say("button-model-export"), EXPORT, version.id),
        ]
    )
    if not version.desired and not version.serving and not version.pinned:
        rows.append([_button(wording.say("button-model-remove"), REMOVE, version.id)])
    rows.append([_button(wording.say("button-model-list"), LIST, "-")])
    return InlineKeyboardMarkup(rows)


def read_model_press(callback_data: str | None) -> tuple[str, str] | None:
    """What is wanted of which version; None for a button that says nothing of ours."""
    parts = (callback_data or "").split(":")
    if len(parts) != 3 or parts[0] != MODEL or parts[1] not in ACTIONS or not parts[2]:
        return None
    return parts[1], parts[2]


def _mark(version: Version, wording: Wording) -> str:
    if version.failure:
        return "⚠️"
    return "▶️" if version.serving else "⏳" if version.desired else "📌" if version.pinned else "▫️"


def _heading(version: Version, wording: Wording, now: datetime) -> str:
    day = version.created_at.astimezone(wording.timezone).date()
    when = wording.phrases.day_of(day, now.astimezone(wording.timezone).date())
    state = "serving" if version.serving else "desired" if version.desired else version.origin.value
    return wording.say(
        "model-line", when=when, time=wording.time(version.created_at), state=wording.say(f"model-{state}")
    )


def _short(version: Version, wording: Wording, now: datetime) -> str:
    return f"{_mark(version, wording)} {_heading(version, wording, now)}"


def _button(words: str, what: str, version: str) -> InlineKeyboardButton:
    return InlineKeyboardButton(words, callback_data=f"{MODEL}:{what}:{version}")
