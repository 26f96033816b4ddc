"""The floor in Slack."""

import hmac
import json
import os
import time
from collections.abc import Mapping
from urllib.parse import parse_qsl

from aiohttp import web

from bench.slack_requests import sign
from bench.subjects.floor import Floor


class SlackFloor(Floor):
    """Settings as the bot takes them from the environment."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        super().__init__("/slack/events", status=200)
        self._secret = environment["SLACK_SIGNING_SECRET"]
        self._token = environment["SLACK_BOT_TOKEN"]
        self._url = f"{environment['SLACK_BASE_URL']}chat.postMessage"

    def read(self, headers: Mapping[str, str], body: bytes) -> tuple[str, str] | None:
        timestamp = headers["X-Slack-Request-Timestamp"]
        genuine = hmac.compare_digest(sign(timestamp, body, self._secret), headers["X-Slack-Signature"])
        return _asked(body) if genuine and abs(time.time() - int(timestamp)) <= 300 else None

    async def reply(self, where: str, text: str) -> None:
        await self.post(self._url, self._token, {"channel": where, "text": f"You said: {text}"})


def _asked(body: bytes) -> tuple[str, str]:
    """The channel and the text."""
    if body.startswith(b"{"):
        event = json.loads(body)["event"]
        return event["channel"], event["text"]
    form = dict(parse_qsl(body.decode()))
    return form["channel_id"], form["text"]


if __name__ == "__main__":
    web.run_app(SlackFloor(os.environ).app, host="127.0.0.1", port=int(os.environ["PORT"]), access_log=None, print=None)
