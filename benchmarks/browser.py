"""A headless browser of the machine's own, for pictures of pages and for the test that looks at one."""

import os
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Page, async_playwright

BROWSER = "HENBOT_BROWSER"
"""Variable that names a browser's program."""

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "microsoft-edge", "chrome")
"""Programs of browsers that are built on Chromium."""

MISSING = (
    "No Chromium was found: install one (Debian, Ubuntu: apt-get install chromium fonts-noto-color-emoji), "
    f"or name one in {BROWSER}."
)
PHONE = (412, 915)
"""CSS pixels of a usual phone."""

LONGEST_MS = 15_000.0


def find_browser(environment: Mapping[str, str] = os.environ) -> Path | None:
    """The program of a browser that can be steered; None where there is none."""
    found = (shutil.which(name) for name in (environment.get(BROWSER, ""), *NAMES) if name)
    return next((Path(path) for path in found if path), None)


@asynccontextmanager
async def opened(
    program: Path, url: str, size: tuple[int, int] = PHONE, *, dark: bool = False, timezone: str = "UTC"
) -> AsyncIterator[Page]:
    """A page in a browser without a window, on a screen of two pixels a CSS pixel.

    Args:
        size: of the screen, in CSS pixels.
        dark: whether the person likes dark pages.
        timezone: of the person.
    """
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=["--disable-gpu"])
        try:
            context = await browser.new_context(
                viewport={"width": size[0], "height": size[1]},
                device_scale_factor=2,
                color_scheme="dark" if dark else "light",
                reduced_motion="reduce",
                locale="en-GB",
                timezone_id=timezone,
            )
            page = await context.new_page()
            page.set_default_timeout(LONGEST_MS)
            await page.goto(url, wait_until="domcontentloaded")
            yield page
        finally:
            await browser.close()
