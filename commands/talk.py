"""What people said to each other, for commands that are about that."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from commands.command import Given


@dataclass(frozen=True)
class Attached:
    """A file that hangs on a message. `ref` is the platform's own, to fetch it by; `size` is in bytes, 0 where unknown."""

    name: str
    mime: str
    size: int
    ref: str


@dataclass(frozen=True)
class Said:
    """One message. `text` is Markdown that reads as it did there, with people and channels by their names.

    `url` leads to it, `at` is aware, in UTC; `own`: the bot itself said it.
    """

    id: str
    author: str
    at: datetime
    text: str
    url: str = ""
    attached: tuple[Attached, ...] = ()
    own: bool = False


@dataclass(frozen=True)
class Talk(Given):
    """The conversation in which a command was asked, read as the bot, for somebody who is in it.

    `thread`, `since` and `message` are as in `bot.platform.Platform`, and raise Refused and Unavailable, as `fetch` does.
    `asking` is the message that asks, None where there is none or it can't be read. `in_thread`: it was asked in a thread, or
    in a chat that is one as a whole. `since` includes what was answered in threads.
    """

    in_thread: bool
    thread: Callable[[], Awaitable[list[Said]]]
    since: Callable[[datetime], Awaitable[list[Said]]]
    message: Callable[[str], Awaitable[Said]]
    asking: Callable[[], Awaitable[Said | None]]
    fetch: Callable[[Attached], Awaitable[bytes]]
