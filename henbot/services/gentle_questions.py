"""Questions that come by themselves: few, at set hours, to one admin after the other, and to none who ignores them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from math import ceil
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from henbot.domain.clock import day_bounds
from henbot.services.askable import Why, askable_pictures, proposed
from henbot.services.label_questions import AskingState, Question, asked_by, put_question
from henbot.services.next_questions import MOST_LOOKED_AT, waiting_for
from henbot.services.reports import coop_of
from henbot.storage.label_questions import LabelAskingRow, LabelQuestionRow

LATEST = timedelta(hours=2)
"""How long after its hour a question is still asked, if henbot was off or nothing was worth asking."""

IGNORED = 5
"""Questions in a row that somebody ignored: no more come before they use /label again."""

IN_SESSION = timedelta(hours=1)
"""Who was asked by /label so lately is busy with that."""

UNSURE = 0.2
"""Uncertainty from which on a picture is worth asking about, unless versions disagree or it is new to them."""


@dataclass(frozen=True, slots=True)
class GentlePlan:
    """How many pictures a day are asked about at most, in all, and when (the coop's time)."""

    a_day: int
    at: tuple[time, ...]


@dataclass(frozen=True, slots=True)
class Due:
    """Somebody to ask now, about what, and for which hour."""

    user_id: int
    question: Question
    slot_at: datetime


def due_slot(session: Session, plan: GentlePlan, now: datetime) -> datetime | None:
    """The hour whose questions are to be asked now; None outside of them, or where enough were asked."""
    zone = ZoneInfo(coop_of(session).timezone)
    today = now.astimezone(zone).date()
    slots = [datetime.combine(today, at, zone) for at in sorted(set(plan.at))]
    past = [slot for slot in slots if slot <= now < slot + LATEST]
    if not past or plan.a_day < 1:
        return None
    start, end = day_bounds(today, zone)
    asked = select(func.count()).select_from(LabelAskingRow)
    today_asked = session.execute(asked.where(LabelAskingRow.slot_at >= start, LabelAskingRow.slot_at < end))
    now_asked = session.execute(asked.where(LabelAskingRow.slot_at == past[-1]))
    is_enough = today_asked.scalar_one() >= plan.a_day or now_asked.scalar_one() >= ceil(plan.a_day / len(slots))
    return None if is_enough else past[-1]


def due_question(session: Session, plan: GentlePlan, admins: Sequence[int], now: datetime) -> Due | None:
    """Whom to ask what now; None where nothing is worth asking, or nobody is left to ask."""
    slot = due_slot(session, plan, now)
    if slot is None:
        return None
    for user_id in _in_turn(session, admins):
        if not _is_busy(session, user_id, now) and not _ignores(session, user_id):
            question = _worth_asking(session, user_id, now)
            if question is not None:
                return Due(user_id, question, slot)
    return None


def _in_turn(session: Session, admins: Sequence[int]) -> list[int]:
    """Who was asked longest ago comes first."""
    query = select(LabelAskingRow.user_id, func.max(LabelAskingRow.id)).where(LabelAskingRow.slot_at.is_not(None))
    last: dict[int, int] = dict(iter(session.execute(query.group_by(LabelAskingRow.user_id))))
    return sorted(admins, key=lambda user: (last.get(user, 0), user))


def _is_busy(session: Session, user_id: int, now: datetime) -> bool:
    query = select(LabelAskingRow.id).where(
        LabelAskingRow.user_id == user_id,
        LabelAskingRow.slot_at.is_(None),
        LabelAskingRow.state == AskingState.OPEN,
        LabelAskingRow.asked_at > now - IN_SESSION,
    )
    return session.execute(query.limit(1)).first() is not None


def _ignores(session: Session, user_id: int) -> bool:
    """Whether the last that somebody was asked came by itself and was left unanswered, so many times."""
    query = select(LabelAskingRow).where(LabelAskingRow.user_id == user_id).order_by(LabelAskingRow.id.desc())
    last = list(session.execute(query.limit(IGNORED)).scalars())
    ignored = [one for one in last if one.slot_at is not None and one.state in (AskingState.OPEN, AskingState.CLOSED)]
    return len(ignored) == IGNORED


def _worth_asking(session: Session, user_id: int, now: datetime) -> Question | None:
    """The most telling picture that this person was not asked about."""
    theirs = select(LabelQuestionRow.id).where(asked_by(LabelAskingRow.user_id == user_id))
    known = set(session.execute(theirs).scalars())
    waiting = [one for one in waiting_for(session, user_id, now) if one.id not in known]
    found = next((one for one in waiting if _is_worth_it(one)), None)
    if found is not None or waiting:
        return found
    one = proposed(session, askable_pictures(session, MOST_LOOKED_AT))
    fresh = put_question(session, one, now) if one is not None else None
    return fresh if fresh is not None and _is_worth_it(fresh) else None


def _is_worth_it(question: Question) -> bool:
    return question.why in (Why.DISAGREEMENT, Why.NOVEL, Why.DRIFT) or question.guess.uncertainty >= UNSURE
