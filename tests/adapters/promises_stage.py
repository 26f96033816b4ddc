"""Where promises are kept: all stand-ins behind one door, in a thread of their own, and somebody who uses one of them."""

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar
from uuid import uuid4
from zoneinfo import ZoneInfo

import aiohttp
from aiohttp import web

from adapters import ADAPTERS
from adapters.base import Access, Adapter, Client, Secret, Service
from adapters.errors import OURS
from adapters.exchange import Response
from adapters.faults import Fault
from adapters.http import Http, Request, Streaming
from adapters.sandbox import Sandbox
from tests.adapters.door import Door, Said
from tests.adapters.promises_table import NOW, PROMISES, Promise, Work
from tests.adapters.servers import Clock, serving

T = TypeVar("T")
HASTE = 0.25  # seconds that a hasty person waits


class Elsewhere:
    """All services, in a thread of their own, so that what they take does not hold up the loop that is looked at."""

    def __init__(self) -> None:
        self.door = Door()
        self.sandboxes: dict[str, Sandbox] = {}
        self.sdks: dict[str, Any] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._stack = AsyncExitStack()
        self.address = self._do(self._serve())

    def service(self, adapter: Adapter, http: Http) -> Service:
        url = f"{self.address}/{adapter.name}/"
        if adapter.name not in self.sdks:
            self.sdks[adapter.name] = adapter.client.load(url)
        return Service(adapter, url, http, self.sdks[adapter.name])

    def close(self) -> None:
        self._do(self._stack.aclose())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _serve(self) -> str:
        app = web.Application(middlewares=[self.door.answer], client_max_size=64 * 1024 * 1024)
        for adapter in ADAPTERS:
            sandbox = self.sandboxes[adapter.name] = adapter.sandbox(lambda: NOW)
            for pace in {"pace", "pause"} & vars(sandbox).keys():
                setattr(sandbox, pace, 0.0)
            app.add_subapp(f"/{adapter.name}/", sandbox.app)
        return await self._stack.enter_async_context(serving(app))

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()


class Hasty(Http):
    """Everything is given up early."""

    async def send(self, request: Request) -> Response:
        return await super().send(replace(request, deadline=HASTE))

    async def stream(self, request: Request, idle: float) -> Response | Streaming:
        return await super().stream(replace(request, deadline=HASTE), HASTE)


@dataclass
class Stage:
    """One adapter and one account, which nobody else uses. Waiting takes no time."""

    adapter: Adapter
    elsewhere: Elsewhere
    session: aiohttp.ClientSession
    account: str = field(default_factory=lambda: f"{uuid4().hex}@acme.test")
    clock: Clock = field(default_factory=Clock)
    tokens: list[str] = field(default_factory=list)

    @property
    def promise(self) -> Promise:
        return PROMISES[self.adapter.name]

    @property
    def sandbox(self) -> Sandbox:
        return self.elsewhere.sandboxes[self.adapter.name]

    @property
    def changes(self) -> int:
        return self.sandbox.changes(self.account)

    @property
    def asked(self) -> int:
        return len(self.sandbox.journal)

    @property
    def works(self) -> list[Work]:
        """All that is shown."""
        return [work for work in (self.promise.read, self.promise.also, self.promise.write) if work]

    def service(self, hasty: bool = False) -> Service:
        calm = Http(self.session, self.clock, self.clock.sleep, lambda: 0.0, NOW.timestamp)
        return self.elsewhere.service(self.adapter, Hasty(self.session) if hasty else calm)

    def open(self, token: str = "", again: bool = False, hasty: bool = False) -> Client:
        """The same call each time. The breaker knows of no earlier one."""
        self.tokens.append(token or self.sandbox.grant(self.account))
        access = Access("call-1", Secret(self.tokens[-1]), ZoneInfo("UTC"), lambda: NOW, "T1", again, NOW)
        return self.service(hasty).open(access)

    def fail(self, kind: str, **details: object) -> None:
        self.sandbox.script.add(Fault.model_validate({"kind": kind, **details}))

    def well(self) -> None:
        self.sandbox.script.clear()
        self.elsewhere.door.said = self.elsewhere.door.changed = None

    @contextmanager
    def saying(self, status: int, body: bytes = b"", kind: str = "application/json", **headers: str) -> Iterator[None]:
        self.elsewhere.door.said = Said(status, body, kind, list(headers.items()))
        yield
        self.elsewhere.door.said = None

    async def outcome(self, work: Work, client: Client | None = None) -> object:
        """What comes of it, which may be one of the four errors. Any other is raised, and fails the test."""
        try:
            return await work(client or self.open())
        except OURS as error:
            self.must_be_fit_for_people(error)
            return error

    def must_be_fit_for_people(self, error: BaseException) -> None:
        text = str(error)
        assert 10 < len(text) < 600, f"{error!r} says too little or too much"
        assert not any(sign in text for sign in ("Traceback", "Error(", "<html", "object at 0x", "httpx", "pydantic")), text
        assert not self.leaks(repr(chain(error))), f"{error!r} tells a secret"

    def leaks(self, text: str) -> bool:
        return any(token in text for token in self.tokens)


def chain(error: BaseException | None) -> list[object]:
    """The error with all that it grew from, as far as a log would show it."""
    told: list[object] = []
    while error is not None:
        told += [error, vars(error)]
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return told
