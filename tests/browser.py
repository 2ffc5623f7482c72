"""A page as a person sees it: Debian's or anyone's headless Chromium, told what to do over its DevTools protocol."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import itertools
import os
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",  # CI is root in a container
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--remote-debugging-port=0",
)
START_S = 60.0


def find_browser() -> str | None:
    """Where Chromium is; None where there is none."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


@dataclass
class Tab:
    """A page that is open."""

    socket: aiohttp.ClientWebSocketResponse
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    async def call(self, method: str, **parameters: Any) -> Any:
        """A command of the DevTools protocol; what it returns."""
        number = next(self.numbers)
        await self.socket.send_json({"id": number, "method": method, "params": parameters})
        while True:
            answer = await self.socket.receive_json(timeout=START_S)
            if answer.get("id") == number:
                assert "error" not in answer, answer
                return answer["result"]

    async def says(self, expression: str) -> Any:
        """The value of an expression in the page."""
        told = await self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in told, told
        return told["result"].get("value")

    async def until(self, expression: str, within_s: float = 20.0) -> None:
        """Wait until an expression is true in the page."""
        async with asyncio.timeout(within_s):
            while not await self.says(expression):  # noqa: ASYNC110 - only the page knows
                await asyncio.sleep(0.05)

    async def look(self, width: int, height: int, scale: float = 1.0, *, dark: bool = False) -> None:
        """Let the window be that large, in CSS pixels."""
        size = {"width": width, "height": height, "deviceScaleFactor": scale, "mobile": False}
        await self.call("Emulation.setDeviceMetricsOverride", **size)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        await self.call("Emulation.setEmulatedMedia", features=[scheme])

    async def screenshot(self) -> bytes:
        """What is seen in the window, as a PNG."""
        return base64.b64decode((await self.call("Page.captureScreenshot", format="png"))["data"])


@asynccontextmanager
async def opened(browser: str, url: str, scratch: Path) -> AsyncIterator[Tab]:
    """The page in a new browser, which ends with the block."""
    command = [browser, *FLAGS, f"--user-data-dir={scratch / 'chromium'}", "about:blank"]
    environment = {**os.environ, "TZ": "UTC", "HOME": str(scratch)}
    running = await asyncio.create_subprocess_exec(
        *command, stderr=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL, env=environment
    )
    try:
        port = await asyncio.wait_for(_port(running), START_S)
        async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/json/list") as answer:
            tabs = await answer.json()
            address = next(tab["webSocketDebuggerUrl"] for tab in tabs if tab["type"] == "page")
            async with session.ws_connect(address, max_msg_size=0) as socket:
                tab = Tab(socket)
                await tab.call("Page.navigate", url=url)
                yield tab
    finally:
        with contextlib.suppress(ProcessLookupError):
            running.terminate()
        await running.communicate()


async def _port(running: asyncio.subprocess.Process) -> str:
    assert running.stderr is not None
    lines = []
    while line := (await running.stderr.readline()).decode(errors="replace"):
        lines.append(line)
        if found := re.search(r"DevTools listening on ws://127\.0\.0\.1:(\d+)/", line):
            return found[1]
    raise AssertionError(f"Chromium did not start: {''.join(lines)[-500:]}")
