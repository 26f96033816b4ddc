"""The floor: a bare aiohttp handler that verifies, answers 200, and posts one reply through a pooled session."""

import asyncio
import hmac
import json
import os
import time
from collections.abc import AsyncIterator, Mapping
from urllib.parse import parse_qsl

import aiohttp
from aiohttp import web

from bench.slack_requests import sign


class Floor:
    """Settings as the bot takes them from the environment."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._secret = environment["SLACK_SIGNING_SECRET"]
        self._url = f"{environment['SLACK_BASE_URL']}chat.postMessage"
        self._headers = {"Authorization": f"Bearer {environment['SLACK_BOT_TOKEN']}"}
        self._tasks: set[asyncio.Task[None]] = set()
        self.app = web.Application()
        self.app.router.add_post("/slack/events", self._handle)
        self.app.cleanup_ctx.append(self._pooled)

    async def _handle(self, request: web.Request) -> web.Response:
        body = await request.read()
        timestamp = request.headers["X-Slack-Request-Timestamp"]
        genuine = hmac.compare_digest(sign(timestamp, body, self._secret), request.headers["X-Slack-Signature"])
        if not genuine or abs(time.time() - int(timestamp)) > 300:
            return web.Response(status=401)
        task = asyncio.create_task(self.reply(*_asked(body)))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return web.Response()

    async def reply(self, channel: str, text: str) -> None:
        message = {"channel": channel, "text": f"You said: {text}"}
        async with self._session.post(self._url, json=message, headers=self._headers) as answer:
            await answer.json()

    async def _pooled(self, _: web.Application) -> AsyncIterator[None]:
        async with aiohttp.ClientSession() as self._session:
            yield


def _asked(body: bytes) -> tuple[str, str]:
    """The channel and the text."""
    if body.startswith(b"{"):
        event = json.loads(body)["event"]
        return event["channel"], event["text"]
    form = dict(parse_qsl(body.decode()))
    return form["channel_id"], form["text"]


if __name__ == "__main__":
    web.run_app(Floor(os.environ).app, host="127.0.0.1", port=int(os.environ["PORT"]), access_log=None, print=None)
