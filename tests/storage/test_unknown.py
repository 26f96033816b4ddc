"""A connection breaks while a transaction is committed: whether it was is not known, and must not matter."""

import asyncio
import threading

import psycopg
import pytest
from sqlalchemy import Connection, text

from storage.audit import Audit
from storage.database import Database, StorageError
from storage.entry import Entry
from storage.inbox import Inbox
from storage.offers import Offer
from tests.storage.conftest import Taken
from tests.storage.outage import lose_next_answer_to_commit, lose_the_writers_next_answer_to_commit

ENTRY = Entry("k", "call", 1.0, "slack:T:U", "Ada", "slash", "C", "ping", "{}", "", "", "done", "pong", "")


async def test_a_put_that_was_committed_counts_as_stored_and_not_as_one_that_came_again(
    inbox: Inbox, database: Database
) -> None:
    lose_the_writers_next_answer_to_commit(inbox)
    assert await inbox.put("k", "slack", "slack:T:C", "")
    assert await Audit(database).of() == []
    assert not await inbox.put("k", "slack", "slack:T:C", "")
    await inbox.probe()  # it is noted after it is answered
    assert [entry.kind for entry in await Audit(database).of()] == ["repeat"]


async def test_who_finished_is_not_told_that_somebody_else_has_it(inbox: Inbox, database: Database) -> None:
    taken = Taken()
    inbox.claim(taken, 1)
    await inbox.put("k", "slack", "C", "")
    delivery = await taken.next()
    lose_the_writers_next_answer_to_commit(inbox)
    await inbox.finish(delivery)
    assert (await inbox.counts())["done"] == 1


async def test_what_is_noted_in_the_audit_is_noted_once(inbox: Inbox, database: Database) -> None:
    taken = Taken()
    inbox.claim(taken, 1)
    await inbox.put("k", "slack", "C", "")
    delivery = await taken.next()
    lose_the_writers_next_answer_to_commit(inbox)
    await inbox.intend(delivery, "hello", [Offer("a", "", "", "", 1.0)], [ENTRY])
    assert [entry.id for entry in await Audit(database).of()] == ["k"]
    assert (await Audit(database).verify()).wrong == ()
    await inbox.finish(delivery)


async def test_other_work_is_not_done_again_that_may_have_been_committed(database: Database) -> None:
    done = []

    def work(connection: Connection) -> None:
        done.append(1)
        connection.execute(text("UPDATE pulse SET at = at + 1"))

    lose_next_answer_to_commit(database.engine)
    with pytest.raises(StorageError):
        await database.run(work)
    assert (await database.read(lambda it: it.execute(text("SELECT at FROM pulse")).scalar()), done) == (1.0, [1])


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
async def test_work_whose_connection_breaks_before_is_done_again(database: Database, url: str) -> None:
    done = []

    def work(connection: Connection) -> None:
        done.append(1)
        connection.execute(text("UPDATE pulse SET at = at + 1"))
        if len(done) == 1:
            pid = connection.execute(text("SELECT pg_backend_pid()")).scalar()
            with psycopg.connect(url) as other:
                other.execute("SELECT pg_terminate_backend(%s)", [pid])
            connection.execute(text("SELECT 1"))

    await database.run(work)
    assert (await database.read(lambda it: it.execute(text("SELECT at FROM pulse")).scalar()), done) == (1.0, [1, 1])


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
async def test_two_that_wait_for_each_other_are_both_done(database: Database) -> None:
    """PostgreSQL ends one of them after a second."""
    met = threading.Barrier(2, timeout=10)
    tries: list[int] = []

    def work(connection: Connection, first: str, second: str) -> None:
        tries.append(1)
        connection.execute(text(f"UPDATE {first} SET {'at = at + 1' if first == 'pulse' else 'number = number'}"))  # noqa: S608
        if len(tries) <= 2:
            met.wait()
        connection.execute(text(f"UPDATE {second} SET {'at = at + 1' if second == 'pulse' else 'number = number'}"))  # noqa: S608

    await asyncio.gather(
        database.run(lambda connection: work(connection, "pulse", "audit_head")),
        database.run(lambda connection: work(connection, "audit_head", "pulse")),
    )
    assert await database.read(lambda it: it.execute(text("SELECT at FROM pulse")).scalar()) == 2.0
    assert len(tries) == 3
