"""Who may do what at a coop: roles, and what each allows."""

from enum import StrEnum


class Role(StrEnum):
    """What somebody is to the coop, the most trusted first; whoever has none may only ask."""

    OWNER = "owner"
    ADMIN = "admin"
    FAMILY = "family"
    GUEST = "guest"


class Action(StrEnum):
    """What not everybody may do.

    `TELL` is of eggs taken, found or not to be eaten; `ANSWER` is what the bot asks; `INLINE` is to ask it from any
    chat; `CONFIGURE` is to correct and to be told what is worth a look; `MANAGE` is to say who may do what.
    """

    TELL = "tell"
    ANSWER = "answer"
    INLINE = "inline"
    CONFIGURE = "configure"
    MANAGE = "manage"


_FAMILY = frozenset({Action.TELL, Action.ANSWER, Action.INLINE})
_ALLOWED = {
    Role.OWNER: frozenset(Action),
    Role.ADMIN: frozenset(Action),
    Role.FAMILY: _FAMILY,
    Role.GUEST: _FAMILY,
}
_MAY_GIVE = {
    Role.OWNER: (Role.ADMIN, Role.FAMILY, Role.GUEST),
    Role.ADMIN: (Role.FAMILY, Role.GUEST),
}


def may(role: Role | None, action: Action) -> bool:
    """Whether a role allows something; no role allows nothing of it."""
    return role is not None and action in _ALLOWED[role]


def roles_to_give(role: Role | None) -> tuple[Role, ...]:
    """The roles that somebody may give and take: an admin makes no admins, and nobody makes an owner."""
    return _MAY_GIVE.get(role, ()) if role is not None else ()
