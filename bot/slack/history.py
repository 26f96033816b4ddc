"""What was said in a conversation of Slack's: https://docs.slack.dev/reference/methods/conversations.replies."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from adapters.errors import Refused
from adapters.http import Http, Request
from bot.slack.api import Json, SlackError, WebApi
from bot.slack.markdown import markdown, mentioned
from bot.slack.people import People
from bot.text import is_web_address
from commands.talk import Attached, Said

_MOST = 500  # messages
_PAGE = 200
_LINK = re.compile(r"/archives/([A-Z0-9]+)/p(\d{10})(\d{6})")
_TS = re.compile(r"\d{10}\.\d{6}")
_SPOKEN = ("", "bot_message", "file_share", "me_message", "thread_broadcast")  # subtypes; the others tell who came, and so on
_FILES = "files.slack.com"
_ABSENT = "I can't read here: I am not in this channel. Type /invite @Interact, and ask again."
_REASONS = {
    "not_in_channel": _ABSENT,
    "channel_not_found": _ABSENT,
    "missing_scope": "I may not read here: whoever runs this bot has to install its app anew, with the newest manifest.",
    "thread_not_found": "There is no such thread any more.",
}


class History:
    """One conversation, read as the bot. Everything here raises Refused, Unavailable."""

    def __init__(self, api: WebApi, http: Http, people: People, team: str, channel: str) -> None:
        self._api = api
        self._http = http
        self._people = people
        self._team = team
        self._channel = channel

    async def thread(self, ts: str) -> list[Said]:
        """The message that began it, and its replies, oldest first."""
        if not ts:
            raise Refused("This is no thread. Ask in the thread that you mean, by mentioning me there.")
        found: dict[str, Json] = {}
        cursor = ""
        while True:
            page = await self._page("conversations.replies", cursor, ts=ts)
            found |= {str(message["ts"]): message for message in page["messages"]}
            if not (cursor := _next(page)):
                break
        first, *replies = sorted(found) or [""]
        return await self._said([found[each] for each in (first, *replies[1 - _MOST :]) if each])

    async def since(self, moment: datetime) -> list[Said]:
        """What was said since then outside threads, oldest first."""
        found: list[Json] = []
        cursor = ""
        while len(found) < _MOST:
            page = await self._page("conversations.history", cursor, oldest=f"{moment.timestamp():.6f}")
            found += page["messages"]
            if not (cursor := _next(page)):
                break
        return await self._said(found[:_MOST][::-1])

    async def message(self, id: str) -> Said:
        """By its timestamp, or by its link, which must lead to this conversation."""
        ts = self._timestamp(id)
        within = {"oldest": ts, "latest": ts, "inclusive": "true"}
        for method, where in (("conversations.history", {}), ("conversations.replies", {"ts": ts})):
            try:
                messages = (await self._page(method, "", **where, **within))["messages"]
            except Refused:
                if method == "conversations.history":
                    raise
                messages = []
            for message in messages:
                if message["ts"] == ts:
                    return (await self._said([message]))[0]
        raise Refused("I can't find that message here.")

    async def fetch(self, attached: Attached) -> bytes:
        """https://docs.slack.dev/reference/objects/file-object: the bot's token goes to Slack's own host only."""
        parts, own = urlsplit(attached.ref), urlsplit(self._api.base_url)
        if not is_web_address(attached.ref) or parts[:2] not in (("https", _FILES), own[:2]):
            raise Refused(f"“{attached.name}” is not kept in Slack, so I can't open it.")
        request = Request("slack", "GET", attached.ref, self._api.authorization, repeatable=True, title="Slack")
        answer = await self._http.send(request)
        if answer.status != 200 or answer.headers.get("content-type", "").startswith("text/html"):  # a page to sign in on
            raise Refused(f"Slack does not let me open “{attached.name}”.")
        return answer.body

    def _timestamp(self, id: str) -> str:
        if _TS.fullmatch(id):
            return id
        found = _LINK.search(id)
        if not found:
            raise Refused("That is no message's link. Copy it from the message's menu (⋮, “Copy link”).")
        if found[1] != self._channel:
            raise Refused("That message is in another conversation. Ask there.")
        return f"{found[2]}.{found[3]}"

    async def _page(self, method: str, cursor: str, **more: str) -> Json:
        fields: dict[str, str | int] = {"channel": self._channel, "limit": _PAGE, **more}
        fields |= {"cursor": cursor} if cursor else {}
        try:
            return await self._api.read(method, **fields)
        except SlackError as error:
            raise Refused(_REASONS.get(str(error), f"Slack does not let me read here: {error}.")) from None

    async def _said(self, messages: list[Json]) -> list[Said]:
        known = await self._api.identity()
        ids = {id for message in messages for id in (*mentioned(message), str(message.get("user") or ""))} - {""}
        names = {id: await self._name(id) for id in sorted(ids)}
        return [self._one(message, names, known) for message in messages if message.get("subtype", "") in _SPOKEN]

    async def _name(self, id: str) -> str:
        return (await self._people.find(self._team, id)).name if id[:1] in "UW" else ""

    def _one(self, message: Json, names: Mapping[str, str], known: Json) -> Said:
        user, ts = str(message.get("user") or ""), str(message["ts"])
        profile = message.get("bot_profile") or {}
        author = names.get(user) or message.get("username") or profile.get("name") or user or "somebody"
        return Said(
            id=ts,
            author=str(author),
            at=datetime.fromtimestamp(float(ts), UTC),
            text=markdown(message, lambda who: names.get(who) or who),
            url=_permalink(str(known.get("url") or ""), self._channel, message),
            attached=tuple(_attached(file) for file in message.get("files") or () if file.get("url_private")),
            own=user == known.get("user_id"),
        )


def _permalink(workspace: str, channel: str, message: Json) -> str:
    """As Slack makes them: https://docs.slack.dev/reference/methods/chat.getPermalink, without asking for each."""
    ts, thread = str(message["ts"]), str(message.get("thread_ts") or "")
    inside = f"?thread_ts={thread}&cid={channel}" if thread and thread != ts else ""
    return f"{workspace}archives/{channel}/p{ts.replace('.', '')}{inside}" if workspace else ""


def _attached(file: Mapping[str, Any]) -> Attached:
    name = str(file.get("name") or file.get("title") or "file")
    return Attached(name, str(file.get("mimetype") or ""), int(file.get("size") or 0), str(file["url_private"]))


def _next(page: Json) -> str:
    return str((page.get("response_metadata") or {}).get("next_cursor") or "")
