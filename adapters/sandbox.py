"""What every stand-in of a service shares: strict tokens that expire, scripted faults, and a journal of what it was asked."""

import secrets
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from adapters import faults, journal
from adapters.faults import Fault

_CONTROL = "/_sandbox/"
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_FAULTS = TypeAdapter(list[Fault])
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Grant:
    """Whom a token stands for, and until when."""

    account: str
    zone: str  # the account's own time zone, an IANA name
    expires: datetime


class Sandbox:
    """A stateful stand-in of one service, as an aiohttp application that can be mounted below any path.

    Subclass it, add the vendor's routes to `self.app.router`, and begin each handler that needs a token with
    `self.account_of(request)`. A handler may raise any `web.HTTPError`. Override `error` to word them all as the vendor does,
    and `token_of` where the vendor's credential is not a bearer token. Where accounts are connected by OAuth, give it an
    `AuthorizationServer`; `client_id` and `client_secret` are whom that one knows. Of requests to a `private` path the journal
    keeps no body.

    Any program that can reach it can mint tokens and read the journal, so it must only ever listen on loopback; web pages
    from elsewhere are refused (403), as are bodies that are not declared to be JSON. Beside the vendor's routes it answers:

    - `POST /_sandbox/tokens {"account", "zone", "seconds"}` with `{"access_token", "expires_in"}`;
    - `POST /_sandbox/faults` with a list of `Fault`, as JSON;
    - `GET /_sandbox/journal` with a list of `Entry`, oldest first;
    - `GET /_sandbox/state?account=` with what `state` gives;
    - `GET /_sandbox/key` with a key to paste, as text: good for a day, and for an account of its own;
    - `GET /_sandbox/health`.
    """

    asks = r"\Z\A"
    """What the paths of POST requests that change nothing match, beside those of the authorization server."""

    def __init__(self, name: str, now: Callable[[], datetime], title: str = "") -> None:
        self.name = name
        self.title = title or name.replace("_", " ").title()
        self.now = now
        self.journal: deque[journal.Entry] = deque(maxlen=1000)
        self.script = faults.Script()
        self.private: set[str] = set()
        self.client_id = f"{name}-client"
        self.client_secret = f"{name}-client-secret"
        self._grants: dict[str, Grant] = {}
        self.app = web.Application(middlewares=[self._receive], client_max_size=64 * 1024 * 1024)
        self._health = self.app.router.add_resource(f"{_CONTROL}health")
        self._health.add_route("GET", self._get_health)
        self.app.router.add_post(f"{_CONTROL}tokens", self._post_token)
        self.app.router.add_post(f"{_CONTROL}faults", self._post_faults)
        self.app.router.add_get(f"{_CONTROL}journal", self._get_journal)
        self.app.router.add_get(f"{_CONTROL}state", self._get_state)
        self.app.router.add_get(f"{_CONTROL}key", self._get_key)

    @property
    def prefix(self) -> str:
        """The path it is mounted below, empty at the root."""
        return self._health.canonical.removesuffix(f"{_CONTROL}health")

    def grant(self, account: str, zone: str = "UTC", seconds: int = 3600) -> str:
        """Mints a token that stands for `account` for so many seconds of the injected clock."""
        token = f"{self.name}-{secrets.token_hex(16)}"
        self._grants[token] = Grant(account, zone, self.now() + timedelta(seconds=seconds))
        return token

    def revoke(self, token: str) -> None:
        self._grants.pop(token, None)

    def forget(self) -> None:
        """Every token is worth nothing from now on, before its time."""
        self._grants.clear()

    def grant_of(self, request: web.Request) -> Grant:
        """The grant that the request's token stands for. Without a valid one the vendor's own 401 is answered."""
        grant = self._grants.get(self.token_of(request))
        if grant is None or grant.expires <= self.now():
            raise web.HTTPUnauthorized(text="The token is missing, unknown, expired or revoked.")
        return grant

    def account_of(self, request: web.Request) -> str:
        """The account that the request's token stands for. Without a valid one the vendor's own 401 is answered."""
        return self.grant_of(request).account

    def token_of(self, request: web.Request) -> str:
        """The credential of a request: a bearer token, unless overridden."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else ""

    def state(self, account: str) -> Mapping[str, Any]:
        """All that people can see of this account's records, as JSON values, without versions and dates of changes.

        What was done and taken back leaves it as it was. Override it where there are records.
        """
        return {}

    def changes(self, account: str) -> int:
        """How often anything of this account has been changed: what is done twice counts twice, whatever comes of it."""
        return 0

    def error(self, status: int, text: str) -> web.Response:
        """An error as the vendor words it."""
        return web.json_response({"error": {"code": status, "message": text}}, status=status)

    @web.middleware
    async def _receive(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        path = request.path.removeprefix(self.prefix)
        if not _on_loopback(f"//{request.headers.get('Host', '')}"):
            return self.error(403, "A name from elsewhere leads here.")  # a page of that name could read and do everything
        if path.startswith(_CONTROL):
            return await _control(request, handler)
        body = b"" if path in self.private else await request.read()
        entry = journal.entry(self.now(), request.method, path, request.query, request.headers, body)
        self.journal.append(entry)
        try:
            response = await self._respond(request, handler, self.script.take(request.method, path))
        except Exception as error:
            entry.status = getattr(error, "status", 500)
            raise
        entry.status = None if response.status == faults.DROPPED else response.status
        return response

    async def _respond(self, request: web.Request, handler: Handler, fault: Fault | None) -> web.StreamResponse:
        if fault:
            return await faults.play(fault, request, lambda: self._answer(request, handler), self.error)
        return await self._answer(request, handler)

    async def _answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except web.HTTPError as error:
            return self.error(error.status, error.text or error.reason)

    async def _post_token(self, request: web.Request) -> web.Response:
        wanted = _Wanted.model_validate_json(await request.read())
        token = self.grant(wanted.account, wanted.zone, wanted.seconds)
        return web.json_response({"access_token": token, "expires_in": wanted.seconds})

    async def _post_faults(self, request: web.Request) -> web.Response:
        self.script.add(*_FAULTS.validate_json(await request.read()))
        return web.Response(status=204)

    async def _get_journal(self, request: web.Request) -> web.Response:
        return web.json_response([entry.as_json() for entry in self.journal])

    async def _get_state(self, request: web.Request) -> web.Response:
        return web.json_response(self.state(request.query.get("account", "")))

    async def _get_key(self, request: web.Request) -> web.Response:
        key = self.grant(f"{secrets.token_hex(4)}@sandbox.test", seconds=24 * 3600)
        return web.Response(text=key, headers={"Cache-Control": "no-store"})

    async def _get_health(self, request: web.Request) -> web.Response:
        return web.json_response({"name": self.name})


async def _control(request: web.Request, handler: Handler) -> web.StreamResponse:
    if not _from_here(request):
        return web.json_response({"error": "Only programs and pages of this machine may ask this, and with JSON."}, status=403)
    try:
        return await handler(request)
    except ValidationError as error:
        return web.json_response(error.errors(include_url=False, include_context=False, include_input=False), status=400)


def _from_here(request: web.Request) -> bool:
    """Not a web page from elsewhere: its requests tell their `Origin`, or can't claim to be JSON."""
    origin = request.headers.get("Origin")
    is_json = request.method != "POST" or request.content_type == "application/json"
    return is_json and (origin is None or _on_loopback(origin))


def _on_loopback(url: str) -> bool:
    try:
        return urlsplit(url).hostname in _LOOPBACK
    except ValueError:
        return False


class _Wanted(BaseModel):
    model_config = ConfigDict(extra="forbid")

    account: str
    zone: str = "UTC"
    seconds: int = 3600
