"""A Telegram Bot API server on this machine, with a chat page: to try henbot without a token, and to test it.

async: sandbox = Sandbox(); await sandbox.start(); ...; await sandbox.stop()
threads: with running_sandbox() as sandbox: sandbox.say(1001, "/today")
alone: python -m henbot.sandbox --port 8081
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import signal
import threading
from collections.abc import Callable, Iterator
from typing import TypeVar

from aiohttp import web

from henbot.sandbox.botapi import BotApi
from henbot.sandbox.cast import ADMIN_ID, CHANNEL_ID, Cast
from henbot.sandbox.control import Control
from henbot.sandbox.delivery import Poller, Postman
from henbot.sandbox.files import FILE_LIMIT_BYTES
from henbot.sandbox.guard import check_address, refuse_other_pages
from henbot.sandbox.refusals import SandboxTimeout, SandboxUnusable
from henbot.sandbox.stage import PATIENCE_S, SANDBOX_TOKEN, Stage

T = TypeVar("T")


class Sandbox(Stage):
    """The stage with its HTTP server. `port` 0 takes a free one; `limits` turns Telegram's rates on."""

    def __init__(
        self,
        token: str = SANDBOX_TOKEN,
        port: int = 0,
        cast: Cast | None = None,
        *,
        limits: bool = False,
        host: str = "127.0.0.1",
    ) -> None:
        super().__init__(token, cast, limits)
        check_address(host)
        self.port = port
        self._host = host
        self._runner: web.AppRunner | None = None
        self._thread_id: int | None = None

    @property
    def page_url(self) -> str:
        """The address of the chat page."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self.port}/"

    @property
    def base_url(self) -> str:
        """What python-telegram-bot calls base_url."""
        return f"{self.page_url}bot"

    @property
    def base_file_url(self) -> str:
        """What python-telegram-bot calls base_file_url."""
        return f"{self.page_url}file/bot"

    async def start(self) -> None:
        """Begin to listen. Raises SandboxUnusable when the port is taken."""
        self._thread_id = threading.get_ident()
        self._poller, self._control = Poller(self), Control(self)
        self._bot_api = BotApi(self, self._poller)
        app = web.Application(middlewares=[refuse_other_pages], client_max_size=FILE_LIMIT_BYTES + 2**20)
        app.add_routes([*self._bot_api.routes(), *self._control.routes()])
        # No access log: its lines would hold the token.
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=1.0)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, self._host, self.port).start()
        except OSError as exc:
            await self._runner.cleanup()
            self._runner = None
            why = "another program uses it" if exc.errno == errno.EADDRINUSE else exc.strerror
            raise SandboxUnusable(f"Port {self.port} cannot be used ({why}): choose another one.") from exc
        self.port = self._runner.addresses[0][1]
        self._postman = asyncio.create_task(Postman(self).deliver_forever())

    async def stop(self) -> None:
        """End all polls and streams and stop listening."""
        if self._runner is None:
            return
        self._poller.closing = self._control.closing = True
        self._bot_api.closing.set()
        self.bell.ring()
        self._postman.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._postman
        await self._runner.cleanup()
        self._runner = None

    def wait_for(self, predicate: Callable[[], T], timeout_s: float = PATIENCE_S) -> T:
        """As `Stage.wait_for`. Raises SandboxUnusable where it would block the sandbox's own loop."""
        if threading.get_ident() == self._thread_id:
            raise SandboxUnusable("wait_for would block the sandbox's own loop: await sandbox.until(...) instead.")
        return super().wait_for(predicate, timeout_s)

    async def until(self, predicate: Callable[[], T], timeout_s: float = PATIENCE_S) -> T:
        """As `wait_for`, for coroutines. Raises SandboxTimeout."""
        end = asyncio.get_running_loop().time() + timeout_s
        with self.bell.listening() as ear:
            while not (found := predicate()):
                left_s = end - asyncio.get_running_loop().time()
                if left_s <= 0:
                    raise SandboxTimeout(f"Nothing came within {timeout_s:g} s. {self._last_requests()}")
                await ear.wait(left_s)
        return found


@contextlib.contextmanager
def running_sandbox(
    token: str = SANDBOX_TOKEN, port: int = 0, cast: Cast | None = None, *, limits: bool = False
) -> Iterator[Sandbox]:
    """A sandbox that runs in a thread of its own for as long as the block lasts; call its methods from any thread."""
    sandbox = Sandbox(token, port, cast, limits=limits)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="henbot-sandbox", daemon=True)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(sandbox.start(), loop).result(timeout=10)
        yield sandbox
    finally:
        asyncio.run_coroutine_threadsafe(sandbox.stop(), loop).result(timeout=10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=10)
        loop.close()


def announce(sandbox: Sandbox) -> None:
    """Say where the sandbox is and how to point a bot at it."""
    print(f"Chat page:     {sandbox.page_url}")
    print("To let henbot talk to it, write in coop.yaml:")
    print(f"  channel: {CHANNEL_ID}")
    print(f"  admins: [{ADMIN_ID}]")
    print("and in another terminal:")
    print(f"  export HENBOT_TOKEN={sandbox.token} HENBOT_API_URL={sandbox.base_url.removesuffix('/bot')}")
    print("  henbot run")
    print("(That token opens nothing but a sandbox.) Stop with Ctrl-C.", flush=True)


def serve_forever(
    port: int = 8081,
    token: str = SANDBOX_TOKEN,
    cast: Cast | None = None,
    *,
    limits: bool = False,
    on_ready: Callable[[Sandbox], None] = announce,
) -> None:
    """Run a sandbox until SIGINT or SIGTERM. Raises SandboxUnusable when the port is taken."""
    asyncio.run(_serve(Sandbox(token, port, cast, limits=limits), on_ready))


async def _serve(sandbox: Sandbox, on_ready: Callable[[Sandbox], None]) -> None:
    stopped = asyncio.Event()
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(signal_number, stopped.set)
    await sandbox.start()
    try:
        on_ready(sandbox)
        await stopped.wait()
    finally:
        await sandbox.stop()
