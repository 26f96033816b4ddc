"""Sends replies to Slack: looks before it sends again, replaces what stands, finds another way where it may not post."""

import json
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any, TypeVar

from adapters.errors import Unavailable, Unknown
from adapters.http import Http
from bot.slack.api import SlackError, WebApi
from bot.slack.form import answered
from bot.slack.look import find
from bot.slack.outgoing import Outgoing
from bot.slack.pace import Pace
from bot.slack.render import POSTING, UPDATING, Json, render, without_images
from bot.slack.response_url import ResponseUrls
from bot.slack.stream import CONFLICTS, Streams, stop
from commands.reply import Reply

_LOG = logging.getLogger(__name__)
_Sent = TypeVar("_Sent")
_HOME = 100  # blocks: https://docs.slack.dev/reference/views/home-tab-views
_STANDS = "home"  # in place of a message's timestamp
_SETTLED = Reply("This is settled. What came of it was told to the one who pressed the button.")


class Sender:
    """The way out to one workspace. `streams` are those of the process."""

    def __init__(self, api: WebApi, http: Http, pace: Pace, streams: Streams) -> None:
        self._api = api
        self._urls = ResponseUrls(http, api.base_url)
        self._pace = pace
        self._streams = streams

    async def send(self, outgoing: Outgoing, sent: Sequence[str], look: bool) -> Sequence[str]:
        """Sends each message of the reply; gives back their timestamps, empty for those that can't be found again.

        `sent` holds the timestamps of an earlier version, which is replaced. With `look`, the channel is searched for
        what else an earlier attempt may have sent. Raises Unavailable; StoppedError for what is streamed.
        """
        if not outgoing.partial:
            return await self._sent(outgoing, sent, look)
        if outgoing.private:
            return sent  # where it stood, nothing could take its place
        try:
            return await self._sent(outgoing, sent, look)
        except Unavailable:
            if not sent:
                raise
            return sent  # it comes with what is said next

    async def _sent(self, outgoing: Outgoing, sent: Sequence[str], look: bool) -> Sequence[str]:
        if outgoing.home:
            return await self._published(outgoing)
        if outgoing.view and await self._shown_in_form(outgoing):
            return [""]
        try:
            standing = (await find(self._api, outgoing) if look else {}) | dict(enumerate(sent))
            if outgoing.stream and (shown := await self._streamed(outgoing, standing.get(0, ""))) is not None:
                return shown
            if outgoing.partial and standing.get(0) and not self._streams.may_replace(outgoing, standing[0]):
                return sent or [standing[0]]
            ids = await self._settled(outgoing) if outgoing.replaces else []
            for part in range(len(ids), len(outgoing.messages)):
                ids.append(await self._put(outgoing, part, standing.get(part, "")))
            await self._remove(outgoing.channel, [ts for ts in standing.values() if ts not in ids])
            return ids
        except Unknown as error:  # perhaps it was sent: the next attempt looks
            raise Unavailable(str(error)) from None

    async def _streamed(self, outgoing: Outgoing, standing: str) -> Sequence[str] | None:
        if not standing:
            await self._pace.turn(f"{outgoing.team}:{outgoing.channel}")
        return await self._streams.show(self._api, outgoing, standing)

    async def _published(self, outgoing: Outgoing) -> Sequence[str]:
        """It stands in one place, so it may be sent as often as one likes: https://docs.slack.dev/reference/methods/views.publish."""
        blocks = [block for message in outgoing.messages for block in message["blocks"]]
        try:
            await self._api.change("views.publish", user_id=outgoing.user, view={"type": "home", "blocks": blocks[:_HOME]})
        except SlackError as error:
            _LOG.warning("the Home tab was refused: %s", error)
        return [_STANDS]

    async def _shown_in_form(self, outgoing: Outgoing) -> bool:
        """As often as one likes: https://docs.slack.dev/reference/methods/views.update. False where the form is gone.

        No hash goes with it: of two previews the later one stands, though both were asked for before either was shown.
        """
        blocks = [block for message in outgoing.messages for block in message["blocks"]]
        view = answered(json.loads(outgoing.form), blocks, outgoing.call)
        try:
            await self._api.change("views.update", view_id=outgoing.view, view=view)
        except SlackError as error:
            _LOG.info("a form can't be shown an answer: %s", error)
            return False
        return True

    async def _settled(self, outgoing: Outgoing) -> list[str]:
        """Puts the first message in the place of the card that was pressed; gives back where it stands then, if it does.

        It may be done as often as one likes. Where others see a card whose answer is not for them, they see that it is settled.
        """
        if outgoing.ephemeral:
            return [""] if await self._urls.replace(outgoing.response_url, outgoing.messages[0]) else []
        if outgoing.private:
            await self._updated(outgoing, outgoing.replaces, vars(render(_SETTLED)[0]))
            return []
        return [outgoing.replaces] if await self._replaced(outgoing, 0, outgoing.replaces) else []

    async def _remove(self, channel: str, timestamps: Sequence[str]) -> None:
        """What a longer version left, or a version that stands elsewhere now."""
        with suppress(SlackError):
            for ts in filter(None, timestamps):
                await self._revise("chat.delete", channel, ts)

    async def _put(self, outgoing: Outgoing, part: int, standing: str) -> str:
        await self._pace.turn(f"{outgoing.team}:{outgoing.channel}")
        if standing and not outgoing.private and await self._replaced(outgoing, part, standing):
            return standing
        try:
            return await (self._whisper(outgoing, part) if outgoing.private else self._post(outgoing, part))
        except SlackError as error:
            return await self._another_way(outgoing, part, error)

    async def _replaced(self, outgoing: Outgoing, part: int, ts: str) -> bool:
        return await self._updated(outgoing, ts, {**outgoing.messages[part], "metadata": outgoing.metadata(part)})

    async def _updated(self, outgoing: Outgoing, ts: str, message: Json) -> bool:
        async def update(message: Json) -> None:
            await self._revise("chat.update", outgoing.channel, ts, **message, **UPDATING)

        try:
            await _with_or_without_images(update, message)
        except SlackError as error:
            _LOG.info("a message can't be replaced: %s", error)
            return False
        return True

    async def _revise(self, method: str, channel: str, ts: str, **more: Any) -> None:
        """What is still being streamed, perhaps by a process that is gone, can be neither replaced nor deleted: it is ended."""
        await self._streams.end(self._api, channel, ts)
        try:
            await self._api.change(method, channel=channel, ts=ts, **more)
        except SlackError as error:
            if str(error) not in CONFLICTS:
                raise
            await stop(self._api, channel, ts)
            await self._api.change(method, channel=channel, ts=ts, **more)

    async def _post(self, outgoing: Outgoing, part: int) -> str:
        return await self._posted(outgoing, part, outgoing.channel, outgoing.thread)

    async def _posted(self, outgoing: Outgoing, part: int, channel: str, thread: str) -> str:
        async def post(message: Json) -> str:
            answer = await self._api.write("chat.postMessage", channel=channel, thread_ts=thread or None, **message)
            return str(answer["ts"])

        return await _with_or_without_images(post, {**outgoing.messages[part], **POSTING, "metadata": outgoing.metadata(part)})

    async def _whisper(self, outgoing: Outgoing, part: int) -> str:
        """Seen by the asker only. Slack keeps no trace of it, so it can't be found or replaced later."""
        if self._urls.usable(outgoing.response_url):
            return await self._respond(outgoing, part, "ephemeral")
        where = {"channel": outgoing.channel, "user": outgoing.user, "thread_ts": outgoing.thread or None}
        with suppress(Unknown):  # nobody can look whether it was sent: not twice, then
            await self._api.write("chat.postEphemeral", **where, **outgoing.messages[part], **UPDATING)
        return ""

    async def _another_way(self, outgoing: Outgoing, part: int, error: SlackError) -> str:
        """The bot may not post there: Slack's response URL reaches that channel still, and a direct message the person.

        What is said either way stays as it is, so a part of an answer is not said so.
        """
        _LOG.info("posting was refused (%s)%s", error, "" if outgoing.partial else ": trying another way")
        if outgoing.partial:
            return ""
        if self._urls.usable(outgoing.response_url):
            return await self._respond(outgoing, part, "ephemeral" if outgoing.private else "in_channel")
        return await self._in_person(outgoing, part)

    async def _respond(self, outgoing: Outgoing, part: int, kind: str) -> str:
        said = await self._urls.answer(outgoing.response_url, kind, outgoing.messages[part])
        return "" if said else await self._in_person(outgoing, part)

    async def _in_person(self, outgoing: Outgoing, part: int) -> str:
        if not outgoing.user:
            _LOG.warning("what was meant for a channel can't be said there: the bot may not write in it")
            return ""
        opened = await self._api.change("conversations.open", users=outgoing.user)
        await self._posted(outgoing, part, opened["channel"]["id"], "")
        return ""


async def _with_or_without_images(send: Callable[[Json], Awaitable[_Sent]], message: Json) -> _Sent:
    """Slack refuses a message whose picture it can't fetch, and at times one that it could: slackapi/python-slack-sdk#1782."""
    try:
        return await send(message)
    except SlackError as error:
        plain = without_images(message)
        if str(error) != "invalid_blocks" or plain == message:
            raise
        _LOG.warning("Slack did not take a picture: it is left out")
        return await send(plain)
