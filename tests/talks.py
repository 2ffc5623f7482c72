"""A bot at work over a coop of rows, with people who write to it and press its buttons: for tests of conversations."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from unittest.mock import patch

from henbot.bot.app import build_application, serve
from henbot.bot.pace import Pace
from henbot.bot.wiring import BotApplication, menus_of
from henbot.config import load_coop, load_settings
from henbot.sandbox import Message, Sandbox
from henbot.services.people import People
from tests.coop_builder import Coop, environment

IN_A_HURRY = Pace(apart_s=0.0, most=1000)
"""The sandbox keeps Telegram's limits only where it is told to, and tests have no time."""


@dataclass(frozen=True)
class Talk:
    """A running bot, and what is said to it."""

    coop: Coop
    sandbox: Sandbox
    application: BotApplication

    async def tick(self) -> None:
        """The bot looks at the hens, as it does every few minutes."""
        queue = self.application.job_queue
        assert queue is not None
        (job,) = queue.get_jobs_by_name("care")
        await job.run(self.application)

    def answers(self, chat: int) -> list[Message]:
        """What the bot wrote into a chat."""
        return [message for message in self.sandbox.messages(chat) if message.from_bot]

    async def asked(self, chat: int, text: str, by: int | None = None) -> Message:
        """The bot's answer to what somebody writes."""
        before = len(self.answers(chat))
        await asyncio.to_thread(self.sandbox.say, chat, text, by)
        await self.sandbox.until(lambda: len(self.answers(chat)) > before)
        return self.answers(chat)[-1]

    async def pressed(self, chat: int, message: Message, button: str, by: int | None = None) -> str:
        """The bot's answer to a pressed button: what pops up, empty for nothing."""
        press = await asyncio.to_thread(self.sandbox.press, chat, message.message_id, button, by)
        await self.sandbox.until(lambda: press.answer is not None)
        assert press.answer is not None
        return str(press.answer.get("text") or "")

    async def forged(self, chat: int, message: Message, callback_data: str, by: int | None = None) -> str:
        """The bot's answer to a press with data that no button has."""
        press = await asyncio.to_thread(self.sandbox.forge_press, chat, message.message_id, callback_data, by)
        await self.sandbox.until(lambda: press.answer is not None)
        assert press.answer is not None
        return str(press.answer.get("text") or "")

    def message(self, chat: int, message: Message) -> Message:
        """A message as it stands now."""
        return next(one for one in self.answers(chat) if one.message_id == message.message_id)


@asynccontextmanager
async def talking(coop: Coop, sandbox: Sandbox) -> AsyncIterator[Talk]:
    """The bot at work, without its publisher."""
    variables = environment(coop, sandbox.token, sandbox.page_url)
    with patch.dict("os.environ", variables), patch("henbot.bot.replies.PRIVATE_PACE", IN_A_HURRY):
        settings = load_settings()
        configured = load_coop(settings.config)
        application = build_application(settings, configured, coop.database, sandbox.token)
    stop = asyncio.Event()
    menus = menus_of(coop.database, People(configured.roles))
    serving = asyncio.create_task(serve(application, None, stop, lambda: menus.tell(application.bot)))
    try:
        yield Talk(coop, sandbox, application)
    finally:
        stop.set()
        assert await asyncio.wait_for(serving, 5) == 0
