"""Answers that grow while they are read: https://docs.slack.dev/reference/methods/chat.startStream.

A stream is a reply in a thread, and takes words only at its end. So the button that stops it goes first, in a chunk of blocks;
where Slack does not take that, there is no stream, and the answer is a message that is replaced again and again.
"""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any

from adapters.errors import Unavailable, Unknown
from bot.platform import StoppedError
from bot.slack.api import SlackError, WebApi
from bot.slack.look import stream_mark
from bot.slack.outgoing import Outgoing
from bot.slack.pace import Parts
from bot.split import pieces
from bot.stream_text import streamed

_LOG = logging.getLogger(__name__)
_CHUNK = 10_000  # characters of the 12,000 that Slack takes
_MOST = 1_000
_APPENDING = 0.75  # seconds: Slack takes a hundred a minute of a workspace
_REPLACING = 2.0  # it takes fifty, of which the ends of answers need some
_STOPPED = "stopped_by_user"  # where Slack's clients have a button of their own

CONFLICTS = ("streaming_state_conflict", "cant_delete_message")
"""How Slack refuses `chat.update` and `chat.delete` while a message is streamed."""


class Streams:
    """The streams that this process has begun, and what was said in each; what another has begun can only be ended."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._said: dict[tuple[str, str], str] = {}
        self._appending = Parts(_APPENDING, now)
        self._replacing = Parts(_REPLACING, now)

    def may_replace(self, outgoing: Outgoing, ts: str) -> bool:
        """Whether it is the turn of the answer at `ts` to have what is not streamed replaced by what there is so far."""
        return self._replacing.may(outgoing.team, f"{outgoing.channel}:{ts}")

    async def show(self, api: WebApi, outgoing: Outgoing, ts: str) -> Sequence[str] | None:
        """Says what is new in the stream at `ts`, or begins one; gives back where it stands.

        None where that can't be streamed, or not any more. Raises StoppedError, Unavailable, Unknown.
        """
        text = streamed(outgoing.stream)
        if not ts:
            return await self._begin(api, outgoing, text) if text else []
        said = self._said.get((outgoing.channel, ts))
        if said is None or not text.startswith(said):
            return None
        if text == said or not self._appending.may(outgoing.team, f"{outgoing.channel}:{ts}"):
            return [ts]  # it comes with what is said next
        return [ts] if await self._append(api, outgoing.channel, ts, said, text) else None

    async def end(self, api: WebApi, channel: str, ts: str) -> None:
        """Ends the stream there, if this process has one. Raises Unavailable."""
        if self._said.pop((channel, ts), None) is not None:
            await stop(api, channel, ts)

    async def _begin(self, api: WebApi, outgoing: Outgoing, text: str) -> Sequence[str] | None:
        """In channels Slack wants to know for whom it is."""
        where = {"channel": outgoing.channel, "thread_ts": outgoing.thread}
        recipient = {"recipient_team_id": outgoing.team, "recipient_user_id": outgoing.user}
        chunks = [*_controls(outgoing), *_chunks(text)]
        try:
            ts = str((await api.write("chat.startStream", **where, **recipient, chunks=chunks))["ts"])
        except SlackError as error:
            _LOG.info("an answer is not streamed: %s", error)
            return None
        if len(self._said) >= _MOST:  # of answers that another process has finished
            del self._said[next(iter(self._said))]  # the oldest
        self._said[outgoing.channel, ts] = text
        return [ts]

    async def _append(self, api: WebApi, channel: str, ts: str, said: str, text: str) -> bool:
        """False where the stream is over, or nobody knows what was said in it."""
        try:
            await api.write("chat.appendStream", channel=channel, ts=ts, chunks=list(_chunks(text[len(said) :])))
        except Unavailable:
            return True  # it comes with what is said next
        except (SlackError, Unknown) as error:
            if str(error) == _STOPPED:
                raise StoppedError from None
            _LOG.info("an answer is not streamed any further: %s", error)
            self._said.pop((channel, ts), None)
            return False
        if (channel, ts) in self._said:  # it was not ended meanwhile
            self._said[channel, ts] = text
        return True


async def stop(api: WebApi, channel: str, ts: str) -> None:
    """Ends a stream, whoever has begun it. Raises Unavailable."""
    with suppress(SlackError):  # it is over already
        await api.change("chat.stopStream", channel=channel, ts=ts)


def _chunks(text: str) -> Iterator[dict[str, Any]]:
    for piece in pieces(text, _CHUNK):
        yield {"type": "markdown_text", "text": piece}


def _controls(outgoing: Outgoing) -> Iterator[dict[str, Any]]:
    """Its buttons, marked so that the stream is found again after a crash: no metadata can be told of it."""
    rows = [block for message in outgoing.messages for block in message["blocks"] if block["type"] == "actions"]
    if rows:
        yield {"type": "blocks", "blocks": [{**rows[0], "block_id": stream_mark(outgoing.call)}, *rows[1:]]}
