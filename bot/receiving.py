"""How requests are received: each whole within a deadline, over no more connections than there is room for.

aiohttp by itself waits for ever for a client that sends nothing, or a byte a second.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any, Literal, cast

from aiohttp import EMPTY_PAYLOAD, StreamReader, web

RECEIVE = 10.0  # seconds from a request's first byte to its last, for a new connection's first head, and for not reading on
_LEAST = 16 * 1024  # bytes of a long answer that are read in such a time
_GRACE = 0.5  # seconds to tell whoever was too slow
_KEEP_ALIVE = 150.0  # seconds: longer than a reverse proxy keeps a connection, which must not be closed while it uses it
_FULL = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 2\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
_NO_LOG: Any = None  # aiohttp's own way to say so, which its types don't know

Reason = Literal["full", "slow"]


class Room:
    """How many connections there may be: `total` of all, `each` of one public address.

    A private address may be that of a reverse proxy, behind which everybody is: there only the total counts.
    """

    def __init__(self, total: int = 2000, each: int = 200) -> None:
        self._total = total
        self._each = each
        self._inside: Counter[str] = Counter()

    @property
    def taken(self) -> int:
        """How many there are."""
        return self._inside.total()

    def enter(self, who: str) -> bool:
        """Takes a place, which `leave` gives back. False: there is none."""
        if self.taken >= self._total or (who and self._inside[who] >= self._each):
            return False
        self._inside[who] += 1
        return True

    def leave(self, who: str) -> None:
        self._inside[who] -= 1
        if not self._inside[who]:
            del self._inside[who]


class Connection(web.RequestHandler):
    """One client's. `refused` is told of each that found no room, or was too slow and is hung up on."""

    def __init__(self, server: web.Server, room: Room, refused: Callable[[Reason], None], deadline: float = RECEIVE) -> None:
        loop = asyncio.get_running_loop()
        super().__init__(
            server, loop=loop, keepalive_timeout=_KEEP_ALIVE, lingering_time=0.0, auto_decompress=False, access_log=_NO_LOG
        )
        self._room = room
        self._refused = refused
        self._deadline = deadline
        self._who: str | None = None
        self._body: StreamReader = EMPTY_PAYLOAD
        self._is_broken = False
        self._timer: asyncio.TimerHandle | None = None
        self._reading: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        who = counted(transport.get_extra_info("peername"))
        if not self._room.enter(who):
            self._refused("full")
            cast(asyncio.Transport, transport).write(_FULL)
            transport.close()
            return
        self._who = who
        super().connection_made(transport)
        self._arm()

    def connection_lost(self, exc: BaseException | None) -> None:
        if self._who is None:
            return
        self._room.leave(self._who)
        self._disarm()
        self._unwatch()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """The clock runs from a request's first byte to its last, and for what the answer takes it stands still.

        aiohttp has no hook for either. It counts heads, and keeps what it has not begun to answer in `_messages`.
        After what can't be read nothing can: aiohttp would try it with all that comes, and keep that.
        """
        if self._is_broken:
            return
        heads, was_whole = self._request_count, self._body.is_eof()
        super().data_received(data)
        has_head = self._request_count > heads
        if has_head and self._messages:
            head, self._body = self._messages[-1]
            self._is_broken = _is_broken(head)
        if self._body.is_eof() and (has_head or not was_whole):
            self._disarm()
        elif data:  # aiohttp calls this without any, to go on where it had stopped reading
            self._arm()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._watch()

    def resume_writing(self) -> None:
        self._unwatch()
        super().resume_writing()

    def _watch(self, left: float = float("inf")) -> None:
        """Whoever reads on is waited for, however much they were told; `left` is what they had not read a while ago."""
        if self.transport is None:
            return
        unread = self.transport.get_write_buffer_size()
        if unread > left - _LEAST:
            self._hang_up()
        else:
            self._reading = self._loop.call_later(self._deadline, self._watch, unread)

    def _unwatch(self) -> None:
        if self._reading is not None:
            self._reading.cancel()

    def handle_error(
        self, request: web.BaseRequest, status: int = 500, exc: BaseException | None = None, message: str | None = None
    ) -> web.StreamResponse:
        """What a client does wrong is no error of ours: it fills no log, and is not quoted."""
        is_theirs = status < 500 or self.transport is None or isinstance(exc, web.RequestPayloadError)
        if not is_theirs or request.writer.output_size:
            return super().handle_error(request, status, exc, message)
        response = web.Response(status=min(status, 400))
        response.force_close()
        return response

    def _arm(self) -> None:
        if self._timer is None:
            self._timer = self._loop.call_later(self._deadline, self._hang_up)

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _hang_up(self) -> None:
        """Whoever waits for the rest of a body answers that it did not come."""
        self._refused("slow")
        if self._body.is_eof():
            self._abort()
        else:
            self._body.set_exception(web.HTTPRequestTimeout())
            self._timer = self._loop.call_later(_GRACE, self._abort)

    def _abort(self) -> None:
        if self.transport is not None:
            self.transport.abort()


def _is_broken(head: Any) -> bool:
    """Whether this is what aiohttp puts in a head's place that can't be read, with an error whose traceback holds what came."""
    error = getattr(head, "exc", None)
    if isinstance(error, BaseException):
        error.__traceback__ = None
    return error is not None


def counted(peer: tuple[Any, ...] | None) -> str:
    """By which name a client's connections are counted together, empty where they are not: see `Room`."""
    address = ip_address(peer[0].partition("%")[0]) if peer else ip_address("127.0.0.1")
    if isinstance(address, IPv6Address):
        address = address.ipv4_mapped or address
    if not address.is_global:
        return ""
    return str(ip_network((address, 64), strict=False)) if address.version == 6 else str(address)
