"""The pages of a one-time link, and where browsers come back to from a provider."""

from collections.abc import Mapping

from aiohttp import web

from adapters.errors import Refused, Unavailable
from bot.actors import restored
from bot.oauth import Connecting, NotConnected
from bot.web.browser import Browser, Visitor
from bot.web.noting import Note
from bot.web.pages import Pages
from bot.web.signin import SignIn
from commands.call import Actor
from storage.tickets import Ticket
from storage.vault import Connection

_TICKET = "{ticket:[A-Za-z0-9_-]{20,100}}"
_LATER = 503
_PLATFORMS = {"slack": "Slack", "teams": "Microsoft Teams"}


class Connect:
    """A link is worth something only in a browser where the person signed in for whom it was made."""

    def __init__(
        self, pages: Pages, browser: Browser, sign_in: SignIn, connecting: Connecting, public_url: str, note: Note
    ) -> None:
        self._pages = pages
        self._browser = browser
        self._sign_in = sign_in
        self._connecting = connecting
        self._public_url = public_url
        self._note = note

    def add_routes(self, router: web.UrlDispatcher) -> None:
        router.add_get(f"/connect/{_TICKET}", self.show, allow_head=False)
        router.add_post(f"/connect/{_TICKET}", self.begin)
        router.add_get(f"/connect/{_TICKET}/signin", self.prove, allow_head=False)
        router.add_get("/oauth/{service}/callback", self.back, allow_head=False)

    async def show(self, request: web.Request) -> web.Response:
        """Shows who would be connected to what. Programs that only look at links change nothing by it."""
        visitor = await self._browser.visitor(request)
        ticket = await self._connecting.look(request.match_info["ticket"])
        if ticket is None or ticket.expired:
            return self._sorry(visitor, *_GONE)
        if visitor.actor is None:
            return self._page(request, visitor, ticket)
        return await self._refused_to_others(request, visitor, ticket) or self._page(request, visitor, ticket)

    async def prove(self, request: web.Request) -> web.Response:
        """Off to sign in with the platform that the link's owner is of, and back to the link."""
        plain = request.match_info["ticket"]
        ticket = await self._connecting.look(plain)
        if ticket is None or ticket.expired:
            return self._sorry(await self._browser.visitor(request), *_GONE)
        return await self._sign_in.away(request, restored(ticket.actor).platform, plain)

    async def begin(self, request: web.Request) -> web.Response:
        """The person has pressed Connect."""
        visitor = await self._browser.visitor(request)
        ticket = await self._connecting.look(request.match_info["ticket"])
        if ticket is None or ticket.expired:
            return self._sorry(visitor, *_GONE)
        if visitor.actor is None:
            raise web.HTTPForbidden
        if refusal := await self._refused_to_others(request, visitor, ticket):
            return refusal
        served = self._connecting.service(ticket.service)
        try:
            if served and served.client is None:
                return await self._keep_key(request, visitor, ticket)
            return await self._send_away(request, visitor, ticket)
        except Refused as error:
            await self._failed(visitor, ticket.service, str(error), "refused")
            return self._sorry(visitor, 403, "This can't be connected", str(error))

    async def back(self, request: web.Request) -> web.Response:
        """Where the provider sends the browser to. The page after that has neither code nor state in its address."""
        visitor = await self._browser.visitor(request)
        service = request.match_info["service"]
        try:
            connection = await self._connecting.finish(visitor.session_id, service, _once(request))
        except NotConnected as error:
            await self._failed(visitor, service, error.title, "gave up" if error.status == _LATER else "refused")
            return self._sorry(visitor, error.status, error.title, error.text, error.reason)
        return await self._connected(visitor, connection)

    async def _send_away(self, request: web.Request, visitor: Visitor, ticket: Ticket) -> web.Response:
        if await self._connecting.burn(request.match_info["ticket"]) is None:
            return self._sorry(visitor, *_GONE)
        url = await self._connecting.begin(visitor.session_id, restored(ticket.actor), ticket.service, ticket.team)
        return web.Response(status=303, headers={"Location": url})

    async def _keep_key(self, request: web.Request, visitor: Visitor, ticket: Ticket) -> web.Response:
        """A key that does not work leaves the link as it is, for another try."""
        key = str((await request.post()).get("key", ""))
        try:
            connection = await self._connecting.add_key(restored(ticket.actor), ticket.service, ticket.team, key)
        except Refused as error:
            await self._failed(visitor, ticket.service, str(error), "refused")
            return self._page(request, visitor, ticket, str(error), 400)
        except Unavailable as error:
            await self._failed(visitor, ticket.service, str(error), "gave up")
            return self._page(request, visitor, ticket, f"{error} Try again.", _LATER)
        await self._connecting.burn(request.match_info["ticket"])
        return await self._connected(visitor, connection)

    async def _refused_to_others(self, request: web.Request, visitor: Visitor, ticket: Ticket) -> web.Response | None:
        if visitor.actor and visitor.actor.key == restored(ticket.actor).key:
            return None
        if visitor.actor:
            await self._connecting.intruded(request.match_info["ticket"], visitor.actor)
            await self._failed(visitor, ticket.service, "This link is somebody else's.", "refused")
        return self._sorry(visitor, 403, "This link is somebody else's", _SOMEBODY_ELSES)

    def _page(self, request: web.Request, visitor: Visitor, ticket: Ticket, error: str = "", status: int = 200) -> web.Response:
        """Before anybody has signed in it does not say whose link it is."""
        served = self._connecting.service(ticket.service)
        if served is None:
            return self._sorry(visitor, *_GONE)
        owner: Actor = restored(ticket.actor)
        return self._pages.show(
            "connect.html",
            status,
            title=f"Connect {served.adapter.title}",
            service=served.adapter,
            keyed=served.client is None,
            team=ticket.team,
            platform=_PLATFORMS.get(owner.platform, owner.platform),
            prove=f"/connect/{request.match_info['ticket']}/signin",
            error=error,
            **visitor.shown,
        )

    async def _connected(self, visitor: Visitor, connection: Connection) -> web.Response:
        """To its card, where the team's account is told apart from one's own."""
        service, team = connection.service, not connection.owner.person
        served = self._connecting.service(service)
        if visitor.actor and served:
            account = f"{served.adapter.title}: {connection.account or connection.id}"
            name = "team connect" if team else "connect"
            await self._note(visitor.actor, name, {"service": service}, "It is connected.", account=account)
        where = f"integrations?{'team' if team else 'connected'}={service}#{service}"
        return web.Response(status=303, headers={"Location": f"{self._public_url}{where}"})

    async def _failed(self, visitor: Visitor, service: str, why: str, outcome: str) -> None:
        """Of somebody whom nobody knows there is nothing to note."""
        if visitor.actor:
            await self._note(visitor.actor, "connect", {"service": service}, why, outcome=outcome)

    def _sorry(self, visitor: Visitor, status: int, title: str, text: str, reason: str = "") -> web.Response:
        link = ("/integrations", "To your integrations") if visitor.actor else ("/", "To the first page")
        return self._pages.show("message.html", status, title=title, text=text, reason=reason, link=link, **visitor.shown)


def _once(request: web.Request) -> Mapping[str, str]:
    """What was said once: a parameter that comes twice counts for nothing (RFC 6749, section 3.1)."""
    query = request.query
    return {name: query[name] for name in query if len(query.getall(name)) == 1}


_GONE = (404, "This link is used up", "A link works once, and for ten minutes. Ask the bot for a new one.")
_SOMEBODY_ELSES = (
    "It connects an account for the person who asked for it. Nothing was connected, and the link is worth nothing now."
)
