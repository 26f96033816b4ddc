"""A workspace of a Slack that somebody else made up installs the bot, and is spoken to."""

import re
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urljoin

import pytest

from commands.call import Actor
from commands.reply import Reply
from tests.acceptance.emulated_slack import CLIENT_ID, CLIENT_SECRET, PERSON, TEAM, EmulatedSlack, emulated_slack
from tests.acceptance.world import free_port
from tests.bot.slack.several import Elsewhere, Several, several
from tests.emulate import Emulate, emulate

__all__ = ["emulate"]

pytestmark = pytest.mark.emulate


class Scene(NamedTuple):
    bot: Several
    slack: EmulatedSlack


@pytest.fixture
async def scene(emulate: Emulate, tmp_path: Path) -> AsyncIterator[Scene]:
    own, port = free_port(), free_port()
    elsewhere = Elsewhere(f"http://127.0.0.1:{port}/", CLIENT_ID, CLIENT_SECRET)
    bot = f"http://127.0.0.1:{own}/"
    async with (
        emulated_slack(emulate, port, f"{bot}slack/events", f"{bot}slack/oauth_redirect") as slack,
        several(tmp_path, own=False, elsewhere=elsewhere, port=own) as opened,
    ):
        yield Scene(opened, slack)


async def allowed(bot: Several, url: str) -> str:
    """Presses the first button of the page at Slack; gives where the browser goes next."""
    async with bot.browser.get(url) as page:
        form = (await page.text()).partition("<form")[2].partition("</form>")[0]
    [action] = re.findall(r'action="([^"]*)"', form)
    fields = {name: unescape(value) for name, value in re.findall(r'name="([^"]*)" value="([^"]*)"', form)}
    async with bot.browser.post(urljoin(url, action), data=fields, allow_redirects=False) as gone:
        return gone.headers["Location"]


async def test_it_installs_the_bot_and_is_answered_with_its_own_token(scene: Scene) -> None:
    bot, slack = scene
    url, cookies = await bot.to_slack()
    back = await allowed(bot, url)
    first, again = await bot.back(back, cookies), await bot.back(back, cookies)
    asked = await bot.slack.reach(Actor("slack", TEAM, PERSON))
    told = bot.slack.render(asked, Reply("Welcome."), "call-1", ())
    for _ in range(2):
        await bot.slack.send(told, (), look=True)

    assert (first[0], again[0]) == (200, 401)
    assert [message["text"] for message in await slack.said(asked.place.conversation)] == ["Welcome."]
