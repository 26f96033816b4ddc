"""One call of Slack's Web API through its SDK, typed: https://docs.slack.dev/reference/methods/."""

from collections.abc import Mapping
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

Json = Mapping[str, Any]


async def call(client: AsyncWebClient, method: str, **body: Any) -> Json:
    """Calls a method that takes JSON. Raises what the SDK raises, see `errors.py`."""
    return _read(await client.api_call(method, json={name: value for name, value in body.items() if value is not None}))


async def ask(client: AsyncWebClient, method: str, **fields: str | int) -> Json:
    """Calls a method that reads: those take form fields only."""
    return _read(await client.api_call(method, data=fields))


def _read(answer: Any) -> Json:
    data: Json = answer.data
    return data
