"""The detector's work in words and buttons: how far it is, for how long, what interrupted it, how it ended."""

from html import escape

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from henbot.bot.compare_words import job_lines
from henbot.bot.failure_words import failure_words
from henbot.bot.model_words import MODEL, SHOW, STOP
from henbot.bot.report_words import report_lines
from henbot.bot.wording import Wording
from henbot.domain.clock import ClockSetting
from henbot.services.coop_clock import wall_now
from henbot.services.jobs import MOST_ATTEMPTS, Job, JobKind, JobState

CELLS = 10

TOO_EARLY = 0.05
TOO_EARLY_S = 8.0
"""Neither before this share nor before this time is anything said of how long it still takes."""


def job_words(job: Job, wording: Wording, since_s: float | None) -> str:
    """How far a job is, or how it ended; `since_s` is how long it has run, None where that is not known."""
    kind = job.kind.value
    if job.state is JobState.DONE:
        version = escape(str(job.result.get("version", "")))
        done = wording.say(f"job-{kind}-done", version=version)
        if job.kind is JobKind.COMPARE:
            return "\n".join([done, "", *job_lines(job.result, wording)])
        report = job.result.get("report")
        return "\n".join([done, *_stops(job, wording), "", *report_lines(report, wording)]) if report else done
    if job.state is JobState.FAILED:
        return wording.say(f"job-{kind}-failed", reason=_reason(job, wording))
    if job.state is JobState.CANCELLED:
        return wording.say(f"job-{kind}-cancelled")
    if job.state is JobState.ASKED:
        return "\n".join([wording.say(f"job-{kind}-asked"), *_stops(job, wording)])
    words = [wording.say(f"job-{kind}-running"), *_stops(job, wording), _progress(job, wording)]
    return "\n".join([*words, left_words(job, wording, since_s)])


def left_words(job: Job, wording: Wording, since_s: float | None) -> str:
    """How long a job still takes at its own pace so far: in coarse steps, so that it does not jump about."""
    if since_s is None or since_s < TOO_EARLY_S or job.progress < TOO_EARLY:
        return wording.say("job-left-unknown")
    seconds = since_s * (1 - job.progress) / job.progress
    if seconds < 45:
        return wording.say("job-left-soon")
    minutes = max(1, round(seconds / 60))
    return wording.say("job-left", minutes=minutes if minutes <= 10 else 5 * round(minutes / 5))


def job_buttons(job: Job, wording: Wording) -> InlineKeyboardMarkup | None:
    """To call it off; of what was brought in, to look at it."""
    if job.is_open:
        return _keyboard(wording.say("button-job-stop"), STOP, str(job.id))
    if job.state is JobState.DONE and job.kind is not JobKind.EXPORT:
        return _keyboard(wording.say("button-model-show"), SHOW, str(job.result["version"]))
    return None


def _keyboard(words: str, what: str, of: str) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton(words, callback_data=f"{MODEL}:{what}:{of}")]])


def _progress(job: Job, wording: Wording) -> str:
    filled = round(job.progress * CELLS)
    bar = "▓" * filled + "░" * (CELLS - filled)
    phase = wording.say(f"phase-{job.phase or 'reading'}")
    return wording.say("job-progress", bar=bar, percent=int(100 * job.progress), phase=phase)


def running_s(job: Job, setting: ClockSetting) -> float | None:
    """How long a job has run by now, wall time; None where the coop's clock does not tell."""
    if job.started_at is None or not setting.speed:
        return None
    return (setting.coop_time(wall_now()) - job.started_at).total_seconds() / setting.speed


def _stops(job: Job, wording: Wording) -> list[str]:
    """What interrupted it the last time."""
    if not job.stops:
        return []
    last = job.stops[-1]
    why = wording.say(f"job-ending-{last.ending.value}")
    return [wording.say("job-begun-again", percent=int(100 * last.progress), why=why)]


def _reason(job: Job, wording: Wording) -> str:
    """Why it failed: in our words where its process was killed again and again."""
    if job.attempts >= MOST_ATTEMPTS and len(job.stops) >= MOST_ATTEMPTS:
        last = job.stops[-1]
        why = wording.say(f"job-ending-{last.ending.value}")
        return wording.say("job-given-up", times=job.attempts, percent=int(100 * last.progress), why=why)
    return failure_words(job.failure or "", wording)
