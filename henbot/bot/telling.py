"""What to do about one post: the words for its subject as it stands, and the one step that brings the chat there."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import Enum
from hashlib import sha256

from sqlalchemy.orm import Session
from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.constants import MessageLimit

from henbot.bot.asking import coop_wording
from henbot.bot.channel_words import format_board, format_digest, format_eggs, format_missed, format_week
from henbot.bot.correcting_words import Buttons, correcting_buttons, said_lines
from henbot.bot.formatting import format_bout
from henbot.bot.wording import Wording, plain
from henbot.domain.clock import ClockSetting
from henbot.domain.observations import UNKNOWN
from henbot.domain.policies import Policy, QuietHours
from henbot.services.changes import BOUT, EGG
from henbot.services.confirmed import postable
from henbot.services.coop_clock import clock_setting
from henbot.services.digests import WEEK, DayDigest, day_digest, digest_look, digest_picture, week_digest
from henbot.services.posts import DuePost
from henbot.services.reports import BoutReport, Picture, bout_report, coop_of
from henbot.services.sitting import sitting_since
from henbot.services.subscriptions import Subscription
from henbot.services.watch_hours import hours_of_day
from henbot.services.wishes import BOARD, DIGEST, MISSED, eggs_of_post, is_denied, missed_bouts, post_of

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
        buttons: below the message, row by row.
    """

    step: Step
    text: str
    revision: int
    picture: Picture | None = None
    hold_until: datetime | None = None
    rings: bool = False
    reply_to: int | None = None
    buttons: Buttons = ()

    @property
    def words(self) -> str:
        """The hash by which words, and what is written on buttons, are compared."""
        return words_hash(self.text, self.buttons)

    @property
    def markup(self) -> InlineKeyboardMarkup | None:
        """The buttons as Telegram takes them; None where there are none, which takes away those that were there."""
        rows = [[InlineKeyboardButton(words, callback_data=says) for words, says in row] for row in self.buttons]
        return InlineKeyboardMarkup(rows) if rows else None


@dataclass(frozen=True, slots=True)
class Hearer:
    """The chat that is told: its policy, and how it is spoken to.

    Attributes:
        quiet: the coop's own quiet hours.
        now: the coop's present moment.
        corrects: its bouts have buttons that correct them.
    """

    policy: Policy
    wording: Wording
    now: datetime
    quiet: QuietHours | None = None
    corrects: bool = False

    @property
    def look(self) -> str:
        """How its charts differ from other chats'."""
        return digest_look(self.wording.phrases.language, self.policy.theme)

    @property
    def may_ring(self) -> bool:
        """Whether a new message may ring now."""
        return self.policy.may_ring(self.now, self.wording.timezone, self.quiet)


def words_hash(text: str, buttons: Buttons = ()) -> str:
    """A hash of a text, and of the buttons below it where there are any."""
    return sha256((text + "".join(map(str, buttons))).encode()).hexdigest()


def telling(
    session: Session, post: DuePost, wall: datetime, chat: Subscription, quiet: QuietHours | None = None
) -> Telling:
    """What to do about a post now.

    Args:
        chat: the post's.
        quiet: the coop's own quiet hours.

    Raises:
        HenbotError: its subject cannot be put into words.
    """
    now = clock_setting(session).coop_time(wall)
    hearer = Hearer(chat.policy, coop_wording(session, chat.language), now, quiet, chat.corrects)
    return _SUBJECTS[post.subject](session, post, hearer)


def _bout_told(session: Session, post: DuePost, hearer: Hearer) -> Telling:
    wording, now = hearer.wording, hearer.now
    bout = bout_report(session, post.subject_id)
    if bout is None or bout.gone:
        revision = bout.revision if bout else post.wanted_revision
        return _withdrawn(post, wording, revision)
    sitting = sitting_since(session, [bout.id], now).get(bout.id)
    text = format_bout(bout, wording, now, sitting if bout.left_at is None else None)
    buttons: Buttons = ()
    if hearer.corrects:
        text = "\n".join([text, *said_lines(session, bout, wording, now)])
        buttons = correcting_buttons(bout, post.id, wording)
    hold_until = held_until(bout, now) if post.message_id is None else None
    # Who is to say that it was no hen must see what it was; in private nobody else does.
    picture = bout.picture if hearer.corrects else postable(session, bout)
    step = Step.HOLD if hold_until else next_step(post, words_hash(text, buttons), picture)
    return Telling(step, text, bout.revision, picture, hold_until, buttons=buttons)


def _eggs_told(session: Session, post: DuePost, hearer: Hearer) -> Telling:
    """The message of an egg, or of several: an answer to her bout's message, which rings unless it is quiet."""
    eggs = eggs_of_post(session, post.id)
    if not eggs and is_denied(session, post.id):
        return _denied(post, hearer.wording)
    if not eggs:
        return _withdrawn(post, hearer.wording, post.wanted_revision)
    text = format_eggs(eggs, hearer.wording, hearer.now)
    picture = next((egg.picture for egg in reversed(eggs) if egg.picture), None)
    told = _with_picture(post, text, picture)
    return replace(
        told,
        rings=told.step is Step.SEND and hearer.may_ring and not post.is_on_its_way,
        reply_to=_message_of(session, post.chat_id, eggs[0].bouts),
    )


def _message_of(session: Session, chat_id: int, bouts: tuple[str, ...]) -> int | None:
    """The message of the bout that an egg is of; of several, the last one's."""
    posts = (post_of(session, chat_id, BOUT, bout) for bout in reversed(bouts))
    return next((post.message_id for post in posts if post is not None and post.message_id is not None), None)


def _denied(post: DuePost, wording: Wording) -> Telling:
    """An egg that people say was none: its message says so, and is put right without a sound if that is taken back."""
    text = wording.say("egg-denied")
    step = next_step(post, words_hash(text), None) if post.message_id is not None else Step.NOTHING
    return Telling(step, text, post.wanted_revision)


def _withdrawn(post: DuePost, wording: Wording, revision: int) -> Telling:
    step = Step.WITHDRAW if post.message_id is not None else Step.NOTHING
    return Telling(step, wording.say("bout-withdrawn"), revision)


def _board_told(session: Session, post: DuePost, hearer: Hearer) -> Telling:
    digest, opening = _day(session, post, hearer)
    sitting = sitting_since(session, [bout.id for bout in digest.report.bouts], hearer.now)
    text = format_board(digest, hearer.wording, opening, sitting)
    return Telling(next_step(post, words_hash(text), None), text, post.wanted_revision)


def _digest_told(session: Session, post: DuePost, hearer: Hearer) -> Telling:
    digest, opening = _day(session, post, hearer)
    text = format_digest(digest, hearer.wording, opening)
    chart = digest_picture(session, post.subject, post.subject_id, hearer.look)
    return _with_picture(post, text, chart or digest.best)


def _week_told(session: Session, post: DuePost, hearer: Hearer) -> Telling:
    digest = week_digest(session, date.fromisoformat(post.subject_id), hearer.now)
    text = format_week(digest, hearer.wording)
    chart = digest_picture(session, post.subject, post.subject_id, hearer.look)
    return _with_picture(post, text, chart)


def _missed_told(session: Session, post: DuePost, hearer: Hearer) -> Telling:
    bouts, eggs = missed_bouts(session, post.id), eggs_of_post(session, post.id)
    if not bouts and not eggs:
        return _withdrawn(post, hearer.wording, post.wanted_revision)
    text = format_missed(bouts, eggs, hearer.wording, hearer.now)
    return Telling(next_step(post, words_hash(text), None), text, post.wanted_revision)


def _day(session: Session, post: DuePost, hearer: Hearer) -> tuple[DayDigest, datetime]:
    """The day that a post is about, and when its watch hours begin."""
    day = date.fromisoformat(post.subject_id)
    return day_digest(session, day, hearer.now), hours_of_day(day, coop_of(session)).start


def _with_picture(post: DuePost, text: str, picture: Picture | None) -> Telling:
    """Words with a picture that may come later than they; a caption that would be too long goes without it."""
    picture = picture if len(plain(text)) <= MessageLimit.CAPTION_LENGTH else None
    step = next_step(post, words_hash(text), picture)
    if step is Step.NOTHING and picture is not None and picture.sha256 != post.media_sha256:
        step = Step.EDIT_PICTURE
    return Telling(step, text, post.wanted_revision, picture)


_SUBJECTS: Mapping[str, Callable[[Session, DuePost, Hearer], Telling]] = {
    BOUT: _bout_told,
    EGG: _eggs_told,
    BOARD: _board_told,
    DIGEST: _digest_told,
    WEEK: _week_told,
    MISSED: _missed_told,
}


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
