"""Slack's response URLs lead back to where somebody acted: five times in half an hour, even where the bot may not post.

https://docs.slack.dev/interactivity/handling-user-interaction/#message_responses
"""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from adapters.errors import Unknown
from adapters.http import Http, Request

_SLACK_HOSTS = ("hooks.slack.com", "hooks.slack-gov.com")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_JSON = {"Content-Type": "application/json; charset=utf-8"}


class ResponseUrls:
    """`api_url` is where Slack's Web API is: next to a sandbox, the URLs are on loopback too."""

    def __init__(self, http: Http, api_url: str) -> None:
        self._http = http
        self._api_url = api_url

    def usable(self, url: str) -> bool:
        """Slack's own hosts only: whoever can write the URL must not make the bot post elsewhere."""
        parts = urlsplit(url)
        if urlsplit(self._api_url).hostname in _LOOPBACK:
            return parts.scheme == "http" and parts.hostname in _LOOPBACK
        return parts.scheme == "https" and parts.netloc in _SLACK_HOSTS

    async def answer(self, url: str, kind: str, message: Mapping[str, Any]) -> bool:
        """Says something new, "ephemeral" or "in_channel"; False where the URL is used up or expired. Raises Unavailable.

        Nobody can look whether it was said: in doubt it was, so that it is not said twice.
        """
        try:
            return await self._told(url, {"response_type": kind, "replace_original": False, **message}, repeatable=False)
        except Unknown:
            return True

    async def replace(self, url: str, message: Mapping[str, Any]) -> bool:
        """Puts the message in the place of the one whose button was pressed, whoever sees that; as often as one likes.

        False where that can't be. Raises Unavailable.
        """
        return self.usable(url) and await self._told(url, {"replace_original": True, **message}, repeatable=True)

    async def _told(self, url: str, body: Mapping[str, Any], repeatable: bool) -> bool:
        request = Request("slack", "POST", url, _JSON, json.dumps(body).encode(), repeatable)
        return (await self._http.send(request)).status < 400
