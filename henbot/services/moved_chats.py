"""A group that became a supergroup goes on under a new number, and so does what it chose and waits for."""

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from henbot.services.posts import DELETED_BY_HAND
from henbot.services.subscriptions import unsubscribe
from henbot.storage.tables import PauseRow, PostRow
from henbot.storage.telling import ChatPolicyRow, EggPostRow, MissedBoutRow, SendingRow


def move_chat(session: Session, chat_id: int, new_chat_id: int) -> None:
    """Let a chat go on under its new number; what waits to be told is told there.

    Messages are numbered anew in a supergroup, so that those of before can be neither edited nor answered: none of
    them is touched again. A chat that has settings of its own under the new number keeps those.
    """
    if session.get(ChatPolicyRow, new_chat_id) is not None or _has_posts(session, new_chat_id):
        unsubscribe(session, chat_id)
        return
    posts = select(PostRow.id).where(PostRow.chat_id == chat_id)
    session.execute(delete(SendingRow).where(SendingRow.post_id.in_(posts)))
    session.execute(
        update(PostRow)
        .where(PostRow.chat_id == chat_id, PostRow.message_id.is_not(None))
        .values(message_id=None, sent_revision=PostRow.wanted_revision, failure=DELETED_BY_HAND)
    )
    session.execute(delete(PauseRow).where(PauseRow.chat_id == chat_id))
    for table in (PostRow, EggPostRow, MissedBoutRow, ChatPolicyRow):
        session.execute(update(table).where(table.chat_id == chat_id).values(chat_id=new_chat_id))


def _has_posts(session: Session, chat_id: int) -> bool:
    return session.execute(select(PostRow.id).where(PostRow.chat_id == chat_id).limit(1)).first() is not None
