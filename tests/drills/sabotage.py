"""Defences of the bot, each taken out in turn: a drill that stays green without one is blind."""

import asyncio
import re
import secrets
from collections.abc import Callable, Sequence
from typing import Any

from bot.health import Probes
from bot.slack import escape as slack_escape
from bot.teams import escape as teams_escape
from storage import changes
from storage.inbox import Inbox
from storage.sealing import Binding
from storage.statements import Claim, Decision, Ending, Statements
from storage.tables import connection


def _without_dedupe() -> None:
    """Each delivery counts as new."""
    put = Inbox.put

    async def store(self: Inbox, key: str, *arguments: Any, **named: Any) -> bool:
        return await put(self, f"{key}:{secrets.token_hex(4)}", *arguments, **named)

    Inbox.put = store  # type: ignore[method-assign] # that is the point


def _without_fencing() -> None:
    """Whoever once had a claim still has it."""

    def all_hold(changes: Sequence[Decision] | Sequence[Ending]) -> set[Claim]:
        return {(change.key, change.fence) for change in changes}

    intend, conclude = Statements.intend, Statements.conclude

    def intend_all(self: Statements, decisions: Sequence[Decision]) -> set[Claim]:
        return intend(self, decisions) | all_hold(decisions)

    def conclude_all(self: Statements, endings: Sequence[Ending]) -> set[Claim]:
        return conclude(self, endings) | all_hold(endings)

    Statements.intend, Statements.conclude = intend_all, conclude_all  # type: ignore[method-assign] # that is the point


def _acknowledge_first() -> None:
    """What arrives is acknowledged, and stored a little later."""
    put = Inbox.put
    tasks = set()

    async def store(self: Inbox, *arguments: Any, **named: Any) -> bool:
        async def later() -> None:
            await asyncio.sleep(0.2)
            await put(self, *arguments, **named)

        tasks.add(asyncio.ensure_future(later()))
        return True

    Inbox.put = store  # type: ignore[method-assign] # that is the point


def _without_associated_data() -> None:
    """A sealed secret opens in whichever row it stands."""

    def no_context(self: Binding, key: str) -> tuple[str, ...]:
        return ()

    Binding.context = no_context  # type: ignore[method-assign] # that is the point


def _without_compare_and_set() -> None:
    """Whoever writes last wins, whatever has changed meanwhile."""
    changes._is = lambda of: (connection.c.id == of.id, changes.USABLE)


def _without_escaping() -> None:
    """What people and services say is sent as it is."""
    slack_escape._ESCAPED = {}
    teams_escape._BETWEEN = re.compile(r"(?!)")


def _always_ready() -> None:
    """Whatever becomes of the database."""

    async def is_writable(self: Probes) -> bool:
        return True

    Probes._writable = is_writable  # type: ignore[method-assign] # that is the point


SABOTAGES: dict[str, Callable[[], None]] = {
    "dedupe": _without_dedupe,
    "fencing": _without_fencing,
    "acknowledgement after the commit": _acknowledge_first,
    "associated data": _without_associated_data,
    "compare-and-set": _without_compare_and_set,
    "escaping": _without_escaping,
    "readiness": _always_ready,
}
