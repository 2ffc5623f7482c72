"""The sandbox's page in a real browser shows the day as a person would see it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from telegram.ext import ExtBot
from telegram.request import HTTPXRequest

from henbot.sandbox import CHANNEL_ID, Sandbox, running_sandbox
from tests.browser import find_browser, opened
from tests.coop_builder import Coop, build_coop, oct4
from tests.integration.test_channel import channel, publish, publisher
from tests.told_day import Told

pytestmark = pytest.mark.skipif(find_browser() is None, reason="no Chromium here: apt-get install chromium")

SHOWN = """[...document.querySelectorAll('.pane')].filter(pane => pane.offsetParent).map(pane => ({
  title: pane.querySelector('.head b').innerText,
  rows: [...pane.querySelectorAll('.row')].map(row => ({
    text: row.innerText,
    quote: row.querySelector('.quote')?.innerText || '',
    edited: row.innerText.includes('edited'),
    pictures: [...row.querySelectorAll('img')].map(image => image.naturalWidth * image.clientWidth),
    fits: row.scrollWidth <= row.clientWidth,
  })),
}))"""
LOADED = "[...document.images].length >= {number} && [...document.images].every(image => image.complete)"


@pytest.fixture(autouse=True)
def _durations(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


@pytest.fixture
def coop(tmp_path: Path) -> Iterator[Coop]:
    built = build_coop(tmp_path)
    built.set_now(oct4(7))
    yield built
    built.database.close()


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with running_sandbox() as running:
        yield running


@pytest.fixture
async def bot(sandbox: Sandbox) -> AsyncIterator[ExtBot[int]]:
    request = HTTPXRequest(read_timeout=2)
    async with ExtBot(
        sandbox.token, base_url=sandbox.base_url, base_file_url=sandbox.base_file_url, request=request
    ) as running:
        yield running


async def test_the_day_is_seen_on_a_phone_in_its_order_with_its_pictures(
    coop: Coop, sandbox: Sandbox, bot: ExtBot[int], tmp_path: Path
) -> None:
    told = Told(coop, publisher(coop, bot), publish)
    browser = find_browser()
    assert browser is not None
    await told.lays("blanche", oct4(8, 10), sits=38, eggs=0)
    async with opened(browser, sandbox.page_url, tmp_path) as tab:
        await tab.look(412, 900)
        await tab.until(LOADED.format(number=len(channel(sandbox))))
        await told.looks_in("olive", oct4(11, 40), eggs=1)  # while the page is open
        await tab.until(LOADED.format(number=3) + " && document.body.innerText.includes('Olive')")
        (pane,) = await tab.says(SHOWN)
        assert await tab.says("document.documentElement.scrollWidth <= innerWidth")
    assert pane["title"] == sandbox.world.chats.rooms[CHANNEL_ID].title
    bout, egg, visit = pane["rows"]
    assert "Blanche" in bout["text"]
    assert "left 8:53" in bout["text"]
    assert bout["edited"]
    assert "Blanche" in egg["quote"]
    assert "Olive" in visit["text"]
    assert all(len(row["pictures"]) == 1 and row["pictures"][0] > 0 and row["fits"] for row in (bout, egg, visit))
