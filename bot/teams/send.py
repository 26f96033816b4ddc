"""Sends replies to Teams: looks before it sends again, replaces what stands, takes what is private to the person's own chat."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from adapters.errors import Refused, Unavailable, Unknown
from bot.teams.connector import Address, Connector, ConnectorError, Json
from bot.teams.look import Look
from bot.teams.outgoing import Outgoing
from bot.teams.references import Conversations
from bot.teams.stream import Streams, is_stream, message_of

_LOG = logging.getLogger(__name__)
_CARD = "application/vnd.microsoft.card.adaptive"
_ALERT = {"channelData": {"notification": {"alert": True}}}  # in their activity feed: they look at another conversation
_OWN = "own:"  # begins the id of a message that stands in the person's own chat
_UNFIT = (400, 413)  # Teams does not take the card
_NOT_SO = 400  # nor does it take every change
_GONE = (403, 404)  # the bot was blocked or removed, or what it speaks of is no more
_MOST = 1_000
_ANSWERED = "I have answered you in a chat of our own."
_SETTLED = "This is settled. What came of it was told to the one who pressed the button."
_UNSHOWN = "I have an answer, but Teams does not show it. Please tell whoever runs this bot."
_ASK_THERE = "I have an answer for you alone. Write to me in a chat of our own, and ask again there."


class Sender:
    """The way out to all tenants."""

    def __init__(
        self, connector: Connector, conversations: Conversations, look: Look, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._connector = connector
        self._conversations = conversations
        self._look = look
        self._streams = Streams(connector, now)
        self._underway: dict[tuple[str, bool], dict[int, str]] = {}  # of replies that were not sent whole: what stands of them

    async def send(self, outgoing: Outgoing, sent: Sequence[str], look: bool) -> Sequence[str]:
        """Sends each message of the reply; gives back their ids, empty for those that nobody can be shown any more.

        `sent` holds the ids of an earlier version, which is replaced. With `look`, the conversation is searched for what else
        an earlier attempt may have sent. Raises Unavailable, and StoppedError for what is streamed.
        """
        if outgoing.passing:
            return [""] * len(outgoing.messages)
        if not outgoing.partial:
            return await self._sent(outgoing, sent, look)
        if outgoing.alone:
            return sent  # where they asked, nothing could take its place
        try:
            return await self._sent(outgoing, sent, look)
        except Unavailable as error:
            if error.acted and not sent:
                raise
            return sent  # it comes with what is said next

    async def _sent(self, outgoing: Outgoing, sent: Sequence[str], look: bool) -> Sequence[str]:
        try:
            if outgoing.stream and (shown := await self._streamed(outgoing, sent, look)) is not None:
                return shown
            ids = await (self._send_alone if outgoing.alone else self._send_here)(outgoing, sent, look)
        except Refused as error:  # a setting is wrong at the moment
            raise Unavailable(str(error)) from None
        except Unknown as error:  # perhaps it was sent: the next attempt looks
            raise Unavailable(str(error), acted=True) from None
        except ConnectorError as error:
            if error.status not in (*_UNFIT, *_GONE):
                raise Unavailable(f"Teams does not take it: {error}.") from None
            _LOG.warning("a reply can't be delivered any more: %s", error)
            ids = [""] * len(outgoing.messages)
        self._underway.pop((outgoing.call, outgoing.alone), None)
        return ids

    async def _streamed(self, outgoing: Outgoing, sent: Sequence[str], look: bool) -> Sequence[str] | None:
        """None where it can't be streamed: where a card stands already, say, that is replaced again and again."""
        at = await self._here(outgoing)
        if not sent and look:
            sent = tuple(id for _, id in sorted((await self._found(outgoing, at)).items()))
        if sent and not is_stream(sent[0]):
            return None
        if sent:
            await self._streams.go_on(at, sent[0], outgoing.stream, outgoing.informs)
            return sent
        begun = await self._streams.begin(at, outgoing.stream, outgoing.informs)
        return None if begun is None else tuple(filter(None, [begun]))

    async def _send_here(self, outgoing: Outgoing, sent: Sequence[str], look: bool) -> list[str]:
        """Where they asked. The card that they pressed is replaced by the first message."""
        pressed = {0: outgoing.replaces} if outgoing.replaces else {}
        here = {part: id for part, id in enumerate(sent) if id and not id.startswith(_OWN)}
        return await self._put_all(outgoing, await self._here(outgoing), pressed | here, look)

    async def _send_alone(self, outgoing: Outgoing, sent: Sequence[str], look: bool) -> list[str]:
        """In the person's own chat. Where they asked, nothing of it is seen."""
        if not outgoing.user:
            _LOG.warning("what is private can't be said where nobody in particular is spoken to")
            return [""] * len(outgoing.messages)
        if outgoing.settles and outgoing.replaces:
            with suppress(ConnectorError, Unknown):
                await self._replaced(await self._here(outgoing), _line(_SETTLED), outgoing.replaces)
        there = {part: id.removeprefix(_OWN) for part, id in enumerate(sent) if id.startswith(_OWN)}
        shown = next((id for id in sent if id and not id.startswith(_OWN)), "")
        try:
            ids = await self._put_all(outgoing, await self._own_chat(outgoing), there, look)
        except ConnectorError as error:
            if error.status not in (*_UNFIT, *_GONE):
                raise
            _LOG.info("a private reply can't be delivered: %s", error)
            if shown or not (outgoing.replaces or "" in sent):  # who pressed a card is told by it, and nobody is told twice
                await self._tell(outgoing, _ASK_THERE, shown)
            return [""] * len(outgoing.messages)
        if shown:
            await self._tell(outgoing, _ANSWERED, shown)
        return [id and f"{_OWN}{id}" for id in ids]

    async def _tell(self, outgoing: Outgoing, line: str, shown: str) -> None:
        """Says something where they asked, in place of what is shown there already."""
        with suppress(ConnectorError, Unknown):
            await self._show(await self._here(outgoing), _line(line), shown)

    async def _put_all(self, outgoing: Outgoing, at: Address, known: Mapping[int, str], look: bool) -> list[str]:
        """Shows each message: in place of what stands for it already, in the conversation it is meant for."""
        if len(self._underway) >= _MOST:
            self._underway.clear()
        placed = self._underway.setdefault((outgoing.call, outgoing.alone), {})
        standing = {**placed, **known}
        if look and len(standing) < len(outgoing.messages):
            standing = await self._found(outgoing, at) | standing
        for part, message in enumerate(outgoing.messages):
            placed[part] = await self._put(outgoing, at, message, standing.get(part, ""))
        await self._remove(at, [id for part, id in standing.items() if part >= len(outgoing.messages)])
        return [placed[part] for part in range(len(outgoing.messages))]

    async def _remove(self, at: Address, ids: Sequence[str]) -> None:
        """What a longer version left."""
        with suppress(ConnectorError):
            for id in filter(None, ids):
                await self._connector.delete(at, message_of(id))

    async def _found(self, outgoing: Outgoing, at: Address) -> dict[int, str]:
        """What Graph finds. It goes by the team's group, and some messages name only the team."""
        if outgoing.team.startswith("19:") and not outgoing.alone:
            outgoing = replace(outgoing, team=await self._group(at, outgoing.team))
        return await self._look.find(outgoing)

    async def _group(self, at: Address, team: str) -> str:
        try:
            return str((await self._connector.team(at, team)).get("aadGroupId") or "")
        except ConnectorError:
            return ""

    async def _put(self, outgoing: Outgoing, at: Address, message: Json, standing: str) -> str:
        alert = _ALERT if outgoing.alone else {}
        try:
            return await self._show(at, {**_with_card(message), **alert}, standing)
        except ConnectorError as error:
            if error.status not in _UNFIT:
                raise
            _LOG.error("Teams does not take this card (%s), which is a mistake in how it was rendered", error)
            return await self._show(at, _line(_UNSHOWN), standing)

    async def _show(self, at: Address, activity: Json, standing: str) -> str:
        if is_stream(standing):
            if await self._streams.end(at, standing, activity):
                return message_of(standing)
            standing = message_of(standing)
        if standing and await self._replaced(at, activity, standing):
            return standing
        return await self._connector.send(at, activity)

    async def _replaced(self, at: Address, activity: Json, id: str) -> bool:
        try:
            await self._connector.update(at, id, activity)
        except ConnectorError as error:
            if error.status not in (*_GONE, _NOT_SO):
                raise
            return False
        return True

    async def _here(self, outgoing: Outgoing) -> Address:
        return await self._conversations.newest(Address(outgoing.tenant, outgoing.service_url, outgoing.conversation))

    async def _own_chat(self, outgoing: Outgoing) -> Address:
        if known := await self._conversations.chat_with(outgoing.tenant, outgoing.user):
            return known
        chat = await self._connector.open_chat(await self._here(outgoing), outgoing.bot, outgoing.user)
        await self._conversations.opened(chat, outgoing.bot, outgoing.user, outgoing.since, outgoing.object)
        return chat


def _with_card(message: Json) -> Json:
    """The summary is what notifications show."""
    card = {"contentType": _CARD, "content": message["card"]}
    return {"type": "message", "summary": message["text"], "attachments": [card]}


def _line(text: str) -> Json:
    return {"type": "message", "text": text}
