"""Model versions and the work on them, in words and buttons."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from henbot.bot.language import capitalised
from henbot.bot.wording import Wording
from henbot.domain.observations import HenId
from henbot.services.jobs import Job, JobKind, JobState
from henbot.services.models import Version

MODEL = "model"
"""Begins what the buttons say that are answered in `model_talk`: `model:what:version`."""

SHOW, LIST, SWITCH, SURE, PIN, UNPIN, REMOVE, EXPORT, STOP = (
    "show", "list", "switch", "sure", "pin", "unpin", "remove", "export", "stop",
)  # fmt: skip
ACTIONS = (SHOW, LIST, SWITCH, SURE, PIN, UNPIN, REMOVE, EXPORT, STOP)

MOST_LISTED = 12
MOST_CONFUSIONS = 3
CELLS = 10


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


def job_words(job: Job, wording: Wording, now: datetime) -> str:
    """How far a job is, or how it ended."""
    kind = job.kind.value
    if job.state is JobState.DONE:
        version = escape(str(job.result.get("version", "")))
        done = wording.say(f"job-{kind}-done", version=version)
        report = job.result.get("report")
        return "\n".join([done, "", *report_lines(report, wording)]) if report else done
    if job.state is JobState.FAILED:
        return wording.say(f"job-{kind}-failed", reason=escape(job.failure or "", quote=False))
    if job.state is JobState.CANCELLED:
        return wording.say(f"job-{kind}-cancelled")
    if job.state is JobState.ASKED:
        return wording.say(f"job-{kind}-asked")
    phase = wording.say(f"phase-{job.phase or 'reading'}")
    filled = round(job.progress * CELLS)
    bar = "▓" * filled + "░" * (CELLS - filled)
    line = wording.say("job-progress", bar=bar, percent=int(100 * job.progress), phase=phase)
    left = _left(job, now)
    words = [wording.say(f"job-{kind}-running"), line]
    return "\n".join([*words, wording.say("job-left", minutes=left)] if left else words)


def job_buttons(job: Job, wording: Wording) -> InlineKeyboardMarkup | None:
    """To call it off; of a candidate, to look at it."""
    if job.is_open:
        return InlineKeyboardMarkup([[_button(wording.say("button-job-stop"), STOP, str(job.id))]])
    if job.state is JobState.DONE and job.kind in (JobKind.TRAIN, JobKind.IMPORT):
        return InlineKeyboardMarkup([[_button(wording.say("button-model-show"), SHOW, str(job.result["version"]))]])
    return None


def report_lines(report: Mapping[str, Any], wording: Wording) -> list[str]:
    """How a candidate compared: question by question, hen by hen, and what it mistakes for what."""
    lines = [wording.say("report-labels", pictures=int(report.get("labelled", 0)))]
    comparison = report.get("comparison")
    if not comparison:
        return [*lines, wording.say("report-nothing-held-out")]
    lines.append(wording.say("report-held-out", days=escape(str(report.get("held_out", "")))))
    lines += [_question(question, wording) for question in comparison["questions"]]
    for hen, (pictures, new, old) in sorted(comparison["hens"].items()):
        name = capitalised(wording.name(HenId(hen)))
        lines.append(wording.say("report-hen", hen=name, right=new, pictures=pictures, before=old))
    for confusion in comparison["confusions"][:MOST_CONFUSIONS]:
        truth, said = (_named(confusion[side], wording) for side in ("truth", "said"))
        lines.append(wording.say("report-confusion", truth=truth, said=said, times=confusion["times"]))
    if report.get("learned_by_serving"):
        lines.append(wording.say("report-learned-by-serving"))
    return lines


def read_model_press(callback_data: str | None) -> tuple[str, str] | None:
    """What is wanted of which version; None for a button that says nothing of ours."""
    parts = (callback_data or "").split(":")
    if len(parts) != 3 or parts[0] != MODEL or parts[1] not in ACTIONS or not parts[2]:
        return None
    return parts[1], parts[2]


def _question(question: Mapping[str, Any], wording: Wording) -> str:
    share = {side: round(100 * question[side] / question["pictures"]) for side in ("candidate", "serving")}
    verdict = wording.say(f"report-{question['outcome'].replace('_', '-')}")
    what = wording.say(f"report-question-{question['name']}")
    return wording.say("report-question", what=what, new=share["candidate"], old=share["serving"], verdict=verdict)


def _named(name: str, wording: Wording) -> str:
    postures = ("sitting", "standing", "partial", "perched", "none")
    return wording.say(f"posture-{name}") if name in postures else wording.name(HenId(name))


def _left(job: Job, now: datetime) -> int:
    """Minutes, at least one; 0 where nothing can be said yet."""
    if job.started_at is None or job.progress < 0.05:
        return 0
    seconds = (now - job.started_at).total_seconds()
    return max(1, round(seconds * (1 - job.progress) / job.progress / 60))


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
