"""A question on its way to an answer, and what all answers share."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from henbot.bot.questions import Period, Question
from henbot.bot.wording import Wording
from henbot.domain.coverage import Coverage
from henbot.services.periods import PeriodReport, period_report


@dataclass(frozen=True, slots=True)
class Asking:
    """A question on its way to an answer.

    Attributes:
        now: the coop's present moment; what is later is not claimed.
    """

    session: Session
    question: Question
    wording: Wording
    now: datetime

    @property
    def today(self) -> date:
        """The coop's day."""
        return self.day(self.now)

    @property
    def period(self) -> Period:
        """The days asked about; today where none are named."""
        return self.question.period or Period(self.today, self.today)

    @property
    def is_about_a_day(self) -> bool:
        """Whether one day is named, or meant."""
        return self.question.period is not None and self.question.period.is_day

    def day(self, at: datetime) -> date:
        """A moment's day at the coop."""
        return at.astimezone(self.wording.timezone).date()

    def report(self) -> PeriodReport:
        """What is known of the days asked about; of all that there were, where none are named."""
        period = self.question.period
        first, last = (period.first, period.last) if period else (None, None)
        return period_report(self.session, first, last, self.now, self.question.hen)


def percent_of(coverage: Coverage) -> int:
    """The watched share in per cent, rounded down: nothing is watched that was not."""
    return int(coverage.share * 100)


def title(asking: Asking, report: PeriodReport) -> str:
    """Which days an answer is about."""
    wording = asking.wording
    if asking.question.period is None:
        return wording.say("period-title-all", date=wording.phrases.date_within(report.first, report.today))
    return wording.say("period-title", span=wording.phrases.span(report.first, report.last, report.today))


def unwatched(asking: Asking, report: PeriodReport) -> str | None:
    """The whole answer where nothing was watched and nothing is known; None where something is."""
    if report.coverage.watched or report.anyone or report.eggs:
        return None
    wording = asking.wording
    return wording.say("period-unwatched", span=wording.phrases.span(report.first, report.last, report.today))


def share_words(coverage: Coverage, asking: Asking, *, always: bool) -> list[str]:
    """How much was watched, where that is under 95 % or, with `always`, in any case."""
    if not coverage.enough:
        return [asking.wording.say("period-share", percent=percent_of(coverage))]
    return [asking.wording.say("period-share-fair", percent=percent_of(coverage))] if always else []
