"""Builds what every write goes through."""

from collections.abc import Awaitable, Mapping
from functools import partial
from typing import NamedTuple, Protocol

from bot.clock import Clock
from bot.deciding import Approvals, Deciding
from bot.directory import Directory
from bot.dispatch import Provide
from bot.proposing import Announce, Proposing
from bot.rules import Judge
from bot.rules_desk import ruling_of
from bot.tokens import short_id
from bot.writing import Writing
from bot.written import writes_of
from commands.call import Actor, Call
from commands.catalog import Catalog
from commands.decisions import Decisions
from commands.rules import Ruling
from commands.writes import Writes
from storage.effects import Effects
from storage.proposals import Proposals
from storage.rules import Rules


class Books(NamedTuple):
    """What is kept of writes."""

    effects: Effects
    proposals: Proposals
    rules: Rules


class Administration(Protocol):
    """Who runs the bot; see `bot.admins.Administrators`."""

    def is_admin(self, actor: Actor) -> Awaitable[bool]: ...

    def names(self, platform: str, tenant: str) -> Awaitable[Mapping[str, str]]: ...


class WriteParts(NamedTuple):
    """What the dispatch needs. `given` are the things that commands ask for."""

    judge: Judge
    writing: Writing
    given: Mapping[type, Provide]


def build_writes(
    books: Books,
    administration: Administration,
    approvals: Approvals,
    announce: Announce,
    directory: Directory,
    catalog: Catalog,
    public_url: str,
    clock: Clock,
) -> WriteParts:
    """`public_url` is where the bot's pages are, empty where there are none."""
    judge = Judge(books.rules, administration.is_admin, administration.names, directory, clock)
    proposing = Proposing(books.proposals, announce, clock, short_id)
    deciding = Deciding(books.proposals, approvals, administration.is_admin, clock)
    page = f"{public_url}rules" if public_url else ""

    def ruling(call: Call) -> Ruling:
        return ruling_of(judge, catalog, page, call.actor, call.place, partial(_again, books.effects, call))

    given: dict[type, Provide] = {
        Writes: partial(writes_of, books.effects),
        Decisions: deciding.of,
        Ruling: ruling,
    }
    return WriteParts(judge, Writing(books.effects, judge, proposing.propose, clock, short_id), given)


async def _again(effects: Effects, call: Call) -> bool:
    """Whether an earlier attempt of it may have got through."""
    begun = await effects.of_call(call.id)
    return begun is not None and begun.is_open
