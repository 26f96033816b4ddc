"""Slack's Web API, through the one way out: https://docs.slack.dev/apis/web-api/."""

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

from adapters.base import Secret
from adapters.errors import Unavailable
from adapters.http import Http, Request, Response
from bot.strict_json import Malformed, strict_json

Json = Mapping[str, Any]

_PASSING = {"ratelimited", "rate_limited", "internal_error", "service_unavailable", "fatal_error", "request_timeout"}


class SlackError(Exception):
    """Slack said no; the text is its own word for why, such as `not_in_channel`."""


class WebApi:
    """One workspace, as the bot. Every method raises SlackError, Unavailable, or for `write` Unknown."""

    def __init__(self, http: Http, token: Secret, base_url: str) -> None:
        self.base_url = base_url if base_url.endswith("/") else f"{base_url}/"
        self._http = http
        self._token = token
        self._identity: Json = {}

    @property
    def authorization(self) -> Mapping[str, str]:
        """The header by which Slack knows the bot."""
        return {"Authorization": f"Bearer {self._token.reveal()}"}

    async def identity(self) -> Json:
        """As whom the token is known: `user_id`, `url` and so on; empty where Slack does not tell. Asked once."""
        if not self._identity:
            with suppress(SlackError):
                self._identity = await self.read("auth.test")
        return self._identity

    async def read(self, method: str, **fields: str | int) -> Json:
        """Calls a method that reads: those take form fields only."""
        body = urlencode(fields).encode()
        return await self._call(method, body, "application/x-www-form-urlencoded", repeatable=True)

    async def change(self, method: str, **fields: Any) -> Json:
        """Calls a method that may be called twice with the same effect as once."""
        return await self._call(method, _json(fields), _JSON, repeatable=True)

    async def write(self, method: str, **fields: Any) -> Json:
        """Calls a method that would do it twice."""
        return await self._call(method, _json(fields), _JSON, repeatable=False)

    async def _call(self, method: str, body: bytes, type: str, repeatable: bool) -> Json:
        headers = {"Content-Type": type, **self.authorization}
        return read_answer(
            await self._http.send(Request("slack", "POST", f"{self.base_url}{method}", headers, body, repeatable))
        )


_JSON = "application/json; charset=utf-8"
_encoded = json.JSONEncoder(ensure_ascii=False).encode


def _json(fields: Mapping[str, Any]) -> bytes:
    return _encoded({name: value for name, value in fields.items() if value is not None}).encode()


def read_answer(response: Response) -> Json:
    """Raises SlackError, Unavailable."""
    try:
        answer = strict_json(response.body)
        ok, error = answer["ok"], str(answer.get("error", ""))
    except (Malformed, KeyError):
        raise Unavailable("Slack's answer can't be read.") from None
    if error in _PASSING:
        raise Unavailable("Slack can't do it right now.")
    if not ok:
        raise SlackError(error)
    return answer
