"""What nobody confirms in time is closed on all its cards, and only that."""

import json
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from bot import calls, replies
from bot.approvals import Approvals
from bot.expiring import Expiring
from bot.notices import Notices
from commands.call import Actor, Call, Place
from commands.reply import Button, Field, Reply
from storage.database import Database
from storage.inbox import Inbox
from storage.proposals import Proposal, Proposals
from tests.bot.conftest import MONDAY, FixedClock

GRACE = Actor("slack", "T1", "U-grace", "Grace")
CALL = Call("call-1", "calendar create", {"title": "Offsite"}, GRACE, Place("slack", "T1", "C1"), "slash", MONDAY)
CARD = Reply("Create “Offsite”.", fields=(Field("When", "tomorrow"),), buttons=(Button("Confirm", "confirm", {"id": "p1"}),))


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'bot.sqlite'}")
    await database.open()
    yield database
    await database.close()


async def nobody(platform: str, tenant: str) -> Sequence[str]:
    return ()


async def test_late_ones_are_closed_with_what_they_said_and_without_buttons(database: Database, clock: FixedClock) -> None:
    inbox, proposals = Inbox(database, clock.time, "test"), Proposals(database, clock.time)
    await inbox.open()
    now = clock.time()
    for id, expires in (("late", now), ("waits", now + 1.0)):
        await proposals.propose(
            Proposal(id, "digest", calls.dump(CALL), GRACE.key, "admins", replies.dump(CARD), now - 600.0, expires)
        )
        await proposals.note_card(id, f"delivery of {id}")
    expiring = Expiring(proposals, Approvals(proposals, inbox, Notices(inbox, {"slack"}), nobody))
    for _ in range(2):
        await expiring.close()
    [record] = await inbox.list()
    told = await inbox.find(record.key)
    await inbox.close()

    assert told
    card = replies.load(json.loads(told.payload)["reply"])
    assert card.text.splitlines()[0] == "Create “Offsite”."
    assert card.text.endswith("Nobody confirmed it within ten minutes, so nothing was done.")
    assert (card.fields, card.buttons) == (CARD.fields, ())
    found = [await proposals.find(id) for id in ("late", "waits")]
    assert [each.state for each in found if each] == ["expired", "open"]
