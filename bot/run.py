"""The bot as a process: from start to signal."""

import asyncio
import gc
import logging
import resource
import signal
import sys
from asyncio import AbstractEventLoop
from collections.abc import Callable
from contextlib import suppress

from bot.app import open_house
from bot.banner import banner
from bot.logs import configure
from bot.plan import Plan
from bot.port import why_not
from bot.sandboxes import PortTakenError
from bot.starting import Start
from storage.errors import StorageError
from storage.keyring import KeyringError

_LOG = logging.getLogger(__name__)
_SIGNALS = (signal.SIGTERM, signal.SIGINT)
_FILES = 8192
_GARBAGE = (10_000, 20, 50)  # to look for it as often as Python does by itself takes a busy bot a tenth of its CPU


def run(plan: Plan) -> int:
    """Runs until a signal comes, and ends in good order; gives the exit code."""
    settings = plan.settings
    _make_room()
    configure(settings.log_level, settings.log_format)
    try:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            runner.run(_serve(plan))
    except (StorageError, KeyringError, PortTakenError) as error:
        return _sorry(str(error))
    except OSError as error:
        if not (reason := why_not(error, settings.host, settings.port)):
            raise
        return _sorry(reason)
    return 0


async def _serve(plan: Plan) -> None:
    """Raises StorageError where it can't start. Once it runs, what can't be written at the end keeps it from no good end."""
    _end_on_signals()
    start, runs = Start(), False
    telling = asyncio.create_task(start.tell(_say))
    try:
        with suppress(asyncio.CancelledError):
            async with open_house(plan, start) as house:
                telling.cancel()
                _say(banner(plan, house))
                gc.freeze()  # what was imported stays: without it, each full collection stops everything for 85 ms
                gc.set_threshold(*_GARBAGE)
                runs = True
                await asyncio.Event().wait()
    except StorageError as error:
        if not runs:
            raise
        _LOG.warning("what this process leaves behind could not be noted: %s", error)


def _make_room() -> None:
    """Each connection takes a file descriptor, of which a process often has a thousand unless it asks for more."""
    least, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _FILES if most == resource.RLIM_INFINITY else min(_FILES, most)
    if least != resource.RLIM_INFINITY and least < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def _end_on_signals() -> None:
    """The first signal ends in good order, whatever is going on; a second one ends at once."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()

    def end() -> None:
        for number in _SIGNALS:
            loop.remove_signal_handler(number)
            signal.signal(number, signal.SIG_DFL)
        if task:
            task.cancel()

    for number in _SIGNALS:
        loop.add_signal_handler(number, end)


def _loop_factory() -> Callable[[], AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - for whoever started it


def _sorry(reason: str) -> int:
    print(reason, file=sys.stderr)  # noqa: T201 - for whoever started it
    return 1
