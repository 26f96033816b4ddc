"""What a method of the Web API was told, by query, form or JSON: https://docs.slack.dev/apis/web-api/#post_bodies."""

import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from bot.slack.sandbox.workspace import ApiError


class Arguments:
    """Reads one argument at a time. Raises ApiError for what is missing or makes no sense."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    def text(self, name: str) -> str:
        """Empty where it is not given."""
        value = self._values.get(name)
        return "" if value is None else str(value)

    def needed(self, name: str) -> str:
        if text := self.text(name):
            return text
        raise ApiError("invalid_arguments", response_metadata={"messages": [f"[ERROR] missing required field: {name}"]})

    def flag(self, name: str) -> bool:
        return self.text(name).lower() in ("1", "true")

    def number(self, name: str, default: int, most: int) -> int:
        try:
            return max(1, min(int(self.text(name) or default), most))
        except ValueError:
            raise ApiError("invalid_arguments") from None

    def value(self, name: str, wrong: str) -> Any:
        """JSON, as such or as a string; None where it is not given. `wrong` is the error for what is no JSON."""
        value = self._values.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            raise ApiError(wrong) from None


async def arguments_of(request: web.Request) -> Arguments:
    """Raises ApiError."""
    if request.content_type != "application/json":
        return Arguments({**request.query, **await request.post()})
    try:
        body = await request.json()
    except ValueError:
        raise ApiError("invalid_json") from None
    if not isinstance(body, dict):
        raise ApiError("json_not_object")
    return Arguments({**request.query, **body})
