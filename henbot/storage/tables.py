"""The tables. Durations are seconds; times are aware UTC; JSON holds what no question is asked about."""

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, ForeignKey, Index, MetaData, String, UniqueConstraint, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from henbot.storage.columns import TelegramId, UtcDateTime

ID_LENGTH = 64


class Row(DeclarativeBase):
    """A row of any table; constraints are named, so that migrations can speak of them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime,
        str: String(255),
        dict[str, Any]: JSON,
        dict[str, str]: JSON,
        dict[str, float]: JSON,
        list[Any]: JSON,
        list[str]: JSON,
        list[float]: JSON,
    }


class CoopRow(Row):
    """The coop; one row."""

    __tablename__ = "coops"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    timezone: Mapped[str]
    language: Mapped[str]
    watch: Mapped[str | None]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]


class CameraRow(Row):
    """A camera, with the cursor: the newest frame that was recorded."""

    __tablename__ = "cameras"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    coop_id: Mapped[int] = mapped_column(ForeignKey("coops.id"))
    trigger: Mapped[str]
    trust_gap_s: Mapped[float]
    cursor_at: Mapped[datetime | None]
    cursor_name: Mapped[str | None]
    frames: Mapped[int] = mapped_column(default=0)
    skipped: Mapped[int] = mapped_column(default=0)


class NestRow(Row):
    """A zone of a camera's picture, with what its watches remember; `retired_at` once it is configured no more."""

    __tablename__ = "nests"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    camera_id: Mapped[str] = mapped_column(ForeignKey("cameras.id"), index=True)
    kind: Mapped[str]
    names: Mapped[dict[str, str]]
    dummy_eggs: Mapped[int] = mapped_column(default=0)
    watch_state: Mapped[dict[str, Any] | None]
    egg_state: Mapped[dict[str, Any] | None]
    retired_at: Mapped[datetime | None]


class HenRow(Row):
    """A hen; her id outlives renames, moves and death.

    `merged_into` is the id of the hen that she turned out to be.
    """

    __tablename__ = "hens"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    coop_id: Mapped[int] = mapped_column(ForeignKey("coops.id"))
    names: Mapped[dict[str, str]]
    look: Mapped[str] = mapped_column(default="")
    hatched_on: Mapped[date | None]
    added_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]
    retired_why: Mapped[str | None] = mapped_column(String(16))
    merged_into: Mapped[str | None] = mapped_column(String(ID_LENGTH))


class ObservationRow(Row):
    """An observation, thinned: changes and one a minute."""

    __tablename__ = "observations"
    __table_args__ = (UniqueConstraint("nest_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    nest_id: Mapped[str] = mapped_column(ForeignKey("nests.id"))
    at: Mapped[datetime]
    frame: Mapped[str]
    hens: Mapped[int]
    hens_probabilities: Mapped[list[float]]
    birds: Mapped[list[Any]]
    eggs: Mapped[int | None]
    eggs_probabilities: Mapped[list[float]] = mapped_column(default=list, server_default="[]")
    quality: Mapped[str]
    model_id: Mapped[str] = mapped_column(String(ID_LENGTH))


class SeenSpanRow(Row):
    """A stretch of time over which a nest was watched without a gap that is too long to trust."""

    __tablename__ = "seen_spans"
    __table_args__ = (UniqueConstraint("nest_id", "start_at"), Index(None, "nest_id", "end_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    nest_id: Mapped[str] = mapped_column(ForeignKey("nests.id"))
    start_at: Mapped[datetime]
    end_at: Mapped[datetime]


class BoutRow(Row):
    """A bout and its verdict.

    `revision` grows when what can be said of it changes. `verdict_at` is when the eggs were counted that the verdict
    rests on, None where it rests on time. A bout that came to nothing, because its visits turned out to
    belong to another one, is `gone`.
    """

    __tablename__ = "bouts"
    __table_args__ = (
        Index(None, "nest_id", "last_seen_at"),
        Index(None, "hen_id", "arrived_at"),
        # For the answers over long times: they are read from the index alone.
        Index("ix_bouts_eggs", "verdict", "gone", "arrived_at", "hen_id", "last_seen_at", "revision"),
        Index("ix_bouts_came", "arrived_at", "gone", "hen_id"),
        Index("ix_bouts_eggs_of_hen", "hen_id", "verdict", "gone", "arrived_at", "last_seen_at"),
        Index("ix_bouts_sitting", "hen_id", "gone", "arrived_at", "sat_s", "nest_id"),
    )

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    nest_id: Mapped[str] = mapped_column(ForeignKey("nests.id"))
    hen_id: Mapped[str] = mapped_column(String(ID_LENGTH))
    arrived_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    left_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    sat_s: Mapped[float]
    verdict: Mapped[str]
    verdict_candidates: Mapped[list[str]]
    verdict_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(default=1)
    gone: Mapped[bool] = mapped_column(default=False)

    visits: Mapped[list["VisitRow"]] = relationship(back_populates="bout", order_by="VisitRow.arrived_at")


class VisitRow(Row):
    """A visit; `hen_id` is `unknown` below the threshold, and never a foreign key for that reason.

    `model_hen_id` is what the model says where people say otherwise.
    """

    __tablename__ = "visits"
    __table_args__ = (
        Index(None, "nest_id", "arrived_at"),
        Index(None, "hen_id", "arrived_at"),
        Index(None, "arrived_at"),
    )

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    nest_id: Mapped[str] = mapped_column(ForeignKey("nests.id"))
    bout_id: Mapped[str | None] = mapped_column(ForeignKey("bouts.id"), index=True)
    hen_id: Mapped[str] = mapped_column(String(ID_LENGTH))
    model_hen_id: Mapped[str | None] = mapped_column(String(ID_LENGTH))
    arrived_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    left_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    sat_s: Mapped[float]
    sightings: Mapped[int]
    model_id: Mapped[str] = mapped_column(String(ID_LENGTH))

    bout: Mapped[BoutRow | None] = relationship(back_populates="visits")
    candidates: Mapped[list["CandidateRow"]] = relationship(cascade="all, delete-orphan")


class CandidateRow(Row):
    """How probable it is that a visit was by this hen."""

    __tablename__ = "visit_candidates"

    visit_id: Mapped[str] = mapped_column(ForeignKey("visits.id", ondelete="CASCADE"), primary_key=True)
    hen_id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    probability: Mapped[float]


class EventRow(Row):
    """A fact, unique by visit (or nest and where it came from), kind and time; `origin` is empty but for moved eggs."""

    __tablename__ = "events"
    __table_args__ = (
        UniqueConstraint("visit_id", "kind", "at"),
        Index(
            "uq_events_nest_id_kind_at_origin",
            "nest_id",
            "kind",
            "at",
            "origin",
            unique=True,
            sqlite_where=text("visit_id IS NULL"),
            postgresql_where=text("visit_id IS NULL"),
        ),
        Index(None, "at"),
        Index(None, "kind", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    nest_id: Mapped[str] = mapped_column(ForeignKey("nests.id"))
    visit_id: Mapped[str | None] = mapped_column(ForeignKey("visits.id"))
    kind: Mapped[str]
    at: Mapped[datetime]
    origin: Mapped[str] = mapped_column(String(ID_LENGTH), default="", server_default="")
    details: Mapped[dict[str, Any]]


class EggCountRow(Row):
    """Eggs in a nest at a moment when they were surely known and nobody sat on them, dummies left out.

    `person`: somebody was at the nest since the count before; `unseen`: the camera was blind for a while since then.
    The picture, where there is one, shows them.
    """

    __tablename__ = "egg_counts"
    __table_args__ = (UniqueConstraint("nest_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    nest_id: Mapped[str] = mapped_column(ForeignKey("nests.id"))
    at: Mapped[datetime]
    eggs: Mapped[int]
    person: Mapped[bool] = mapped_column(default=False)
    unseen: Mapped[bool] = mapped_column(default=False)
    media_sha256: Mapped[str | None] = mapped_column(ForeignKey("media.sha256"))


class MediaRow(Row):
    """A picture or clip in the media folder, under its content hash; `telegram_file_id` saves a second upload."""

    __tablename__ = "media"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    path: Mapped[str]
    kind: Mapped[str]
    size: Mapped[int]
    created_at: Mapped[datetime]
    telegram_file_id: Mapped[str | None]


class EvidenceRow(Row):
    """A picture that shows something of a visit."""

    __tablename__ = "evidence"
    __table_args__ = (UniqueConstraint("visit_id", "role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[str] = mapped_column(ForeignKey("visits.id"))
    media_sha256: Mapped[str] = mapped_column(ForeignKey("media.sha256"))
    role: Mapped[str]
    at: Mapped[datetime]


class ChangeRow(Row):
    """A language-free note that a visit, bout or day has a new revision; its id is the order of changes."""

    __tablename__ = "changes"
    __table_args__ = (Index(None, "subject", "subject_id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str]
    subject_id: Mapped[str]
    revision: Mapped[int]
    at: Mapped[datetime]


class PostRow(Row):
    """What one chat has been told of one subject.

    `words` is a hash of the text that was sent: an edit that would change nothing is not sent.
    """

    __tablename__ = "posts"
    __table_args__ = (UniqueConstraint("chat_id", "subject", "subject_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    chat_id: Mapped[TelegramId]
    subject: Mapped[str]
    subject_id: Mapped[str]
    wanted_revision: Mapped[int]
    sent_revision: Mapped[int] = mapped_column(default=0)
    message_id: Mapped[int | None]
    media_sha256: Mapped[str | None] = mapped_column(String(64))
    words: Mapped[str | None]
    failure: Mapped[str | None]


class PauseRow(Row):
    """Until when nothing is sent to a chat (0: to any chat), because Telegram asked for a pause; wall time."""

    __tablename__ = "pauses"

    chat_id: Mapped[TelegramId] = mapped_column(primary_key=True)
    until: Mapped[datetime]


class MarkRow(Row):
    """How far a reader of an ordered table has come: the newest change that was fanned out, say."""

    __tablename__ = "marks"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int]


class ClockRow(Row):
    """The coop's clock in a replay or demo; no row means wall time."""

    __tablename__ = "clock"

    id: Mapped[int] = mapped_column(primary_key=True)
    origin: Mapped[datetime]
    started: Mapped[datetime]
    speed: Mapped[float]


class SubscriberRow(Row):
    """A person who talks with the bot; `language` is None until chosen: Telegram's word is taken, `telegram_language`.

    `username` is Telegram's, in lower case and without its @; people change it, and may have none.
    """

    __tablename__ = "subscribers"

    user_id: Mapped[TelegramId] = mapped_column(primary_key=True)
    name: Mapped[str]
    username: Mapped[str | None] = mapped_column(String(64), index=True)
    language: Mapped[str | None]
    telegram_language: Mapped[str | None] = mapped_column(String(16))
    subscribed: Mapped[bool] = mapped_column(default=False)
    since: Mapped[datetime]


class AuditRow(Row):
    """Who did what that matters, and when."""

    __tablename__ = "audit"
    __table_args__ = (Index(None, "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str]
    action: Mapped[str]
    details: Mapped[dict[str, Any]]


class HeartbeatRow(Row):
    """A process's latest sign of life, wall time; for health checks."""

    __tablename__ = "heartbeats"

    name: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    details: Mapped[dict[str, Any]]
