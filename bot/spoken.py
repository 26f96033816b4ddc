"""An answer as it is given: what was said so far, and once it has come to its end, how."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, replace

from adapters.chat import Delta, End, Piece, Source
from adapters.errors import Refused, Unavailable
from bot.platform import StoppedError
from bot.stopping import LateError, until
from commands.assistant import Answer


@dataclass(frozen=True)
class Spoken:
    """`end` is there where the provider has told what it took."""

    said: Answer
    end: End | None = None


async def spoken(
    pieces: AsyncGenerator[Piece, None], said: Answer, stopped: Callable[[], Awaitable[bool]], late: Callable[[], bool]
) -> AsyncGenerator[Spoken, None]:
    """What was said stands, whatever becomes of the rest: another provider would say it otherwise. The last one has ended.

    Where nothing was said it raises what the provider raises, or Unavailable where that took too long.
    """
    last = Spoken(said)
    try:
        async with (
            aclosing(pieces),
            aclosing(until(pieces, stopped, late)) as taken,
            aclosing(_growing(taken, said)) as growing,
        ):
            async for last in growing:
                yield last
    except StoppedError:
        yield Spoken(replace(last.said, ended="stopped"))
    except LateError:
        if not last.said.text:
            raise Unavailable("This took too long.", acted=True) from None
        yield Spoken(replace(last.said, ended="late"))
    except Unavailable:
        if not last.said.text:
            raise
        yield Spoken(replace(last.said, ended="broken off"))
    except Refused as error:
        if not last.said.text:
            raise
        yield Spoken(replace(last.said, ended="refused", why=str(error)))


async def _growing(pieces: AsyncGenerator[Piece, None], said: Answer) -> AsyncGenerator[Spoken, None]:
    async for piece in pieces:
        match piece:
            case Delta(text):
                said = replace(said, text=said.text + text)
                yield Spoken(said)
            case Source():
                said = replace(said, sources=(*said.sources, piece))
            case End():
                yield Spoken(replace(said, ended="cut" if piece.cut else "whole"), piece)
