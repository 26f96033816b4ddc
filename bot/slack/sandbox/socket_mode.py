"""Socket Mode, Slack's side: https://docs.slack.dev/apis/events-api/using-socket-mode/."""

import asyncio
import json
import secrets
from collections.abc import Mapping
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

from bot.slack.sandbox.workspace import APP, Json


class Sockets:
    """The connections that the bot holds open. Each delivery goes through the newest."""

    def __init__(self) -> None:
        self.turning_away = 0  # how many of the next connections come too late, so that their ticket is no longer good
        self._tickets: set[str] = set()
        self._open: dict[web.WebSocketResponse, web.Request] = {}
        self._waiting: dict[str, asyncio.Future[Json]] = {}

    @property
    def connected(self) -> bool:
        return bool(self._open)

    def ticket(self) -> str:
        """Lets one connection in."""
        ticket = secrets.token_urlsafe(16)
        self._tickets.add(ticket)
        return ticket

    async def serve(self, request: web.Request) -> web.StreamResponse:
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=401)
        self._tickets.discard(ticket)
        if self.turning_away:
            self.turning_away -= 1
            return web.Response(status=401)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "num_connections": 1, "connection_info": {"app_id": APP}})
        self._open[socket] = request
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._acknowledged(message.data)
        finally:
            del self._open[socket]
        return socket

    async def send(self, kind: str, payload: Mapping[str, Any], retry: int, reason: str) -> Json:
        """Waits for the acknowledgement and gives what the bot said in it. Raises ConnectionError."""
        id = secrets.token_hex(8)
        retried = {"retry_attempt": retry, "retry_reason": reason}
        envelope = {"envelope_id": id, "type": kind, "payload": payload, "accepts_response_payload": kind != "events_api"}
        self._waiting[id] = asyncio.get_running_loop().create_future()
        try:
            await list(self._open)[-1].send_json(envelope | (retried if kind == "events_api" else {}))
            return await self._waiting[id]
        finally:
            del self._waiting[id]

    async def disconnect(self) -> None:
        """Asks the bot to connect anew, as Slack does every few hours."""
        for socket in self._open:
            await socket.send_json({"type": "disconnect", "reason": "refresh_requested"})

    def drop(self) -> None:
        """Every connection breaks, without a word."""
        for request in self._open.values():
            if request.transport:
                request.transport.abort()

    async def close(self) -> None:
        """Hangs up."""
        for socket in list(self._open):
            await socket.close(code=WSCloseCode.GOING_AWAY)

    def _acknowledged(self, text: str) -> None:
        answer = json.loads(text)
        waiting = self._waiting.get(answer.get("envelope_id", ""))
        if waiting and not waiting.done():
            waiting.set_result(answer.get("payload") or {})
