"""What was said at this terminal since it was opened: it is read as the conversations of Slack and Teams are."""

from collections import deque
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count

from adapters.errors import Refused
from bot.clock import Clock
from bot.terminal.plain import plain
from commands.call import Place
from commands.reply import Reply
from commands.talk import Attached, Said

_MOST = 500  # messages
_BOT = "Interact"


class Session:
    """The reading part of `bot.platform.Platform`. There is one conversation, and all of it is one thread."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._said: deque[Said] = deque(maxlen=_MOST)
        self._ids = count(1)

    def asked(self, author: str, text: str) -> str:
        """Notes what somebody typed; gives back its id."""
        return self._note(author, text, own=False)

    def answered(self, reply: Reply) -> None:
        """Notes an answer, with its prose as the Markdown that it is."""
        told = (plain(replace(reply, prose="")).strip(), reply.prose)
        self._note(_BOT, "\n\n".join(filter(None, told)), own=True)

    def in_thread(self, place: Place) -> bool:
        return True

    async def thread(self, place: Place) -> list[Said]:
        return list(self._said)

    async def history(self, place: Place, since: datetime) -> list[Said]:
        return [each for each in self._said if each.at >= since]

    async def message(self, place: Place, id: str) -> Said:
        """By its number: the first that was said is 1. Raises Refused."""
        for each in self._said:
            if each.id == id.strip():
                return each
        raise Refused("There is no such message. At the terminal they are counted: the first that was said is 1.")

    async def fetch(self, place: Place, attached: Attached) -> bytes:
        """Raises Refused."""
        raise Refused("At the terminal nothing can be attached.")

    def _note(self, author: str, text: str, own: bool) -> str:
        id = str(next(self._ids))
        self._said.append(Said(id, author, self._clock.now().astimezone(UTC), text, own=own))
        return id
