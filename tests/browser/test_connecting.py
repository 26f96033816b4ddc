"""Somebody connects an account, in the real process and a real browser, without JavaScript."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Page

from tests.acceptance.forked_command import running
from tests.browser.bot import MadeUp, link_in
from tests.browser.conftest import Windows

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def made_up(tmp_path: Path) -> AsyncIterator[MadeUp]:
    async with running(tmp_path) as bot, aiohttp.ClientSession() as session:
        yield MadeUp(bot, session)


@pytest_asyncio.fixture(loop_scope="session")
async def page(windows: Windows) -> Page:
    return await windows.open()


async def press(page: Page, label: str) -> None:
    await page.get_by_role("button", name=label).first.click()


async def badge(page: Page) -> str:
    return await page.locator("#google_calendar .badge").first.inner_text()


async def test_a_command_runs_by_itself_once_its_asker_has_connected_an_account(made_up: MadeUp, page: Page) -> None:
    await made_up.type("/calendar today")
    (asked,) = await made_up.said("is not connected yet")
    assert asked["only_for"] == "U0ADA"
    await page.goto(link_in(asked))
    await page.get_by_role("link", name="Sign in with Slack").click()
    await press(page, "Ada Lovelace")
    assert "to Ada Lovelace in Slack" in await page.inner_text("main")
    await press(page, "Connect Google Calendar")
    await press(page, "Allow")

    assert await badge(page) == "Connected"
    assert "You can close this window" in await page.inner_text("#google_calendar")
    assert "ada@acme.test" in await page.inner_text("#google_calendar")
    await made_up.said("3 meetings today")
    await made_up.said("ad…@acme.test is connected to Google Calendar")
    assert (await made_up.authorization())["exchanges"] == 1


async def test_an_account_is_connected_tried_and_taken_back_on_the_page(made_up: MadeUp, page: Page) -> None:
    await made_up.post("teams", "message", {"text": "ping"})  # who has never spoken to the bot is not known to it
    await page.goto(made_up.bot.address)
    await page.get_by_role("link", name="Sign in with Microsoft").click()
    await press(page, "Ada Lovelace")
    assert await badge(page) == "Not connected"
    await page.locator("#google_calendar").get_by_role("button", name="Connect").first.click()
    await press(page, "Connect Google Calendar")
    await page.get_by_label("Grace Hopper").check()
    await press(page, "Allow")
    assert await badge(page) == "Connected"
    assert "grace@acme.test" in await page.inner_text("#google_calendar")
    await press(page, "Test")
    assert await badge(page) == "Connected"
    await press(page, "Disconnect")
    assert await badge(page) == "Not connected"
    counts = await made_up.authorization()
    assert (counts["exchanges"], counts["revocations"]) == (1, 1)


async def test_somebody_else_who_opens_the_link_connects_nothing_and_both_are_told(made_up: MadeUp, page: Page) -> None:
    await made_up.type("/calendar today")
    (asked,) = await made_up.said("is not connected yet")
    await page.goto(link_in(asked))
    await page.get_by_role("link", name="Sign in with Slack").click()
    await press(page, "Grace Hopper")
    assert "somebody else" in await page.inner_text("main")
    assert {each["channel"] for each in await made_up.said("somebody else", number=2)} == {"D0ADA", "D0GRACE"}
    await page.goto(link_in(asked))
    assert await page.get_by_role("button", name="Connect").count() == 0
    assert (await made_up.authorization())["exchanges"] == 0
