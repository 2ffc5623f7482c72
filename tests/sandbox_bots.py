"""What the tests of the sandbox share: a bot of python-telegram-bot that plays in it, and pictures made of nothing."""

from __future__ import annotations

import asyncio
import struct
import zlib
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.request import HTTPXRequest

from henbot.sandbox import ADMIN_ID, SUBSCRIBER_ID, Cast, Room, Sandbox, default_cast, running_sandbox
from tests.bot_api_schema import schema_path, violations

T = TypeVar("T")

GROUP_ID = -1002


def cast_with_group() -> Cast:
    """The usual people, and a group of the admin's and the subscriber's."""
    group = Room(GROUP_ID, "Flock talk", "supergroup", admins=(ADMIN_ID,), members=(SUBSCRIBER_ID,))
    return default_cast().with_room(group)


@contextmanager
def checked_sandbox(cast: Cast | None = None, *, limits: bool = False) -> Iterator[Sandbox]:
    """A running sandbox, whose requests are held to the published schema in the end, where that is at hand."""
    with running_sandbox(cast=cast, limits=limits) as running:
        yield running
        if schema_path():
            # A request that met a fault is logged as it came, not as it was read.
            assert violations(request for request in running.requests if request.fault is None) == []


def play(sandbox: Sandbox, part: Callable[[Bot], Awaitable[T]], read_timeout_s: float = 5.0) -> T:
    """Let a real bot do its part against the sandbox; what the part returns."""

    async def act() -> T:
        requests = [HTTPXRequest(read_timeout=read_timeout_s), HTTPXRequest(read_timeout=read_timeout_s)]
        bot = Bot(
            sandbox.token,
            base_url=sandbox.base_url,
            base_file_url=sandbox.base_file_url,
            get_updates_request=requests[0],
            request=requests[1],
        )
        async with bot:
            return await part(bot)

    return asyncio.run(act())


def picture(width_px: int = 64, height_px: int = 48, grey: int = 128) -> bytes:
    """A PNG of one grey."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    rows = (b"\0" + bytes([grey]) * width_px) * height_px
    header = struct.pack(">IIBBBBB", width_px, height_px, 8, 0, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def keys(**callback_data_by_text: str) -> InlineKeyboardMarkup:
    """An inline keyboard of one row."""
    row = [InlineKeyboardButton(text, callback_data=tag) for text, tag in callback_data_by_text.items()]
    return InlineKeyboardMarkup([row])
