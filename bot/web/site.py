"""The pages that people look at, put together."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import partial
from importlib import resources
from urllib.parse import urlsplit

from aiohttp import web

from adapters.base import Adapter
from adapters.errors import Unavailable
from adapters.http import Http
from bot.account_parts import AccountParts
from bot.actors import owner_of
from bot.entry import OUTCOMES
from bot.plan import Plan
from bot.platform import Platform
from bot.rules import Judge
from bot.stores import Stores
from bot.tokens import token
from bot.web.activity import ActivityPage
from bot.web.browser import Browser, Visitor
from bot.web.connect import Connect
from bot.web.deliveries import DeliveriesPage
from bot.web.identity import IdentityProvider
from bot.web.integrations import Deeds, IntegrationsPage
from bot.web.noting import Note
from bot.web.openid import OpenId
from bot.web.pages import Pages
from bot.web.people import PeoplePage
from bot.web.pictures import PicturesPage
from bot.web.rules import RulesPage
from bot.web.security import Security
from bot.web.signin import SignIn
from commands.call import Actor
from commands.catalog import Catalog


@dataclass(frozen=True)
class Site:
    """`public_url` is where browsers find it. Its pages need the middleware `security.guard`."""

    public_url: str
    pages: Pages
    security: Security
    sign_in: SignIn
    connect: Connect
    integrations: IntegrationsPage
    activity: ActivityPage
    deliveries: DeliveriesPage
    people: PeoplePage
    rules: RulesPage
    pictures: PicturesPage

    def say(self, text: str, status: int) -> web.Response:
        """A page that says just this, to whomever."""
        told = {"title": "Interact", "text": text, "reason": "", "link": ("/integrations", "Integrations")}
        return self.pages.show("message.html", status, **told, **Visitor("").shown)

    def add_routes(self, router: web.UrlDispatcher) -> None:
        self.sign_in.add_routes(router)
        self.connect.add_routes(router)
        router.add_get("/", _home, allow_head=False)
        router.add_get("/static/{name}", self.pages.static, allow_head=False)
        router.add_get("/integrations", self.integrations.show, allow_head=False)
        router.add_post("/integrations/{service}/{deed}", self.integrations.act)
        router.add_get("/activity", self.activity.show, allow_head=False)
        router.add_get("/activity/export.{format:csv|json}", self.activity.export, allow_head=False)
        router.add_get("/deliveries", self.deliveries.show, allow_head=False)
        router.add_post("/deliveries/replay", self.deliveries.replay)
        router.add_get("/people", self.people.show, allow_head=False)
        router.add_post("/people/add", self.people.add)
        router.add_post("/people/remove", self.people.remove)
        router.add_get("/rules", self.rules.show, allow_head=False)
        router.add_post("/rules/add", self.rules.add)
        router.add_post("/rules/remove", self.rules.remove)
        router.add_get("/pictures/{id}", self.pictures.show)


def build_site(
    plan: Plan,
    stores: Stores,
    parts: AccountParts,
    http: Http,
    catalog: Catalog,
    judge: Judge,
    public_url: str,
    providers: Collection[IdentityProvider],
    platforms: Mapping[str, Platform],
) -> Site:
    """`platforms` is filled once they are open."""
    note = Note(stores.audit, plan.clock)
    pages = Pages({adapter.name: _icon(adapter) for adapter in plan.adapters})
    browser = Browser(stores.sessions, parts.administrators.is_admin, public_url)

    async def known(actor: Actor) -> Actor | None:
        platform = platforms.get(actor.platform)
        if platform is None:
            raise Unavailable("The bot is just starting.")
        return await platform.known(actor)

    identities = {each.platform: OpenId(each, http, plan.clock) for each in providers}
    sign_in = SignIn(pages, browser, stores.states, identities, known, public_url, token)
    return Site(
        public_url,
        pages,
        Security(pages, browser, public_url, _OUTSIDE, _form_targets(providers, parts), lambda: bool(platforms)),
        sign_in,
        Connect(pages, browser, sign_in, parts.connecting, public_url, note),
        IntegrationsPage(pages, browser, plan.clock, _deeds(parts), note),
        ActivityPage(pages, browser, plan.clock, stores.audit, catalog, OUTCOMES),
        DeliveriesPage(pages, browser, plan.clock, stores.inbox, partial(stores.inbox.replay, dead=True), note),
        PeoplePage(pages, browser, plan.clock, stores.admins, parts.administrators.named, note),
        RulesPage(pages, browser, judge, catalog, note),
        PicturesPage(stores.pictures),
    )


_OUTSIDE = ("/slack/events", "/api/messages", "/healthz", "/readyz", "/metrics")  # served beside the pages, and none


def _deeds(parts: AccountParts) -> Deeds:
    accounts = parts.keeping.accounts

    async def disconnect(actor: Actor, service: str, team: bool) -> None:
        await accounts.disconnect(owner_of(actor, team), service)

    async def test(actor: Actor, service: str, team: bool) -> None:
        await accounts.test(owner_of(actor, team), service)

    async def share(actor: Actor, service: str, channel: str, is_open: bool) -> None:
        await accounts.share(owner_of(actor, team=True), service, channel, is_open)

    return Deeds(parts.listing.mine, parts.listing.of_team, parts.connecting.link, disconnect, test, share)


def _form_targets(providers: Collection[IdentityProvider], parts: AccountParts) -> set[str]:
    """Browsers hold forms to them even where they lead there by way of a redirect."""
    clients = [service.client for service in parts.connectable.values() if service.client]
    urls = [each.authorize_url for each in providers] + [client.auth.authorize_url for client in clients]
    return {f"{url.scheme}://{url.netloc}" for url in map(urlsplit, urls) if url.scheme == "http"}


def _icon(adapter: Adapter) -> bytes:
    return resources.files(f"adapters.{adapter.name}").joinpath("icon.svg").read_bytes()


async def _home(_: web.Request) -> web.Response:
    return web.Response(status=303, headers={"Location": "/integrations"})
