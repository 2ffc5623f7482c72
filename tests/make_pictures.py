"""`make pictures`: the pictures of docs/pictures, from drawn scenes and simulated statistics only.

A day in the channel on the sandbox's page, its digest, a talk with the bot, a keeper who teaches it, and each chart.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.async_api import Page
from telegram.ext import ExtBot
from telegram.request import HTTPXRequest

from benchmarks.browser import MISSING, find_browser, opened
from henbot.bot.asking import charts_for, respond
from henbot.bot.drawing import Drawing
from henbot.domain.charts import Chart
from henbot.sandbox import ADMIN_ID, CHANNEL_ID, SUBSCRIBER_ID, Sandbox, running_sandbox
from henbot.simulation import Setting, write_coop
from henbot.storage.database import Database, open_database
from henbot.storage.schema import migrate
from tests.coop_builder import Coop, build_coop, oct4
from tests.integration.test_channel import publish, publisher
from tests.talks import talking
from tests.teaching_pictures import teach
from tests.told_day import Told

PICTURES = Path(__file__).parent.parent / "docs" / "pictures"
COLOURS = 256
WIDTH, SHOWN = 430, 645
"""Of a phone in CSS pixels, and of its picture."""

CHATS = (CHANNEL_ID, ADMIN_ID, SUBSCRIBER_ID)
REST_MS = 2000
"""Then what has moved or flashed is at rest."""

TEACHING = {"teach-ask": 760, "teach-correct": 860, "teach-learn": 1240}
"""Pictures of the teacher's chat, and how high they are."""

YEAR = Setting(hens=7, nests=2, first=date(2023, 11, 1), days=388, closely=False, mishaps=False)
AFTERNOON, NIGHT = datetime(2024, 11, 22, 13, tzinfo=UTC), datetime(2024, 11, 22, 19, tzinfo=UTC)
CHARTS = (
    ("stats-month", "stats for October", "en", AFTERNOON),
    ("stats-year-ru", "статистика", "ru", NIGHT),
    ("calendar", "calendar", "en", AFTERNOON),
    ("calendar-hen-ru", "календарь Жемчужины", "ru", NIGHT),
)
"""File name, question, language, moment: light by day, dark by night."""


def main() -> int:
    """Make all pictures anew; 1 where there is no browser."""
    browser = find_browser()
    if browser is None:
        print(MISSING, file=sys.stderr)
        return 1
    PICTURES.mkdir(parents=True, exist_ok=True)
    os.environ["PTB_TIMEDELTA"] = "true"
    with tempfile.TemporaryDirectory() as folder, running_sandbox() as sandbox:
        asyncio.run(_on_the_page(browser, sandbox, Path(folder)))
        asyncio.run(_charts(Path(folder)))
    with tempfile.TemporaryDirectory() as folder, running_sandbox() as sandbox:
        asyncio.run(_teaching(browser, sandbox, Path(folder)))
    for path in sorted(PICTURES.iterdir()):
        print(f"{path.stat().st_size:>8} {path.relative_to(PICTURES.parent.parent)}")
    return 0


async def _on_the_page(browser: Path, sandbox: Sandbox, folder: Path) -> None:
    coop = build_coop(folder, watch="07:00-18:45")
    clock = [oct4(8)]
    sandbox.world.now = lambda: clock[0].timestamp()  # noqa: PLW0108 - the clock goes on
    async with opened(browser, sandbox.page_url) as page:
        await _channel(page, sandbox, coop, clock)
        clock[0] = oct4(19, 30)
        await _talk(page, sandbox, coop)
    coop.database.close()


async def _channel(page: Page, sandbox: Sandbox, coop: Coop, clock: list[datetime]) -> None:
    request = HTTPXRequest(read_timeout=5)
    addresses = {"base_url": sandbox.base_url, "base_file_url": sandbox.base_file_url}
    async with ExtBot(sandbox.token, **addresses, request=request) as bot:
        told = Told(coop, publisher(coop, bot), publish, clock)
        await told.until_noon()
        await _shown(page, "channel", CHANNEL_ID, 1480)
        await told.evening()
    digest = sandbox.messages(CHANNEL_ID)[-1].photo
    assert digest is not None, "the digest has its chart"
    await _shown(page, "digest", CHANNEL_ID, 1180, dark=True)


async def _talk(page: Page, sandbox: Sandbox, coop: Coop) -> None:
    coop.set_now(oct4(19, 30))
    async with talking(coop, sandbox) as talk:
        for chat, lines in (
            (ADMIN_ID, ("who laid today?", "/next")),
            (SUBSCRIBER_ID, ("статистика за неделю",)),
        ):
            for line in lines:
                await talk.asked(chat, line)
        await sandbox.until(lambda: sum(message.photo is not None for message in talk.answers(SUBSCRIBER_ID)) == 3, 60)
    for name, chat, dark in (("talk", ADMIN_ID, False), ("talk-ru", SUBSCRIBER_ID, True)):
        await _shown(page, name, chat, 1000, dark=dark)


async def _teaching(browser: Path, sandbox: Sandbox, folder: Path) -> None:
    loop = asyncio.get_running_loop()
    async with opened(browser, sandbox.page_url) as page:

        def shown(name: str) -> None:
            asyncio.run_coroutine_threadsafe(_shown(page, name, ADMIN_ID, TEACHING[name]), loop).result()

        await asyncio.to_thread(teach, folder, sandbox, shown)


async def _shown(page: Page, name: str, chat: int, height: int, *, dark: bool = False) -> None:
    """Keep what is seen of one chat, when all its pictures are there."""
    await page.set_viewport_size({"width": WIDTH, "height": height})
    await page.emulate_media(color_scheme="dark" if dark else "light", reduced_motion="reduce")
    await page.get_by_role("tab").nth(CHATS.index(chat)).click()
    await page.wait_for_timeout(REST_MS)
    await page.wait_for_function("[...document.images].every(image => image.complete)")
    _save(name, await page.screenshot(), SHOWN)


async def _charts(folder: Path) -> None:
    database = _year(folder / "year.db")
    drawing = Drawing(folder / "charts")
    for name, text, language, at in CHARTS:
        charts = _asked(database, text, language, at)
        for number, path in enumerate(await drawing.draw(charts)):
            _save(f"{name}-{number + 1}" if len(charts) > 1 else name, path.read_bytes(), width=720)
    database.close()


def _asked(database: Database, text: str, language: str, at: datetime) -> tuple[Chart, ...]:
    charting = respond(database, text, language, at).charting
    assert charting is not None, f"{text} asks for charts"
    return charts_for(database, charting, language, at)


def _year(path: Path) -> Database:
    migrate(f"sqlite:///{path}")
    database = open_database(f"sqlite:///{path}")
    with database.writing() as session:
        write_coop(session, YEAR)
        session.commit()
    return database


def _save(name: str, content: bytes, width: int | None = None) -> None:
    """As a small PNG: few colours, and no wider than it is shown."""
    with Image.open(BytesIO(content)) as image:
        shown = image.convert("RGB")
    if width is not None and shown.width > width:
        shown = shown.resize((width, round(shown.height * width / shown.width)), Image.Resampling.LANCZOS)
    shown.quantize(COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(
        PICTURES / f"{name}.png", optimize=True
    )


if __name__ == "__main__":
    sys.exit(main())
