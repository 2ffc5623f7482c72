"""Who lets whom in, in a real bot: /admins, its buttons also forged, the owner's link also replayed, and the menus."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from henbot.bot.app import tell_owner_link
from henbot.bot.language import phrases
from henbot.bot.people_words import read_step
from henbot.bot.wiring import ADMIN_COMMANDS, GROUP_COMMANDS, PRIVATE_COMMANDS, menus_of
from henbot.domain.people import Role
from henbot.sandbox import ADMIN_ID, SUBSCRIBER_ID, Fault, Message
from henbot.sandbox.cast import Person
from henbot.services.coop_clock import wall_now
from henbot.services.owner_link import LIFETIME, make_owner_link, open_owner_link, renew_owner_link
from henbot.services.people import Member, People, give_role, take_role
from henbot.services.subscribers import Met, meet, person_called
from henbot.storage.people import MenuRow, OwnerLinkRow, RoleRow
from henbot.storage.tables import AuditRow
from tests.coop_builder import Coop, build_coop
from tests.sandbox_bots import GROUP_ID, cast_with_group, checked_sandbox
from tests.talks import Talk, talking

OLGA = 3003
CONFIGURED = People({ADMIN_ID: Role.ADMIN})
RU = phrases("ru")


@pytest.fixture
def coop(tmp_path: Path) -> Iterator[Coop]:
    built = build_coop(tmp_path)
    yield built
    built.database.close()


@pytest.fixture
async def talk(coop: Coop) -> AsyncIterator[Talk]:
    cast = cast_with_group().with_person(Person(OLGA, "Olga <b>", "ru", username="Olga_H"))
    with checked_sandbox(cast=cast) as sandbox:
        async with talking(coop, sandbox) as running:
            yield running


def said(message: Message) -> str:
    return message.text or ""


def role(coop: Coop, user: int, later: timedelta = timedelta()) -> Role | None:
    with coop.database.reading() as session:
        return CONFIGURED.role_of(session, user, wall_now() + later)


def make(coop: Coop, user: int, role: Role) -> None:
    with coop.database.writing() as session:
        give_role(session, Member(user, role), user, wall_now())
        session.commit()


def audit(coop: Coop) -> list[tuple[str, str]]:
    with coop.database.reading() as session:
        return [(row.actor, row.action) for row in session.execute(select(AuditRow)).scalars()]


def link(coop: Coop) -> str:
    with coop.database.writing() as session:
        secret = make_owner_link(session, People(), wall_now())
        session.commit()
    assert secret is not None
    return secret


async def forwarded(talk: Talk, by: int, of: int, *, hidden: bool = False) -> Message:
    before = len(talk.answers(by))
    await asyncio.to_thread(talk.sandbox.forward, by, "hello", of, hidden=hidden)
    await talk.sandbox.until(lambda: len(talk.answers(by)) > before)
    return talk.answers(by)[-1]


async def turned(talk: Talk, chat: int, page: Message, button: str, by: int | None = None) -> Message:
    edits = talk.message(chat, page).edits
    assert await talk.pressed(chat, talk.message(chat, page), button, by) == ""
    await talk.sandbox.until(lambda: talk.message(chat, page).edits > edits)
    return talk.message(chat, page)


async def test_the_link_makes_one_owner_once(talk: Talk) -> None:
    secret = link(talk.coop)
    assert said(await talk.asked(SUBSCRIBER_ID, f"/start {secret[:-1]}x")) == RU.say("owner-link-over")
    assert said(await talk.asked(SUBSCRIBER_ID, f"/start {secret}")).startswith("👑 Теперь вы хозяин")
    assert role(talk.coop, SUBSCRIBER_ID) is Role.OWNER
    for replayer in (OLGA, SUBSCRIBER_ID):
        assert said(await talk.asked(replayer, f"/start {secret}")) == RU.say("owner-link-over")
    assert role(talk.coop, OLGA) is None
    with talk.coop.database.reading() as session:
        row = session.execute(select(OwnerLinkRow)).scalar_one()
    assert row.used_by == SUBSCRIBER_ID and secret not in repr(vars(row))
    assert audit(talk.coop)[-1] == (str(SUBSCRIBER_ID), "owner_link.refused")


def test_a_link_is_over_after_a_day_and_none_is_made_where_there_is_an_owner(coop: Coop) -> None:
    secret, person = link(coop), Member(OLGA, Role.OWNER)
    with coop.database.writing() as session:
        assert make_owner_link(session, People(), wall_now()) is None
        assert not open_owner_link(session, People(), secret, person, wall_now() + LIFETIME)
        assert not open_owner_link(session, People({1: Role.OWNER}), secret, person, wall_now())
        assert make_owner_link(session, People(), wall_now() + LIFETIME) not in (None, secret)
        assert make_owner_link(session, People({1: Role.OWNER}), wall_now() + LIFETIME) is None


def test_who_lost_the_link_gets_a_new_one_at_once_and_the_lost_one_is_closed(coop: Coop) -> None:
    lost, person = link(coop), Member(OLGA, Role.OWNER)
    with coop.database.writing() as session:
        found = renew_owner_link(session, People(), wall_now())
        assert found not in (None, lost)
        assert not open_owner_link(session, People(), lost, person, wall_now())
        assert open_owner_link(session, People(), found or "", person, wall_now())
        assert renew_owner_link(session, People(), wall_now()) is None


async def test_who_has_written_to_the_bot_can_be_let_in_by_their_username(talk: Talk) -> None:
    unknown = said(await talk.asked(ADMIN_ID, "/admins @olga_h"))
    assert unknown.startswith("I do not know @olga_h yet.")
    await talk.asked(OLGA, "кто снёсся сегодня?")
    page = await talk.asked(ADMIN_ID, "/admins @OLGA_H")
    assert said(page) == "What shall Olga <b> (3003) be?"
    await turned(talk, ADMIN_ID, page, "Family")
    await turned(talk, ADMIN_ID, page, "✓ Yes")
    assert role(talk.coop, OLGA) is Role.FAMILY


async def test_who_only_pressed_start_is_told_of_a_role_in_the_language_of_their_telegram(talk: Talk) -> None:
    await talk.asked(OLGA, "/start")
    make(talk.coop, OLGA, Role.FAMILY)
    page = await talk.asked(ADMIN_ID, f"/admins {OLGA}")
    before = len(talk.answers(OLGA))
    await turned(talk, ADMIN_ID, page, "Sitter for 3 days")
    await turned(talk, ADMIN_ID, page, "✓ Yes")
    await talk.sandbox.until(lambda: len(talk.answers(OLGA)) > before)
    assert said(talk.answers(OLGA)[-1]).startswith("👋 Теперь вам")


async def test_a_username_is_of_whoever_used_it_last(coop: Coop) -> None:
    with coop.database.writing() as session:
        meet(session, Met(1, "Anna", "hens", "ru"), wall_now())
        meet(session, Met(2, "Boris", "Hens", "ru"), wall_now())
        session.commit()
    with coop.database.reading() as session:
        found = person_called(session, "@HENS")
    assert found is not None and found.user_id == 2


async def test_the_link_is_printed_once_and_only_to_the_terminal(
    talk: Talk, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    await talk.asked(OLGA, "/help")  # it is up
    capsys.readouterr()
    for _ in range(2):
        await tell_owner_link(talk.application, talk.coop.database, CONFIGURED)
    printed = capsys.readouterr().out
    assert printed.count(f"https://t.me/{talk.sandbox.cast.bot_username}?start=") == 1
    secret = printed.partition("?start=")[2].split()[0]
    assert said(await talk.asked(OLGA, f"/start {secret}")).startswith("👑")
    assert secret not in caplog.text and secret not in capsys.readouterr().out
    await tell_owner_link(talk.application, talk.coop.database, CONFIGURED)
    assert "t.me" not in capsys.readouterr().out


async def test_a_link_is_not_opened_in_a_group(talk: Talk) -> None:
    secret = link(talk.coop)
    await talk.asked(GROUP_ID, f"/start@{talk.sandbox.cast.bot_username} {secret}", by=SUBSCRIBER_ID)
    assert role(talk.coop, SUBSCRIBER_ID) is None


async def test_the_owner_makes_an_admin_by_a_forwarded_message_and_takes_it_back(talk: Talk) -> None:
    make(talk.coop, ADMIN_ID, Role.OWNER)
    page = await forwarded(talk, ADMIN_ID, SUBSCRIBER_ID)
    assert said(page) == f"What shall Anna ({SUBSCRIBER_ID}) be?"
    page = await turned(talk, ADMIN_ID, page, "Admin")
    assert role(talk.coop, SUBSCRIBER_ID) is None and said(page).startswith(f"Anna ({SUBSCRIBER_ID}): admin?")
    page = await turned(talk, ADMIN_ID, page, "✓ Yes")
    assert said(page) == f"✅ Anna ({SUBSCRIBER_ID}): admin." and role(talk.coop, SUBSCRIBER_ID) is Role.ADMIN
    await talk.sandbox.until(lambda: talk.answers(SUBSCRIBER_ID))
    assert said(talk.answers(SUBSCRIBER_ID)[-1]).startswith("👋 You are trusted here now: admin.")
    page = await talk.asked(ADMIN_ID, "/admins")
    assert "• Keeper" in said(page) or f"• {ADMIN_ID}" in said(page)
    page = await turned(talk, ADMIN_ID, page, "✖ Anna")
    assert said(page).startswith("Take away the role of Anna")
    page = await turned(talk, ADMIN_ID, page, "✓ Yes")
    assert role(talk.coop, SUBSCRIBER_ID) is None and [at for _, at in audit(talk.coop)][-1] == "role.taken"


@pytest.mark.parametrize("command", ["/admins 3003", "/админы 3003", "люди 3003"])
async def test_an_admin_lets_a_sitter_in_for_some_days_and_makes_no_admins(talk: Talk, command: str) -> None:
    page = await talk.asked(ADMIN_ID, command)
    assert page.buttons == ["Family", "Sitter for 3 days", "Sitter for a week", "Sitter for two weeks", "‹ No"]
    page = await turned(talk, ADMIN_ID, page, "Sitter for a week")
    await turned(talk, ADMIN_ID, page, "✓ Yes")
    assert role(talk.coop, OLGA, timedelta(days=6, hours=23)) is Role.GUEST
    assert role(talk.coop, OLGA, timedelta(days=7, hours=1)) is None


async def test_who_was_let_in_is_told_so_though_telegram_asks_for_a_pause(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")
    await talk.asked(SUBSCRIBER_ID, "/start")
    page = await talk.asked(ADMIN_ID, f"/admins {SUBSCRIBER_ID}")
    page = await turned(talk, ADMIN_ID, page, "Sitter for 3 days")
    talk.sandbox.inject(Fault("429", retry_after_s=1), "sendMessage")
    await turned(talk, ADMIN_ID, page, "✓ Yes")
    await talk.sandbox.until(lambda: len(talk.answers(SUBSCRIBER_ID)) == 2, 10)
    assert said(talk.answers(SUBSCRIBER_ID)[-1]).startswith("👋")


async def test_a_sitter_tells_of_eggs_until_the_time_is_over(talk: Talk) -> None:
    with talk.coop.database.writing() as session:
        give_role(session, Member(OLGA, Role.GUEST, "Olga", wall_now() + timedelta(days=1)), ADMIN_ID, wall_now())
        session.commit()
    assert said(await talk.asked(OLGA, "собрали 2 яйца")).startswith("🧺")
    with talk.coop.database.writing() as session:
        session.get_one(RoleRow, OLGA).until = wall_now() - timedelta(seconds=1)
        session.commit()
    assert said(await talk.asked(OLGA, "собрали 2 яйца")) == RU.say("may-not-tell")


async def test_nothing_that_a_stranger_types_or_forges_makes_anyone_anything(talk: Talk) -> None:
    refusal = RU.say("may-not-manage", number="2002").replace("<code>", "").replace("</code>", "")
    for text in ("/admins", "/admins 2002", "админы 2002", "/админы"):
        assert said(await talk.asked(SUBSCRIBER_ID, text)) == refusal
    for text in ("make me an admin", "/start owner", "/start", "назначь меня админом", "/admin 2002"):
        await talk.asked(SUBSCRIBER_ID, text)
    page = talk.answers(SUBSCRIBER_ID)[-1]
    for forged in (
        f"who:give:{SUBSCRIBER_ID}:admin:{SUBSCRIBER_ID}", f"who:give:{SUBSCRIBER_ID}:family:{SUBSCRIBER_ID}",
        f"who:take:{ADMIN_ID}::{SUBSCRIBER_ID}", f"who:list:0::{SUBSCRIBER_ID}",
    ):  # fmt: skip
        assert await talk.forged(SUBSCRIBER_ID, page, forged) == RU.say("people-not-allowed")
    forged = f"who:give:{SUBSCRIBER_ID}:admin:{ADMIN_ID}"
    assert await talk.forged(SUBSCRIBER_ID, page, forged) == RU.say("not-your-buttons")
    assert await talk.forged(SUBSCRIBER_ID, page, "who:give:1:owner:1") == RU.say("outdated-button")
    assert role(talk.coop, SUBSCRIBER_ID) is None
    tried = ["command.refused"] * 4 + ["press.refused"] * 5 + ["press.unknown"]
    assert audit(talk.coop) == [(str(SUBSCRIBER_ID), action) for action in tried]


async def test_an_admin_forges_no_other_admin(talk: Talk) -> None:
    page = await talk.asked(ADMIN_ID, f"/admins {OLGA}")
    assert await talk.forged(ADMIN_ID, page, f"who:give:{OLGA}:admin:{ADMIN_ID}") == "You may not do that."
    assert await talk.forged(ADMIN_ID, page, f"who:give:{ADMIN_ID}:family:{ADMIN_ID}") == "You may not do that."
    assert role(talk.coop, OLGA) is None and role(talk.coop, ADMIN_ID) is Role.ADMIN


async def test_a_button_of_one_who_is_no_admin_any_more_does_nothing(talk: Talk) -> None:
    make(talk.coop, SUBSCRIBER_ID, Role.ADMIN)
    page = await turned(talk, SUBSCRIBER_ID, await talk.asked(SUBSCRIBER_ID, f"/admins {OLGA}"), "Семья")
    with talk.coop.database.writing() as session:
        take_role(session, SUBSCRIBER_ID, ADMIN_ID, wall_now())
        session.commit()
    assert await talk.pressed(SUBSCRIBER_ID, page, "✓ Да") == RU.say("people-not-allowed")
    assert role(talk.coop, OLGA) is None


async def test_in_a_group_somebody_is_let_in_by_an_answer_and_the_buttons_are_the_admins(talk: Talk) -> None:
    name = talk.sandbox.cast.bot_username
    wrote = await asyncio.to_thread(talk.sandbox.say, GROUP_ID, "good morning", SUBSCRIBER_ID)
    await asyncio.to_thread(talk.sandbox.say, GROUP_ID, f"/admins@{name}", ADMIN_ID, wrote.message_id)
    await talk.sandbox.until(lambda: talk.answers(GROUP_ID))
    page = talk.answers(GROUP_ID)[-1]
    assert said(page) == f"What shall Anna ({SUBSCRIBER_ID}) be?"
    assert await talk.pressed(GROUP_ID, page, "Family", by=SUBSCRIBER_ID) == RU.say("not-your-buttons")
    await turned(talk, GROUP_ID, page, "Family", by=ADMIN_ID)
    await turned(talk, GROUP_ID, page, "✓ Yes", by=ADMIN_ID)
    assert role(talk.coop, SUBSCRIBER_ID) is Role.FAMILY
    assert said(await talk.asked(GROUP_ID, f"/admins@{name}", by=ADMIN_ID)).startswith("That is between us")


async def test_who_hides_is_let_in_by_number(talk: Talk) -> None:
    assert "they hide it" in said(await forwarded(talk, ADMIN_ID, OLGA, hidden=True))
    assert "3003" in said(await talk.asked(OLGA, "/admins"))
    assert "3003" in said(await talk.asked(ADMIN_ID, "/admins 3003"))


async def test_menus_are_told_by_scope_and_language_and_only_when_they_changed(talk: Talk) -> None:
    def told() -> int:
        return sum(request.method == "setMyCommands" for request in talk.sandbox.requests)

    def remembered() -> int:
        with talk.coop.database.reading() as session:
            return len(session.execute(select(MenuRow)).all())

    await talk.sandbox.until(lambda: told() == 12)
    async with asyncio.timeout(5):
        while remembered() < 12:  # noqa: ASYNC110 - it is a row, and no event
            await asyncio.sleep(0.02)
    menus = talk.sandbox.world.menus
    russian = menus.seen_by(SUBSCRIBER_ID, SUBSCRIBER_ID, "ru", "private", is_admin=False)
    assert [each["command"] for each in russian] == list(PRIVATE_COMMANDS)
    assert russian[0]["description"] == "кто снёсся сегодня"
    admins = menus.seen_by(ADMIN_ID, ADMIN_ID, "en", "private", is_admin=False)
    assert [each["command"] for each in admins] == [*PRIVATE_COMMANDS, *ADMIN_COMMANDS]
    in_group = menus.seen_by(GROUP_ID, ADMIN_ID, "en", "supergroup", is_admin=True)
    assert [each["command"] for each in in_group] == list(GROUP_COMMANDS)
    again = menus_of(talk.coop.database, CONFIGURED)
    await again.tell(talk.application.bot)
    assert told() == 12
    make(talk.coop, SUBSCRIBER_ID, Role.ADMIN)
    await again.tell(talk.application.bot)
    assert told() == 15
    with talk.coop.database.writing() as session:
        take_role(session, SUBSCRIBER_ID, ADMIN_ID, wall_now())
        session.commit()
    await again.tell(talk.application.bot)
    seen = menus.seen_by(SUBSCRIBER_ID, SUBSCRIBER_ID, "ru", "private", is_admin=False)
    assert told() == 15 and seen == russian


@pytest.mark.parametrize(
    "callback_data",
    [
        None,
        "",
        "who:list:0:1",
        "who:give:1:king:1",
        "who:give:1::1",
        "who:take:1:admin:1",
        "who:own:1::1",
        "who:list:-1::1",
    ],
)
def test_what_no_button_of_admins_says_is_none(callback_data: str | None) -> None:
    assert read_step(callback_data) is None
