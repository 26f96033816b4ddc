"""Lets SDKs that are built on httpx, or on its successor httpx2, send by the same `Http` as all others."""

import re
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from adapters.http import Http, Request, Response

_OWN = {"host", "connection", "content-length", "accept-encoding", "transfer-encoding"}  # the sender's own business
_GONE = {"content-encoding", "content-length", "transfer-encoding"}  # of the body as it came: it is decompressed by now


@dataclass(frozen=True)
class Route:
    """Under which name, for whom and how patiently an SDK's requests go out: see `adapters.exchange.Request`.

    With `streams`, the bodies of good answers are handed on as they come: `deadline` is then for their first bytes, `idle`
    the longest silence between two pieces. `repeatable` says it of all requests but GET, of which it is known.
    """

    service: str
    title: str
    tenant: str = ""
    repeatable: bool = False
    deadline: float = 10.0
    streams: bool = False
    idle: float = 15.0
    spent: re.Pattern[bytes] | None = None


def client(library: ModuleType, http: Http, route: Route, **settings: Any) -> Any:
    """An `AsyncClient` of `library`, which is httpx or httpx2. Making one costs little: no TLS, no pool.

    It raises what `Http` raises: SDKs may wrap that, see `adapters.errors.ours_in`.
    """
    return library.AsyncClient(transport=_transport(library, http, route), trust_env=False, **settings)


def _transport(library: ModuleType, http: Http, route: Route) -> Any:
    class Pieces(library.AsyncByteStream):  # type: ignore[misc, name-defined]  # two libraries, one shape
        def __init__(self, pieces: AsyncGenerator[bytes, None]) -> None:
            self._pieces = pieces

        async def __aiter__(self) -> AsyncIterator[bytes]:
            async for piece in self._pieces:
                yield piece

        async def aclose(self) -> None:
            await self._pieces.aclose()

    class Transport(library.AsyncBaseTransport):  # type: ignore[misc, name-defined]  # the same
        async def handle_async_request(self, request: Any) -> Any:
            asked = await _asked(request, route)
            if not route.streams:
                return _whole(library, await http.send(asked))
            begun = await http.stream(asked, route.idle)
            if isinstance(begun, Response):
                return _whole(library, begun)
            return library.Response(begun.status, headers=_kept(begun.headers), stream=Pieces(begun.pieces))

    return Transport()


async def _asked(request: Any, route: Route) -> Request:
    headers = {name: value for name, value in request.headers.items() if name.lower() not in _OWN}
    return Request(
        route.service,
        request.method,
        str(request.url),
        headers,
        await request.aread() or None,
        tenant=route.tenant,
        repeatable=route.repeatable or request.method == "GET",
        deadline=route.deadline,
        title=route.title,
        spent=route.spent,
    )


def _whole(library: ModuleType, answer: Response) -> Any:
    return library.Response(answer.status, headers=_kept(answer.headers), content=answer.body)


def _kept(headers: Any) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name not in _GONE}
