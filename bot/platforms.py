"""The platforms that are switched on. What belongs to one that is off is not even imported."""

from asyncio import Future
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from aiohttp import ClientSession, web

from adapters.base import Secret
from adapters.http import Http, Rate
from bot.dispatch import Dispatch
from bot.metrics import Metrics
from bot.plan import Plan
from bot.platform import Platform
from bot.sandboxes import sandboxes_of, serving
from bot.stores import Stores
from commands.catalog import Catalog

if TYPE_CHECKING:
    from bot.slack.sandbox import SlackSandbox
    from bot.teams.sandbox import TeamsSandbox
    from bot.web.site import Site

SLACK, TEAMS = "slack", "teams"
Page = Callable[[web.Request], Awaitable[web.Response]]


class PlatformApp(Protocol):
    """A platform as `bot/app.py` handles it: `handle` serves `path` at once, `open` loads the rest meanwhile."""

    @property
    def title(self) -> str:
        """As people write it."""

    @property
    def path(self) -> str:
        """Where deliveries come in."""

    @property
    def pages(self) -> Mapping[str, Page]:
        """What people open in a browser, by path."""

    async def handle(self, request: web.Request) -> web.Response:
        """Stores what arrives, and acknowledges it."""

    async def open(self) -> Platform:
        """Loads what takes long, in a thread."""

    def start(self) -> None:
        """To be called once deliveries are being answered."""

    async def check(self) -> str:
        """Says as whom the bot is known. Raises Refused, Unavailable."""

    async def close(self) -> None:
        """Ends what `start` began."""


@dataclass(frozen=True)
class Practice:
    """The made-up platforms of sandbox mode. `administrators` are the keys of those who run the bot there."""

    slack: "SlackSandbox"
    teams: "TeamsSandbox"
    administrators: tuple[str, ...]


@asynccontextmanager
async def sandboxes(plan: Plan, address: str) -> AsyncIterator[tuple[str, Practice | None]]:
    """Serves the stand-ins that this process hosts, in sandbox mode those of the platforms too; `address` is the bot's.

    Gives the address that they share, empty where there are none.
    """
    services = sandboxes_of(plan.adapters, plan.hosted, plan.clock)
    practice = _practice(plan, address) if plan.settings.sandbox_mode else None
    platforms: dict[str, SlackSandbox | TeamsSandbox] = {SLACK: practice.slack, TEAMS: practice.teams} if practice else {}
    if not (services or platforms):
        yield "", None
        return
    async with serving({**services, **platforms}, plan.settings.sandbox_port) as shared:
        for name, sandbox in platforms.items():
            sandbox.address = f"{shared}{name}/"
        yield shared, practice


def rates(plan: Plan) -> Mapping[str, Rate | None]:
    """How fast each platform may be asked. Slack counts by channel and by method, so it paces itself."""
    if not (plan.settings.teams or plan.settings.sandbox_mode):
        return {SLACK: None}
    from bot.teams.connector import RATES

    return {SLACK: None, **RATES}


def _practice(plan: Plan, address: str) -> Practice:
    from bot.slack.sandbox import SlackSandbox
    from bot.slack.sandbox.workspace import ADA, TEAM
    from bot.teams.sandbox import TeamsSandbox, directory

    slack = SlackSandbox(plan.clock.now, f"{address}slack/events")
    teams = TeamsSandbox(plan.clock.now, f"{address}api/messages")
    return Practice(slack, teams, (f"slack:{TEAM}:{ADA}", f"teams:{directory.TENANT}:{directory.ADA}"))


def names(plan: Plan) -> tuple[str, ...]:
    """Those that are switched on."""
    made_up = plan.settings.sandbox_mode
    return tuple(name for name, on in ((SLACK, plan.settings.slack), (TEAMS, plan.settings.teams)) if on or made_up)


def platform_apps(
    plan: Plan,
    practice: Practice | None,
    session: ClientSession,
    http: Http,
    stores: Stores,
    catalog: Catalog,
    dispatch: "Future[Dispatch]",
    metrics: Metrics,
    site: "Site | None",
) -> Mapping[str, PlatformApp]:
    """Those that are switched on, by name. `dispatch` is known once services are loaded."""
    apps: dict[str, PlatformApp] = {}
    if SLACK in names(plan):
        apps[SLACK] = _slack_app(plan, practice, session, http, stores, catalog, metrics, site)
    if TEAMS in names(plan):
        apps[TEAMS] = _teams_app(plan, practice, http, stores, catalog, dispatch, metrics)
    return apps


def _slack_app(
    plan: Plan,
    practice: Practice | None,
    session: ClientSession,
    http: Http,
    stores: Stores,
    catalog: Catalog,
    metrics: Metrics,
    site: "Site | None",
) -> PlatformApp:
    """The workspace of the settings, and those that install the bot; or in sandbox mode the made-up ones."""
    from bot.slack.app import Many, SlackApp

    settings = plan.settings
    if practice:
        token, keys, base_url = practice.slack.bot_token, [practice.slack.signing_secret], practice.slack.api_url
        client_id, client_secret, oauth_url = practice.slack.client_id, practice.slack.client_secret, practice.slack.address
    else:
        token, base_url = Secret(settings.slack_bot_token.get_secret_value()), settings.slack_base_url
        given = (settings.slack_signing_secret, settings.slack_signing_secret_previous)
        keys = [Secret(each.get_secret_value()) for each in given if each]
        client_id, client_secret = settings.slack_client_id, settings.slack_client_secret.get_secret_value()
        oauth_url = settings.slack_oauth_url
    many = None
    if site and client_id and client_secret:
        registration = (client_id, Secret(client_secret), oauth_url, site.public_url)
        many = Many(*registration, stores.installations, stores.states, site.say, stores.process)
    app_token = Secret(settings.slack_app_token.get_secret_value())
    parts = (session, http, stores.inbox, catalog, metrics, plan.clock, many)
    return SlackApp(token, keys, app_token, base_url, settings.timezone, *parts)


def _teams_app(
    plan: Plan,
    practice: Practice | None,
    http: Http,
    stores: Stores,
    catalog: Catalog,
    dispatch: "Future[Dispatch]",
    metrics: Metrics,
) -> PlatformApp:
    """The registration of the settings, or in sandbox mode the made-up one."""
    from bot.teams.account import account_of, made_up
    from bot.teams.app import TeamsApp

    account = made_up(practice.teams) if practice else account_of(plan.settings)
    zone, kept = plan.settings.timezone, (stores.inbox, stores.offers, stores.references)
    return TeamsApp(account, zone, http, *kept, catalog, dispatch, metrics, plan.clock)
