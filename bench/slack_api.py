"""A Slack Web API that only counts and answers: `python -m bench.slack_api 4010`.

It knows the methods below. `GET /take` gives the messages that were posted, each as `[channel, text, when]`, and forgets them;
`GET /count` says how many there are to take. `when` is in seconds of the machine's monotonic clock, which all processes share.
"""

import asyncio
import json
import sys
import time
from typing import Any, cast

import uvloop

from bench.slack_requests import BOT, TEAM
from bench.wire import split

_KNOWN = {
    "auth.test": {"ok": True, "url": "http://127.0.0.1/", "team": "bench", "user": "bot", "team_id": TEAM, "user_id": BOT},
    "users.info": {"ok": True, "user": {"team_id": TEAM, "name": "ada", "real_name": "Ada", "tz": "Europe/Berlin"}},
}


class SlackApi:
    """Keeps what was posted."""

    def __init__(self) -> None:
        self._count = 0
        self._posted: list[tuple[str, str, float]] = []

    def answer(self, head: bytes, body: bytes) -> bytes:
        """A whole response to a whole request."""
        path = head.split(b" ", 2)[1].partition(b"?")[0].decode()
        method = path.removeprefix("/api/")
        if method == "chat.postMessage":
            return _response(self._post(json.loads(body)))
        if path == "/count":
            return _response(len(self._posted))
        if path == "/take":
            return _response(self._take())
        return _response(_KNOWN.get(method) or {"ok": False, "error": "unknown_method"})

    def _post(self, message: dict[str, Any]) -> dict[str, Any]:
        now = time.monotonic()
        self._count += 1
        self._posted.append((message["channel"], message.get("text", ""), now))
        return {"ok": True, "channel": message["channel"], "ts": f"{1_700_000_000 + self._count}.000100"}

    def _take(self) -> list[tuple[str, str, float]]:
        taken, self._posted = self._posted, []
        return taken


class _Connection(asyncio.Protocol):
    def __init__(self, api: SlackApi) -> None:
        self._api = api
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._received += data
        while whole := split(self._received):
            head, body, self._received = whole
            self._transport.write(self._api.answer(head, body))


def _response(value: object) -> bytes:
    body = json.dumps(value).encode()
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


async def _serve(port: int) -> None:
    api = SlackApi()
    server = await asyncio.get_running_loop().create_server(lambda: _Connection(api), "127.0.0.1", port, backlog=1024)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(_serve(int(sys.argv[1])))
