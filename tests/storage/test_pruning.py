"""What is old is deleted, in transactions so short that whoever puts something in does not wait for it."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import BigInteger, Connection, Double, Integer, LargeBinary, Table, event, func, insert, select, update

from storage import tables
from storage.budgets import Budgets
from storage.database import Database
from storage.effects import Effects
from storage.offers import Offers
from storage.pictures import Pictures
from storage.proposals import Proposals
from storage.sealing import Sealer
from storage.sessions import Sessions
from storage.states import States
from storage.stops import Stops
from storage.text import AnyText
from storage.tickets import Tickets
from storage.waiting import Waiting
from tests.storage.conftest import OpenInbox

OLD, NEW = 1005, 7
Prune = Callable[[Database], Awaitable[int]]


class Transactions:
    """How many rows each has deleted, of those that have deleted any."""

    def __init__(self, database: Database) -> None:
        self.deleted: list[int] = []
        self._open: dict[int, int] = {}
        event.listen(database.engine, "after_cursor_execute", self._execute)
        event.listen(database.engine, "commit", self._commit)

    def _execute(self, connection: Connection, cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("DELETE"):
            self._open[id(connection)] = self._open.get(id(connection), 0) + cursor.rowcount

    def _commit(self, connection: Connection) -> None:
        if deleted := self._open.pop(id(connection), 0):
            self.deleted.append(deleted)


def row(table: Table, number: int, when: str, at: Any) -> dict[str, Any]:
    blank: dict[type, Any] = {AnyText: f"{number}", Integer: 0, BigInteger: 0, Double: 1.0, LargeBinary: b""}
    return {**{column.name: blank[type(column.type)] for column in table.columns if column.name != "seq"}, when: at}


async def fill(database: Database, table: Table, when: str, old: Any, new: Any, many: int = OLD) -> None:
    rows = [row(table, number, when, old if number < many else new) for number in range(many + NEW)]
    await database.run(lambda connection: connection.execute(insert(table), rows))


async def count(database: Database, table: Table) -> int:
    return await database.read(lambda connection: connection.execute(select(func.count()).select_from(table)).scalar_one())


TIMED: dict[str, tuple[Table, str, Prune]] = {
    "effects": (tables.effect, "at", lambda database: Effects(database).prune(2.0)),
    "offers": (tables.offer, "expires", lambda database: Offers(database).prune(2.0)),
    "proposals": (tables.proposal, "expires", lambda database: Proposals(database, float).prune(2.0)),
    "sessions": (tables.web_session, "expires", lambda database: Sessions(database, float, str).prune(2.0)),
    "states": (tables.oauth_state, "expires", lambda database: States(database, Sealer.__new__(Sealer), float, str).prune(2.0)),
    "stops": (tables.answering, "begun", lambda database: Stops(database).prune(2.0)),
    "tickets": (tables.ticket, "expires", lambda database: Tickets(database, float, str).prune(2.0)),
    "waiting": (tables.waiting, "expires", lambda database: Waiting(database, float).prune(2.0)),
}


@pytest.mark.parametrize(("table", "when", "prune_old"), TIMED.values(), ids=TIMED)
async def test_what_is_old_is_deleted_in_pieces_and_nothing_else(
    database: Database, table: Table, when: str, prune_old: Prune
) -> None:
    await fill(database, table, when, old=1.9, new=2.0)
    transactions = Transactions(database)

    assert await prune_old(database) == OLD
    assert sum(transactions.deleted) == OLD
    assert max(transactions.deleted) <= 500
    assert await count(database, table) == NEW
    assert await prune_old(database) == 0


async def test_old_days_are_forgotten_in_pieces(database: Database) -> None:
    for table in (tables.budget, tables.reservation):
        await fill(database, table, "day", old="2026-10-31", new="2026-11-01")
    transactions = Transactions(database)

    assert await Budgets(database).prune("2026-11-01") == OLD
    assert transactions.deleted == [500, 500, 5] * 2
    assert (await count(database, tables.budget), await count(database, tables.reservation)) == (NEW, NEW)


async def test_pictures_are_large_and_go_a_few_at_a_time(database: Database) -> None:
    await fill(database, tables.picture, "made", old=1.9, new=2.0, many=12)
    transactions = Transactions(database)

    assert await Pictures(database).prune(2.0) == 12
    assert transactions.deleted == [5, 5, 2]
    assert await count(database, tables.picture) == NEW


async def test_the_cards_of_old_proposals_go_with_them_in_pieces(database: Database) -> None:
    await fill(database, tables.proposal, "expires", old=1.9, new=2.0)
    await fill(database, tables.proposal_card, "delivery", old="D1", new="D1")
    transactions = Transactions(database)

    assert await Proposals(database, float).prune(2.0) == OLD
    assert transactions.deleted == [500, 500, 5] * 2
    assert await count(database, tables.proposal_card) == NEW


async def test_what_is_renewed_or_comes_meanwhile_stays(database: Database) -> None:
    """However much comes, there is an end."""
    await fill(database, tables.waiting, "expires", old=1.9, new=2.0)
    renewed = update(tables.waiting).where(tables.waiting.c.actor.in_(f"{number}" for number in range(600)))
    late = insert(tables.waiting).values(row(tables.waiting, OLD + NEW, "expires", 1.9))

    @event.listens_for(database.engine, "commit", once=True)
    def change(_: Connection) -> None:
        """Once it is known what is old."""
        with database.engine.begin() as connection:
            connection.execute(renewed.values(expires=2.0))
            connection.execute(late)

    assert await Waiting(database, float).prune(2.0) == OLD - 600
    assert await count(database, tables.waiting) == NEW + 600 + 1


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
async def test_who_puts_something_in_meanwhile_finds_the_lock_free(database: Database, open_inbox: OpenInbox) -> None:
    inbox = await open_inbox()
    rows = [row(tables.offer, number, "expires", 1.0) for number in range(10_000)]
    await database.run(lambda connection: connection.execute(insert(tables.offer), rows))
    pruning = asyncio.create_task(Offers(database).prune(2.0))
    waited = []
    while not pruning.done():
        began = time.monotonic()
        await inbox.put(f"{began}", "test", "C1", "")
        waited.append(time.monotonic() - began)

    assert await pruning == 10_000
    assert len(waited) >= 20, "between any two pieces somebody else gets in"
