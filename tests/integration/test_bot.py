"""What people write and press, and what the bot answers: handlers, menus and errors, in a real application."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

import pytest
from sqlalchemy import delete

from henbot.bot.app import TokenRefused, build_application, build_publisher, run_bot, serve
from henbot.bot.asking import CoopUnknown, ask, respond
from henbot.bot.handlers import QUESTIONS
from henbot.bot.keyboards import read_press
from henbot.bot.language import languages, phrases
from henbot.config import CoopConfig, Settings, load_coop, load_settings
from henbot.domain.errors import DatabaseOutdated
from henbot.sandbox import ADMIN_ID, SUBSCRIBER_ID, Fault, Message, Sandbox
from henbot.storage.database import open_database
from henbot.storage.tables import CoopRow, HeartbeatRow, SubscriberRow
from tests.coop_builder import Coop, build_coop, environment, oct4
from tests.sandbox_bots import GROUP_ID, cast_with_group, checked_sandbox, picture
from tests.talks import IN_A_HURRY

FIRST_WORDS = {
    "today": "Tuesday, 4 October",
    "hen": "The flock: 3 hens",
    "hens": "The flock: 3 hens",
    "eggs": "Appeared: 1",
    "nest": "I do not see it at the moment",
    "visits": "14:12–15:04",
    "next": "Nothing can be said of",
    "suspects": "Blanche",
    "why": "Ginger – probably laid",
    "stats": "1 probable egg",
    "calendar": "1 probable egg",
}
"""What is in the answer to each command that asks."""


@pytest.fixture
def coop(tmp_path: Path) -> Iterator[Coop]:
    built = build_coop(tmp_path)
    built.set_now(oct4(20))
    built.seen(oct4(7, 18), oct4(16, 43))
    built.bout("a", "ginger", oct4(14, 12), settled=oct4(14, 20), left=oct4(15, 4), verdict="probably")
    yield built
    built.database.close()


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with checked_sandbox(cast=cast_with_group()) as running:
        yield running


@pytest.fixture
def configured(coop: Coop, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> tuple[Settings, CoopConfig]:
    for name, value in environment(coop, sandbox.token, sandbox.page_url).items():
        monkeypatch.setenv(name, value)
    settings = load_settings()
    return settings, load_coop(settings.config)


@pytest.fixture
async def bot(coop: Coop, sandbox: Sandbox, configured: tuple[Settings, CoopConfig]) -> AsyncIterator[None]:
    """The bot at work, without its publisher."""
    stop = asyncio.Event()
    with patch("henbot.bot.replies.PRIVATE_PACE", IN_A_HURRY), patch("henbot.bot.replies.TELEGRAM_PACE", IN_A_HURRY):
        application = build_application(*configured, coop.database, sandbox.token)
    serving = asyncio.create_task(serve(application, None, stop))
    yield
    stop.set()
    assert await asyncio.wait_for(serving, 5) == 0


def answers(sandbox: Sandbox, chat: int) -> list[Message]:
    return [message for message in sandbox.messages(chat) if message.from_bot]


async def asked(sandbox: Sandbox, chat: int, text: str, by: int | None = None, reply_to: int | None = None) -> Message:
    """The bot's answer to what somebody writes."""
    before = len(answers(sandbox, chat))
    await asyncio.to_thread(sandbox.say, chat, text, by, reply_to)
    await sandbox.until(lambda: len(answers(sandbox, chat)) > before)
    return answers(sandbox, chat)[-1]


def said(message: Message) -> str:
    return message.text or ""


@pytest.mark.usefixtures("bot")
async def test_start_greets_in_the_language_that_telegram_tells(coop: Coop, sandbox: Sandbox) -> None:
    russian = await asked(sandbox, SUBSCRIBER_ID, "/start")
    assert said(russian).startswith("🐔 Здравствуйте, Anna! Я слежу за гнёздами курятника Test <coop>")
    assert russian.buttons == ["Сегодня", "Вчера", "Помощь"]
    english = await asked(sandbox, ADMIN_ID, "/start")
    assert said(english).startswith("🐔 Hello, Keeper!")
    with coop.database.reading() as session:
        assert session.get_one(SubscriberRow, SUBSCRIBER_ID).name == "Anna"


@pytest.mark.usefixtures("bot")
async def test_today_is_answered_with_what_was_seen_and_what_was_not(sandbox: Sandbox) -> None:
    answer = await asked(sandbox, ADMIN_ID, "/today")
    assert said(answer) == (
        "Tuesday, 4 October, by 20:00\n\n"
        "🥚 Ginger – probably laid\ncame 14:12 · settled 14:20 · left 15:04\n\n"
        "Not seen in the nest while I watched: Blanche and Olive.\n\n"
        "👁 I did not see the nest 7:00–7:18 and 16:43–18:45; nothing is claimed about that time."
    )
    assert answer.entities[0]["type"] == "bold"


@pytest.mark.usefixtures("bot")
async def test_a_free_question_is_answered_in_the_askers_language(sandbox: Sandbox) -> None:
    answer = await asked(sandbox, SUBSCRIBER_ID, "кто сегодня снёсся?")
    assert "🥚 Рыжуха – вероятно, снеслась\nпришла в 14:12 · села в 14:20 · ушла в 15:04" in said(answer)
    assert "Не было видно гнездо: 7:00–7:18 и 16:43–18:45" in said(answer)


@pytest.mark.usefixtures("bot")
async def test_what_is_not_understood_gets_three_suggestions_that_work(sandbox: Sandbox) -> None:
    hint = await asked(sandbox, ADMIN_ID, "what is the meaning of life")
    assert hint.buttons == ["Who laid today?", "Who laid yesterday?", "Help"]
    begin = ("Tuesday, 4", "👁 I did not watch on Monday", "What I")
    for button, begins in zip(hint.buttons, begin, strict=True):
        before = len(answers(sandbox, ADMIN_ID))
        press = await asyncio.to_thread(sandbox.press, ADMIN_ID, hint.message_id, button)
        await sandbox.until(lambda before=before: len(answers(sandbox, ADMIN_ID)) > before)
        assert said(answers(sandbox, ADMIN_ID)[-1]).startswith(begins)
        assert press.answer is not None


@pytest.mark.usefixtures("bot")
async def test_a_language_once_chosen_is_kept(sandbox: Sandbox) -> None:
    settings = await asked(sandbox, ADMIN_ID, "/settings")
    await asyncio.to_thread(sandbox.press, ADMIN_ID, settings.message_id, "🌐 Language")
    await sandbox.until(lambda: answers(sandbox, ADMIN_ID)[-1].buttons == ["✓ English", "Русский", "‹ Back"])
    press = await asyncio.to_thread(sandbox.press, ADMIN_ID, settings.message_id, "Русский")
    await sandbox.until(lambda: "Язык" in said(answers(sandbox, ADMIN_ID)[-1]))
    assert press.answer is not None and press.answer["text"] == "Теперь я говорю с вами по-русски."
    assert answers(sandbox, ADMIN_ID)[-1].buttons == ["English", "✓ Русский", "‹ Назад"]
    assert said(await asked(sandbox, ADMIN_ID, "/today")).startswith("Вторник, 4 октября")


@pytest.mark.usefixtures("bot")
async def test_a_button_pressed_twice_is_answered_twice_and_is_no_error(sandbox: Sandbox) -> None:
    settings = await asked(sandbox, ADMIN_ID, "/settings")
    presses = [await asyncio.to_thread(sandbox.press, ADMIN_ID, settings.message_id, "🌐 Language") for _ in range(2)]
    await sandbox.until(lambda: all(press.answer for press in presses))
    assert len(answers(sandbox, ADMIN_ID)) == 1


@pytest.mark.usefixtures("bot")
async def test_an_unknown_command_is_answered_with_what_there_is(sandbox: Sandbox) -> None:
    answer = await asked(sandbox, ADMIN_ID, "/lay_an_egg")
    assert said(answer).startswith("I do not know this command") and answer.buttons == ["Today", "Yesterday", "Help"]


@pytest.mark.usefixtures("bot")
async def test_answers_come_in_the_order_of_the_questions(sandbox: Sandbox) -> None:
    for text in ("/help", "/today", "/settings"):
        await asyncio.to_thread(sandbox.say, ADMIN_ID, text)
    await sandbox.until(lambda: len(answers(sandbox, ADMIN_ID)) == 3)
    assert [said(message)[:6] for message in answers(sandbox, ADMIN_ID)] == ["What I", "Tuesda", "⚙️ Set"]


@pytest.mark.usefixtures("bot")
async def test_in_a_group_only_what_is_put_to_the_bot_is_answered(sandbox: Sandbox) -> None:
    name = sandbox.cast.bot_username
    await asyncio.to_thread(sandbox.say, GROUP_ID, "who laid today?", SUBSCRIBER_ID)
    await asyncio.to_thread(sandbox.say, GROUP_ID, "/lay_an_egg", SUBSCRIBER_ID)
    answer = await asked(sandbox, GROUP_ID, f"@{name} who laid today?", SUBSCRIBER_ID)
    assert said(answer).startswith("Вторник, 4 октября") and answer.reply_to is not None
    again = await asked(sandbox, GROUP_ID, "а вчера?", SUBSCRIBER_ID, answer.message_id)
    assert "Понедельник, 3 октября" in said(again)
    assert said(await asked(sandbox, GROUP_ID, f"/today@{name}", ADMIN_ID)).startswith("Tuesday, 4 October")
    assert len(answers(sandbox, GROUP_ID)) == 3


@pytest.mark.usefixtures("bot")
async def test_in_a_group_a_button_is_for_who_asked(sandbox: Sandbox) -> None:
    hint = await asked(sandbox, GROUP_ID, f"@{sandbox.cast.bot_username} hm?", SUBSCRIBER_ID)
    press = await asyncio.to_thread(sandbox.press, GROUP_ID, hint.message_id, "Кто снёсся сегодня?", ADMIN_ID)
    await sandbox.until(lambda: press.answer is not None)
    assert press.answer is not None and press.answer["text"] == phrases("en").say("not-your-buttons")
    assert len(answers(sandbox, GROUP_ID)) == 1


@pytest.mark.parametrize(
    "callback_data",
    [None, "", "day:0", "day:5:1", "grow:1:1", "day:0:me", "language:xx:1", "day:0:²", f"day:0:{2**53}", "x" * 64],
)
def test_a_button_that_is_not_ours_says_nothing(callback_data: str | None) -> None:
    assert read_press(callback_data) is None


@pytest.mark.usefixtures("bot")
async def test_the_bot_gives_a_sign_of_life(coop: Coop, sandbox: Sandbox) -> None:
    def beat() -> bool:
        with coop.database.reading() as session:
            return session.get(HeartbeatRow, "bot") is not None

    await asked(sandbox, ADMIN_ID, "/help")
    async with asyncio.timeout(5):
        while not beat():  # noqa: ASYNC110 - it is a row, and no event
            await asyncio.sleep(0.05)


@pytest.mark.usefixtures("bot")
async def test_an_answer_that_telegram_holds_back_comes_after_the_pause(sandbox: Sandbox) -> None:
    sandbox.inject(Fault("429", retry_after_s=1), "sendMessage")
    assert said(await asked(sandbox, ADMIN_ID, "/help")).startswith("What I can do")


@pytest.mark.usefixtures("bot")
async def test_an_error_is_told_without_its_reason_and_logged_with_it(
    coop: Coop, sandbox: Sandbox, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    with coop.database.writing() as session:
        session.connection().exec_driver_sql("UPDATE coops SET timezone = 'Nowhere/Never'")
        session.commit()
    with caplog.at_level(logging.CRITICAL):
        answer = await asked(sandbox, SUBSCRIBER_ID, "/today")
    assert said(answer) == phrases("ru").say("something-failed")
    assert sandbox.token not in capsys.readouterr().out


@pytest.mark.usefixtures("bot")
async def test_without_a_coop_the_bot_says_so(coop: Coop, sandbox: Sandbox) -> None:
    _forget_coop(coop)
    assert said(await asked(sandbox, SUBSCRIBER_ID, "/today")) == phrases("ru").say("no-coop")


async def test_the_bot_and_its_publisher_stop_within_their_time(
    coop: Coop, sandbox: Sandbox, configured: tuple[Settings, CoopConfig]
) -> None:
    stop = asyncio.Event()
    application = build_application(*configured, coop.database, sandbox.token)
    publisher = build_publisher(application, *configured, coop.database)
    serving = asyncio.create_task(serve(application, publisher, stop))
    await asked(sandbox, ADMIN_ID, "/help")
    begun = asyncio.get_running_loop().time()
    stop.set()
    assert await serving == 0
    assert asyncio.get_running_loop().time() - begun < 4


@pytest.mark.usefixtures("bot")
async def test_the_flock_has_a_button_for_each_hen_that_tells_of_her(sandbox: Sandbox) -> None:
    flock = await asked(sandbox, ADMIN_ID, "/hens")
    assert sorted(flock.buttons) == ["Blanche", "Ginger", "Olive"]
    await asyncio.to_thread(sandbox.press, ADMIN_ID, flock.message_id, "Ginger")
    await sandbox.until(lambda: len(answers(sandbox, ADMIN_ID)) == 2)
    assert said(answers(sandbox, ADMIN_ID)[-1]).startswith("Ginger")


@pytest.mark.usefixtures("bot")
async def test_why_shows_the_nest_before_and_after_and_the_words_under_the_first(coop: Coop, sandbox: Sandbox) -> None:
    for grey, role in enumerate(("settled", "before", "after")):
        coop.picture("a", picture(grey=grey), role)
    await asked(sandbox, ADMIN_ID, "/why")
    await sandbox.until(lambda: len(answers(sandbox, ADMIN_ID)) == 2)
    first, second = answers(sandbox, ADMIN_ID)
    assert first.attachment is not None
    assert second.attachment is not None
    assert "Ginger – probably laid" in (first.caption or "")
    assert first.media_group_id == second.media_group_id is not None


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize("command", ["/hen Ginger", "/why"])
async def test_a_hen_is_shown_where_there_is_a_good_picture_of_her(command: str, coop: Coop, sandbox: Sandbox) -> None:
    coop.picture("a", picture(), "settled")
    answer = await asked(sandbox, ADMIN_ID, command)
    assert answer.attachment is not None
    assert "Ginger" in (answer.caption or "")


@pytest.mark.usefixtures("bot")
async def test_what_may_be_a_person_is_not_shown(coop: Coop, sandbox: Sandbox) -> None:
    coop.picture("a", picture(), "settled", hen=0.6)
    answer = await asked(sandbox, ADMIN_ID, "/why")
    assert answer.attachment is None
    assert "Ginger" in said(answer)


async def test_a_publisher_that_breaks_down_ends_the_bot_so_that_it_is_restarted(
    coop: Coop, sandbox: Sandbox, configured: tuple[Settings, CoopConfig]
) -> None:
    application = build_application(*configured, coop.database, sandbox.token)
    publisher = build_publisher(application, *configured, coop.database)
    assert publisher is not None
    publisher.audience = None  # type: ignore[assignment] - nothing that can happen: that is the point
    coop.bout("b", "olive", oct4(16))
    assert await asyncio.wait_for(serve(application, publisher, asyncio.Event()), 10) == 1


async def test_a_token_that_telegram_does_not_know_is_said_in_plain_words(
    coop: Coop, configured: tuple[Settings, CoopConfig]
) -> None:
    wrong = "1234567890:" + "A" * 35
    with pytest.raises(TokenRefused, match="Copy it again from @BotFather") as refused:
        await serve(build_application(*configured, coop.database, wrong), None, asyncio.Event())
    assert wrong not in str(refused.value)


def test_a_database_without_its_tables_is_refused_before_anything_else(
    configured: tuple[Settings, CoopConfig], tmp_path: Path
) -> None:
    empty = configured[0].model_copy(update={"database": f"sqlite:///{tmp_path / 'empty.db'}"})
    with pytest.raises(DatabaseOutdated, match="henbot migrate"):
        run_bot(empty, configured[1])


# `henbot ask`


@pytest.mark.parametrize("language", languages())
def test_ask_gives_the_chats_answer_without_its_html(coop: Coop, language: str) -> None:
    answer = ask(coop.database, "who laid today", oct4(20), language)
    assert answer.splitlines()[0] in ("Tuesday, 4 October, by 20:00", "Вторник, 4 октября, к 20:00")
    assert "<b>" not in answer and "&" not in answer
    assert "<b>" in respond(coop.database, "who laid today", language, oct4(20)).text


def test_a_time_without_a_zone_is_the_coops(coop: Coop) -> None:
    with coop.database.writing() as session:
        session.get_one(CoopRow, 1).timezone = "Asia/Tokyo"
        session.commit()
    naive = oct4(23).replace(tzinfo=None)
    assert "by 23:00" in ask(coop.database, "who laid today", naive)
    coop.seen(oct4(0), oct4(2))
    assert "4 October, by 11:00" in ask(coop.database, "who laid today", oct4(2))


def test_ask_speaks_the_coops_language_unless_told(coop: Coop) -> None:
    with coop.database.writing() as session:
        session.get_one(CoopRow, 1).language = "ru"
        session.commit()
    assert ask(coop.database, "who laid today").startswith("Вторник")
    assert ask(coop.database, "кто снёсся", language="en").startswith("Tuesday")


def test_what_cannot_be_answered_is_answered_with_what_can(coop: Coop) -> None:
    answer = ask(coop.database, "nonsense", oct4(20))
    assert answer.startswith("I did not understand that") and "Who laid yesterday?" in answer


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("who laid tomorrow", "🐣 Wednesday, 5 October is still to come"),
        ("who laid yesterday", "👁 I did not watch on Monday, 3 October"),
        ("did Ginger lay?", "Tuesday, 4 October, by 20:00\n\n🥚 Ginger – probably laid"),
        ("did Olive lay?", "Tuesday, 4 October, by 20:00\n\nWhile I watched, Olive was not in the nest."),
        ("help", "What I can do"),
    ],
)
def test_each_kind_of_question_has_its_answer(coop: Coop, text: str, begins: str) -> None:
    assert ask(coop.database, text, oct4(20)).startswith(begins)


def test_a_coop_that_is_not_there_is_said_to_be_missing(coop: Coop) -> None:
    _forget_coop(coop)
    with pytest.raises(CoopUnknown, match=r"coop\.yaml"):
        ask(coop.database, "who laid today")


def test_the_answer_is_the_same_in_a_database_opened_by_somebody_else(coop: Coop) -> None:
    other = open_database(coop.url)
    assert ask(other, "who laid today") == ask(coop.database, "who laid today")
    other.close()


def _forget_coop(coop: Coop) -> None:
    with coop.database.writing() as session:
        session.connection().exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        for table in reversed(CoopRow.metadata.sorted_tables):
            session.execute(delete(table))
        session.commit()


# Each kind of question, in both languages


@pytest.fixture
def told_coop(coop: Coop) -> Coop:
    """A coop of two days: an egg, a probable one, a hen in the nest, and a time that was not watched."""
    came, settled, left, begun, ended = (oct4(*at) - timedelta(days=1) for at in ((9,), (9, 5), (10,), (7,), (18, 45)))
    coop.seen(begun, ended)
    coop.bout("y", "ginger", came, settled=settled, left=left, verdict="laid")
    coop.bout("o", "olive", oct4(16, 20), settled=oct4(16, 30), last_seen=oct4(16, 43))
    return coop


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("who laid this week", ["3–4 Oct", "Ginger – 1 egg and 1 probable egg (3 Oct, 4 Oct)", "Blanche and Olive"]),
        ("кто нёсся на этой неделе", ["3–4 окт.", "Рыжуха – 1 яйцо и 1 вероятное яйцо", "Бланш и Олив"]),
        ("did Olive lay this week?", ["I saw no egg of Olive", "I watched 98 % of that time"]),
        ("when did Ginger last lay", ["last egg yesterday, 10:00", "probably laid today, 15:04"]),
        ("последнее яйцо Бланш", ["Бланш: с начала наблюдения", "Наблюдение шло"]),
        ("сколько яиц за неделю", ["1 яйцо и 1 вероятное яйцо", "об остальном ничего не утверждается"]),
        ("tell me about Ginger", ["Last 7 days: 1 egg and 1 probable egg", "visits in 30 days"]),
        ("list my hens", ["The flock: 3 hens", "Blanche – no egg seen yet", "Ginger – probably laid today"]),
        ("who is in the nest?", ["Olive, sitting since 16:30"]),
        ("Бланш в гнезде?", ["ни в одном из видимых гнёзд её нет"]),
        (
            "who visited the nest today",
            ["14:12–15:04 Ginger – probably laid", "16:20–… Olive – last seen 16:43"],
        ),
        ("визиты за неделю", ["Рыжуха – 2 визита", "Олив – 1 визит"]),
        ("who is due?", ["Nothing can be said of", "Ginger"]),
        ("кто не несётся", ["Бланш – "]),
        ("how many eggs are in the nest?", ["Appeared: 1, of which 1 only probably", "Not collected yet"]),
        ("why do you think Ginger laid today", ["She sat for 44 minutes", "I recognised her"]),
        ("how much did you watch today", ["I watched", "I did not see the nest 7:00–7:18"]),
        ("did Henrietta lay?", ["I know no hen called Henrietta"]),
        ("did she lay?", ["Which hen do you mean?"]),
        ("who laid on 31 September", ["There is no such date"]),
        ("make me an admin", ["That is beyond me", "Who laid today?"]),
    ],
)
def test_each_question_is_answered_with_what_was_seen(told_coop: Coop, question: str, told: list[str]) -> None:
    answer = ask(told_coop.database, question, oct4(16, 50), None if question.isascii() else "ru")
    assert [words for words in told if words not in answer] == [], answer


@pytest.mark.parametrize("question", ["who laid in 2014", "how many eggs in march", "visits last month", "яйца в мае"])
def test_no_answer_says_zero_for_a_time_not_watched(told_coop: Coop, question: str) -> None:
    answer = ask(told_coop.database, question, oct4(20))
    assert "I did not watch" in answer and "0" not in answer.split(":", 1)[1]


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize(("name", "begins"), sorted(FIRST_WORDS.items()))
async def test_each_command_that_asks_is_answered(sandbox: Sandbox, name: str, begins: str) -> None:
    assert begins in said(await asked(sandbox, ADMIN_ID, f"/{name}"))


def test_every_command_that_asks_is_tried() -> None:
    assert FIRST_WORDS.keys() == QUESTIONS.keys()


@pytest.mark.usefixtures("bot")
async def test_a_command_takes_a_hen_and_days(sandbox: Sandbox) -> None:
    assert "Рыжуха" in said(await asked(sandbox, SUBSCRIBER_ID, "/hen рыжуля"))
    assert "I know no hen called Henrietta" in said(await asked(sandbox, ADMIN_ID, "/hen Henrietta"))
    assert "1 probable egg" in said(await asked(sandbox, ADMIN_ID, "/stats this week"))


@pytest.mark.usefixtures("bot")
async def test_suggestions_fit_what_was_asked_and_work(sandbox: Sandbox) -> None:
    hint = await asked(sandbox, ADMIN_ID, "Ginger xyzzy plugh frobnicate")
    assert hint.buttons == ["Did Ginger lay today?", "When did Ginger last lay?", "How is Ginger doing?"]
    before = len(answers(sandbox, ADMIN_ID))
    await asyncio.to_thread(sandbox.press, ADMIN_ID, hint.message_id, "When did Ginger last lay?")
    await sandbox.until(lambda: len(answers(sandbox, ADMIN_ID)) > before)
    assert "Ginger – probably laid today" in said(answers(sandbox, ADMIN_ID)[-1])
