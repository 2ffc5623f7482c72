"""Model versions and the work on them, in words and buttons."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any, TypeAlias

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from henbot.bot.compare_words import compare_lines, shadow_words
from henbot.bot.failure_words import failure_words
from henbot.bot.language import capitalised
from henbot.bot.report_words import held_out_words, report_lines
from henbot.bot.wording import Wording
from henbot.domain.observations import UNKNOWN, HenId, NestId
from henbot.services.coop_clock import wall_now
from henbot.services.models import Version
from henbot.services.shadows import Shadow
from henbot.services.version_notices import Notice, NoticeKind

MODEL = "model"
"""Begins what the buttons say that are answered in `model_talk`: `model:what:version`."""

SHOW, LIST, SWITCH, SURE, PIN, UNPIN, REMOVE, EXPORT, STOP = (
    "show", "list", "switch", "sure", "pin", "unpin", "remove", "export", "stop",
)  # fmt: skip
SHADOW, UNSHADOW, COMPARE, WHY, BACK, SHIPPED = "shadow", "unshadow", "compare", "why", "back", "shipped"
ACTIONS = (
    SHOW, LIST, SWITCH, SURE, PIN, UNPIN, REMOVE, EXPORT, STOP, SHADOW, UNSHADOW, COMPARE, WHY, BACK, SHIPPED,
)  # fmt: skip

MOST_LISTED = 12

Page: TypeAlias = tuple[str, InlineKeyboardMarkup]
"""Words and the buttons under them."""


def list_words(versions: Sequence[Version], wording: Wording, now: datetime) -> str:
    """All versions, the newest first, each in a line."""
    if not versions:
        return wording.say("models-none")
    lines = [_line(one, wording, now) for one in versions[:MOST_LISTED]]
    return "\n".join([wording.say("models-title"), "", *lines])


def list_buttons(versions: Sequence[Version], wording: Wording, now: datetime) -> InlineKeyboardMarkup:
    """A button for each version."""
    return InlineKeyboardMarkup([[_button(_short(one, wording, now), SHOW, one.id)] for one in versions[:MOST_LISTED]])


def version_words(version: Version, wording: Wording, now: datetime, shadow: Shadow | None = None) -> str:
    """One version: whose hens it knows, its size, how it compared, why it does not serve, what it saw in shadow."""
    told = version.manifest
    hens = wording.phrases.listed([capitalised(wording.name(HenId(hen))) for hen in told.get("hens", ())])
    lines = [f"{_mark(version, wording)} <b>{escape(version.id)}</b>", _heading(version, wording, now)]
    lines += [wording.say("model-hens", hens=hens)] if hens else []
    if size := told.get("size"):
        lines.append(wording.say("model-size", size=wording.phrases.number(size / 1e6)))
    if version.failure:
        lines.append(wording.say("model-failure", reason=failure_words(version.failure, wording)))
    if shadow is not None:
        lines += ["", shadow_words(shadow, wording, wall_now())]
    if version.report:
        lines += ["", *report_lines(version.report, wording)]
    return "\n".join(lines)


def version_buttons(
    version: Version, wording: Wording, *, asks: bool = False, in_shadow: bool = False
) -> InlineKeyboardMarkup:
    """What may be done with a version; with `asks`, whether to switch is asked once more."""
    if asks:
        yes = _button(wording.say("button-model-sure"), SURE, version.id)
        return InlineKeyboardMarkup([[yes], [_button(wording.say("button-model-not"), SHOW, version.id)]])
    is_idle = not version.desired and not version.serving
    rows = [] if version.desired else [[SWITCH]]
    rows += [[BACK]] if version.serving else []
    rows += [[UNSHADOW if in_shadow else SHADOW]] if is_idle else []
    rows.append([WHY] if version.serving else [COMPARE, WHY])
    rows.append([UNPIN if version.pinned else PIN, EXPORT])
    rows += [[REMOVE]] if is_idle and not version.pinned else []
    buttons = [[_button(wording.say(f"button-model-{what}"), what, version.id) for what in row] for row in rows]
    return InlineKeyboardMarkup([*buttons, [_button(wording.say("button-model-list"), LIST, "-")]])


def back_page(version: Version, good: Version | None, wording: Wording, now: datetime) -> Page:
    """Whether to let the version before serve again, or what is shipped where there was none."""
    if good is not None:
        words = f"{version_words(good, wording, now)}\n\n{wording.say('model-switch-sure')}"
        yes = _button(wording.say("button-model-sure"), SURE, good.id)
    else:
        words = wording.say("rollback-sure-shipped")
        yes = _button(wording.say("button-model-sure"), SHIPPED, version.id)
    return words, InlineKeyboardMarkup([[yes], [_button(wording.say("button-model-not"), SHOW, version.id)]])


def compare_words(version: Version, wording: Wording, shadow: Shadow | None) -> str:
    """How a version compared, by its own report, with the one that serves still."""
    report = version.report or {}
    lines = [wording.say("compare-title"), f"<b>{escape(version.id)}</b>"]
    lines += ["", wording.say("compare-held-out", days=held_out_words(report, wording))]
    lines += compare_lines(report, wording)
    lines += [wording.say("report-learned-by-serving")] if report.get("learned_by_serving") else []
    lines += ["", shadow_words(shadow, wording, wall_now())] if shadow is not None else []
    return "\n".join(lines)


def notice_words(notice: Notice, version: Version | None, wording: Wording, now: datetime) -> str:
    """What befell a version by itself."""
    made = version.created_at if version else notice.at
    day = wording.phrases.day_of(made.astimezone(wording.timezone).date(), now.astimezone(wording.timezone).date())
    phrase = "model-shadow-dropped"
    if notice.kind is NoticeKind.FELL_BACK:
        phrase = "model-fell-back" if notice.back_to else "model-fell-back-shipped"
    reason = failure_words(notice.reason.rstrip("."), wording)
    return wording.say(phrase, when=day, time=wording.time(made), reason=reason)


def why_words(result: Mapping[str, Any], wording: Wording, now: datetime) -> str:
    """What stands under the pictures in which a version's answers were explained."""
    today = now.astimezone(wording.timezone).date()
    lines = [wording.say("explain-title", version=escape(str(result["version"])))]
    for number, shown in enumerate(result["shown"], start=1):
        said = str(shown["said"])
        who = wording.say("explain-any-hen") if said == "hen" else capitalised(wording.name(HenId(said)))
        moment = wording.moment(datetime.fromisoformat(shown["at"]), today)
        nest = capitalised(wording.nest_name(NestId(shown["nest"])))
        percent = round(100 * float(shown["probability"]))
        line = wording.say("explain-line", number=number, nest=nest, moment=moment, who=who, percent=percent)
        other = "" if shown["hen"] in (said, UNKNOWN) else wording.name(HenId(shown["hen"]))
        lines.append(f"{line} ({wording.say('explain-told-as', who=other)})" if other else line)
    return "\n".join(lines)


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


def _line(version: Version, wording: Wording, now: datetime) -> str:
    """A version in the list: its state, age, labels, accuracy and size."""
    facts = [*_labels(version, wording), *_right(version, wording)]
    if size := version.manifest.get("size"):
        facts.append(wording.say("model-size", size=wording.phrases.number(size / 1e6)))
    line = f"{_mark(version, wording)} {_heading(version, wording, now)}"
    return f"{line}\n      {' · '.join(facts)}" if facts else line


def _labels(version: Version, wording: Wording) -> list[str]:
    pictures = (version.report or {}).get("labelled") or version.manifest.get("pictures")
    return [wording.say("model-facts-labels", pictures=int(pictures))] if pictures else []


def _right(version: Version, wording: Wording) -> list[str]:
    """The share that it got right of what it had not seen: of hens' names, else of whether a hen is there."""
    comparison = (version.report or {}).get("comparison") or {"questions": ()}
    shares = {one["name"]: one["candidate"] / one["pictures"] for one in comparison["questions"]}
    if (held_out := version.manifest.get("metrics", {}).get("held_out_occupied")) is not None:
        shares.setdefault("hens", held_out)
    for name in ("hen", "hens"):
        if name in shares:
            what = wording.say(f"report-question-{name}")
            return [wording.say("model-facts-right", what=what, percent=round(100 * shares[name]))]
    return []


def _short(version: Version, wording: Wording, now: datetime) -> str:
    return f"{_mark(version, wording)} {_heading(version, wording, now)}"


def _button(words: str, what: str, version: str) -> InlineKeyboardButton:
    return InlineKeyboardButton(words, callback_data=f"{MODEL}:{what}:{version}")
