"""When to learn: because somebody asks, or by night once enough is new; what was asked for is noted, so that it is
not learned twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from henbot.services.changes import mark, set_mark
from henbot.services.jobs import Job, JobKind, ask, open_jobs
from henbot.services.label_counts import LabelCounts, count_labels, newest_label
from henbot.services.reports import coop_of

NIGHT = "night of learning"
"""Name of the mark of the day whose night was looked at last."""

LEARNED = "labels learned"
"""Name of the mark of the newest label that a training was asked for with."""

LATEST = timedelta(hours=5)
"""How long after its hour a night's training is still begun, if henbot was off."""


@dataclass(frozen=True, slots=True)
class Nightly:
    """When henbot learns by itself.

    Attributes:
        at: the time of day, the coop's.
        after: so many new labels.
    """

    at: time
    after: int


def ask_training(session: Session, by: int | None, now: datetime, report_to: Sequence[int] = ()) -> Job:
    """Ask for a training; the one that is open already, if there is one. `now` is the coop's."""
    if not is_learning(session):
        set_mark(session, newest_label(session), LEARNED)
    return ask(session, JobKind.TRAIN, {}, by, now, report_to)


def is_learning(session: Session) -> bool:
    """Whether a training was asked for and has not ended."""
    return any(job.kind is JobKind.TRAIN for job in open_jobs(session))


def new_labels(session: Session) -> LabelCounts:
    """What was told since the last training was asked for."""
    return count_labels(session, mark(session, LEARNED))


def night_has_come(session: Session, nightly: Nightly, now: datetime) -> bool:
    """Whether it is the hour, and this night was not looked at yet."""
    return _night(session, nightly, now) not in (None, mark(session, NIGHT))


def learn_by_night(session: Session, nightly: Nightly, now: datetime, report_to: Sequence[int]) -> Job | None:
    """Ask for the night's training, if it is the hour and enough is new; None else. Once a night."""
    if not night_has_come(session, nightly, now):
        return None
    set_mark(session, _night(session, nightly, now) or 0, NIGHT)
    is_enough = new_labels(session).number >= nightly.after and count_labels(session).can_learn
    return ask_training(session, None, now, report_to) if is_enough and not is_learning(session) else None


def _night(session: Session, nightly: Nightly, now: datetime) -> int | None:
    """The day whose training would be begun now, as a number; None outside of its hours."""
    zone = ZoneInfo(coop_of(session).timezone)
    local = now.astimezone(zone)
    for days in (0, 1):
        day = local.date() - timedelta(days=days)
        begins = datetime.combine(day, nightly.at, zone)
        if begins <= local < begins + LATEST:
            return day.toordinal()
    return None
