"""Socket Mode: Slack's deliveries over a WebSocket that we open, so that no public address is needed.

https://docs.slack.dev/apis/events-api/using-socket-mode/. The client in Slack's SDK, which Bolt's handler brings along,
tries the same address again for ever, though one lets in a single connection, and writes the key in it to the log.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any

import aiohttp

from adapters.errors import Refused, Unavailable
from bot.slack.api import SlackError, WebApi
from bot.slack.door import Door
from bot.slack.envelope import read_socket
from bot.strict_json import Malformed, strict_json

_LOG = logging.getLogger(__name__)
_HANDSHAKE = 10.0  # seconds
_HEARTBEAT = 20.0  # seconds between two pings; without an answer for half as long, the connection counts as broken
_LINGER = 30.0  # seconds for which a connection that is being replaced is still listened to
_GOODBYE = aiohttp.ClientWSTimeout(ws_close=2.0)
_DOUBLED = 5  # how often the wait between two attempts doubles, up to a minute


class Socket:
    """Keeps a connection open. `api` holds the app-level token; `sleep` and `random` (0 to 1) pace the attempts."""

    def __init__(
        self,
        api: WebApi,
        session: aiohttp.ClientSession,
        door: Door,
        sleep: Callable[[float], Awaitable[None]],
        random: Callable[[], float],
    ) -> None:
        self._api = api
        self._session = session
        self._door = door
        self._sleep = sleep
        self._random = random
        self._failures = 0

    async def run(self) -> None:
        """Runs until it is cancelled, however long Slack may be away."""
        async with asyncio.TaskGroup() as connections:
            while True:
                another = asyncio.Event()
                connections.create_task(self._connection(another))
                await another.wait()

    async def _connection(self, another: asyncio.Event) -> None:
        """One connection, from beginning to end. It sets `another` when it is time for the next."""
        try:
            await self._listen(await self._opened(), another)
        except Exception as error:  # whatever it was: without a next connection the bot would be deaf
            if not another.is_set():
                wait = self._wait(error)
                _LOG.warning("no socket to Slack (%s); the next attempt comes in %.1f s", _reason(error), wait)
                await self._sleep(wait)
        finally:
            another.set()

    async def _opened(self) -> aiohttp.ClientWebSocketResponse:
        opened = await self._api.change("apps.connections.open")
        async with asyncio.timeout(_HANDSHAKE):
            return await self._session.ws_connect(str(opened.get("url")), heartbeat=_HEARTBEAT, timeout=_GOODBYE)

    async def _listen(self, socket: aiohttp.ClientWebSocketResponse, another: asyncio.Event) -> None:
        """Raises how it ended. After Slack has asked for another connection, something may still come through this one."""
        async with asyncio.timeout(None) as end, socket, asyncio.TaskGroup() as answers:
            async for message in socket:
                told = _read(message)
                if told.get("type") == "hello":
                    self._failures = 0
                elif told.get("type") == "disconnect":
                    end.reschedule(asyncio.get_running_loop().time() + _LINGER)
                    another.set()
                elif "envelope_id" in told:
                    answers.create_task(self._answer(socket, told))
        raise ConnectionResetError

    async def _answer(self, socket: aiohttp.ClientWebSocketResponse, told: Mapping[str, Any]) -> None:
        said = await self._take(told.get("payload"))
        if said is None:
            return  # without an acknowledgement Slack delivers it again
        payload = {"payload": said} if said else {}
        with suppress(ConnectionError):
            await socket.send_json({"envelope_id": told["envelope_id"], **payload})

    async def _take(self, payload: Any) -> Mapping[str, Any] | None:
        """As the door takes it; what makes no sense now will not make more when it comes again."""
        try:
            return await self._door.take(read_socket(payload))
        except Malformed:
            _LOG.warning("a delivery over the socket made no sense and was dropped")
            return {}
        except Exception:
            _LOG.exception("a delivery over the socket could not be taken")
            return None

    def _wait(self, error: Exception) -> float:
        """Seconds: as long as Slack asks for, else at random, in a range that doubles."""
        self._failures += 1
        asked = error.retry_after if isinstance(error, Unavailable) else None
        return max(asked or 0.0, self._random() * 2.0 ** min(self._failures, _DOUBLED + 1))


def _read(message: aiohttp.WSMessage) -> Mapping[str, Any]:
    try:
        return strict_json(message.data.encode()) if message.type is aiohttp.WSMsgType.TEXT else {}
    except Malformed:
        return {}


def _reason(error: Exception) -> str:
    """Slack's word or ours; aiohttp's own words hold the address, and with it the key."""
    return str(error) if isinstance(error, SlackError | Refused | Unavailable) else type(error).__name__
