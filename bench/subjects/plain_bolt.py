"""Bolt for Python as its documentation shows it, with one session for all calls of the Web API. It keeps nothing.

https://docs.slack.dev/tools/bolt-python/concepts/async/
"""

import os
from collections.abc import AsyncIterator, Mapping
from typing import Any

import aiohttp
from aiohttp import web
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncSay
from slack_sdk.web.async_client import AsyncWebClient


def build(environment: Mapping[str, str]) -> web.Application:
    """Settings as the bot takes them from the environment."""
    client = AsyncWebClient(token=environment["SLACK_BOT_TOKEN"], base_url=environment["SLACK_BASE_URL"])
    bolt = AsyncApp(client=client, signing_secret=environment["SLACK_SIGNING_SECRET"])
    bolt.command("/ping")(_command)
    bolt.event("app_mention")(_mention)

    async def pooled(_: web.Application) -> AsyncIterator[None]:
        async with aiohttp.ClientSession() as client.session:
            yield

    app = bolt.web_app("/slack/events")
    app.cleanup_ctx.append(pooled)
    return app


async def _command(ack: AsyncAck, say: AsyncSay, command: dict[str, Any]) -> None:
    await ack()
    await say(f"You said: {command['text']}")


async def _mention(event: dict[str, Any], say: AsyncSay) -> None:
    await say(f"You said: {event['text']}")


if __name__ == "__main__":
    web.run_app(build(os.environ), host="127.0.0.1", port=int(os.environ["PORT"]), access_log=None, print=None)
