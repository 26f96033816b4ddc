"""Teams' sandbox and the bot's real way out to it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from adapters.base import Secret
from adapters.http import Http, pooled_session
from bot.clock import Clock
from bot.sandboxes import serving
from bot.teams.bearer import Bearer
from bot.teams.connector import Address, Connector
from bot.teams.credentials import CONNECTOR, GRAPH, ClientCredentials
from bot.teams.files import Files
from bot.teams.graph import Graph
from bot.teams.history import History
from bot.teams.hosts import Hosts
from bot.teams.look import Look
from bot.teams.outgoing import Outgoing
from bot.teams.people import People
from bot.teams.references import Conversations
from bot.teams.sandbox import TeamsSandbox
from bot.teams.sandbox.workspace import ADA, APP_ID, BOT, GENERAL, TEAM_GROUP, TENANT, with_thread
from bot.teams.send import Sender
from storage.database import Database
from storage.references import References


class MovingClock(Clock):
    """The system's, moved on by hand."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def time(self) -> float:
        return super().time() + self.ahead


@dataclass
class Stage:
    teams: TeamsSandbox
    http: Http
    session: aiohttp.ClientSession
    clock: MovingClock
    waits: list[float]
    database: Database
    credentials: ClientCredentials = field(init=False)
    bearer: Bearer = field(init=False)
    connector: Connector = field(init=False)
    conversations: Conversations = field(init=False)
    people: People = field(init=False)
    look: Look = field(init=False)
    sender: Sender = field(init=False)
    graph: Graph = field(init=False)
    history: History = field(init=False)

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """As after a crash: what was not stored is gone."""
        self.credentials = self.proven_by(self.teams.app_password)
        self.bearer = Bearer(self.http, self.credentials, CONNECTOR, self.clock)
        self.connector = Connector(self.bearer, Hosts.loopback(), self.sleep)
        self.conversations = Conversations(References(self.database), self.clock)
        self.people = People(self.connector, self.conversations, self.clock)
        graph = Bearer(self.http, self.credentials, GRAPH, self.clock)
        self.look = Look(graph, self.teams.graph_url, APP_ID, self.clock)
        self.graph = Graph(graph, self.teams.graph_url)
        files = Files(self.graph, self.http)
        self.history = History(self.graph, files, self.connector, self.conversations, APP_ID)
        self.sender = Sender(self.connector, self.conversations, self.look, self.clock.time)

    def proven_by(self, password: Secret, tenant: str = TENANT, app_id: str = APP_ID) -> ClientCredentials:
        return ClientCredentials(self.http, self.teams.login_url, tenant, app_id, password, self.clock)

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)

    def user(self, person: str = ADA) -> str:
        return self.teams.workspace.people[person].id

    def chat(self, person: str = ADA) -> str:
        return self.teams.workspace.conversation(person).id

    def thread(self, channel: str = GENERAL) -> str:
        """A question in a channel."""
        posted = self.teams.workspace.post(self.teams.workspace.conversation(channel), ADA, "a question")
        return with_thread(channel, posted.thread)

    def at(self, conversation: str) -> Address:
        return Address(TENANT, self.teams.service_url, conversation)

    def asked(self, method: str, path: str) -> list[Any]:
        """What the sandbox was asked with such a method and such a path."""
        return [entry for entry in self.teams.journal if entry.method == method and path in entry.path]

    def outgoing(self, *texts: str, **changes: Any) -> Outgoing:
        """A reply to Ada in her chat with the bot, but for what is changed."""
        call = changes.get("call", "call-1")
        messages = [{"text": text, "card": card(text, f"call:{call}:{part}")} for part, text in enumerate(texts)]
        where = {"tenant": TENANT, "service_url": self.teams.service_url, "conversation": self.chat(), "type": "personal"}
        who = {"bot": BOT, "user": self.user(), "object": ADA, "team": ""}
        what = {"call": call, "private": False, "replaces": "", "since": self.clock.time(), "messages": messages}
        return Outgoing(**{**where, **who, **what, **changes})

    def in_channel(self, *texts: str, **changes: Any) -> Outgoing:
        """The same where others see it."""
        where = {"conversation": self.thread(), "type": "channel", "team": TEAM_GROUP}
        return self.outgoing(*texts, **{**where, **changes})


def card(text: str, id: str = "first") -> dict[str, Any]:
    return {"type": "AdaptiveCard", "version": "1.5", "body": [{"type": "TextBlock", "id": id, "text": text, "wrap": True}]}


@asynccontextmanager
async def stage(directory: Any) -> AsyncIterator[Stage]:
    clock, waits = MovingClock(), list[float]()
    teams = TeamsSandbox(clock.now, "http://127.0.0.1:9/nobody", delays=())
    database = Database(f"sqlite:///{directory / 'teams.sqlite'}")
    await database.open()

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    async with serving({"teams": teams}, 0) as address, pooled_session() as session:
        teams.address = f"{address}teams/"
        yield Stage(teams, Http(session, sleep=sleep), session, clock, waits, database)
    await database.close()
