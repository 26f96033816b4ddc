"""Socket Mode: Slack's deliveries over a WebSocket that we open, so that no public address is needed.

https://docs.slack.dev/apis/events-api/using-socket-mode/
"""

import logging

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from bot.slack.door import Door
from bot.slack.envelope import read_socket
from bot.slack.strict_json import Malformed

_LOG = logging.getLogger(__name__)


class Socket(AsyncSocketModeHandler):
    """Bolt's handler, except that a delivery goes into the inbox before it is acknowledged. Made inside a running loop."""

    def __init__(self, bolt: AsyncApp, app_token: str, door: Door) -> None:
        super().__init__(bolt, app_token)
        self._door = door

    async def handle(self, client: AsyncBaseSocketModeClient, req: SocketModeRequest) -> None:
        try:
            answer = await self._door.take(read_socket(req.payload))
        except Malformed:
            _LOG.warning("a delivery over the socket made no sense and was dropped")
            answer = {}
        if answer is not None:  # without an acknowledgement Slack delivers it again
            await client.send_socket_mode_response(SocketModeResponse(req.envelope_id, dict(answer) or None))
