"""Asks the detector's side to choose questions, in time: before none waits any more."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from henbot.services.askable import askable_pictures
from henbot.services.jobs import JobKind, ask
from henbot.services.next_questions import number_waiting
from henbot.storage.jobs import JobRow

FEW = 6
"""Below so many questions that wait, new ones are chosen."""

NOT_BEFORE = timedelta(minutes=10)
"""Least time between two choices: it takes a processor for some seconds."""


def want_questions(session: Session, now: datetime) -> bool:
    """Ask for new questions where few wait and there are pictures to ask about; whether it was. `now`: coop time."""
    if number_waiting(session) >= FEW or _asked_lately(session, now) or not askable_pictures(session, FEW):
        return False
    ask(session, JobKind.CHOOSE, {}, None, now)
    return True


def _asked_lately(session: Session, now: datetime) -> bool:
    query = select(JobRow.asked_at).where(JobRow.kind == JobKind.CHOOSE).order_by(JobRow.id.desc()).limit(1)
    asked_at = session.execute(query).scalar_one_or_none()
    return asked_at is not None and abs(now - asked_at) < NOT_BEFORE
