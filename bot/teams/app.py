"""Puts the Teams side together: the door, botbuilder, and the way out."""

import asyncio
from asyncio import Future
from collections.abc import Awaitable, Callable, Mapping
from importlib import import_module

from aiohttp import web

from adapters.errors import Unavailable
from adapters.http import Http
from bot.clock import Clock
from bot.dispatch import Dispatch
from bot.metrics import Metrics
from bot.teams.account import Account, credentials_of
from bot.teams.auth import Auth
from bot.teams.bearer import Bearer
from bot.teams.connector import Connector
from bot.teams.credentials import CONNECTOR, GRAPH
from bot.teams.door import Door
from bot.teams.files import Files
from bot.teams.graph import Graph
from bot.teams.history import History
from bot.teams.invokes import Invokes
from bot.teams.keys import Keys
from bot.teams.look import Look
from bot.teams.people import People
from bot.teams.references import Conversations
from bot.teams.send import Sender
from bot.teams.teams import Teams
from commands.catalog import Catalog
from storage.inbox import Inbox
from storage.offers import Offers
from storage.references import References

Page = Callable[[web.Request], Awaitable[web.Response]]


class TeamsApp:
    """Everything of one registration. Implements `bot.platforms.PlatformApp`."""

    title = "Microsoft Teams"
    path = "/api/messages"

    def __init__(
        self,
        account: Account,
        zone: str,
        http: Http,
        inbox: Inbox,
        offers: Offers,
        references: References,
        catalog: Catalog,
        dispatch: "Future[Dispatch]",
        metrics: Metrics,
        clock: Clock,
    ) -> None:
        self._account = account
        self._keys = Keys(http, account.metadata_url, clock)
        self._bearer = Bearer(http, credentials_of(account, http, clock), CONNECTOR, clock)
        reader = Bearer(http, credentials_of(account, http, clock), GRAPH, clock)
        look = Look(reader, account.graph_url, account.app_id, clock)
        graph = Graph(reader, account.graph_url)
        self._connector = Connector(self._bearer, account.hosts)
        self._conversations = Conversations(references, clock)
        self._people = People(self._connector, self._conversations, clock, lenient=account.tokenless)
        self._sender = Sender(self._connector, self._conversations, look)
        self._history = History(graph, Files(graph, http), self._connector, self._conversations, account.app_id)
        self._zone = zone
        self._clock = clock
        self._opened: Future[Teams] = asyncio.get_running_loop().create_future()
        self._refreshing: asyncio.Task[None] | None = None
        auth = Auth(account.app_id, self._keys, account.hosts, account.tenants, clock, tokenless=account.tokenless)
        self.handle = Door(inbox, auth, Invokes(inbox, offers, catalog, self._opened, dispatch, clock), metrics).handle

    @property
    def pages(self) -> Mapping[str, Page]:
        """None: Teams has a catalogue of its own."""
        return {}

    async def open(self) -> Teams:
        """Loads botbuilder, which takes long, in a thread: the door is open meanwhile."""
        listen = await asyncio.to_thread(import_module, "bot.teams.listen")
        parts = (self._people, self._conversations, self._connector, self._sender)
        teams = Teams(listen.Listener(), *parts, self._zone, self._clock, self._history)
        self._opened.set_result(teams)
        return teams

    def start(self) -> None:
        """Keeps Microsoft's keys fresh."""
        self._refreshing = asyncio.create_task(self._keys.run())

    async def check(self) -> str:
        """Says as which app the bot is known. Raises Refused, naming the setting that is wrong; Unavailable."""
        await self._bearer.secret()
        if not (self._keys.current or await self._keys.refresh()):
            raise Unavailable("The keys that Teams signs with can't be had: check TEAMS_OPENID_METADATA_URL.")
        return f"as the app {self._account.app_id}"

    async def close(self) -> None:
        if self._refreshing:
            self._refreshing.cancel()
            await asyncio.gather(self._refreshing, return_exceptions=True)
