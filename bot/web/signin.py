"""Signing in: people prove who they are on the platform where the bot knows them."""

from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

from adapters.errors import Refused, Unavailable
from bot.web.browser import Browser
from bot.web.openid import OpenId
from bot.web.pages import Pages
from commands.call import Actor
from storage.hashing import hashed
from storage.states import States

_LONGEST_CODE = 4096  # characters


class SignIn:
    """`known` gives a person as their platform knows them, None for guests and strangers: those don't come in."""

    def __init__(
        self,
        pages: Pages,
        browser: Browser,
        states: States,
        identities: Mapping[str, OpenId],
        known: Callable[[Actor], Awaitable[Actor | None]],
        public_url: str,
        token: Callable[[], str],
    ) -> None:
        self._pages = pages
        self._browser = browser
        self._states = states
        self._identities = identities
        self._known = known
        self._public_url = public_url
        self._token = token

    def add_routes(self, router: web.UrlDispatcher) -> None:
        router.add_get("/signin", self.choose, allow_head=False)
        router.add_get("/signin/{platform}", self.begin, allow_head=False)
        router.add_get("/signin/{platform}/callback", self.back, allow_head=False)
        router.add_post("/signout", self.leave)

    async def choose(self, request: web.Request) -> web.Response:
        visitor = await self._browser.visitor(request)
        offered = [(platform, identity.provider.title) for platform, identity in self._identities.items()]
        return self._pages.show("signin.html", title="Sign in", offered=offered, **visitor.shown)

    async def begin(self, request: web.Request) -> web.Response:
        return await self.away(request, request.match_info["platform"])

    async def away(self, request: web.Request, platform: str, ticket: str = "") -> web.Response:
        """Sends the browser to the platform; it comes back to the page of `ticket`, if there is one, and never elsewhere."""
        identity = self._identities.get(platform)
        if identity is None:
            raise web.HTTPNotFound
        session, nonce, verifier = await self._browser.session(request), self._token(), self._token()
        content = {"nonce": nonce, "verifier": verifier, "ticket": ticket}
        state = await self._states.issue(hashed(session), _purpose(platform), content)
        response = _to(identity.authorization_url(self._redirect_uri(platform), state, nonce, verifier))
        self._browser.remember(response, session)
        return response

    async def back(self, request: web.Request) -> web.Response:
        identity = self._identities.get(request.match_info["platform"])
        if identity is None:
            raise web.HTTPNotFound
        try:
            return await self._welcome(request, identity)
        except Refused as error:
            return await self._sorry(request, 403, str(error))
        except Unavailable as error:
            return await self._sorry(request, 503, f"{error} Try again.")

    async def leave(self, request: web.Request) -> web.Response:
        response = _to(f"{self._public_url}signin")
        await self._browser.sign_out(request, response)
        return response

    async def _welcome(self, request: web.Request, identity: OpenId) -> web.Response:
        platform, session = identity.provider.platform, self._browser.session_id(request)
        query = request.query
        content = await self._states.consume(query.get("state", ""), hashed(session), _purpose(platform))
        if content is None:
            return await self._sorry(request, 400, "This sign-in was not begun in this browser, or more than ten minutes ago.")
        code = query.get("code", "")
        if "error" in query or not 0 < len(code) <= _LONGEST_CODE:
            raise Refused(f"{identity.provider.title} did not say who you are.")
        actor = await self._known(
            await identity.identify(code, self._redirect_uri(platform), content["nonce"], content["verifier"])
        )
        if actor is None:
            raise Refused("This bot is for members only, not for guests or people of other workspaces.")
        ticket = content["ticket"]
        response = _to(f"{self._public_url}connect/{ticket}" if ticket else f"{self._public_url}integrations")
        self._browser.remember(response, await self._browser.sign_in(session, actor))
        return response

    async def _sorry(self, request: web.Request, status: int, text: str) -> web.Response:
        visitor = await self._browser.visitor(request)
        link = ("/signin", "Sign in again")
        return self._pages.show(
            "message.html", status, title="You are not signed in", text=text, reason="", link=link, **visitor.shown
        )

    def _redirect_uri(self, platform: str) -> str:
        return f"{self._public_url}signin/{platform}/callback"


def _to(url: str) -> web.Response:
    return web.Response(status=303, headers={"Location": url})


def _purpose(platform: str) -> str:
    return f"signin:{platform}"
