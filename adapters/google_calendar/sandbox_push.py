"""Notification channels: https://developers.google.com/workspace/calendar/api/guides/push."""

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web

from adapters.google_calendar.sandbox_times import Json

_LIFE = timedelta(days=7)
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass
class Channel:
    """Where to tell of changes in one resource, until when."""

    id: str
    token: str
    address: str
    resource: str
    uri: str
    expires: datetime
    sent: int = 0


class Channels:
    """Open channels. Messages go out one after another, in the background."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._open: dict[str, Channel] = {}
        self._outbox: asyncio.Queue[tuple[Channel, str]] = asyncio.Queue()

    def open(self, body: Json, resource: str, uri: str) -> Json:
        """Opens a channel, whose first message is `sync`. Raises 400 for a channel that can't be."""
        channel = Channel(
            id=str(body.get("id", "")),
            token=str(body.get("token", "")),
            address=str(body.get("address", "")),
            resource=hashlib.sha256(resource.encode()).hexdigest()[:27],
            uri=uri,
            expires=self._expiry(body.get("expiration")),
        )
        self._check(channel, body.get("type"))
        self._open[channel.id] = channel
        self._outbox.put_nowait((channel, "sync"))
        return _told(channel)

    def stop(self, id: str, resource: str) -> None:
        """Raises 404 where no such channel is open for that resource."""
        channel = self._open.get(id)
        if channel is None or channel.resource != resource:
            raise web.HTTPNotFound(text=f"Channel '{id}' not found for project")
        del self._open[id]

    def changed(self, resource: str) -> None:
        """Tells every channel on the resource that something happened there."""
        digest = hashlib.sha256(resource.encode()).hexdigest()[:27]
        for channel in self._open.values():
            if channel.resource == digest and channel.expires > self._now():
                self._outbox.put_nowait((channel, "exists"))

    async def deliver(self, _: web.Application) -> AsyncIterator[None]:
        """Sends the messages for as long as the application runs."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session:
            sending = asyncio.create_task(self._send_all(session))
            yield
            sending.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await sending

    async def _send_all(self, session: aiohttp.ClientSession) -> None:
        while True:
            channel, state = await self._outbox.get()
            channel.sent += 1
            with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                async with session.post(channel.address, headers=_headers(channel, state), allow_redirects=False):
                    pass

    def _check(self, channel: Channel, type: str | None) -> None:
        if not 0 < len(channel.id) <= 64:
            raise web.HTTPBadRequest(text="Required parameter: id")
        if channel.id in self._open:
            raise web.HTTPBadRequest(text=f"Channel id {channel.id} not unique")
        if type not in ("web_hook", "webhook"):
            raise web.HTTPBadRequest(text="Unknown channel type.")
        address = urlsplit(channel.address)
        local = address.scheme == "http" and address.hostname in _LOOPBACK  # Google takes no http at all
        if address.scheme != "https" and not local:
            raise web.HTTPBadRequest(text=f"WebHook callback must be HTTPS: {channel.address}")

    def _expiry(self, milliseconds: str | None) -> datetime:
        latest = self._now() + _LIFE
        return min(latest, datetime.fromtimestamp(int(milliseconds) / 1000, UTC)) if milliseconds else latest


def _told(channel: Channel) -> Json:
    told = {"kind": "api#channel", "id": channel.id, "resourceId": channel.resource, "resourceUri": channel.uri}
    return told | {"token": channel.token, "expiration": str(int(channel.expires.timestamp() * 1000))}


def _headers(channel: Channel, state: str) -> dict[str, str]:
    return {
        "X-Goog-Channel-ID": channel.id,
        "X-Goog-Channel-Token": channel.token,
        "X-Goog-Channel-Expiration": format_datetime(channel.expires.astimezone(UTC), usegmt=True),
        "X-Goog-Resource-ID": channel.resource,
        "X-Goog-Resource-URI": channel.uri,
        "X-Goog-Resource-State": state,
        "X-Goog-Message-Number": str(channel.sent),
    }
