"""Answers that grow while they are read, in chats with one person: https://learn.microsoft.com/microsoftteams/platform/bots/streaming-ux.

A stream is one message: its id is given with the first words. It ends with the whole answer, whoever sends that, at the latest
after two minutes. What Teams does not let end so is a message like any other by then, and is replaced like one.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from adapters.errors import Unavailable, Unknown
from bot.platform import StoppedError
from bot.stream_text import streamed
from bot.teams.connector import Address, Connector, ConnectorError

_LOG = logging.getLogger(__name__)
_MARK = "stream:"  # begins the id of a message that is streamed
_PACE = 1.0  # seconds: no more than one request in each, or Teams throttles
_NOT_ALLOWED = 403  # "ContentStreamNotAllowed": it was stopped, has ended, lasts too long, or may not be at all
_UNFIT = 400  # it wants words, or does not take what is in place of them
_STOPPED = ("canceled by user", "cancelled by user")
_MOST = 1_000
_LONGEST = 12_000  # characters: Teams takes 28 KB; the rest comes with the whole


@dataclass
class _Said:
    """What of the answer a stream has shown, None where it can show no more; in how many requests; when the last was."""

    text: str | None
    requests: int
    at: float

    def can_show(self, text: str, informs: bool) -> bool:
        """Teams takes words only at the end, and tells nothing else once the answer has begun."""
        if self.text is None or text == self.text or not text.strip():
            return False
        return not self.text if informs else text.startswith(self.text)


def is_stream(id: str) -> bool:
    return id.startswith(_MARK)


def stream_of(id: str) -> str:
    """How the id of a message is noted while it is streamed."""
    return f"{_MARK}{id}"


def message_of(id: str) -> str:
    """Its id, streamed or not."""
    return id.removeprefix(_MARK)


class Streams:
    """The streams that this process has begun. Of those of a process that is gone nothing is known, but they can be ended."""

    def __init__(self, connector: Connector, now: Callable[[], float] = time.monotonic) -> None:
        self._connector = connector
        self._now = now
        self._said: dict[str, _Said] = {}

    async def begin(self, at: Address, text: str, informs: bool) -> str | None:
        """Where it stands; empty where there is nothing to show yet, and None where Teams streams nothing here.

        What `informs` is not the answer yet, which comes in its place. Raises Refused, Unavailable, Unknown, StoppedError.
        """
        shown = _shown(text, informs)
        if not shown.strip():
            return ""
        try:
            id = await self._connector.send(at, _typing(shown, informs, 1))
        except ConnectorError as error:
            _stopped(error)
            _LOG.info("an answer is not streamed: %s", error)
            return None
        if not id:
            raise Unknown("Teams did not say where it is streamed.")
        if len(self._said) >= _MOST:  # of answers that another process has finished
            del self._said[next(iter(self._said))]  # the oldest
        self._said[stream_of(id)] = _Said("" if informs else shown, 1, self._now())
        return stream_of(id)

    async def go_on(self, at: Address, id: str, text: str, informs: bool) -> None:
        """Shows what is new, where that is possible; else it comes with the whole answer. Raises StoppedError, Refused."""
        said, shown = self._said.get(id), _shown(text, informs)
        if said is None or not said.can_show(shown, informs) or self._now() - said.at < _PACE:
            return
        said.requests, said.at = said.requests + 1, self._now()
        try:
            await self._connector.send(at, _typing(shown, informs, said.requests, message_of(id)))
        except (Unavailable, Unknown):
            return  # it comes with what is said next
        except ConnectorError as error:
            _stopped(error)
            _LOG.info("an answer is not streamed any further: %s", error)
            said.text = None
            return
        said.text = "" if informs else shown

    async def end(self, at: Address, id: str, activity: Any) -> bool:
        """Puts the whole in the stream's place; False where Teams does not let it end so. Raises as `Connector.send`."""
        self._said.pop(id, None)
        final = {"type": "streaminfo", "streamId": message_of(id), "streamType": "final"}
        try:
            await self._connector.send(at, {**activity, "entities": [final]})
        except ConnectorError as error:
            if error.status not in (_NOT_ALLOWED, _UNFIT):
                raise
            return False
        return True


def _shown(text: str, informs: bool) -> str:
    return (streamed(f"{text} ").strip() if informs else streamed(text))[:_LONGEST]


def _typing(text: str, informs: bool, sequence: int, id: str = "") -> dict[str, Any]:
    """All that there is so far, not what is new."""
    told = {"streamType": "informative" if informs else "streaming", "streamSequence": sequence}
    known = {"streamId": id} if id else {}
    return {"type": "typing", "text": text, "entities": [{"type": "streaminfo", **told, **known}]}


def _stopped(error: ConnectorError) -> None:
    if any(words in error.said.lower() for words in _STOPPED):
        raise StoppedError from None
