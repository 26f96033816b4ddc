"""People who connect accounts to the real process, with browsers that are programs."""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from bot.slack.sandbox.workspace import ADA
from tests.acceptance.world import World, until
from tests.bot.web.served import Window

_CSRF = re.compile(r'name="csrf" value="([^"]+)"')


@asynccontextmanager
async def browser(world: World) -> AsyncIterator[Window]:
    """It has been nowhere yet."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        yield Window(world.bot.url, session)


async def link_for(world: World, user: str = ADA, words: str = "today") -> str:
    """Somebody in Slack asks for what needs an account: the path of the link that they are shown."""

    def links() -> list[str]:
        shown = [each for each in world.slack.messages() if each["only_for"] == user]
        elements = [element for each in shown for block in each["blocks"] for element in block.get("elements", [])]
        return [element["url"] for element in elements if "/connect/" in element.get("url", "")]

    async def look() -> list[str]:
        return links()

    before = len(links())
    await world.slack.command("/calendar", words, user=user)
    found: list[str] = await until(look, lambda urls: len(urls) > before)
    return "/" + found[-1].removeprefix(world.bot.url)


async def sign_in(world: World, window: Window, ticket: str, user: str = ADA) -> str:
    """From a link to the made-up Slack and back; the page that it ends on, as text."""
    away = await window.get(f"{ticket}/signin")
    back = await window.get(world.slack.sign_in(away.location, user))
    assert back.status == 303, back.text
    return (await window.get(back.location)).text


async def connect(world: World, window: Window, user: str = ADA, account: str = "ada@acme.test") -> None:
    """All the way, until the bot has the account."""
    ticket = await link_for(world, user)
    shown = await sign_in(world, window, ticket, user)
    found = _CSRF.search(shown)
    assert found, shown
    pressed = await window.post(ticket, {"csrf": found[1]})
    back = await window.get(world.calendar.authorization.approve(pressed.location, account))
    assert back.location.endswith("/integrations?connected=google_calendar#google_calendar"), back.text


async def said(world: World, words: str, room: str = "") -> Any:
    """The first message in Slack with these words, once it is there."""
    return await until(_looking(world, words, room), bool)


def _looking(world: World, words: str, room: str) -> Callable[[], Any]:
    async def look() -> list[Any]:
        return [each for each in world.slack.messages(room) if words.casefold() in each["text"].casefold()]

    return look
