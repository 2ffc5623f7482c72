"""How a candidate compared, in words: by question, by hen, what got better and worse, and how sure that is."""

from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from typing import Any

from henbot.bot.language import capitalised
from henbot.bot.wording import Wording
from henbot.domain.observations import HenId
from henbot.services.label_counts import EMPTY_WANTED, HEN_WANTED, OCCUPIED_WANTED, LabelCounts, read_counts

MOST_CONFUSIONS = 3

POSTURES = ("sitting", "standing", "partial", "perched")
HALVES = ("before noon", "after noon")
"""Of a day, as `detector.training.parts` names them."""

NOT_NAMED = ("none", "hen")
"""What may be said instead of a hen's name."""


def report_lines(report: Mapping[str, Any], wording: Wording) -> list[str]:
    """What it learned from, and how it compared with the version that serves."""
    lines = [wording.say("report-labels", pictures=int(report.get("labelled", 0)))]
    lines += labels_lines(report, wording)
    comparison = report.get("comparison")
    if not comparison:
        return [*lines, wording.say("report-nothing-held-out")]
    lines += ["", wording.say("report-held-out", days=held_out_words(report, wording))]
    lines += [_question(question, wording) for question in comparison["questions"]]
    lines += hen_lines(report, wording)
    lines += [*_changes(comparison, wording), *_confusions(comparison, wording)]
    if report.get("learned_by_serving"):
        lines.append(wording.say("report-learned-by-serving"))
    return lines


def labels_lines(report: Mapping[str, Any], wording: Wording) -> list[str]:
    """How many pictures of whom it learned from; nothing where that was not noted."""
    if not (told := report.get("labels")):
        return []
    counts = read_counts(told)
    named = [f"{capitalised(wording.name(hen))} {number}" for hen, number in counts.hens.items() if number]
    return [wording.say("report-labels-of", each=", ".join([*named, f"{wording.say('labels-empty')} {counts.empty}"]))]


def hen_lines(report: Mapping[str, Any], wording: Wording) -> list[str]:
    """Of each hen, how many held-out pictures of her it gets right, and the version that served did."""
    comparison = report.get("comparison") or {}
    return [
        wording.say("report-hen", hen=_capital(hen, wording), right=new, pictures=pictures, before=old)
        for hen, (pictures, new, old) in sorted(comparison.get("hens", {}).items())
    ]


def lacking_words(counts: LabelCounts, wording: Wording) -> str:
    """Of whom too few pictures were labelled: `Ginger 3 of 10, Olive 0 of 10, an empty nest 1 of 3`."""
    lacking = [(wording.name(hen), number, HEN_WANTED) for hen, number in counts.lacking.items()]
    if counts.empty < EMPTY_WANTED:
        lacking.append((wording.say("labels-empty"), counts.empty, EMPTY_WANTED))
    if not lacking and counts.occupied < OCCUPIED_WANTED:
        lacking.append((wording.say("labels-occupied"), counts.occupied, OCCUPIED_WANTED))
    words = [wording.say("labels-of-whom", who=who, has=has, wanted=wanted) for who, has, wanted in lacking]
    return capitalised(", ".join(words))


def _question(question: Mapping[str, Any], wording: Wording) -> str:
    share = {side: round(100 * question[side] / question["pictures"]) for side in ("candidate", "serving")}
    what = wording.say(f"report-question-{question['name']}")
    verdict = wording.say(f"report-{question['outcome'].replace('_', '-')}")
    line = wording.say("report-question", what=what, new=share["candidate"], old=share["serving"], verdict=verdict)
    return f"{line}{_luck(question, wording)}"


def _luck(question: Mapping[str, Any], wording: Wording) -> str:
    """How the stays are split that the two read differently, and how often luck alone splits them so."""
    better, worse = int(question["better"]), int(question["worse"])
    if better == worse:
        return ""
    percent = round(100 * float(question["luck"]))
    by_luck = wording.say("report-luck-rare") if percent < 1 else wording.say("report-luck", percent=percent)
    return "\n   " + wording.say("report-stays", better=better, worse=worse, luck=by_luck)


def _changes(comparison: Mapping[str, Any], wording: Wording) -> list[str]:
    """What got better and what got worse, questions and hens together."""
    moved: dict[bool, list[str]] = {True: [], False: []}
    for question in comparison["questions"]:
        if question["candidate"] != question["serving"]:
            is_better = question["candidate"] > question["serving"]
            moved[is_better].append(wording.say(f"report-question-{question['name']}"))
    for hen, (_, new, old) in sorted(comparison["hens"].items()):
        if new != old:
            moved[new > old].append(_capital(hen, wording))
    said = [(phrase, moved[which]) for phrase, which in (("report-gained", True), ("report-lost", False))]
    lines = [wording.say(phrase, what=", ".join(what)) for phrase, what in said if what]
    return ["", *lines] if lines else []


def _confusions(comparison: Mapping[str, Any], wording: Wording) -> list[str]:
    return [
        wording.say("report-confusion", truth=named(one["truth"], wording), said=named(one["said"], wording),
                    times=int(one["times"]))
        for one in comparison["confusions"][:MOST_CONFUSIONS]
    ]  # fmt: skip


def mistake_lines(mistakes: Sequence[Mapping[str, Any]], wording: Wording) -> list[str]:
    """What stands under the pictures that it gets wrong, by their numbers."""
    return [
        wording.say("report-mistake", number=number, truth=named(one["truth"], wording),
                    said=named(one["said"], wording))
        for number, one in enumerate(mistakes, start=1)
    ]  # fmt: skip


def named(name: str, wording: Wording) -> str:
    """A hen, a posture, or that there is none, as a label has it."""
    if name in POSTURES or name in NOT_NAMED:
        return wording.say(f"posture-{name}")
    return wording.say("named-eggs", eggs=int(name)) if name.isdecimal() else wording.name(HenId(name))


def held_out_words(report: Mapping[str, Any], wording: Wording) -> str:
    """The day, or half of one, that a candidate was compared on: `2016-10-03 before noon` as people say it."""
    written = str(report.get("held_out", ""))
    day, _, half = written.partition(" ")
    try:
        read = date.fromisoformat(day)
    except ValueError:
        return escape(written, quote=False)
    spoken = wording.phrases.date_within(read, read)
    return wording.say(f"report-{half.replace(' ', '-')}", day=spoken) if half in HALVES else spoken


def _capital(hen: str, wording: Wording) -> str:
    return capitalised(wording.name(HenId(hen)))
