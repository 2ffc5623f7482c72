"""What the tests of the sandbox share: a bot of python-telegram-bot that plays in it, and pictures made of nothing."""

from __future__ import annotations

import asyncio
import struct
import zlib
from collections.abc import Awaitable, Callable
from typing import TypeVar

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.request import HTTPXRequest

from henbot.sandbox import Sandbox

T = TypeVar("T")


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
