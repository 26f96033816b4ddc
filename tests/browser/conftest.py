"""Pages as people see them: a real browser, in both themes, from phone to desktop, without JavaScript."""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Literal

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright

from tests.bot.conftest import FixedClock
from tests.bot.web.site import ADA, Site, open_site
from tests.browser.example import furnish, icons

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
Scheme = Literal["light", "dark"]
Look = Callable[..., Awaitable[Page]]


class Windows:
    """Of one browser: one that runs scripts, and one that does not. To open another takes a second of computing."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._opened: dict[bool, Page] = {}

    async def open(self, script: bool = False) -> Page:
        """As of somebody who has been nowhere yet; 1280 wide, and light."""
        if script not in self._opened:
            context = await self._browser.new_context(
                java_script_enabled=script,
                bypass_csp=script,  # the checker is a script, and our pages allow none
            )
            self._opened[script] = await context.new_page()
        page = self._opened[script]
        await page.context.clear_cookies()
        await dress(page)
        return page


async def dress(page: Page, width: int = 1280, scheme: Scheme = "light") -> None:
    await page.set_viewport_size({"width": width, "height": 900})
    await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def windows() -> AsyncIterator[Windows]:
    """For tests that run on the session's loop: starting a browser takes longer than most of them."""
    if not CHROMIUM:
        pytest.skip("no Chromium is installed: pages are not looked at")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield Windows(browser)
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with open_site(tmp_path, FixedClock(), icons()) as opened:
        await furnish(opened)
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def look(windows: Windows, site: Site) -> Look:
    """Opens a page as Ada sees it, who runs the bot. With `script` the browser would run any JavaScript that there is."""
    session = await site.sign_in(ADA)

    async def open(path: str, width: int = 1280, scheme: Scheme = "light", script: bool = False) -> Page:
        page = await windows.open(script)
        await dress(page, width, scheme)
        await page.context.add_cookies([{"name": "session", "value": session, "url": site.address}])
        await page.goto(site.address + path)
        return page

    return open
