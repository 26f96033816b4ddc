"""Bolt for Python as strong as we can make it: one session for all calls of the Web API, and uvloop. It keeps nothing."""

import os
from collections.abc import AsyncIterator, Mapping

import aiohttp
import uvloop
from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bench.subjects.bolt import listen


def build(environment: Mapping[str, str]) -> web.Application:
    """Settings as the bot takes them from the environment."""
    client = AsyncWebClient(token=environment["SLACK_BOT_TOKEN"], base_url=environment["SLACK_BASE_URL"])
    bolt = AsyncApp(client=client, signing_secret=environment["SLACK_SIGNING_SECRET"])
    listen(bolt)

    async def pooled(_: web.Application) -> AsyncIterator[None]:
        async with aiohttp.ClientSession() as client.session:
            yield

    app = bolt.web_app("/slack/events")
    app.cleanup_ctx.append(pooled)
    return app


if __name__ == "__main__":
    on, port = uvloop.new_event_loop(), int(os.environ["PORT"])
    web.run_app(build(os.environ), host="127.0.0.1", port=port, access_log=None, print=None, loop=on)
