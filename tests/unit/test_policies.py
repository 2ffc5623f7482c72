"""What a chat chose to hear of is kept as it was chosen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from henbot.domain.policies import NEVER_QUIET, Policy, PolicyKind, QuietHours
from henbot.services.moved_chats import move_chat
from henbot.services.subscribers import choose_language, remember
from henbot.services.subscriptions import (
    is_subscribed,
    policy_of,
    set_policy,
    subscribe,
    subscriptions,
    unsubscribe,
)
from henbot.storage.tables import SubscriberRow
from tests.coop_builder import Coop, build_coop, oct4

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = QuietHours(time(22), time(7))


@pytest.fixture
def coop(tmp_path: Path) -> Iterator[Coop]:
    built = build_coop(tmp_path)
    yield built
    built.database.close()


def test_a_policy_is_kept_as_it_was_chosen(coop: Coop) -> None:
    chosen = Policy(
        kind=PolicyKind.BOARD,
        least_confidence=0.8,
        unknown_only=True,
        rings=False,
        cooldown=timedelta(hours=1),
        quiet=NIGHT,
        digest=False,
        digest_at=time(20, 30),
        weekly=False,
    )
    with coop.database.writing() as session:
        assert policy_of(session, 7) == Policy()
        set_policy(session, 7, chosen)
        session.commit()
    with coop.database.reading() as session:
        assert policy_of(session, 7) == chosen
        assert not is_subscribed(session, 7) and subscriptions(session) == []


def test_who_unsubscribes_is_told_nothing_and_finds_his_choice_again(coop: Coop) -> None:
    with coop.database.writing() as session:
        remember(session, 7, "Anna", oct4(8))
        set_policy(session, 7, Policy(kind=PolicyKind.EGGS))
        assert (subscribe(session, 7, oct4(9), "ru"), subscribe(session, 7, oct4(10))) == (True, False)
        assert [(one.chat_id, one.policy.kind, one.language) for one in subscriptions(session)] == [
            (7, PolicyKind.EGGS, "ru")
        ]
        choose_language(session, 7, "Anna", "en", oct4(9))
        assert subscriptions(session)[0].language == "en"
        assert session.get_one(SubscriberRow, 7).subscribed
        assert (unsubscribe(session, 7), unsubscribe(session, 7)) == (True, False)
        assert subscriptions(session) == [] and policy_of(session, 7).kind is PolicyKind.EGGS
        session.commit()


def test_a_group_that_moved_to_where_something_was_chosen_leaves_that_alone(coop: Coop) -> None:
    with coop.database.writing() as session:
        subscribe(session, -7, oct4(8))
        set_policy(session, -1007, Policy(kind=PolicyKind.EGGS))
        move_chat(session, -7, -1007)
        assert policy_of(session, -1007).kind is PolicyKind.EGGS
        assert subscriptions(session) == []
        session.rollback()


def test_quiet_hours_are_the_coops_time_and_may_go_over_midnight() -> None:
    policy = Policy(quiet=NIGHT)
    assert not policy.may_ring(oct4(20, 30), BERLIN)  # 22:30 in Berlin
    assert policy.may_ring(oct4(19, 30), BERLIN)
    assert not policy.may_ring(oct4(4, 59), BERLIN)
    assert policy.may_ring(oct4(5), BERLIN)


def test_a_chat_without_quiet_hours_of_its_own_keeps_the_coops_unless_it_wants_none() -> None:
    assert not Policy().may_ring(oct4(23), BERLIN, coop_quiet=NIGHT)
    assert Policy(quiet=NEVER_QUIET).may_ring(oct4(23), BERLIN, coop_quiet=NIGHT)
    assert Policy().may_ring(oct4(23), BERLIN)
    assert not Policy(rings=False).may_ring(oct4(12), BERLIN)


@pytest.mark.parametrize("wrong", [{"least_confidence": 1.2}, {"cooldown": timedelta(seconds=-1)}])
def test_a_policy_that_means_nothing_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="got"):
        Policy(**wrong)  # type: ignore[arg-type]
