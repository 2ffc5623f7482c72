"""The demo in the terminal: posts as they come, and a table at the end."""

import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from typing import Any

from rich.console import Console
from rich.table import Table

from henbot.sandbox import Sandbox
from henbot.services.coop_clock import CoopClock
from henbot.storage.database import Database

POSTS = {"sendPhoto": "new", "sendMessage": "new"}
EDITS = {"editMessageCaption": "edit", "editMessageText": "edit", "editMessageMedia": "edit", "deleteMessage": "gone"}
TELL_EVERY_S = 0.2


def plain(text: str) -> str:
    """A post without its HTML."""
    return unescape(re.sub(r"<[^>]+>", "", text))


@dataclass(slots=True)
class Teller:
    """Prints what the bot does in the channel, in a thread of its own."""

    console: Console
    sandbox: Sandbox
    database: Database
    channel: int
    told: int = 0
    stopped: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def telling(self) -> Iterator[None]:
        """Tell as long as the block lasts."""
        thread = threading.Thread(target=self._run, name="demo-teller", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self.stopped.set()
            thread.join()
            self._tell_new()

    def _run(self) -> None:
        while not self.stopped.wait(TELL_EVERY_S):
            self._tell_new()

    def _tell_new(self) -> None:
        for request in self.sandbox.requests:
            if request.number <= self.told:
                continue
            self.told = request.number
            if request.ok and str(request.parameters.get("chat_id")) == str(self.channel):
                self._tell(request.method, request.parameters)

    def _tell(self, method: str, parameters: Mapping[str, Any]) -> None:
        kind = (POSTS | EDITS).get(method)
        if kind is None:
            return
        media = parameters.get("media")
        text = parameters.get("caption") or parameters.get("text") or (media or {}).get("caption", "")
        now = CoopClock(self.database).now()
        mark = {"new": "[green]●[/]", "edit": "[blue]✎[/]", "gone": "[red]✗[/]"}[kind]
        first, *rest = plain(str(text)).splitlines() or ["(a message is taken back)"]
        self.console.print(f"{now:%H:%M}  {mark} {first}", highlight=False)
        for line in rest:
            self.console.print(f"         {line}", highlight=False)


def summary(happened: Mapping[str, Any]) -> Table:
    """What the day brought, as a table."""
    posts, visits = happened["posts"], happened["visits"]
    named = sum(visit["hen"] != "unknown" for visit in visits)
    table = Table(title=f"{happened['day']} in numbers", show_header=False)
    table.add_row("frames looked at", str(happened["frames"]))
    table.add_row("visits (hen named)", f"{len(visits)} ({named})")
    table.add_row("events", str(len(happened["events"])))
    table.add_row("messages in the channel (edits)", f"{len(posts)} ({sum(post['edits'] for post in posts)})")
    table.add_row("requests refused by the stand-in", str(len(happened["refused"])))
    return table
