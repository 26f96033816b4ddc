"""A ticket is used once, in time, and is nowhere to be read."""

import asyncio
import secrets
from pathlib import Path

import pytest
from sqlalchemy import select

from storage.database import Database
from storage.tables import ticket
from storage.tickets import Ticket, Tickets
from tests.storage.conftest import Clock
from tests.storage.hostile import HOSTILE

ADA = '{"platform": "slack", "tenant": "T1", "user": "U1"}'


@pytest.fixture
def tickets(database: Database, clock: Clock) -> Tickets:
    return Tickets(database, clock, lambda: secrets.token_urlsafe(32))


async def test_a_ticket_says_who_asked_for_what(tickets: Tickets) -> None:
    own, team = await tickets.issue(ADA, "notion"), await tickets.issue(ADA, "hubspot", team=True)

    assert await tickets.look(own) == Ticket(ADA, "notion", team=False)
    assert await tickets.look(team) == Ticket(ADA, "hubspot", team=True)


async def test_looking_at_a_ticket_uses_nothing_up(tickets: Tickets) -> None:
    plain = await tickets.issue(ADA, "notion")
    for _ in range(3):
        await tickets.look(plain)

    assert await tickets.burn(plain) == Ticket(ADA, "notion", team=False)


async def test_a_burned_ticket_is_gone(tickets: Tickets) -> None:
    plain, other = await tickets.issue(ADA, "notion"), await tickets.issue(ADA, "notion")
    await tickets.burn(plain)

    assert await tickets.burn(plain) is None
    assert await tickets.look(plain) is None
    assert await tickets.look(other) is not None


async def test_of_many_who_burn_a_ticket_at_once_one_gets_it(tickets: Tickets, url: str, clock: Clock) -> None:
    other = Database(url)
    both = (tickets, Tickets(other, clock, lambda: ""))
    for _ in range(30):
        plain = await tickets.issue(ADA, "notion")
        burned = await asyncio.gather(*(each.burn(plain) for each in (*both, *both)))
        assert sum(result is not None for result in burned) == 1
    await other.close()


async def test_an_expired_ticket_is_seen_to_be_so_and_can_not_be_used(tickets: Tickets, clock: Clock) -> None:
    plain = await tickets.issue(ADA, "notion")
    clock.move(599.9)
    assert await tickets.look(plain) == Ticket(ADA, "notion", team=False)
    clock.move(0.1)

    assert await tickets.look(plain) == Ticket(ADA, "notion", team=False, expired=True)
    assert await tickets.burn(plain) is None


async def test_only_what_has_expired_is_pruned(tickets: Tickets, clock: Clock) -> None:
    old = await tickets.issue(ADA, "notion")
    clock.move(601)
    new = await tickets.issue(ADA, "notion")

    assert await tickets.prune(clock.now) == 1
    assert await tickets.look(old) is None
    assert await tickets.look(new) is not None


@pytest.mark.parametrize("plain", HOSTILE.values(), ids=HOSTILE)
async def test_whatever_comes_in_place_of_a_ticket_is_not_found(tickets: Tickets, plain: str) -> None:
    kept = await tickets.issue(ADA, "notion")

    assert await tickets.look(plain) is None
    assert await tickets.burn(plain) is None
    assert await tickets.look(kept) is not None


async def test_what_is_stored_is_no_ticket(tickets: Tickets, database: Database) -> None:
    plain = await tickets.issue(ADA, "notion")
    stored = await database.read(lambda connection: connection.execute(select(ticket.c.hash)).scalar_one())

    assert await tickets.burn(stored) is None
    assert await tickets.burn(plain) is not None


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
async def test_a_ticket_is_in_no_file(database: Database, clock: Clock, tmp_path: Path) -> None:
    await Tickets(database, clock, lambda: "CANARY-ticket").issue(ADA, "notion")
    files = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    assert any(b"notion" in content for content in files.values())
    assert [name for name, content in files.items() if b"CANARY" in content] == []
