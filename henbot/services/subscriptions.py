"""Who is told of what happens, besides the channel: chats that subscribed, each with a policy of its own."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from henbot.domain.policies import Policy, PolicyKind, QuietHours, Theme
from henbot.services.subscribers import chosen_language, language_in_telegram
from henbot.storage.tables import PostRow, SubscriberRow
from henbot.storage.telling import ChatPolicyRow


@dataclass(frozen=True, slots=True)
class Subscription:
    """A chat that is told what happens.

    Attributes:
        chat_id: a person's private chat has the person's number.
        language: as the person chose, else as Telegram told; None for the coop's.
        since: nothing older is told, coop time.
        is_told: it is told what its policy says; an admin's may only be told what is to be corrected.
        corrects: it is told each bout, whatever its policy, with buttons that correct it.
    """

    chat_id: int
    policy: Policy
    language: str | None = None
    since: datetime | None = None
    is_told: bool = True
    corrects: bool = False


def policy_of(session: Session, chat_id: int) -> Policy:
    """What a chat chose to hear of; the default where it chose nothing yet."""
    row = session.get(ChatPolicyRow, chat_id)
    return _policy(row) if row else Policy()


def set_policy(session: Session, chat_id: int, policy: Policy) -> None:
    """Note what a chat wants to hear of; it goes on being subscribed, or not."""
    row = session.get(ChatPolicyRow, chat_id) or ChatPolicyRow(chat_id=chat_id)
    row.kind, row.least_confidence = policy.kind.value, policy.least_confidence
    row.unknown_only, row.rings, row.cooldown_s = policy.unknown_only, policy.rings, policy.cooldown.total_seconds()
    row.quiet = str(policy.quiet) if policy.quiet else None
    row.digest, row.weekly, row.corrects = policy.digest, policy.weekly, policy.corrects
    row.theme = policy.theme.value
    row.digest_at = f"{policy.digest_at:%H:%M}" if policy.digest_at else None
    session.add(row)
    session.flush()


def subscribe(session: Session, chat_id: int, now: datetime, language: str | None = None) -> bool:
    """Let a chat be told from now on; False if it was already.

    Args:
        now: coop time.
        language: Telegram's word of the person's language (BCP 47).
    """
    row = session.get(ChatPolicyRow, chat_id)
    if row is None:
        set_policy(session, chat_id, Policy())
        row = session.get_one(ChatPolicyRow, chat_id)
    is_news = row.subscribed_at is None
    row.subscribed_at, row.language = row.subscribed_at or now, language[:16] if language else row.language
    _mark_person(session, chat_id, subscribed=True)
    return is_news


def unsubscribe(session: Session, chat_id: int) -> bool:
    """Tell a chat nothing more; False if nothing was told. What it chose is kept for the next time."""
    row = session.get(ChatPolicyRow, chat_id)
    if row is None or row.subscribed_at is None:
        return False
    row.subscribed_at = None
    _mark_person(session, chat_id, subscribed=False)
    unsent = update(PostRow).where(PostRow.chat_id == chat_id, PostRow.wanted_revision > PostRow.sent_revision)
    session.execute(unsent.values(sent_revision=PostRow.wanted_revision))
    return True


def is_subscribed(session: Session, chat_id: int) -> bool:
    """Whether a chat is told what happens."""
    row = session.get(ChatPolicyRow, chat_id)
    return row is not None and row.subscribed_at is not None


def language_of_chat(session: Session, chat_id: int) -> str | None:
    """The language for a chat that did not just write: as its person chose, else as Telegram told once."""
    row = session.get(ChatPolicyRow, chat_id)
    told = row.language if row else None
    return chosen_language(session, chat_id) or told or language_in_telegram(session, chat_id)


def subscriptions(session: Session) -> list[Subscription]:
    """All chats that are told, those first that came first."""
    query = (
        select(ChatPolicyRow)
        .where(ChatPolicyRow.subscribed_at.is_not(None))
        .order_by(ChatPolicyRow.subscribed_at, ChatPolicyRow.chat_id)
    )
    return [
        Subscription(
            row.chat_id, _policy(row), chosen_language(session, row.chat_id) or row.language, row.subscribed_at
        )
        for row in session.execute(query).scalars()
    ]


def private_chats(session: Session, admins: Iterable[int]) -> list[Subscription]:
    """All that subscribed, and the admins' private chats, which are told each bout to be corrected: one chat each."""
    found = {chat.chat_id: chat for chat in subscriptions(session)}
    for admin in admins:
        policy = policy_of(session, admin)
        if policy.corrects:
            chat = found.get(admin) or Subscription(admin, policy, language_of_chat(session, admin), is_told=False)
            found[admin] = replace(chat, corrects=True)
    return list(found.values())


def _mark_person(session: Session, chat_id: int, *, subscribed: bool) -> None:
    person = session.get(SubscriberRow, chat_id)
    if person is not None:
        person.subscribed = subscribed


def _policy(row: ChatPolicyRow) -> Policy:
    return Policy(
        kind=PolicyKind(row.kind),
        least_confidence=row.least_confidence,
        unknown_only=row.unknown_only,
        rings=row.rings,
        cooldown=timedelta(seconds=row.cooldown_s),
        quiet=_quiet(row.quiet) if row.quiet else None,
        digest=row.digest,
        digest_at=time.fromisoformat(row.digest_at) if row.digest_at else None,
        weekly=row.weekly,
        corrects=row.corrects,
        theme=Theme(row.theme),
    )


def _quiet(stored: str) -> QuietHours:
    start, end = (time.fromisoformat(part) for part in stored.split("-"))
    return QuietHours(start, end)
