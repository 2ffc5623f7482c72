"""How a version compares with the one that serves, in plain words: on labels, and beside it in shadow."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from henbot.bot.report_words import hen_lines
from henbot.bot.wording import Wording
from henbot.services.shadows import Looks, Shadow


def compare_lines(told: Mapping[str, Any], wording: Wording) -> list[str]:
    """What came of a comparison: question by question, hen by hen.

    Args:
        told: `comparison` (None of nothing to compare on), and what a job or a report says beside it.
    """
    comparison = told.get("comparison")
    if not comparison:
        return [wording.say("compare-nothing")]
    lines = [_question(question, wording) for question in comparison["questions"]]
    return [*lines, *hen_lines(told, wording)]


def job_lines(result: Mapping[str, Any], wording: Wording) -> list[str]:
    """What a job of comparing found, with the shadow's counts."""
    lines = []
    if result.get("comparison"):
        lines.append(wording.say("compare-on-fresh", pictures=int(result["pictures"])))
    lines += compare_lines(result, wording)
    if shadow := result.get("shadow"):
        lines += ["", counts_words(Looks(**shadow), wording)]
    return lines


def shadow_words(shadow: Shadow, wording: Wording, today: datetime) -> str:
    """Since when a version looks on, or that it did, and what it said otherwise."""
    day = today.astimezone(wording.timezone).date()
    since = wording.moment(shadow.since, day)
    if shadow.ended_at is None:
        begin = wording.say("shadow-since", since=since)
    else:
        begin = wording.say("shadow-was", since=since, until=wording.moment(shadow.ended_at, day))
    return f"{begin} {counts_words(shadow.looks, wording)}"


def counts_words(looks: Looks, wording: Wording) -> str:
    """How many pictures both looked at, and of how many they said different things."""
    if not looks.pictures:
        return wording.say("shadow-nothing-yet")
    words = wording.say("shadow-counts", pictures=looks.pictures, differing=looks.differing)
    kinds = [
        f"{wording.say(f'report-question-{question}')} {number}"
        for question, number in (("hens", looks.hens), ("hen", looks.names), ("eggs", looks.eggs))
        if number
    ]
    return f"{words} ({', '.join(kinds)})." if kinds else f"{words}."


def _question(question: Mapping[str, Any], wording: Wording) -> str:
    what = wording.say(f"report-question-{question['name']}")
    pictures, ours, theirs = (int(question[name]) for name in ("pictures", "candidate", "serving"))
    better, worse = int(question.get("gained", max(ours - theirs, 0))), int(question.get("lost", max(theirs - ours, 0)))
    if not better and not worse:
        return wording.say("compare-alike", what=what, pictures=pictures)
    split = wording.say("compare-split", what=what, pictures=pictures, better=better, worse=worse)
    outcome = str(question["outcome"])
    luck = "compare-no-luck" if outcome in ("better", "worse") else "compare-luck"
    return f"{split} {wording.say(luck)}"
