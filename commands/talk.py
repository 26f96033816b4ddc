"""What people said to each other, for commands that are about that."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
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

    `url` leads to it, `at` is aware, in UTC; `own`: the bot itself said it. Of several messages, the first tells in `omitted`
    what of the conversation was not read, as a sentence for people.
    """

    id: str
    author: str
    at: datetime
    text: str
    url: str = ""
    attached: tuple[Attached, ...] = ()
    own: bool = False
    omitted: str = ""


def without(said: Sequence[Said], omitted: str) -> list[Said]:
    """The same, where something of the conversation was not read; all of it, where `omitted` is empty."""
    return [replace(each, omitted=omitted) if number == 0 else each for number, each in enumerate(said)]


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
