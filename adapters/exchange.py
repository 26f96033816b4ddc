"""One request goes out, at most once; one answer comes back, whole or not at all."""

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from math import inf

import aiohttp
from aiohttp.client_middlewares import ClientHandlerType

LARGEST_BODY = 8 * 1024 * 1024  # bytes, after decompression
_CONNECT_SECONDS = 3.0
_LARGE = 1024 * 1024
Asking = aiohttp.client._RequestContextManager  # no public name: both awaited and entered
_NEVER_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.ServerFingerprintMismatch)


@dataclass(frozen=True)
class Request:
    """What to send. `repeatable`: sending it twice does no harm (a read, or a write under an idempotency key)."""

    service: str  # the adapter's name: limits, breaker and metrics are kept per service and tenant
    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)
    repeatable: bool = False
    tenant: str = ""
    deadline: float = 10.0  # seconds in all, retries included
    title: str = ""  # the service's name as people write it, for errors
    spent: re.Pattern[bytes] | None = None  # found in the body of a 429, it is not too fast, but too much: a quota, a credit


@dataclass(frozen=True)
class Response:
    """What came back, whole. Header names are lower case; a header that came several times is joined by commas."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class Failure(StrEnum):
    """Why there is no answer."""

    ADDRESS = "address"  # no such URL can be asked
    CONNECT = "connect"  # no connection, so nothing was sent
    TIMEOUT = "timeout"  # sent, perhaps acted on
    DROPPED = "dropped"  # the same
    TOO_LARGE = "too_large"


async def exchange(session: aiohttp.ClientSession, request: Request, seconds: float) -> Response | Failure:
    """Sends the request once. What aiohttp raises has the URL in its text, so it ends here and becomes a Failure."""
    try:
        async with asking(session, request, seconds, seconds) as answer:
            body = await whole_body(answer)
            return Failure.TOO_LARGE if body is None else Response(answer.status, lower_case(answer.headers), body)
    except (aiohttp.ClientError, OSError) as error:  # TimeoutError is an OSError
        return failure_of(error)


def asking(session: aiohttp.ClientSession, request: Request, seconds: float, total: float) -> Asking:
    """The request under way: `seconds` for its connection, `total` until its answer is whole."""
    return session.request(
        request.method,
        request.url,
        headers=request.headers,
        data=_payload(request.body),
        allow_redirects=False,
        timeout=_timeout(seconds, total),
        middlewares=() if request.method == "POST" else _ONCE,  # aiohttp sends a POST once anyway
    )


def failure_of(error: aiohttp.ClientError | OSError) -> Failure:
    if isinstance(error, _NEVER_SENT):
        return Failure.CONNECT
    if isinstance(error, TimeoutError):
        return Failure.TIMEOUT
    if isinstance(error, aiohttp.InvalidURL | aiohttp.NonHttpUrlClientError):
        return Failure.ADDRESS
    return Failure.DROPPED


def pooled_session(per_host: int = 64) -> aiohttp.ClientSession:
    """The session that all services share, to be made inside the running loop and closed by whom it is made for.

    Idle connections are kept for 15 seconds only, less than most servers keep theirs, so that a write seldom meets a dead one.
    """
    connector = aiohttp.TCPConnector(limit=0, limit_per_host=per_host, keepalive_timeout=15, ttl_dns_cache=30)
    return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=True)


class _Dropped(aiohttp.ClientError):
    pass


async def _once(request: aiohttp.ClientRequest, handler: ClientHandlerType) -> aiohttp.ClientResponse:
    """Keeps aiohttp from sending every GET, PUT and DELETE again by itself, as it does on these two errors."""
    try:
        return await handler(request)
    except aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError):
        raise _Dropped from None


_ONCE = (_once,)


def _timeout(seconds: float, total: float) -> aiohttp.ClientTimeout:
    """Connecting ends before the whole does: so a timeout that is not a connection's own says that something was sent."""
    return aiohttp.ClientTimeout(total=total, connect=min(_CONNECT_SECONDS, 0.9 * seconds), ceil_threshold=inf)


def _payload(body: bytes | None) -> bytes | io.BytesIO | None:
    return io.BytesIO(body) if body and len(body) > _LARGE else body  # aiohttp sends a file in pieces, and bytes in one


async def whole_body(answer: aiohttp.ClientResponse) -> bytes | None:
    """The decompressed body, or None as soon as it proves too large. aiohttp decompresses no further than is read."""
    chunks: list[bytes] = []
    size = 0
    while not answer.content.at_eof():
        chunk = await answer.content.readany()
        size += len(chunk)
        if size > LARGEST_BODY:
            return None
        chunks.append(chunk)
    return b"".join(chunks)


def lower_case(headers: Mapping[str, str]) -> dict[str, str]:
    lowered: dict[str, str] = {}
    for name, value in headers.items():
        key = name.lower()
        lowered[key] = f"{lowered[key]}, {value}" if key in lowered else value
    return lowered
