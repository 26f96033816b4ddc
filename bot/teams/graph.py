"""What Microsoft Graph tells the bot of a conversation: https://learn.microsoft.com/graph/api/resources/chatmessage.

The rights to it come with the app where it is installed: see READS in manifest.py.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from adapters.errors import Refused, Unavailable
from adapters.http import Request, Response
from bot.strict_json import Malformed, strict_json
from bot.teams.bearer import Bearer

Json = Mapping[str, Any]

SERVICE = "teams_graph"  # not "teams": should Graph fail, the connector's breaker must stay closed
_TITLE = "Microsoft Graph"
_FORBIDDEN = (401, 403)
_PAGES = 25  # of 50 messages: a thread has a thousand at most
_MAY_NOT = (
    "I may not read here. Add me if I am not here yet; else somebody who may add apps here has to remove me and add me again, "
    "and let me read messages then: the app's package asks for that, unless it was made with --no-look."
)
_GONE = "I can't find that here: perhaps it was deleted, or I am not in this conversation."


@dataclass(frozen=True)
class Page:
    """Some of what there is, and whether there is `more`."""

    found: Sequence[Json] = ()
    more: bool = False


class Graph:
    """`url` is its address with its version, and a slash at its end. Everything here raises Refused, Unavailable."""

    def __init__(self, bearer: Bearer, url: str) -> None:
        self._bearer = bearer
        self.url = url

    async def one(self, path: str, tenant: str, forbidden: str = _MAY_NOT) -> Json:
        return _object(await self.content(path, tenant, forbidden))

    async def content(self, path: str, tenant: str, forbidden: str = _MAY_NOT) -> bytes:
        """Whatever is there; `forbidden` is what to say where Graph does not let the bot have it."""
        return (await self._got(f"{self.url}{path}", tenant, forbidden)).body

    async def pages(self, path: str, tenant: str) -> AsyncIterator[Page]:
        """One page after the other, no more than a thread can have."""
        url = f"{self.url}{path}"
        for _ in range(_PAGES):
            page = _object((await self._got(url, tenant, _MAY_NOT)).body)
            value = page.get("value")
            if not isinstance(value, list):
                raise Unavailable("Graph's answer can't be read.")
            url = str(page.get("@odata.nextLink") or "")
            yield Page([each for each in value if isinstance(each, dict)], self.holds(url))
            if not self.holds(url):
                return

    def holds(self, url: str) -> bool:
        """Whether the address is Graph's own: addresses come from outside, and the token goes with each request."""
        return bool(url) and urlsplit(url)[:2] == urlsplit(self.url)[:2]

    async def _got(self, url: str, tenant: str, forbidden: str) -> Response:
        response = await self._bearer.send(Request(SERVICE, "GET", url, repeatable=True, tenant=tenant, title=_TITLE))
        if response.status in _FORBIDDEN:
            raise Refused(forbidden)
        if response.status == 404:
            raise Refused(_GONE)
        if response.status >= 400:
            raise Refused(f"Microsoft Graph does not let me read that (status {response.status}).")
        return response


def quoted(id: str) -> str:
    return quote(id, safe="")


def _object(body: bytes) -> Json:
    try:
        return strict_json(body)
    except Malformed:
        raise Unavailable("Graph's answer can't be read.") from None
