"""The sandbox's page as a person sees it: opened in headless Chromium while the real bot tells a day."""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, ViewportSize, expect

from benchmarks.browser import MISSING, PHONE, find_browser, opened
from henbot.sandbox import ADMIN_ID, CHANNEL_ID, Sandbox, running_sandbox
from tests.coop_builder import Coop, build_coop, oct4
from tests.processes import bot_process
from tests.sandbox_bots import picture

expect.set_options(timeout=20_000)  # the bot begins its start when the page is opened

DESK: ViewportSize = {"width": 1280, "height": 900}


@pytest.fixture
def browser() -> Path:
    program = find_browser()
    if program is None and os.environ.get("CI"):
        pytest.fail(f"CI must see the page. {MISSING}")
    if program is None:
        pytest.skip(MISSING)
    return program


@pytest.fixture
def coop(tmp_path: Path) -> Iterator[Coop]:
    built = build_coop(tmp_path)
    built.set_now(oct4(14), speed=0)
    built.admins_hear_of_no_bouts()
    built.seen(oct4(7), oct4(13, 59))
    yield built
    built.database.close()


@pytest.fixture
def sandbox(coop: Coop) -> Iterator[Sandbox]:
    """Telegram, and the bot in a process of its own that talks to it."""
    with running_sandbox() as running, bot_process(coop, running):
        yield running


@asynccontextmanager
async def seen(
    browser: Path, sandbox: Sandbox, chat: int, size: tuple[int, int] = PHONE, *, dark: bool = False
) -> AsyncIterator[Page]:
    """The page at a chat; no script may have failed while it was looked at."""
    failed: list[str] = []
    async with opened(browser, f"{sandbox.page_url}#{chat}", size, dark=dark) as page:
        page.on("pageerror", lambda error: failed.append(str(error)))
        await expect(page.locator(".pane")).to_have_count(3)
        yield page
    assert failed == []


def posts(page: Page, title: str = "The coop") -> Locator:
    """The messages of one chat's pane, as rows."""
    return page.get_by_role("region", name=title).locator(".row")


async def width_beyond_the_screen(page: Page) -> int:
    """Pixels by which anything visible sticks out of its pane or the screen."""
    return int(
        await page.evaluate(
            """() => Math.max(0, ...[...document.querySelectorAll(".pane.chosen *")]
                .map(node => node.getBoundingClientRect()).filter(box => box.width && box.height)
                .map(box => Math.round(box.right - innerWidth)))"""
        )
    )


async def left_edges_of_chats(page: Page) -> list[int]:
    boxes = [await pane.bounding_box() for pane in await page.locator(".pane").all()]
    return [round(box["x"]) for box in boxes if box]


def the_morning(coop: Coop) -> None:
    """Ginger settles."""
    coop.bout("a", "ginger", oct4(9, 26), settled=oct4(9, 31))
    coop.picture("a", picture(640, 480, grey=90))


def ginger_lays(coop: Coop) -> None:
    fields = {"settled": oct4(9, 31), "left": oct4(10, 42), "verdict": "laid", "counted": oct4(10, 43)}
    coop.bout("a", "ginger", oct4(9, 26), **fields)
    coop.proof(coop.egg(oct4(10, 43), "ginger"), picture(640, 240, grey=160))


async def test_a_day_in_the_channel_is_seen_as_it_happens(browser: Path, coop: Coop, sandbox: Sandbox) -> None:
    async with seen(browser, sandbox, CHANNEL_ID) as page:
        await expect(page.get_by_text("No messages yet.")).to_be_visible()
        the_morning(coop)
        came = posts(page).nth(0)
        await expect(came).to_contain_text("Ginger")
        await expect(came).to_contain_text("sitting since 9:31")
        await expect(came.get_by_title("Sent silently")).to_be_visible()
        ginger_lays(coop)
        await expect(came).to_contain_text("left 10:42")
        await expect(came.get_by_text("edited")).to_be_visible()
        egg = posts(page).nth(1)
        await expect(egg.locator(".text")).to_contain_text("Ginger laid an egg")
        await expect(egg.locator(".quote")).to_contain_text("Ginger")
        await expect(egg.get_by_title("Sent silently")).to_have_count(0)
        await expect(egg.locator("img")).to_have_js_property("naturalWidth", 640)
        await expect(posts(page)).to_have_count(2)
        await expect(egg).to_be_in_viewport()
        assert await width_beyond_the_screen(page) == 0
        await page.set_viewport_size(DESK)
        assert await left_edges_of_chats(page) == [0, 427, 854]  # side by side on a desk


async def test_a_person_presses_start_types_a_question_and_presses_a_button(
    browser: Path, coop: Coop, sandbox: Sandbox
) -> None:
    coop.bout("a", "ginger", oct4(9, 26), settled=oct4(9, 31), left=oct4(10, 42), verdict="probably")
    async with seen(browser, sandbox, ADMIN_ID, dark=True) as page:
        pane = page.get_by_role("region", name="Keeper")
        await pane.get_by_role("button", name="START").click()
        await expect(posts(page, "Keeper")).to_have_count(2)
        box = pane.get_by_role("textbox", name="Message")
        await box.fill("who laid today?")
        await box.press("Enter")
        await expect(pane.locator(".row.own").last).to_contain_text("who laid today?")
        await expect(posts(page, "Keeper").last).to_contain_text("Ginger – probably laid")
        await box.fill("what is the meaning of life")
        await box.press("Enter")
        offers = posts(page, "Keeper").last.locator(".keys button")
        await expect(offers.first).to_be_visible()
        told = await posts(page, "Keeper").count()
        await offers.first.click()
        await expect(posts(page, "Keeper")).not_to_have_count(told)
        assert await width_beyond_the_screen(page) == 0
        dark = await pane.locator(".log").evaluate("node => getComputedStyle(node).backgroundColor")
        assert max(int(part) for part in re.findall(r"\d+", dark)[:3]) < 64
