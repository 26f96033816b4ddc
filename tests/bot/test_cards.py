"""Where nobody can be asked to confirm something, nothing is done, and who asked for it is told."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple

import pytest

from bot import calls
from bot.cards import Cards
from bot.clock import Clock
from bot.notices import Notices
from commands.call import Actor, Call, Place
from storage.database import Database
from storage.delivery import Delivery
from storage.inbox import Inbox
from storage.proposals import Proposal, Proposals
from tests.bot.conftest import MONDAY

GRACE = Actor("slack", "T1", "U-grace", "Grace")
CALL = Call("call-1", "calendar create", {"title": "Offsite"}, GRACE, Place("slack", "T1", "C1"), "slash", MONDAY)
CARD = Delivery("notice:approve:p-1:0", "slack:notice", "notice:x", "{}", 0.0, 1, 1, "")


class Stage(NamedTuple):
    cards: Cards
    proposals: Proposals
    inbox: Inbox

    async def told(self) -> list[str]:
        found = [await self.inbox.find(record.key) for record in await self.inbox.list()]
        return [json.loads(json.loads(each.payload)["reply"])["text"] for each in found if each]


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    database = Database(f"sqlite:///{tmp_path / 'bot.sqlite'}")
    await database.open()
    inbox, proposals = Inbox(database, Clock().time, "test"), Proposals(database, Clock().time)
    await inbox.open()
    yield Stage(Cards(proposals, Notices(inbox, {"slack"})), proposals, inbox)
    await inbox.close()
    await database.close()


async def propose(stage: Stage, approvers: str) -> None:
    now = Clock().time()
    await stage.proposals.propose(Proposal("p-1", "digest", calls.dump(CALL), GRACE.key, approvers, "{}", now, now + 600))


async def test_a_card_that_stands_somewhere_is_kept_in_mind(stage: Stage) -> None:
    await propose(stage, "admins")
    await stage.cards.note("p-1", CARD, ["1.1", ""])

    assert await stage.proposals.cards("p-1") == [CARD.key]
    assert await stage.told() == []


async def test_who_asked_is_told_of_a_card_that_stands_nowhere(stage: Stage) -> None:
    await propose(stage, "admins")
    await stage.cards.note("p-1", CARD, [""])
    [told] = await stage.told()

    assert "I could not reach somebody who has to confirm “calendar create”" in told
    assert await stage.proposals.cards("p-1") == []


async def test_who_has_to_confirm_it_themselves_sees_for_themselves(stage: Stage) -> None:
    await propose(stage, GRACE.key)
    await stage.cards.note("p-1", CARD, [""])

    assert await stage.told() == []


def test_a_call_comes_out_as_it_went_in() -> None:
    assert calls.load(calls.dump(CALL)) == CALL
