"""Slack's sandbox and the real client on it, for what calls its Web API."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from adapters.http import Http, pooled_session
from bot.clock import Clock
from bot.sandboxes import serving
from bot.slack.api import WebApi
from bot.slack.listen import Listener
from bot.slack.outgoing import Outgoing
from bot.slack.pace import Pace
from bot.slack.people import People
from bot.slack.sandbox import SlackSandbox
from bot.slack.sandbox.workspace import ADA, GENERAL, TEAM
from bot.slack.send import Sender
from bot.slack.slack import Slack
from bot.slack.stream import Streams
from bot.slack.workspaces import Workspaces


@dataclass
class Stage:
    slack: SlackSandbox
    session: aiohttp.ClientSession
    client: AsyncWebClient
    sender: Sender
    people: People
    platform: Slack
    waits: list[float]

    def said(self, channel: str = "") -> list[dict[str, Any]]:
        return [message for message in self.slack.messages(channel) if message.get("bot_id")]


@asynccontextmanager
async def stage() -> AsyncIterator[Stage]:
    slack = SlackSandbox(lambda: datetime.now(UTC), "http://127.0.0.1:9/nobody", delays=())
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    async def no_wait(seconds: float) -> None:
        """Http's own retries are not what is looked at here."""

    async with serving({"slack": slack}, 0) as address, pooled_session() as session:
        slack.address = f"{address}slack/"
        client = AsyncWebClient(slack.bot_token.reveal(), base_url=slack.api_url, session=session, retry_handlers=[])
        http = Http(session, sleep=no_wait)
        api = WebApi(http, slack.bot_token, slack.api_url)
        sender = Sender(api, http, Pace(sleep), Streams())
        workspaces = Workspaces(http, slack.api_url, slack.bot_token, None, Clock())
        people, listener = People(workspaces, "Europe/Berlin", Clock()), Listener(slack.api_url, session)
        platform = Slack(workspaces, listener, people, http, Pace(sleep), "Europe/Berlin", Clock())
        yield Stage(slack, session, client, sender, people, platform, waits)


def outgoing(*texts: str, **changes: Any) -> Outgoing:
    messages = [{"text": text, "blocks": [_block(text)]} for text in texts]
    usual = {
        "call": "call-1",
        "team": TEAM,
        "channel": GENERAL,
        "thread": "",
        "user": ADA,
        "private": False,
        "response_url": "",
    }
    return Outgoing(**{**usual, "since": datetime.now(UTC).timestamp(), "messages": messages, **changes})


def _block(text: str) -> dict[str, Any]:
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return {"type": "rich_text", "elements": [section]}
