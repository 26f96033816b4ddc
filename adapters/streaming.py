"""One request whose answer is read as it comes: what models write, word by word."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass, field

import aiohttp

from adapters.exchange import LARGEST_BODY, Failure, Request, Response, asking, failure_of, lower_case, whole_body

_SUM = 10 * 60.0  # seconds that an answer may take, however steadily it comes


@dataclass(frozen=True)
class Streaming:
    """An answer whose first bytes are there. Whoever does not read `pieces` to their end closes them."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    pieces: AsyncGenerator[bytes, None] = field(repr=False)


Begun = Response | Streaming


async def begin(
    session: aiohttp.ClientSession, request: Request, idle: float, broke_off: Callable[[], Exception], seconds: float
) -> Begun | Failure:
    """Sends the request once. An answer that is not good is read whole. `broke_off` makes the error that pieces may raise."""
    ends = asyncio.get_running_loop().time() + seconds
    answer: aiohttp.ClientResponse | None = None
    try:
        async with asyncio.timeout_at(ends):
            answer = await asking(session, request, seconds, _SUM)
            if not 200 <= answer.status < 300:
                return await _whole(answer)
            first = await answer.content.readany()
    except (aiohttp.ClientError, OSError) as error:  # TimeoutError is an OSError
        if answer is not None:
            answer.close()
        return failure_of(error)
    except asyncio.CancelledError:
        if answer is not None:
            answer.close()
        raise
    pieces = _pieces(answer, first, idle, broke_off)
    await anext(pieces)
    return Streaming(answer.status, lower_case(answer.headers), pieces)


async def _whole(answer: aiohttp.ClientResponse) -> Response | Failure:
    body = await whole_body(answer)
    if body is None:
        answer.close()
        return Failure.TOO_LARGE
    return Response(answer.status, lower_case(answer.headers), body)


async def _pieces(
    answer: aiohttp.ClientResponse, piece: bytes, idle: float, broke_off: Callable[[], Exception]
) -> AsyncGenerator[bytes, None]:
    size = 0
    try:
        yield b""  # to be taken at once: only what has begun closes the connection when it is closed
        while piece:
            size += len(piece)
            if size > LARGEST_BODY:
                raise broke_off()
            yield piece
            async with asyncio.timeout(idle):
                piece = await answer.content.readany()
    except (aiohttp.ClientError, OSError):
        raise broke_off() from None
    finally:
        answer.close()
