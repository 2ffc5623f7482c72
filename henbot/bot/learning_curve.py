"""The learning curve of a candidate as a chart: what was right on held-out labels, the more it learned from."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from henbot.bot.report_words import held_out_words
from henbot.bot.wording import Wording, plain
from henbot.domain.charts import CurveLine, Frame, LearningCurve
from henbot.services.reports import coop_of
from henbot.services.watch_hours import hours_of_day

QUESTIONS = ("hen", "hens", "posture")
LEAST_POINTS = 2


def curve_chart(session: Session, report: Mapping[str, Any], wording: Wording, now: datetime) -> LearningCurve | None:
    """The chart of a report; None where it has no curve, or one of a single point."""
    points = report.get("curve") or ()
    lines = tuple(line for line in (_line(points, question, wording) for question in QUESTIONS) if line is not None)
    if not lines:
        return None
    subtitle = plain(wording.say("curve-held-out", days=held_out_words(report, wording)))
    hours = hours_of_day(now.astimezone(wording.timezone).date(), coop_of(session))
    is_dark = not hours.start <= now < hours.end
    frame = Frame(wording.say("curve-title"), subtitle, wording.say("chart-unwatched"), is_dark)
    names = tuple(
        wording.say("curve-point", percent=round(100 * point["share"]), labels=int(point["labels"])) for point in points
    )
    return LearningCurve(frame, names, lines)


def _line(points: Any, question: str, wording: Wording) -> CurveLine | None:
    values = tuple(point["right"].get(question) for point in points)
    if sum(value is not None for value in values) < LEAST_POINTS:
        return None
    return CurveLine(plain(wording.say(f"report-question-{question}")), values)
