"""The link that makes a keeper the owner: opened once, for a day, by its secret alone.

Only a hash of the secret is stored, so that who reads the database, or a copy of it, cannot open the link.
"""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from henbot.domain.people import Role
from henbot.services.audit import PROGRAM, AuditAction, note
from henbot.services.people import Member, People, give_role
from henbot.storage.people import OwnerLinkRow

LIFETIME = timedelta(hours=24)
"""How long a link may be opened: long enough to set up a bot in an evening, and go on the next day."""

SECRET_BYTES = 32
SECRET_LETTERS = 43
"""What those bytes are in URL-safe base64; Telegram takes up to 64 letters behind `?start=`."""


def make_owner_link(session: Session, people: People, now: datetime) -> str | None:
    """A new link's secret, told this once; None where there is an owner, or a link that can still be opened."""
    if people.has_owner(session, now) or _open_links(session, now):
        return None
    secret = secrets.token_urlsafe(SECRET_BYTES)
    session.add(OwnerLinkRow(secret_sha256=_hashed(secret), made_at=now, expires_at=now + LIFETIME))
    note(session, PROGRAM, AuditAction.OWNER_LINK_MADE, now)
    session.flush()
    return secret


def renew_owner_link(session: Session, people: People, now: datetime) -> str | None:
    """The same at once for who lost it: links that could still be opened are closed. None where there is an owner."""
    if people.has_owner(session, now):
        return None
    for row in _open_links(session, now):
        row.expires_at = now
        note(session, PROGRAM, AuditAction.OWNER_LINK_CLOSED, now)
    session.flush()
    return make_owner_link(session, people, now)


def open_owner_link(session: Session, people: People, secret: str, person: Member, now: datetime) -> bool:
    """Make a person the owner, if the secret is of a link that can still be opened; whether it did.

    The session must hold the right to write, so that of two who open a link at once only one finds it open.
    """
    matching = [row for row in _open_links(session, now) if hmac.compare_digest(row.secret_sha256, _hashed(secret))]
    if not matching or people.has_owner(session, now):
        note(session, person.user_id, AuditAction.OWNER_LINK_REFUSED, now)
        return False
    matching[0].used_at, matching[0].used_by = now, person.user_id
    give_role(session, Member(person.user_id, Role.OWNER, person.name), person.user_id, now)
    return True


def _open_links(session: Session, now: datetime) -> list[OwnerLinkRow]:
    query = select(OwnerLinkRow).where(OwnerLinkRow.used_at.is_(None), OwnerLinkRow.expires_at > now)
    return list(session.execute(query).scalars())


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
