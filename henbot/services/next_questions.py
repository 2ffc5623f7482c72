"""Which picture somebody is asked about next."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from henbot.services.askable import (
    Askable,
    Guess,
    Proposal,
    Why,
    askable_pictures,
    is_near,
    proposed,
    told_moments,
    told_pictures,
    told_visits,
)
from henbot.services.label_questions import (
    SURE,
    AskingState,
    Question,
    State,
    asked_by,
    is_open,
    is_worth_a_second,
    judge,
    put_question,
    questions,
    words_of,
)
from henbot.services.labels import Pictured
from henbot.storage.acts import LabelRow
from henbot.storage.label_questions import LabelAskingRow, LabelQuestionRow
from henbot.storage.tables import MediaRow

PATIENCE = timedelta(days=1)
"""How long one person may take to answer before another is asked (coop time)."""

MOST_LOOKED_AT = 60
"""Pictures of each kind that are looked through where nothing waits to be asked."""

DISPUTE_SCORE = 9.0
"""More than any picture has that waits."""


def next_question(session: Session, user_id: int, now: datetime, *, settles: bool) -> Question | None:
    """What to ask somebody next; None if there is nothing.

    First what two others disagree about, for those who may settle it; then what waits, the most telling first, and
    where nothing does, what teaches most as far as is stored; then what one other person told although the version
    that serves was sure of another thing; last, what the person disagrees about with another.

    Args:
        now: coop time.
        settles: whether the person's word ends a dispute.
    """
    disputed = disputes(session, now) if settles else []
    theirs = [one for one in disputed if user_id in words_of(session, one).by_person]
    sources: tuple[Callable[[], Iterator[Question]], ...] = (
        lambda: (one for one in disputed if one not in theirs),
        lambda: waiting_for(session, user_id, now),
        lambda: _proposed(session, now),
        lambda: _second_looks(session, user_id),
        lambda: iter(theirs),
    )
    return next((one for source in sources for one in source()), None)


def disputes(session: Session, now: datetime) -> list[Question]:
    """Pictures of which two people say different things, also where one of them corrected it elsewhere."""
    query = (
        select(LabelRow.nest_id, LabelRow.media_sha256, func.min(LabelRow.at), func.max(MediaRow.path))
        .join(MediaRow, MediaRow.sha256 == LabelRow.media_sha256)
        .where(LabelRow.undone_at.is_(None))
        .group_by(LabelRow.nest_id, LabelRow.media_sha256)
        .having(func.count(func.distinct(LabelRow.said_by)) > 1)
    )
    for nest, sha256, at, path in session.execute(query).all():
        picture = Askable(Pictured(nest, at, sha256), path, Guess())
        judge(session, put_question(session, Proposal(picture, Why.DISAGREEMENT, DISPUTE_SCORE), now).id)
    return questions(session, LabelQuestionRow.state == State.DISPUTED)


def waiting_for(session: Session, user_id: int, now: datetime) -> Iterator[Question]:
    """What waits, but for what was put to somebody else just now, what this person gave up on, and near-duplicates of
    what was told meanwhile; of visits that somebody told of, last.
    """
    given_up = asked_by(LabelAskingRow.user_id == user_id, LabelAskingRow.state == AskingState.UNSURE)
    just_now = asked_by(
        LabelAskingRow.user_id != user_id,
        LabelAskingRow.state == AskingState.OPEN,
        LabelAskingRow.asked_at > now - PATIENCE,
    )
    visits = told_visits(session)
    found = _worth_asking(session, questions(session, is_open(), ~given_up, ~just_now))
    yield from sorted(found, key=lambda one: one.pictured.visit_id in visits)


def number_waiting(session: Session) -> int:
    """Questions that nobody was asked yet and that are still worth asking."""
    return len(_worth_asking(session, questions(session, is_open(), ~asked_by())))


def _worth_asking(session: Session, found: Sequence[Question]) -> list[Question]:
    """Those of whose pictures, or near-duplicates of them, nothing was told."""
    told, moments = told_pictures(session), told_moments(session)
    return [
        one
        for one in found
        if (one.pictured.nest, one.pictured.media_sha256) not in told and not is_near(one.pictured, moments)
    ]


def _proposed(session: Session, now: datetime) -> Iterator[Question]:
    """What teaches most as far as is stored; it waits from now on."""
    one = proposed(session, askable_pictures(session, MOST_LOOKED_AT))
    if one is not None:
        yield put_question(session, one, now)


def _second_looks(session: Session, user_id: int) -> Iterator[Question]:
    """What one other person told, of which the version is sure that it is otherwise."""
    mine = asked_by(LabelAskingRow.user_id == user_id, LabelAskingRow.state != AskingState.CLOSED)
    for one in questions(session, LabelQuestionRow.state == State.ANSWERED, ~mine):
        words = words_of(session, one)
        is_other = len(words.by_person) == 1 and user_id not in words.by_person
        if is_other and one.guess.uncertainty <= 1 - SURE and is_worth_a_second(one, words):
            yield one
