"""One request whose answer is read as it comes: what models write, word by word."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field

import aiohttp

from adapters.exchange import LARGEST_BODY, Failure, Request, Response, asking, failure_of, lower_case, whole_body

_SUM = 10 * 60.0  # seconds that an answer may take, however steadily it comes


class BrokenOffError(Exception):
    """An answer that had begun did not come to its end."""


@dataclass(frozen=True)
class Streaming:
    """An answer whose first bytes are there. Whoever does not read `pieces` to their end closes them."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    pieces: AsyncGenerator[bytes, None] = field(repr=False)


Begun = Response | Streaming


async def begin(session: aiohttp.ClientSession, request: Request, idle: float, seconds: float) -> Begun | Failure:
    """Sends the request once. An answer that is not good is read whole."""
    ends = asyncio.get_running_loop().time() + seconds
    answer: aiohttp.ClientResponse | None = None
    try:
        async with asyncio.timeout_at(ends):
            answer = await asking(session, request, seconds, _SUM)
            if not 200 <= answer.status < 300:
                body = await whole_body(answer)
                return Failure.TOO_LARGE if body is None else Response(answer.status, lower_case(answer.headers), body)
            first = await answer.content.readany()
    except (aiohttp.ClientError, OSError) as error:  # TimeoutError is an OSError
        if answer is not None:
            answer.close()
        return failure_of(error)
    except asyncio.CancelledError:
        if answer is not None:
            answer.close()
        raise
    return Streaming(answer.status, lower_case(answer.headers), _pieces(answer, first, idle))


async def _pieces(answer: aiohttp.ClientResponse, piece: bytes, idle: float) -> AsyncGenerator[bytes, None]:
    """Raises BrokenOffError."""
    size = 0
    try:
        while piece:
            size += len(piece)
            if size > LARGEST_BODY:
                raise BrokenOffError("too large")
            yield piece
            async with asyncio.timeout(idle):
                piece = await answer.content.readany()
    except (aiohttp.ClientError, OSError) as error:
        raise BrokenOffError(type(error).__name__) from None
    finally:
        answer.close()
