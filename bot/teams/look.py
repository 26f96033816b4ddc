"""Looks for a reply that an earlier attempt may have sent: the first element of its cards bears the call's id.

The connector can't list messages, but Microsoft Graph can, to an app that was given that right where it was installed:
https://learn.microsoft.com/microsoftteams/platform/graph-api/rsc/resource-specific-consent (ChatMessage.Read.Chat for chats,
ChannelMessage.Read.Group for channels). Without it nothing is found; then once too often is better than never.
"""

import json
import logging
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit

from adapters.errors import Refused, Unavailable
from adapters.http import Request
from bot.clock import Clock
from bot.teams.bearer import Bearer
from bot.teams.outgoing import Outgoing
from bot.teams.stream import stream_of

Json = Mapping[str, Any]

SERVICE = "teams_graph"  # not "teams": should Graph fail, the connector's breaker must stay closed
_LOG = logging.getLogger(__name__)
_CARD = "application/vnd.microsoft.card.adaptive"
_MARK = re.compile(r"call:(.*):([0-9]{1,4})")
_PAGES = 5
_SKEW = 300.0  # seconds by which Teams' clock and ours may differ
_BARRED = 600.0  # seconds after which a conversation that may not be looked at is tried again
_MOST = 10_000
_NEWEST = "$top=50&$orderby=createdDateTime%20desc"  # what is edited later does not come to the front
_ANY_ORDER = "$top=50"  # in channels Graph promises none, and takes no wish


class Look:
    """`graph_url` is Graph's address with its version, and a slash at its end; `app_id` is the bot's."""

    def __init__(self, bearer: Bearer, graph_url: str, app_id: str, clock: Clock) -> None:
        self._bearer = bearer
        self._graph_url = graph_url
        self._app_id = app_id
        self._clock = clock
        self._barred: dict[str, float] = {}

    async def find(self, outgoing: Outgoing) -> dict[int, str]:
        """The ids of those of its messages that stand already, by part. Raises Unavailable."""
        found: dict[int, str] = {}
        listing = self._listing(outgoing)
        url = listing and f"{self._graph_url}{listing}"
        for _ in range(_PAGES):
            page = await self._page(url, listing, outgoing.tenant)
            for message in page.get("value") or ():
                found = self._begun(message, outgoing) | found
                found |= {part: str(message["id"]) for part in _parts(message, outgoing.call)}
            url = str(page.get("@odata.nextLink") or "")
            if len(found) >= len(outgoing.messages) or not self._of_graph(url):
                break
            if listing.endswith(_NEWEST) and _reaches(page, outgoing.since - _SKEW):
                break
        return found

    def _begun(self, message: Json, outgoing: Outgoing) -> dict[int, str]:
        """An answer that was streamed, and never ended: only streams are text alone, where the bot speaks to one person.

        Questions there are answered one after the other, so that it is of this one.
        """
        app = ((message.get("from") or {}).get("application") or {}).get("id")
        bare = not (message.get("attachments") or message.get("deletedDateTime"))
        if outgoing.streamed and bare and app == self._app_id and outgoing.since <= _created(message) < float("inf"):
            return {0: stream_of(str(message["id"]))}
        return {}

    def _listing(self, outgoing: Outgoing) -> str:
        """What lists the messages of where the reply goes; empty where nothing can.

        https://learn.microsoft.com/graph/api/chat-list-messages, https://learn.microsoft.com/graph/api/chatmessage-list-replies
        """
        channel, _, thread = outgoing.conversation.partition(";messageid=")
        if outgoing.alone or outgoing.type == "personal":
            chat = f"19:{outgoing.object}_{self._app_id}@unq.gbl.spaces"  # Graph's own name for the chat with a bot
            return f"chats/{_quoted(chat)}/messages?{_NEWEST}" if outgoing.object else ""
        if outgoing.type != "channel":
            return f"chats/{_quoted(channel)}/messages?{_NEWEST}"
        replies = f"/{_quoted(thread)}/replies" if thread else ""
        posts = f"teams/{_quoted(outgoing.team)}/channels/{_quoted(channel)}/messages{replies}?{_ANY_ORDER}"
        return posts if outgoing.team else ""

    async def _page(self, url: str, listing: str, tenant: str) -> Json:
        if not url or self._clock.time() < self._barred.get(listing, 0.0):
            return {}
        try:
            response = await self._bearer.send(Request(SERVICE, "GET", url, repeatable=True, tenant=tenant))
        except Refused as error:
            _LOG.warning("Graph can't be asked for an earlier attempt: %s", error)
            return {}
        if response.status >= 400:
            self._bar(listing, response.status)
            return {}
        try:
            return dict(json.loads(response.body))
        except (ValueError, TypeError):
            raise Unavailable("Graph's answer can't be read.") from None

    def _bar(self, listing: str, status: int) -> None:
        _LOG.info("the bot may not look here for an earlier attempt (status %d): see its app's permissions", status)
        if len(self._barred) >= _MOST:
            self._barred.clear()
        self._barred[listing] = self._clock.time() + _BARRED

    def _of_graph(self, url: str) -> bool:
        """The next page's address comes from outside, and the token goes with it."""
        return bool(url) and urlsplit(url)[:2] == urlsplit(self._graph_url)[:2]


def _quoted(id: str) -> str:
    return quote(id, safe="")


def _parts(message: Json, call: str) -> Iterator[int]:
    """Which part of the reply a message is, if any: Graph gives its card as text."""
    for attachment in message.get("attachments") or ():
        content = str(attachment.get("content") or "")
        if message.get("deletedDateTime") or attachment.get("contentType") != _CARD or call not in content:
            continue
        mark = _MARK.fullmatch(_first_id(content))
        if mark and mark[1] == call:
            yield int(mark[2])


def _first_id(content: str) -> str:
    try:
        return str(json.loads(content)["body"][0]["id"])
    except (ValueError, TypeError, KeyError, IndexError):
        return ""


def _reaches(page: Json, since: float) -> bool:
    """Whether the page goes back to before then."""
    return any(_created(message) < since for message in page.get("value") or ())


def _created(message: Json) -> float:
    try:
        return datetime.fromisoformat(str(message["createdDateTime"])).timestamp()
    except (KeyError, ValueError):
        return float("inf")
