"""A made-up service that people connect by OAuth: strict about its tokens, and about refresh tokens that are used twice."""

import asyncio
import random
from collections.abc import Callable
from datetime import datetime
from typing import Any

from aiohttp import web

from adapters.base import Access, Adapter, Client, OAuth2, Service
from adapters.errors import NeedsConnection, Refused
from adapters.http import Request
from adapters.sandbox import Sandbox
from adapters.sandbox_authorization import AuthorizationServer
from adapters.sandbox_families import Habits

AUTH = OAuth2("https://notes.test/authorize", "https://notes.test/token", "https://notes.test/revoke")
SCOPES = ("notes.read", "notes.write")


class NotesSandbox(Sandbox):
    """`coming` and `going` are awaited with the path of each request: before it is dealt with, and before it is answered.

    `instead` holds the bodies with which paths are answered once, without anything being done. Those in
    `failing` are answered with 500, as often as `odds` say.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__("notes", now)
        self.authorization = AuthorizationServer(self, AUTH, Habits(rotates=True))
        self.coming: Callable[[str], Any] = _nothing
        self.going: Callable[[str], Any] = _nothing
        self.instead: dict[str, bytes] = {}
        self.failing: set[str] = set()
        self.odds = 1.0
        self._random = random.Random(1)
        self.app.router.add_get("/mine", self._get_mine)
        self.app.middlewares.append(self._gate)

    @web.middleware
    async def _gate(self, request: web.Request, handler: Any) -> web.StreamResponse:
        await request.read()  # whole, so that it is dealt with though its sender may be dead by then
        await self.coming(request.path)
        if (body := self.instead.pop(request.path, None)) is not None:
            return web.Response(body=body, content_type="application/json")
        if request.path in self.failing and self._random.random() < self.odds:
            return web.Response(status=500)
        answer: web.StreamResponse = await handler(request)
        await self.going(request.path)
        return answer

    async def _get_mine(self, request: web.Request) -> web.Response:
        return web.json_response({"account": self.account_of(request)})


class Notes(Client):
    """One person's notes."""

    def __init__(self, service: Service, access: Access) -> None:
        super().__init__(service, access)
        self._http = service.http
        self._url = f"{service.base_url}mine"

    async def account(self) -> str:
        headers = {"Authorization": f"Bearer {self.token.reveal()}"}
        answer = await self._http.send(Request("notes", "GET", self._url, headers, repeatable=True))
        if answer.status == 401:
            raise NeedsConnection("Notes", "Notes no longer accepts your connection.")
        if answer.status != 200:
            raise Refused(f"Notes said {answer.status}.")
        return answer.body.decode().partition(': "')[2].rstrip('"}')


async def _check(notes: Notes) -> None:
    await notes.account()


async def _account(notes: Notes) -> str:
    return await notes.account()


async def _nothing(path: str) -> None:
    return


ADAPTER = Adapter(
    name="notes",
    title="Notes",
    about="Write things down.",
    category="Productivity",
    base_url="https://notes.test/",
    auth=AUTH,
    scopes=SCOPES,
    client=Notes,
    check=_check,
    account=_account,
    webhook=None,
    sandbox=NotesSandbox,
    env="NOTES",
)


class Slow:
    """Makes requests to a path wait until `go` is set: `arrived` tells that one is there, `waiting` how many."""

    def __init__(self, path: str = "/token") -> None:
        self._path = path
        self.arrived = asyncio.Event()
        self.go = asyncio.Event()
        self.waiting = 0

    async def __call__(self, path: str) -> None:
        if path.endswith(self._path):
            self.arrived.set()
            self.waiting += 1
            await self.go.wait()
