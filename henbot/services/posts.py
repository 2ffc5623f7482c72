"""What chats are told: changes fanned out to posts, posts that wait to be sent, and what became of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from henbot.services.changes import BOUT, EGG, MARK, changes_after, mark, newest_change, set_mark
from henbot.services.coop_clock import clock_setting, wall_now
from henbot.services.subscriptions import Subscription
from henbot.services.wishes import Fanning, wish_all
from henbot.storage.tables import MediaRow, PauseRow, PostRow
from henbot.storage.telling import SendingRow

ALL_CHATS = 0
"""Chat id of a pause that counts for every chat."""

STALE_AFTER = timedelta(hours=12)
"""A bout that ended longer ago than this (coop time) is not told any more, if its chat knows nothing of it.

So neither the first start over an old database nor a bot that was off for a week floods a channel.
"""

DELETED_BY_HAND = "deleted in the chat"
"""Failure of a post whose message somebody took away: it is never sent again."""

REFUSED = "refused: "
"""Begins the failure of a post whose chat does not take the bot's messages; the post waits until it does."""


@dataclass(frozen=True, slots=True)
class DuePost:
    """A post that the chat has not been told the newest revision of.

    Attributes:
        subject: what kind of thing it tells of; see `henbot.services.wishes`.
        message_id: of the message that stands in the chat; None if there is none.
        words: hash of its text.
        media_sha256: of its picture.
        is_on_its_way: it was being sent when the process died, and may have arrived.
    """

    id: int
    chat_id: int
    subject: str
    subject_id: str
    wanted_revision: int
    message_id: int | None
    words: str | None
    media_sha256: str | None
    is_on_its_way: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """What stands in the chat after a post was sent, edited, or found to need no change.

    Attributes:
        revision: of the bout, as the words tell it.
        telegram_file_id: of the picture, if Telegram has just told it.
        failure: what went wrong, if this revision could not be told; a newer one will be tried.
    """

    revision: int
    message_id: int | None
    words: str | None = None
    media_sha256: str | None = None
    telegram_file_id: str | None = None
    failure: str | None = None


def anything_new(session: Session, name: str = MARK) -> bool:
    """Whether there are changes that were not fanned out; `name` is the mark's."""
    return newest_change(session) > mark(session, name)


def fan_out(
    session: Session,
    chats: Iterable[Subscription],
    stale_after: timedelta = STALE_AFTER,
    name: str = MARK,
    back_at: datetime | None = None,
) -> int:
    """Raise the wanted revision of each chat's posts by the changes since the mark, and move the mark.

    The caller commits both at once. Where a chat knows nothing of a bout yet, one that is `stale_after` old by the
    coop's clock is left out.

    Args:
        name: the mark's, which tells how far these chats have been told.
        back_at: coop time at which the bot came back; None where it was never at work before.

    Returns:
        How many posts want to be sent or edited now.
    """
    told = list(chats)
    until, after = newest_change(session), mark(session, name)
    now = clock_setting(session).coop_time(wall_now())
    # Of an old database's years nothing is told at the first start, so they are not even read.
    since = None if after else now - stale_after
    changes = changes_after(session, after, until, [BOUT, EGG], since) if told else []
    wanted = sum(wish_all(session, changes, Fanning(chat, now, now - stale_after, back_at)) for chat in told)
    set_mark(session, until, name)
    return wanted


def due_posts(session: Session, limit: int = 50, chats: Iterable[int] | None = None) -> list[DuePost]:
    """Posts that want to be sent or edited, in the order in which what they tell came; of some chats, or of all."""
    query = (
        select(PostRow, SendingRow.post_id)
        .outerjoin(SendingRow, SendingRow.post_id == PostRow.id)
        .where(
            PostRow.wanted_revision > PostRow.sent_revision,
            or_(PostRow.failure.is_(None), PostRow.failure != DELETED_BY_HAND),
        )
        .order_by(PostRow.id)
        .limit(limit)
    )
    if chats is not None:
        query = query.where(PostRow.chat_id.in_(list(chats)))
    return [
        DuePost(
            row.id,
            row.chat_id,
            row.subject,
            row.subject_id,
            row.wanted_revision,
            row.message_id,
            row.words,
            row.media_sha256,
            sending is not None,
        )
        for row, sending in session.execute(query)
    ]


def waiting_chats(session: Session, chats: Iterable[int]) -> set[int]:
    """Those of some chats that have posts which want to be sent or edited."""
    query = select(PostRow.chat_id).where(
        PostRow.chat_id.in_(list(chats)),
        PostRow.wanted_revision > PostRow.sent_revision,
        or_(PostRow.failure.is_(None), PostRow.failure != DELETED_BY_HAND),
    )
    return set(session.execute(query.distinct()).scalars())


def begin_sending(session: Session, post_id: int) -> None:
    """Note that a message which rings is on its way: should the process die now, it may not ring again."""
    session.merge(SendingRow(post_id=post_id, since=wall_now()))


def end_sending(session: Session, post_id: int) -> None:
    """Note that a message is not on its way any more."""
    session.execute(delete(SendingRow).where(SendingRow.post_id == post_id))


def store_told(session: Session, post_id: int, told: Told) -> None:
    """Note what a chat has been told, and that it takes messages (again)."""
    end_sending(session, post_id)
    post = session.get_one(PostRow, post_id)
    post.sent_revision = max(post.sent_revision, told.revision)
    post.wanted_revision = max(post.wanted_revision, told.revision)
    post.message_id, post.words, post.media_sha256 = told.message_id, told.words, told.media_sha256
    post.failure = told.failure
    if told.telegram_file_id and told.media_sha256:
        media = session.get(MediaRow, told.media_sha256)
        if media is not None:
            media.telegram_file_id = told.telegram_file_id
    if told.failure is None:
        session.execute(
            update(PostRow)
            .where(PostRow.chat_id == post.chat_id, PostRow.failure.startswith(REFUSED))
            .values(failure=None)
        )


def forget_file(session: Session, media_sha256: str) -> None:
    """Forget Telegram's id of a picture: it will be uploaded anew."""
    media = session.get(MediaRow, media_sha256)
    if media is not None:
        media.telegram_file_id = None


def store_refusal(session: Session, post_id: int, reason: str) -> bool:
    """Note that a chat refuses the bot's messages; True if that is news. The post goes on waiting."""
    post = session.get_one(PostRow, post_id)
    end_sending(session, post_id)
    query = select(PostRow.id).where(PostRow.chat_id == post.chat_id, PostRow.failure.startswith(REFUSED)).limit(1)
    is_news = session.execute(query).first() is None
    post.failure = REFUSED + reason
    return is_news


def drop(session: Session, chat_id: int) -> None:
    """Let nothing wait any more to be told to a chat."""
    due = update(PostRow).where(PostRow.chat_id == chat_id, PostRow.wanted_revision > PostRow.sent_revision)
    session.execute(due.values(sent_revision=PostRow.wanted_revision))


def pause(session: Session, chat_id: int, until: datetime) -> None:
    """Send nothing to a chat (`ALL_CHATS`: to any) before this wall time."""
    session.merge(PauseRow(chat_id=chat_id, until=until))


def pauses(session: Session, wall: datetime) -> dict[int, datetime]:
    """Until when which chats are not written to, wall time; those that are over are forgotten with the next write."""
    return {row.chat_id: row.until for row in session.execute(select(PauseRow)).scalars() if row.until > wall}


def end_pauses(session: Session, wall: datetime) -> None:
    """Forget pauses that are over."""
    session.execute(delete(PauseRow).where(PauseRow.until <= wall))
