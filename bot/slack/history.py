"""What was said in a conversation of Slack's: https://docs.slack.dev/reference/methods/conversations.replies."""

import asyncio
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from urllib.parse import urlsplit

from adapters.errors import Refused
from adapters.http import Http, Request
from bot.slack.api import Json, SlackError, WebApi
from bot.slack.markdown import mentioned
from bot.slack.people import People
from bot.slack.said import is_said, said
from bot.text import is_web_address
from commands.talk import Attached, Said, without

_MOST = 500  # messages
_PAGE = 200
_RECENT = 10  # messages of a chat, with what stands below each
_THREADS = 20  # that are read beside a conversation: Slack lets fifty be read in a minute
_LINK = re.compile(r"/archives/([A-Z0-9]+)/p(\d{10})(\d{6})")
_TS = re.compile(r"\d{10}\.\d{6}")
_FILES = "files.slack.com"
_ABSENT = "I can't read here: I am not in this channel. Type /invite @Interact, and ask again."
_NOT_OURS = "I can't read here: this chat is yours alone. Copy what you mean, and ask me in a chat of our own."
_OF_A_THREAD = f"This thread is long: I read what began it, and the newest {_MOST - 1} replies."
_OF_A_CHAT = f"Of this chat I read the newest {_RECENT} messages, with what was answered below them."
_OF_A_CHANNEL = f"That is much: I read the newest {_MOST} messages."
_OF_THREADS = f"There are many threads: I read the {_THREADS} in which somebody spoke last."
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
        found, whole = await self._thread(ts)
        return without(await self._said(list(found.values())), "" if whole else _OF_A_THREAD)

    async def chat(self) -> list[Said]:
        """The newest messages of a chat of two, oldest first, with what was answered below them."""
        if not is_direct(self._channel):
            raise Refused("This is no thread. Ask in the thread that you mean, by mentioning me there.")
        page = await self._page("conversations.history", "", limit=str(_RECENT))
        said = await self._said((await self._with_replies(page["messages"]))[-_MOST:])
        return without(said, _OF_A_CHAT if _next(page) else "")

    async def since(self, moment: datetime) -> list[Said]:
        """What was said since then, also in threads that were begun since, oldest first."""
        found: list[Json] = []
        cursor = ""
        while len(found) < _MOST:
            page = await self._page("conversations.history", cursor, oldest=f"{moment.timestamp():.6f}")
            found += page["messages"]
            if not (cursor := _next(page)):
                break
        every = await self._with_replies(found)
        cut = _OF_A_CHANNEL if cursor or len(every) > _MOST else ""
        threads = _OF_THREADS if len(_threads(found)) > _THREADS else ""
        return without(await self._said(every[-_MOST:]), " ".join(filter(None, (cut, threads))))

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

    async def _thread(self, ts: str) -> tuple[dict[str, Json], bool]:
        """By their timestamps, oldest first; and whether these are all."""
        found: dict[str, Json] = {}
        cursor, whole = "", True
        while True:
            page = await self._page("conversations.replies", cursor, ts=ts)
            found |= {str(message["ts"]): message for message in page["messages"]}
            found, whole = _newest(found), whole and len(found) <= _MOST
            if not (cursor := _next(page)):
                return found, whole

    async def _with_replies(self, messages: list[Json]) -> list[Json]:
        """Together with what was said below them, oldest first. It is asked for thread by thread, so not for all of them."""
        found = {str(message["ts"]): message for message in messages}
        for each in _threads(messages)[-_THREADS:]:
            found |= (await self._thread(str(each["ts"])))[0]
        return [found[ts] for ts in sorted(found)]

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
            reason = _REASONS.get(str(error), f"Slack does not let me read here: {error}.")
            raise Refused(_NOT_OURS if reason == _ABSENT and is_direct(self._channel) else reason) from None

    async def _said(self, messages: list[Json]) -> list[Said]:
        """In a thread of its own: it may be much to read."""
        known = await self._api.identity()
        names = {id: await self._name(id) for id in await asyncio.to_thread(_named, messages)}
        return await asyncio.to_thread(_told, messages, self._channel, names, known)

    async def _name(self, id: str) -> str:
        return (await self._people.find(self._team, id)).name if id[:1] in "UW" else ""


def is_direct(channel: str) -> bool:
    """Whether it is a chat of two: the ids of those, and of no other, begin with a D."""
    return channel.startswith("D")


def _newest(found: Mapping[str, Json]) -> dict[str, Json]:
    """Of a thread, by their timestamps: the message that began it and the newest replies, oldest first."""
    ordered = sorted(found)
    return {ts: found[ts] for ts in (*ordered[:1], *ordered[1:][1 - _MOST :])}


def _threads(messages: Iterable[Json]) -> list[Json]:
    """The messages that began one; last comes the one in which somebody spoke last."""
    return sorted((each for each in messages if each.get("reply_count")), key=_last_reply)


def _named(messages: Iterable[Json]) -> list[str]:
    """The ids of whoever wrote them, and of people and channels in them."""
    return sorted({id for message in messages for id in (*mentioned(message), str(message.get("user") or ""))} - {""})


def _told(messages: Iterable[Json], channel: str, names: Mapping[str, str], known: Json) -> list[Said]:
    return [said(message, channel, names, known) for message in messages if is_said(message)]


def _last_reply(message: Json) -> str:
    return str(message.get("latest_reply") or message["ts"])


def _next(page: Json) -> str:
    return str((page.get("response_metadata") or {}).get("next_cursor") or "")
