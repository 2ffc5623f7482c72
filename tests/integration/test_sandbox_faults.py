"""Faults on request arrive at the bot as the errors that python-telegram-bot makes of Telegram's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from telegram import Bot
from telegram.error import BadRequest, Conflict, Forbidden, NetworkError, RetryAfter, TelegramError, TimedOut

from henbot.sandbox import ADMIN_ID, Fault, Sandbox, SandboxUnusable, running_sandbox
from henbot.sandbox.faults import FaultKind
from tests.sandbox_bots import play


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with running_sandbox() as running:
        yield running


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("403", Forbidden),
        ("400", BadRequest),
        ("409", Conflict),
        ("502", NetworkError),
        ("reset", NetworkError),
    ],
)
def test_a_fault_is_the_error_that_it_is_at_telegram_and_comes_as_often_as_asked(
    sandbox: Sandbox, kind: FaultKind, error: type[TelegramError]
) -> None:
    sandbox.inject(kind, method="sendMessage", times=2)

    async def part(bot: Bot) -> None:
        for _ in range(2):
            with pytest.raises(error):
                await bot.send_message(ADMIN_ID, "hello")
        await bot.send_message(ADMIN_ID, "hello")

    play(sandbox, part)
    assert len(sandbox.messages(ADMIN_ID)) == 1
    assert [r.fault for r in sandbox.requests if r.method == "sendMessage"] == [kind, kind, None]


def test_too_many_requests_says_how_long_to_wait(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")
    sandbox.inject(Fault("429", retry_after_s=17), method="sendMessage")

    async def part(bot: Bot) -> None:
        with pytest.raises(RetryAfter) as refusal:
            await bot.send_message(ADMIN_ID, "hello")
        assert refusal.value.retry_after == timedelta(seconds=17)

    play(sandbox, part)


def test_a_request_that_is_never_answered_times_out(sandbox: Sandbox) -> None:
    sandbox.inject(Fault("timeout", delay_s=5), method="sendMessage")

    async def part(bot: Bot) -> None:
        with pytest.raises(TimedOut):
            await bot.send_message(ADMIN_ID, "hello")

    play(sandbox, part, read_timeout_s=0.3)


def test_an_answer_can_be_lost_after_the_message_was_posted(sandbox: Sandbox) -> None:
    sandbox.inject(Fault("reset", after_effect=True), method="sendMessage")

    async def part(bot: Bot) -> None:
        with pytest.raises(NetworkError):
            await bot.send_message(ADMIN_ID, "hello")

    play(sandbox, part)
    assert [message.text for message in sandbox.messages(ADMIN_ID)] == ["hello"]


def test_a_fault_for_any_method_spares_the_polls_and_can_be_cleared(sandbox: Sandbox) -> None:
    async def part(bot: Bot) -> None:
        sandbox.inject("502", times=10)
        await bot.get_updates()
        with pytest.raises(NetworkError):
            await bot.get_me()
        sandbox.clear_faults()
        await bot.get_me()

    play(sandbox, part)


def test_a_fault_of_an_unknown_kind_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(SandboxUnusable, match="No fault of kind '418'"):
        sandbox.inject("418")  # type: ignore[arg-type]
