"""The sandbox being served, a client for its services, and a bot that writes down what it is told."""

import json
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.teams.sandbox import TeamsSandbox
from bot.teams.sandbox.login import CONNECTOR, GRAPH
from bot.teams.sandbox.workspace import ADA, CARD, TENANT

Json = dict[str, Any]


class MovableClock:
    """The real time, and what was skipped of it."""

    def __init__(self) -> None:
        self._skipped = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self._skipped

    def skip(self, seconds: float) -> None:
        self._skipped += timedelta(seconds=seconds)


@dataclass
class Bot:
    """Answers 200 to everything, unless `answers` holds something else for the next requests."""

    told: list[Json] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    answers: deque[web.Response] = field(default_factory=deque)

    async def hear(self, request: web.Request) -> web.Response:
        self.told.append(json.loads(await request.read()))
        self.tokens.append(request.headers.get("Authorization", ""))
        return self.answers.popleft() if self.answers else web.Response()

    def answer(self, body: Any, status: int = 200) -> None:
        self.answers.append(web.json_response(body, status=status))


@dataclass
class Answer:
    status: int
    body: Any
    headers: Mapping[str, str]

    @property
    def code(self) -> str:
        return f"{self.status} {self.body['error']['code']}"


@dataclass
class Teams:
    """The sandbox and the bot's side of it."""

    sandbox: TeamsSandbox
    bot: Bot
    clock: MovableClock
    session: aiohttp.ClientSession

    async def ask(
        self, method: str, url: str, body: Any = None, token: str | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        given = {"Authorization": f"Bearer {token}"} if token else {}
        async with self.session.request(method, url, json=body, headers={**given, **(headers or {})}) as answer:
            text = await answer.text()
            return Answer(answer.status, json.loads(text) if text else None, dict(answer.headers))

    async def call(self, method: str, path: str, body: Any = None, tenant: str = TENANT) -> Answer:
        """The connector, with a fresh token."""
        url = f"{self.sandbox.workspace.service_url(tenant)}v3/{path}"
        return await self.ask(method, url, body, self.sandbox.grant(CONNECTOR))

    async def graph(self, path: str) -> Answer:
        return await self.ask("GET", f"{self.sandbox.graph_url}{path}", token=self.sandbox.grant(GRAPH))

    async def send(self, conversation: str, activity: Json) -> Answer:
        return await self.call("POST", f"{of(conversation)}/activities", activity)

    async def say(self, activity: Json, conversation: str = "") -> str:
        """Sends what Teams takes; gives the message's id."""
        sent = await self.send(conversation or self.chat(), activity)
        assert sent.status == 201, sent.body
        return str(sent.body["id"])

    def chat(self, person: str = ADA) -> str:
        return self.sandbox.workspace.conversation(person).id


@asynccontextmanager
async def teams_and_bot() -> AsyncIterator[Teams]:
    bot, clock = Bot(), MovableClock()
    heard, made_up = web.Application(), web.Application()
    heard.router.add_post("/api/messages", bot.hear)
    async with TestServer(heard) as listening, aiohttp.ClientSession() as session:
        sandbox = TeamsSandbox(clock.now, str(listening.make_url("/api/messages")), delays=(0.0, 0.01))
        made_up.add_subapp("/teams/", sandbox.app)
        async with TestServer(made_up) as served:
            sandbox.address = str(served.make_url("/teams/"))
            yield Teams(sandbox, bot, clock, session)


def of(conversation: str) -> str:
    return f"conversations/{quote(conversation, safe='')}"


def text(words: str, **more: Any) -> Json:
    return {"type": "message", "text": words, **more}


def with_card(content: Any, **more: Any) -> Json:
    return {"type": "message", "attachments": [{"contentType": CARD, "content": content}], **more}


def card(*body: Json, actions: list[Json] | None = None, **more: Any) -> Json:
    shown: Json = {"type": "AdaptiveCard", "version": "1.5", "body": list(body) or [block("Hello")]}
    return {**shown, **({"actions": actions} if actions else {}), **more}


def block(words: str, **more: Any) -> Json:
    return {"type": "TextBlock", "text": words, "wrap": True, **more}


def execute(title: str = "Do it", **data: Any) -> Json:
    return {"type": "Action.Execute", "title": title, "verb": "press", "data": data or {"offer": "o1"}}


def submit(title: str = "Send", **data: Any) -> Json:
    return {"type": "Action.Submit", "title": title, "data": data or {"offer": "o2"}}


def opens(title: str = "Open", **data: Any) -> Json:
    return submit(title, **(data or {"offer": "o3"}), msteams={"type": "task/fetch"})
