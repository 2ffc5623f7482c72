"""The queue of pictures that people are asked about: who is asked what, what they answer, and where two disagree."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from henbot.domain.labelling import Draft
from henbot.domain.observations import HenId
from henbot.services.acts import Act, ActKind, begin
from henbot.services.agreement import SETTLES, Agreed, agreed, standing_words
from henbot.services.askable import Guess, Proposal, Why
from henbot.services.labels import Pictured, add_labels, take_back_labels
from henbot.services.reports import flock_of
from henbot.storage.acts import LabelRow
from henbot.storage.label_questions import LabelAskingRow, LabelQuestionRow
from henbot.storage.tables import MediaRow, NestRow

SURE = 0.8
"""Probability from which on the version that serves is so sure that a person who says otherwise is asked twice."""


class State(StrEnum):
    """Where a question stands; `gone` where its picture is lost."""

    OPEN = "open"
    ANSWERED = "answered"
    DISPUTED = "disputed"
    GONE = "gone"


class AskingState(StrEnum):
    """Where it stands for one who was asked; `closed` once it was put away, or another answered."""

    OPEN = "open"
    ANSWERED = "answered"
    UNSURE = "unsure"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Question:
    """A picture to ask about, with what the version that serves says of it."""

    id: int
    pictured: Pictured
    path: str
    why: Why
    score: float
    guess: Guess
    state: State
    dummy_eggs: int = 0


@dataclass(frozen=True, slots=True)
class Asking:
    """A question as one person was asked it.

    Attributes:
        message_id: where, in the person's own chat; None until Telegram answered.
        slot_at: the set hour at which it came by itself; None where the person asked for it.
        act_id: by which it was answered.
    """

    id: int
    question_id: int
    user_id: int
    message_id: int | None
    asked_at: datetime
    slot_at: datetime | None
    state: AskingState
    draft: Draft
    act_id: int | None


def put_questions(session: Session, found: Iterable[Proposal], now: datetime) -> None:
    """Let pictures wait to be asked about, those that do not yet. `now`: coop time."""
    for one in found:
        put_question(session, one, now)


def put_question(session: Session, one: Proposal, now: datetime) -> Question:
    """Let a picture wait to be asked about; the question that there is of it, if there is one. `now`: coop time."""
    pictured = one.askable.pictured
    same = (LabelQuestionRow.nest_id == pictured.nest, LabelQuestionRow.media_sha256 == pictured.media_sha256)
    row = session.execute(select(LabelQuestionRow).where(*same)).scalar_one_or_none()
    if row is None:
        row = LabelQuestionRow(
            nest_id=pictured.nest, at=pictured.at, media_sha256=pictured.media_sha256, visit_id=pictured.visit_id,
            model_id=pictured.model_id, reason=one.why, score=one.score, guess=one.askable.guess.stored(),
            state=State.OPEN, made_at=now,
        )  # fmt: skip
        session.add(row)
        session.flush()
    return _question(session, row, one.askable.path)


def forget_unasked(session: Session) -> None:
    """Let what nobody was asked about wait no more, but for what was promised: better pictures take its place."""
    session.execute(delete(LabelQuestionRow).where(is_open(), ~asked_by(), LabelQuestionRow.reason != Why.DRIFT))


def question_by_id(session: Session, question_id: int) -> Question:
    """A question that is known to be there."""
    query = select(LabelQuestionRow, MediaRow.path).join(MediaRow, MediaRow.sha256 == LabelQuestionRow.media_sha256)
    row, path = session.execute(query.where(LabelQuestionRow.id == question_id)).one()
    return _question(session, row, path)


def asking_by_id(session: Session, asking_id: int) -> Asking | None:
    """How somebody was asked; None if nobody was."""
    row = session.get(LabelAskingRow, asking_id)
    return _asking(row) if row else None


def begin_asking(
    session: Session, question: Question, user_id: int, now: datetime, slot_at: datetime | None = None
) -> Asking:
    """Note that somebody is asked, before it is sent: a restart then repeats nothing. `now`: coop time."""
    draft = Draft(choices=_choices(session, question.guess), count=question.guess.eggs or question.dummy_eggs)
    row = LabelAskingRow(
        question_id=question.id, user_id=user_id, asked_at=now, slot_at=slot_at, state=AskingState.OPEN,
        draft=draft.stored(), stale=False,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return _asking(row)


def note_message(session: Session, asking_id: int, message_id: int) -> None:
    """Note in which message somebody was asked."""
    session.get_one(LabelAskingRow, asking_id).message_id = message_id


def unsend(session: Session, asking_id: int) -> None:
    """Nobody was asked after all: it could not be sent."""
    session.execute(delete(LabelAskingRow).where(LabelAskingRow.id == asking_id))


def lose(session: Session, question_id: int) -> None:
    """The picture of a question cannot be shown any more: nobody is asked."""
    session.get_one(LabelQuestionRow, question_id).state = State.GONE


def note_draft(session: Session, asking_id: int, draft: Draft) -> Asking:
    """Note what somebody has told so far."""
    row = session.get_one(LabelAskingRow, asking_id)
    row.draft = draft.stored()
    session.flush()
    return _asking(row)


def answer(session: Session, asking: Asking, now: datetime, *, settles: bool) -> Act:
    """Write what somebody told as labels; nothing told means that they are not sure, which teaches nothing.

    Args:
        now: wall time, of the act.
        settles: whether this person's word ends a dispute.
    """
    question = question_by_id(session, asking.question_id)
    row = session.get_one(LabelAskingRow, asking.id)
    values = asking.draft.values
    details = {"question": question.id, "asking": asking.id, "said": values}
    if settles and values and question.state is State.DISPUTED:
        details[SETTLES] = True
    act = begin(session, ActKind.LABEL, asking.user_id, now, details)
    add_labels(session, act, _pictured_for(question, values), values)
    row.state, row.act_id = (AskingState.ANSWERED if values else AskingState.UNSURE), act.id
    judge(session, question.id)
    if values:
        _tell_others(session, question, asking.id)
    return act


def undo_label(session: Session, act: Act, now: datetime) -> None:
    """What was told stands no more, and who told it is asked again in the same message."""
    take_back_labels(session, act, now)
    row = session.execute(select(LabelAskingRow).where(LabelAskingRow.act_id == act.id)).scalar_one_or_none()
    if row is None:
        return
    row.state, row.act_id, row.stale = AskingState.OPEN, None, True
    row.draft = Draft.of(row.draft).begun_again().stored()
    session.flush()
    judge(session, row.question_id)


def close_asking(session: Session, asking_id: int) -> Asking:
    """Somebody does not want to answer any more; the question may be put to others."""
    row = session.get_one(LabelAskingRow, asking_id)
    row.state = AskingState.CLOSED
    session.flush()
    return _asking(row)


def open_askings(session: Session, user_id: int) -> list[Asking]:
    """What somebody was asked and has not answered."""
    query = select(LabelAskingRow).where(LabelAskingRow.user_id == user_id, LabelAskingRow.state == AskingState.OPEN)
    return [_asking(row) for row in session.execute(query.order_by(LabelAskingRow.id)).scalars()]


def take_stale(session: Session) -> list[Asking]:
    """Askings whose messages show what is so no more; they are taken as put right."""
    rows = list(session.execute(select(LabelAskingRow).where(LabelAskingRow.stale.is_(True))).scalars())
    for row in rows:
        row.stale = False
    session.flush()
    return [_asking(row) for row in rows if row.message_id is not None]


def words_of(session: Session, question: Question) -> Agreed:
    """What people told of a question's picture."""
    of_picture = (LabelRow.nest_id == question.pictured.nest) & (
        LabelRow.media_sha256 == question.pictured.media_sha256
    )
    return agreed(standing_words(session, of_picture))


def told_by(session: Session, user_id: int, since: datetime) -> int:
    """How many pictures somebody has told of since a moment (wall time)."""
    query = select(func.count(func.distinct(LabelRow.act_id))).where(
        LabelRow.said_by == user_id, LabelRow.said_at >= since, LabelRow.undone_at.is_(None)
    )
    return session.execute(query).scalar_one()


def judge(session: Session, question_id: int) -> None:
    """Bring a question's state to what people's words say."""
    question = question_by_id(session, question_id)
    words = words_of(session, question)
    state = State.DISPUTED if words.disputed else State.ANSWERED if words.told else State.OPEN
    session.get_one(LabelQuestionRow, question_id).state = state
    session.flush()


def _tell_others(session: Session, question: Question, asking_id: int) -> None:
    """Others who were asked the same see what was told; where the version agrees, they need not answer any more."""
    words = words_of(session, question)
    query = select(LabelAskingRow).where(
        LabelAskingRow.question_id == question.id,
        LabelAskingRow.id != asking_id,
        LabelAskingRow.state.in_([AskingState.OPEN, AskingState.ANSWERED]),
    )
    for row in session.execute(query).scalars():
        row.stale = True
        if row.state == AskingState.OPEN and not is_worth_a_second(question, words):
            row.state = AskingState.CLOSED
    session.flush()


def is_worth_a_second(question: Question, words: Agreed) -> bool:
    """Whether a second person's word helps: the version is not of the first one's opinion, surely."""
    told = words.told
    name = {"0": "nobody", "2": "two"}.get(told.get("hens", "1"), told.get("hen", ""))
    return bool(words.disputed) or question.guess.answers.get(name, 0.0) < SURE


def _pictured_for(question: Question, values: Mapping[str, str]) -> Pictured:
    """What labels are about: of two hens, or none, nothing follows for the visit's other pictures."""
    pictured = question.pictured
    visit = pictured.visit_id if values.get("hens") == "1" else None
    return Pictured(pictured.nest, pictured.at, pictured.media_sha256, visit, pictured.model_id)


def _choices(session: Session, guess: Guess) -> tuple[HenId, ...]:
    """The hens that live here, the likeliest first."""
    hens = [hen.id for hen in flock_of(session)]
    return tuple(sorted(hens, key=lambda hen: (-guess.who.get(hen, 0.0), hens.index(hen))))


def questions(session: Session, *which: ColumnElement[bool]) -> list[Question]:
    """Questions, the most telling first."""
    query = (
        select(LabelQuestionRow, MediaRow.path)
        .join(MediaRow, MediaRow.sha256 == LabelQuestionRow.media_sha256)
        .where(*which)
        .order_by(LabelQuestionRow.score.desc(), LabelQuestionRow.id)
    )
    return [_question(session, row, path) for row, path in session.execute(query)]


def is_open() -> ColumnElement[bool]:
    """Nobody has told anything of the picture that would stand."""
    return LabelQuestionRow.state == State.OPEN


def asked_by(*which: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether a question was put to anybody, of askings for which all of these hold."""
    return select(LabelAskingRow.id).where(LabelAskingRow.question_id == LabelQuestionRow.id, *which).exists()


def _question(session: Session, row: LabelQuestionRow, path: str) -> Question:
    pictured = Pictured(row.nest_id, row.at, row.media_sha256, row.visit_id, row.model_id)
    dummies = session.get_one(NestRow, row.nest_id).dummy_eggs
    guess = Guess.of(row.guess)
    return Question(row.id, pictured, path, Why(row.reason), row.score, guess, State(row.state), dummies)


def _asking(row: LabelAskingRow) -> Asking:
    return Asking(
        row.id, row.question_id, row.user_id, row.message_id, row.asked_at, row.slot_at, AskingState(row.state),
        Draft.of(row.draft), row.act_id,
    )  # fmt: skip
