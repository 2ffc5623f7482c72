"""What to do about one post: the words for its bout as it stands now, and the one step that brings the chat there."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from hashlib import sha256

from sqlalchemy.orm import Session

from henbot.bot.asking import coop_wording
from henbot.bot.formatting import format_bout
from henbot.domain.clock import ClockSetting
from henbot.domain.observations import UNKNOWN
from henbot.services.coop_clock import clock_setting
from henbot.services.posts import DuePost
from henbot.services.reports import BoutReport, Picture, bout_report
from henbot.services.sitting import sitting_since

STEADY_AFTER = timedelta(seconds=90)
"""How long a hen who cannot be named and is in the nest is kept back: a few more looks at her usually name her."""


class Step(Enum):
    """What to ask of Telegram."""

    NOTHING = "nothing"
    HOLD = "hold"
    SEND = "send"
    EDIT_WORDS = "edit words"
    EDIT_PICTURE = "edit picture"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True)
class Telling:
    """What a chat is to be told of a bout.

    Attributes:
        text: in Telegram's HTML; for `WITHDRAW`, what to say if the message cannot be deleted.
        revision: the bout's, which the text tells.
        hold_until: coop time before which it is kept back, for `HOLD`.
    """

    step: Step
    text: str
    revision: int
    picture: Picture | None = None
    hold_until: datetime | None = None

    @property
    def words(self) -> str:
        """The hash by which words are compared."""
        return words_hash(self.text)


def words_hash(text: str) -> str:
    """A hash of a text."""
    return sha256(text.encode()).hexdigest()


def telling(session: Session, post: DuePost, wall: datetime) -> Telling:
    """What to do about a post now. Raises HenbotError where its bout cannot be put into words."""
    wording = coop_wording(session)
    bout = bout_report(session, post.subject_id)
    if bout is None or bout.gone:
        revision = bout.revision if bout else post.wanted_revision
        step = Step.WITHDRAW if post.message_id is not None else Step.NOTHING
        return Telling(step, wording.say("bout-withdrawn"), revision)
    now = clock_setting(session).coop_time(wall)
    sitting = sitting_since(session, [bout.id], now).get(bout.id)
    text = format_bout(bout, wording, now, sitting if bout.left_at is None else None)
    hold_until = held_until(bout, now) if post.message_id is None else None
    step = Step.HOLD if hold_until else next_step(post, words_hash(text), bout.picture)
    return Telling(step, text, bout.revision, bout.picture, hold_until)


def next_step(post: DuePost, words: str, picture: Picture | None) -> Step:
    """The one request that brings the chat from what it was told to these words; none if they are the same."""
    if post.message_id is None:
        return Step.SEND
    if post.words == words:
        return Step.NOTHING
    is_new_picture = picture is not None and picture.sha256 != post.media_sha256
    return Step.EDIT_PICTURE if is_new_picture else Step.EDIT_WORDS


def held_until(bout: BoutReport, now: datetime) -> datetime | None:
    """Coop time until which a bout is not told yet, because it is not clear whose it is; None if it may be told."""
    steady_at = bout.arrived_at + STEADY_AFTER
    is_held = bout.hen == UNKNOWN and bout.left_at is None and now < steady_at
    return steady_at if is_held else None


def wall_wait_s(setting: ClockSetting, until: datetime, wall: datetime) -> float | None:
    """Wall seconds until the coop's clock reaches `until`; None while it stands still."""
    at = setting.wall_time(until)
    return max(0.0, (at - wall).total_seconds()) if at else None
