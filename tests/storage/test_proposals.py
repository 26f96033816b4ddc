"""What waits for a decision gets one, in time, of one person."""

import asyncio
from dataclasses import replace

import pytest

from storage.database import Database
from storage.proposals import Proposal, Proposals
from tests.storage.conftest import Clock

ADA, GRACE = "slack:T1:U1", "slack:T1:U2"
EXPIRES = 1_000_600.0
OPEN = Proposal("p1", "digest", '{"say": "a\x00\ud800🎉"}', ADA, "admins", '{"text": "Burn it."}', 1_000_000.0, EXPIRES)


@pytest.fixture
def proposals(database: Database, clock: Clock) -> Proposals:
    return Proposals(database, clock)


async def test_what_is_proposed_again_stays_as_it_was(proposals: Proposals) -> None:
    await proposals.propose(OPEN)
    await proposals.decide("p1", "cancelled", ADA, "call-2")
    await proposals.propose(replace(OPEN, digest="another"))

    assert await proposals.find("p1") == replace(OPEN, state="cancelled", decided_by=ADA, decision="call-2")
    assert await proposals.find("p2") is None


async def test_of_fifty_decisions_at_once_one_is_taken(proposals: Proposals, url: str, clock: Clock) -> None:
    other = Database(url)
    both = (proposals, Proposals(other, clock))
    await proposals.propose(OPEN)
    states = ("confirmed", "cancelled")
    taken = await asyncio.gather(*(both[n % 2].decide("p1", states[n % 3 == 0], f"actor-{n}", f"call-{n}") for n in range(50)))
    await other.close()

    assert sum(taken) == 1
    winner = taken.index(True)
    expected = replace(OPEN, state=states[winner % 3 == 0], decided_by=f"actor-{winner}", decision=f"call-{winner}")
    assert await proposals.find("p1") == expected


async def test_the_same_decision_may_come_again_and_no_other(proposals: Proposals, clock: Clock) -> None:
    await proposals.propose(OPEN)
    assert await proposals.decide("p1", "confirmed", ADA, "call-2")
    clock.move(1000)

    assert await proposals.decide("p1", "confirmed", ADA, "call-2")
    assert not await proposals.decide("p1", "cancelled", ADA, "call-2")
    assert not await proposals.decide("p1", "confirmed", GRACE, "call-2")
    assert not await proposals.decide("p1", "confirmed", ADA, "call-3")


@pytest.mark.parametrize(("seconds", "taken"), [(599.9, True), (600.0, False), (600.1, False)])
async def test_what_has_expired_is_not_decided_any_more(
    proposals: Proposals, clock: Clock, seconds: float, taken: bool
) -> None:
    await proposals.propose(OPEN)
    clock.move(seconds)

    assert await proposals.decide("p1", "confirmed", ADA, "call-2") is taken


async def test_there_is_no_deciding_of_what_is_unknown_nor_without_an_id(proposals: Proposals) -> None:
    await proposals.propose(OPEN)

    assert not await proposals.decide("p2", "confirmed", ADA, "call-2")
    with pytest.raises(ValueError, match="needs an id"):
        await proposals.decide("p1", "confirmed", ADA, "")


async def test_its_cards_are_remembered_until_it_is_forgotten(proposals: Proposals) -> None:
    await proposals.propose(OPEN)
    await proposals.propose(replace(OPEN, id="p2", expires=EXPIRES + 1))
    for id, delivery in (("p1", "slack:2"), ("p1", "slack:1"), ("p1", "slack:2"), ("p2", "slack:3")):
        await proposals.note_card(id, delivery)
    assert await proposals.cards("p1") == ["slack:1", "slack:2"]

    assert await proposals.prune(EXPIRES + 1) == 1
    assert (await proposals.cards("p1"), await proposals.cards("p2")) == ([], ["slack:3"])
    assert (await proposals.find("p1"), (await proposals.find("p2")) is not None) == (None, True)

    await proposals.forget(OPEN.requester)
    await proposals.prune(0.0)
    assert await proposals.cards("p2") == []
