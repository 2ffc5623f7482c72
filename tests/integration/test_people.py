"""Who may do what: roles from the file and from Telegram, and when they are over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from henbot.domain.people import Action, Role, may, roles_to_give
from henbot.services.coop_clock import wall_now
from henbot.services.people import Member, People, give_role, take_role
from henbot.storage.tables import AuditRow
from tests.coop_builder import Coop, build_coop

KEEPER, SON, SITTER, STRANGER = 1, 2, 3, 4
NOW = wall_now()


@pytest.fixture
def coop(tmp_path: Path) -> Iterator[Coop]:
    built = build_coop(tmp_path)
    yield built
    built.database.close()


def test_a_role_allows_what_the_readme_says() -> None:
    assert all(may(role, action) for role in (Role.OWNER, Role.ADMIN) for action in Action)
    for role in (Role.FAMILY, Role.GUEST):
        assert [action for action in Action if may(role, action)] == [Action.TELL, Action.ANSWER, Action.INLINE]
    assert not any(may(None, action) for action in Action)


def test_nobody_makes_an_owner_and_only_the_owner_makes_admins() -> None:
    assert all(Role.OWNER not in roles_to_give(role) for role in (None, *Role))
    assert [role for role in Role if Role.ADMIN in roles_to_give(role)] == [Role.OWNER]
    assert roles_to_give(Role.FAMILY) == () == roles_to_give(Role.GUEST) == roles_to_give(None)


def test_a_sitters_role_is_over_by_the_clock(coop: Coop) -> None:
    people = People({KEEPER: Role.OWNER})
    with coop.database.writing() as session:
        give_role(session, Member(SITTER, Role.GUEST, "Ann", NOW + timedelta(days=7)), KEEPER, NOW)
        session.commit()
        assert people.may(session, SITTER, Action.TELL, NOW + timedelta(days=6, hours=23))
        assert not people.may(session, SITTER, Action.TELL, NOW + timedelta(days=7))
        assert [one.user_id for one in people.members(session, NOW)] == [KEEPER, SITTER]
        assert [one.user_id for one in people.members(session, NOW + timedelta(days=8))] == [KEEPER]


def test_the_higher_of_two_roles_counts_and_what_the_file_says_stays(coop: Coop) -> None:
    people = People({SON: Role.ADMIN})
    with coop.database.writing() as session:
        give_role(session, Member(SON, Role.FAMILY), KEEPER, NOW)
        assert people.role_of(session, SON, NOW) is Role.ADMIN
        assert take_role(session, SON, KEEPER, NOW) and not take_role(session, SON, KEEPER, NOW)
        assert people.role_of(session, SON, NOW) is Role.ADMIN
        session.commit()
        assert [row.action for row in session.execute(select(AuditRow)).scalars()] == ["role.given", "role.taken"]


def test_an_admin_changes_nobody_of_the_same_rank_or_above(coop: Coop) -> None:
    people = People({KEEPER: Role.OWNER, SON: Role.ADMIN, SITTER: Role.ADMIN})
    with coop.database.reading() as session:
        assert people.may_change(session, SON, STRANGER, Role.FAMILY, NOW)
        assert not people.may_change(session, SON, STRANGER, Role.ADMIN, NOW)
        assert not people.may_change(session, SON, SITTER, Role.FAMILY, NOW)
        assert not people.may_change(session, SON, KEEPER, Role.GUEST, NOW)
        assert not people.may_change(session, KEEPER, KEEPER, Role.ADMIN, NOW)
        assert people.may_change(session, KEEPER, SON, Role.FAMILY, NOW)


def test_trouble_is_told_to_owner_and_admins(coop: Coop) -> None:
    with coop.database.writing() as session:
        give_role(session, Member(SON, Role.ADMIN), KEEPER, NOW)
        give_role(session, Member(SITTER, Role.GUEST), KEEPER, NOW)
        assert People({KEEPER: Role.OWNER}).admins(session, NOW) == [KEEPER, SON]
