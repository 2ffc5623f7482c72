"""Tables of the pictures that people are asked about, and of whom was asked."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from henbot.storage.tables import ID_LENGTH, Row


class LabelQuestionRow(Row):
    """A picture to ask about: why, how much speaks for it, and what the version that serves says of it."""

    __tablename__ = "label_questions"
    __table_args__ = (UniqueConstraint("nest_id", "media_sha256"), Index(None, "state", "score"))

    id: Mapped[int] = mapped_column(primary_key=True)
    nest_id: Mapped[str] = mapped_column(ForeignKey("nests.id"))
    at: Mapped[datetime]
    media_sha256: Mapped[str] = mapped_column(ForeignKey("media.sha256"), index=True)
    visit_id: Mapped[str | None] = mapped_column(ForeignKey("visits.id"))
    model_id: Mapped[str | None] = mapped_column(String(ID_LENGTH))
    reason: Mapped[str] = mapped_column(String(16))
    score: Mapped[float]
    guess: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(16))
    made_at: Mapped[datetime]


class LabelAskingRow(Row):
    """A question as one person was asked it: in which message, what they have told so far, and by which act.

    `asked_at` and `slot_at` are the coop's time; `slot_at` is the set hour of a question that came by itself. `stale`:
    the message shows what is so no more. `message_id` is None until Telegram answered.
    """

    __tablename__ = "label_askings"
    __table_args__ = (Index(None, "user_id", "state"), Index(None, "slot_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("label_questions.id"), index=True)
    user_id: Mapped[int] = mapped_column(BigInteger)
    message_id: Mapped[int | None]
    asked_at: Mapped[datetime]
    slot_at: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(String(16))
    draft: Mapped[dict[str, Any]]
    act_id: Mapped[int | None] = mapped_column(ForeignKey("acts.id"), index=True)
    stale: Mapped[bool] = mapped_column(default=False)
