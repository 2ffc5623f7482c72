"""Who may do what: roles from `coop.yaml`, and those that were given in Telegram."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from henbot.domain.people import Action, Role, may, roles_to_give
from henbot.services.audit import AuditAction, note
from henbot.services.subscribers import NAME_LENGTH, name_of
from henbot.storage.people import RoleRow

RANK = {role: place for place, role in enumerate(Role)}


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody with a role.

    Attributes:
        name: as Telegram told it last; empty of one who never wrote.
        until: when the role is over, wall time; None for no end.
        is_configured: `coop.yaml` says so, and only it can take the role away.
    """

    user_id: int
    role: Role
    name: str = ""
    until: datetime | None = None
    is_configured: bool = False


@dataclass(frozen=True, slots=True)
class People:
    """The roles at a coop. Moments are wall time.

    Attributes:
        configured: roles that `coop.yaml` gives, by user id.
    """

    configured: Mapping[int, Role] = field(default_factory=dict)

    def role_of(self, session: Session, user_id: int, now: datetime) -> Role | None:
        """Somebody's role at a moment: the higher of what is configured and what was given, unless that is over."""
        roles = [role for role in (self.configured.get(user_id), _given(session, user_id, now)) if role]
        return min(roles, key=RANK.__getitem__, default=None)

    def may(self, session: Session, user_id: int, action: Action, now: datetime) -> bool:
        """Whether somebody may do something at a moment."""
        return may(self.role_of(session, user_id, now), action)

    def may_change(self, session: Session, by: int, user_id: int, role: Role, now: datetime) -> bool:
        """Whether somebody may give a role to another: one that is theirs to give, to one whose role is, too."""
        own, others = roles_to_give(self.role_of(session, by, now)), self.role_of(session, user_id, now)
        return by != user_id and role in own and (others is None or others in own)

    def members(self, session: Session, now: datetime) -> list[Member]:
        """Everybody with a role, the most trusted first."""
        rows = {row.user_id: row for row in session.execute(select(RoleRow)).scalars()}
        found = []
        for user_id in {*self.configured, *rows}:
            role, row = self.role_of(session, user_id, now), rows.get(user_id)
            if role is None:
                continue
            is_given = row is not None and row.role == role and user_id not in self.configured
            until = row.until if row is not None and is_given else None
            name = name_of(session, user_id) or (row.name if row else "")
            found.append(Member(user_id, role, name, until, user_id in self.configured))
        return sorted(found, key=lambda one: (RANK[one.role], one.name.casefold(), one.user_id))

    def admins(self, session: Session, now: datetime) -> list[int]:
        """Who is told of trouble and of what is worth a look."""
        return [one.user_id for one in self.members(session, now) if may(one.role, Action.CONFIGURE)]

    def has_owner(self, session: Session, now: datetime) -> bool:
        """Whether anybody owns the coop."""
        return any(one.role is Role.OWNER for one in self.members(session, now))


def give_role(session: Session, member: Member, by: int, now: datetime) -> None:
    """Note a role, in place of the one before, and who gave it; whether they may is for the caller to ask."""
    row = session.get(RoleRow, member.user_id) or RoleRow(user_id=member.user_id)
    row.role, row.name, row.until = member.role.value, member.name[:NAME_LENGTH], member.until
    row.given_by, row.given_at = by, now
    session.add(row)
    until = member.until.isoformat() if member.until else None
    note(session, by, AuditAction.ROLE_GIVEN, now, user=member.user_id, role=member.role.value, until=until)
    session.flush()


def take_role(session: Session, user_id: int, by: int, now: datetime) -> bool:
    """Take away a role that was given; False if there was none."""
    row = session.get(RoleRow, user_id)
    if row is None:
        return False
    note(session, by, AuditAction.ROLE_TAKEN, now, user=user_id, role=row.role)
    session.delete(row)
    session.flush()
    return True


def _given(session: Session, user_id: int, now: datetime) -> Role | None:
    row = session.get(RoleRow, user_id)
    return Role(row.role) if row is not None and (row.until is None or now < row.until) else None
