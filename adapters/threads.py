"""Where blocking SDKs run: one private pool of threads, whose requests go out by the same `Http` as all others."""

import asyncio
import re
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlencode

from adapters.http import Http, Request, Response

_Result = TypeVar("_Result")
_WIDTH = 32  # calls at once: each waits for its answer most of the time
_THREADS = ThreadPoolExecutor(_WIDTH, thread_name_prefix="sdk")


async def in_thread(work: Callable[[], _Result]) -> _Result:
    """What `work` returns or raises, done in the private pool, so that the default one stays free for names and files.

    A thread can't be cancelled: it works on when nobody waits for it any more. Close the `Door` that it asks through.
    """
    return await asyncio.get_running_loop().run_in_executor(_THREADS, work)


@dataclass(frozen=True)
class Answer:
    """An answer in the shape of urllib3's: of version 2, and of 1, which some SDKs ask for headers."""

    status: int
    headers: Mapping[str, str]
    data: bytes
    reason: str = ""

    def getheaders(self) -> Mapping[str, str]:
        return self.headers

    def getheader(self, name: str, default: str | None = None) -> str | None:
        return self.headers.get(name.lower(), default)


@dataclass(frozen=True)
class Door:
    """Stands in for urllib3's PoolManager inside an SDK: made and closed in the loop, asked from a thread of the pool.

    It raises what `Http.send` raises, and when it is closed CancelledError: nothing more goes out then. What the SDK says of
    timeouts and retries is not heard: `Http` has the one policy.
    """

    http: Http
    service: str
    title: str
    tenant: str = ""
    repeatable: bool = False
    deadline: float = 10.0
    spent: re.Pattern[bytes] | None = None
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)
    _sending: set[asyncio.Task[Any]] = field(default_factory=set)
    _closed: asyncio.Event = field(default_factory=asyncio.Event)

    def request(
        self,
        method: str,
        url: str,
        fields: Mapping[str, Any] | list[tuple[str, Any]] | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes | str | None = None,
        **_: Any,
    ) -> Answer:
        """As urllib3's `request`: `fields` of a request without a body go into the address."""
        if fields:
            url = f"{url}{'&' if '?' in url else '?'}{urlencode(fields, doseq=True)}"
        payload = body.encode() if isinstance(body, str) else body
        request = Request(
            self.service,
            method,
            url,
            dict(headers or {}),
            payload,
            tenant=self.tenant,
            repeatable=self.repeatable or method == "GET",
            deadline=self.deadline,
            title=self.title,
            spent=self.spent,
        )
        answer = asyncio.run_coroutine_threadsafe(self._send(request), self.loop).result()
        return Answer(answer.status, answer.headers, answer.body)

    def close(self) -> None:
        """What is on its way is given up."""
        self._closed.set()
        for task in self._sending:
            task.cancel()

    async def _send(self, request: Request) -> Response:
        if self._closed.is_set():
            raise asyncio.CancelledError
        sending = asyncio.ensure_future(self.http.send(request))
        self._sending.add(sending)
        sending.add_done_callback(self._sending.discard)
        return await sending
