"""Named places on a delivery's road at which a process is killed without a word."""

import os
import signal
from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any, NamedTuple

from bot.worker import Worker
from storage.inbox import Inbox
from storage.statements import Statements


class Failpoint(NamedTuple):
    """A method of the product, and whether the process dies before it or after."""

    owner: type
    method: str
    after: bool


FAILPOINTS = {
    "stored, not yet committed": Failpoint(Statements, "insert", after=True),
    "committed, not yet acknowledged": Failpoint(Inbox, "put", after=True),
    "claimed, not yet begun": Failpoint(Worker, "_begin", after=False),
    "about to note what is sent": Failpoint(Inbox, "intend", after=False),
    "noted, not yet sent": Failpoint(Inbox, "intend", after=True),
    "sent, not yet finished": Failpoint(Inbox, "finish", after=False),
    "finished": Failpoint(Inbox, "finish", after=True),
}


def die_at(place: str, number: int) -> None:
    point, passes = FAILPOINTS[place], count(1)
    method = getattr(point.owner, point.method)

    def pass_by() -> None:
        if next(passes) == number:
            os.kill(os.getpid(), signal.SIGKILL)

    setattr(point.owner, point.method, _watched(method, point.after, pass_by))


def _watched(method: Callable[..., Any], after: bool, pass_by: Callable[[], None]) -> Callable[..., Any]:
    def watched(*arguments: Any, **named: Any) -> Any:
        if not after:
            pass_by()
        result = method(*arguments, **named)
        if isinstance(result, Awaitable):
            return _awaited(result, after, pass_by)
        if after:
            pass_by()
        return result

    return watched


async def _awaited(result: Awaitable[Any], after: bool, pass_by: Callable[[], None]) -> Any:
    value = await result
    if after:
        pass_by()
    return value
