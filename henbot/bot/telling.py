"""What to do about one post: the words for its subject as it stands, and the one step that brings the chat there."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from hashlib import sha256

from sqlalchemy.orm import Session

from henbot.bot.asking import coop_wording
from henbot.bot.channel_words import format_eggs
from henbot.bot.formatting import format_bout
from henbot.bot.wording import Wording
from henbot.domain.clock import ClockSetting
from henbot.domain.observations import UNKNOWN
from henbot.domain.policies import Policy, QuietHours
from henbot.services.changes import BOUT, EGG
from henbot.services.confirmed import postable
from henbot.services.coop_clock import clock_setting
from henbot.services.posts import DuePost
from henbot.services.reports import BoutReport, Picture, bout_report
from henbot.services.sitting import sitting_since
from henbot.services.wishes import eggs_of_post, post_of

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
    """What a chat is to be told of a subject.

    Attributes:
        text: in Telegram's HTML; for `WITHDRAW`, what to say if the message cannot be deleted.
        revision: the subject's, which the text tells.
        hold_until: coop time before which it is kept back, for `HOLD`.
        rings: a new message that is to be heard; all else is silent.
        reply_to: number of the message that a new one answers.
    """

    step: Step
    text: str
    revision: int
    picture: Picture | None = None
    hold_until: datetime | None = None
    rings: bool = False
    reply_to: int | None = None

    @property
    def words(self) -> str:
        """The hash by which words are compared."""
        return words_hash(self.text)


@dataclass(frozen=True, slots=True)
class Hearer:
    """The chat that is told: its policy, and how it is spoken to.

    Attributes:
        quiet: the coop's own quiet hours.
        now: the coop's present moment.
    """

    policy: Policy
    wording: Wording
    now: datetime
    quiet: QuietHours | None = None

    @property
    def may_ring(self) -> bool:
        """Whether a new message may ring now."""
        return self.policy.may_ring(self.now, self.wording.timezone, self.quiet)


def words_hash(text: str) -> str:
    """A hash of a text."""
    return sha256(text.encode()).hexdigest()


def telling(
    session: Session,
    post: DuePost,
    wall: datetime,
    policy: Policy,
    quiet: QuietHours | None = None,
    language: str | None = None,
) -> Telling:
    """What to do about a post now.

    Args:
        policy: of the post's chat.
        quiet: the coop's own quiet hours.
        language: the chat's; None for the coop's.

    Raises:
        HenbotError: its subject cannot be put into words.
    """
    now = clock_setting(session).coop_time(wall)
    hearer = Hearer(policy, coop_wording(session, language), now, quiet)
    return _SUBJECTS[post.subject](session, post, hearer)


def _bout_told(session: Session, post: DuePost, hearer: Hearer) -> Telling:
    wording, now = hearer.wording, hearer.now
    bout = bout_report(session, post.subject_id)
    if bout is None or bout.gone:
        revision = bout.revision if bout else post.wanted_revision
        return _withdrawn(post, wording, revision)
    sitting = sitting_since(session, [bout.id], now).get(bout.id)
    text = format_bout(bout, wording, now, sitting if bout.left_at is None else None)
    hold_until = held_until(bout, now) if post.message_id is None else None
    picture = postable(session, bout)
    step = Step.HOLD if hold_until else next_step(post, words_hash(text), picture)
    return Telling(step, text, bout.revision, picture, hold_until)


def _eggs_told(session: Session, post: DuePost, hearer: Hearer) -> Telling:
    """The message of an egg, or of several: an answer to her bout's message, which rings unless it is quiet."""
    eggs = eggs_of_post(session, post.id)
    if not eggs:
        return _withdrawn(post, hearer.wording, post.wanted_revision)
    text = format_eggs(eggs, hearer.wording, hearer.now)
    picture = next((egg.picture for egg in reversed(eggs) if egg.picture), None)
    has_new_picture = picture is not None and picture.sha256 != post.media_sha256
    step = next_step(post, words_hash(text), picture)
    if step is Step.NOTHING and has_new_picture:
        step = Step.EDIT_PICTURE
    return Telling(
        step,
        text,
        post.wanted_revision,
        picture,
        rings=step is Step.SEND and hearer.may_ring and not post.is_on_its_way,
        reply_to=_message_of(session, post.chat_id, eggs[0].bouts),
    )


def _message_of(session: Session, chat_id: int, bouts: tuple[str, ...]) -> int | None:
    """The message of the bout that an egg is of; of several, the last one's."""
    posts = (post_of(session, chat_id, BOUT, bout) for bout in reversed(bouts))
    return next((post.message_id for post in posts if post is not None and post.message_id is not None), None)


def _withdrawn(post: DuePost, wording: Wording, revision: int) -> Telling:
    step = Step.WITHDRAW if post.message_id is not None else Step.NOTHING
    return Telling(step, wording.say("bout-withdrawn"), revision)


_SUBJECTS: Mapping[str, Callable[[Session, DuePost, Hearer], Telling]] = {BOUT: _bout_told, EGG: _eggs_told}


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
