"""Pages as people see them: a real browser, in both themes, from phone to desktop, without JavaScript."""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
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


@asynccontextmanager
async def _launched() -> AsyncIterator[Browser]:
    if not CHROMIUM:
        pytest.skip("no Chromium is installed: pages are not looked at")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        await browser.close()


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    """For one test."""
    async with _launched() as browser:
        yield browser


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_chromium() -> AsyncIterator[Browser]:
    """For tests that run on their module's loop: starting a browser takes longer than most of them."""
    async with _launched() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="module")
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with open_site(tmp_path, FixedClock(), icons()) as opened:
        await furnish(opened)
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def look(shared_chromium: Browser, site: Site) -> AsyncIterator[Look]:
    """Opens a page as Ada sees it, who runs the bot. With `script` the browser would run any JavaScript that there is."""
    session = await site.sign_in(ADA)
    async with AsyncExitStack() as stack:

        async def open(path: str, width: int = 1280, scheme: Scheme = "light", script: bool = False) -> Page:
            context = await shared_chromium.new_context(
                java_script_enabled=script,
                bypass_csp=script,  # the checker is a script, and our pages allow none
                color_scheme=scheme,
                reduced_motion="reduce",
                viewport={"width": width, "height": 900},
            )
            stack.push_async_callback(context.close)
            await context.add_cookies([{"name": "session", "value": session, "url": site.address}])
            page = await context.new_page()
            await page.goto(site.address + path)
            return page

        yield open
