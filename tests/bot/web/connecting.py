"""All of connecting an account, with the real parts: a made-up Slack to sign in with, a made-up Google, a service with keys."""

import random
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from aiohttp import web

from adapters.base import Adapter, ApiKey, Client, OAuth2, Secret, Service
from adapters.errors import NeedsConnection
from adapters.google_calendar import ADAPTER as GOOGLE
from adapters.google_calendar.sandbox import CalendarSandbox
from adapters.http import Http, Request, pooled_session
from adapters.oauth import OAuthClient, Registration
from adapters.sandbox import Sandbox
from bot.accounts import Accounts
from bot.breaking import Breaking, Tell
from bot.checking import Checking
from bot.clock import Clock
from bot.oauth import Connecting, OAuthService
from bot.own import Own
from bot.refreshing import Refresher
from bot.revoking import Revoking
from bot.sandboxes import serving
from bot.slack.sandbox import SlackSandbox
from bot.web.connect import Connect
from bot.web.identity import slack
from bot.web.noting import Note
from bot.web.openid import OpenId
from bot.web.signin import SignIn
from commands.call import Actor
from commands.reply import Reply
from storage.audit import Audit
from storage.tickets import Tickets
from storage.vault import Connection, Owner, Vault
from tests.bot.web.served import Site, Window, site, token

START = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
KEY = "CANARY-key-1234567890"


class MovingClock(Clock):
    def __init__(self) -> None:
        self.at = START.timestamp()

    def time(self) -> float:
        return self.at


class Keyed(Client):
    """A service that knows one key."""

    async def whoami(self) -> str:
        url = f"{self._service.base_url}me"
        answer = await self._service.http.send(
            Request("keyed", "GET", url, {"Authorization": f"Bearer {self.token.reveal()}"}, repeatable=True)
        )
        if answer.status != 200:
            raise NeedsConnection("Keyed")
        return answer.body.decode()


class KeyedSandbox(Sandbox):
    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__("keyed", now)
        self.app.router.add_get("/me", self._me)

    async def _me(self, request: web.Request) -> web.Response:
        if self.token_of(request) != KEY:
            raise web.HTTPUnauthorized
        return web.Response(text="keyed account")


async def _check(client: Keyed) -> None:
    await client.whoami()


async def _account(client: Keyed) -> str:
    return await client.whoami()


KEYED = Adapter(
    name="keyed",
    title="Keyed",
    about="A service with keys.",
    category="Tests",
    base_url="https://keyed.example/",
    auth=ApiKey("https://keyed.example/keys"),
    scopes=(),
    client=Keyed,
    check=_check,
    account=_account,
    webhook=None,
    sandbox=KeyedSandbox,
    env="KEYED",
)


@dataclass
class Stage:
    """Everything that takes part, to look at afterwards."""

    site: Site
    clock: MovingClock
    slack: SlackSandbox
    google: CalendarSandbox
    vault: Vault
    connecting: Connecting
    google_url: str
    told: list[tuple[Actor, Reply, str]] = field(default_factory=list)
    strangers: set[str] = field(default_factory=set)

    async def connections(self) -> list[Connection]:
        return await self.vault.of_tenant("slack", "T1") + await self.vault.of_tenant("slack", self.slack.workspace.team)

    async def connection(self, actor: Actor, service: str = "google_calendar") -> Connection | None:
        return await self.vault.find(Owner(actor.platform, actor.tenant, actor.user), service)

    async def ticket(self, actor: Actor, service: str = "google_calendar", team: bool = False) -> str:
        """The path of a link."""
        return "/" + (await self.connecting.link(actor, service, team)).removeprefix(self.site.url)

    async def at_google(self, window: Window, actor: Actor, account: str) -> str:
        """Follows a link of the actor's, presses Connect, and allows it: where the browser is sent back to."""
        pressed = await window.post(await self.ticket(actor))
        assert pressed.status == 303, pressed.text
        return self.google.authorization.approve(pressed.location, account)

    @property
    def exchanges(self) -> int:
        return self.google.authorization.counts.exchanges


@asynccontextmanager
async def stage(database_url: str, auth: OAuth2 | None = None) -> AsyncIterator[Stage]:
    clock = MovingClock()
    sandboxes = (SlackSandbox(clock.now, "http://127.0.0.1:1/"), CalendarSandbox(clock.now), KeyedSandbox(clock.now))
    async with AsyncExitStack() as stack:
        shared = await stack.enter_async_context(serving({each.name: each for each in sandboxes}, 0))
        http = Http(await stack.enter_async_context(pooled_session()), rates=dict.fromkeys(_UNPACED))
        built: list[Stage] = []

        def add_routes(site: Site) -> None:
            built.append(_add_routes(site, shared, http, clock, auth, *sandboxes))

        await stack.enter_async_context(site(database_url, clock.time, add_routes))
        yield built[0]


_UNPACED = ("slack_login", "google_calendar_login", "google_calendar", "keyed")


def _add_routes(
    site: Site,
    shared: str,
    http: Http,
    clock: MovingClock,
    auth: OAuth2 | None,
    slack_sandbox: SlackSandbox,
    google: CalendarSandbox,
    keyed: KeyedSandbox,
) -> Stage:
    slack_sandbox.address = f"{shared}slack/"
    google_url = f"{shared}google_calendar/"
    google_auth = auth or GOOGLE.auth
    assert isinstance(google_auth, OAuth2)
    registration = Registration(google.client_id, Secret(google.client_secret))
    client = OAuthClient(google.name, GOOGLE.title, google_auth.at(google_url), registration, http)
    services = {
        google.name: Service(GOOGLE, google_url, http, GOOGLE.client.load(google_url)),
        keyed.name: Service(KEYED, f"{shared}keyed/", http, None),
    }
    told: list[tuple[Actor, Reply, str]] = []
    strangers: set[str] = set()

    async def tell(actor: Actor, reply: Reply, key: str) -> None:
        told.append((actor, reply, key))

    async def known(actor: Actor) -> Actor | None:
        return None if actor.key in strangers else replace(actor, zone="Europe/London")

    vault = Vault(site.database, site.sealer, clock.time, token)
    accounts = _accounts(vault, services, {google.name: client}, tell, clock)
    offered = {google.name: OAuthService(GOOGLE, client), keyed.name: OAuthService(KEYED, None)}
    tickets = Tickets(site.database, clock.time, token)
    connecting = Connecting(offered, accounts, tickets, site.states, {"slack"}, site.is_admin, tell, site.url, token)
    provider = slack(slack_sandbox.address, slack_sandbox.client_id, Secret(slack_sandbox.client_secret))
    identities = {"slack": OpenId(provider, http, clock)}
    sign_in = SignIn(site.pages, site.browser, site.states, identities, known, site.url, token)
    sign_in.add_routes(site.app.router)
    Connect(site.pages, site.browser, sign_in, connecting, site.url, Note(Audit(site.database), clock)).add_routes(
        site.app.router
    )
    return Stage(site, clock, slack_sandbox, google, vault, connecting, google_url, told, strangers)


def _accounts(
    vault: Vault, services: Mapping[str, Service], clients: Mapping[str, OAuthClient], tell: Tell, clock: Clock
) -> Accounts:
    breaking = Breaking(vault, {name: service.adapter.title for name, service in services.items()}, tell, _nobody)
    own = Own(vault, Refresher(vault, breaking, clock, "one", random.random), breaking, clients, clock)
    checking, revoking = Checking(vault, services, own, breaking, clock), Revoking(vault, clients)
    return Accounts(vault, services, checking, revoking, tell, _nothing, _nothing, clock, 3600.0)


async def _nobody(owner: Owner) -> Sequence[Actor]:
    return []


async def _nothing(*_: object) -> None:
    pass
