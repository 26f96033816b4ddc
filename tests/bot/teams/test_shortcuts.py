"""Commands in the menu of each message: their form is shown, filled in, and the answer comes where the message stands."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.dispatch import Dispatch
from bot.metrics import Metrics
from bot.platform import Asked, Filled
from bot.teams.auth import Auth
from bot.teams.door import Door
from bot.teams.hosts import Hosts
from bot.teams.invokes import Invokes
from bot.teams.keys import Keys
from bot.teams.listen import Listener
from bot.teams.sandbox.workspace import ADA, APP_ID, GENERAL, GRACE, GROUP, GUEST, TENANT
from bot.teams.shortcuts import id_of
from bot.teams.teams import Teams
from commands.catalog import Catalog, Subject
from commands.command import command
from commands.reply import Reply
from storage.delivery import Delivery
from storage.inbox import Inbox
from storage.offers import Offers
from tests.bot.teams.stage import Stage


@command(undo="keep", shortcut="Save message to Notes")
async def keep(message: Annotated[str, "which"], into: Annotated[str, "where"] = "", often: int = 1) -> Reply:
    """Keep a message."""
    return Reply(f"{message} {into} {often}")


@command(shortcut="Read it aloud")
async def read(message: str) -> Reply:
    """Read a message aloud."""
    return Reply(message)


@command(undo="keep", shortcut="Bin")
async def bin(message: str) -> Reply:
    """Bin a message."""
    return Reply(message)


@command
async def other(message: str) -> Reply:
    """In no menu."""
    return Reply(message)


COMMANDS = (keep, read, bin, other)
CATALOG = Catalog([Subject(keep.subject, "Notes.", COMMANDS)], lambda _: True)


@dataclass
class House:
    """The bot's door, as Teams finds it, and what it has put into the inbox."""

    stage: Stage
    platform: Teams
    inbox: Inbox
    taken: asyncio.Queue[Delivery]

    async def asked(self) -> Asked:
        self.inbox.claim(self.taken.put_nowait, 1)
        asked = await self.platform.read(await asyncio.wait_for(self.taken.get(), 5))
        assert asked
        return asked

    async def waiting(self) -> int:
        return len(await self.inbox.list())


@asynccontextmanager
async def house(on: Stage) -> AsyncIterator[House]:
    loop = asyncio.get_running_loop()
    platform = Teams(Listener(), on.people, on.conversations, on.connector, on.sender, "UTC", on.clock, on.history)
    opened: asyncio.Future[Teams] = loop.create_future()
    opened.set_result(platform)
    dispatch: asyncio.Future[Dispatch] = loop.create_future()
    inbox = Inbox(on.database, on.clock.time, "test", poll=0.02)
    await inbox.open()
    keys = Keys(on.http, on.teams.openid_url, on.clock)
    await keys.refresh()
    auth = Auth(APP_ID, keys, Hosts.loopback(), frozenset({TENANT}), on.clock)
    invokes = Invokes(inbox, Offers(on.database), CATALOG, opened, dispatch, on.clock)
    app = web.Application()
    app.router.add_post("/api/messages", Door(inbox, auth, invokes, Metrics()).handle)
    async with TestServer(app) as served:
        on.teams.courier.url = str(served.make_url("/api/messages"))
        yield House(on, platform, inbox, asyncio.Queue())
    await inbox.close()


@pytest.fixture
async def bot(on: Stage) -> AsyncIterator[House]:
    async with house(on) as opened:
        yield opened


def fields(card: dict[str, Any]) -> list[str]:
    return [each["id"] for each in card["body"] if "id" in each]


async def test_what_it_asks_for_besides_the_message_is_asked_in_a_form(bot: House, on: Stage) -> None:
    began = on.teams.talk("A topic", conversation=GENERAL)
    reply = on.teams.talk("A decision", user=GRACE, conversation=GENERAL, thread=began)
    assert (await on.teams.act(id_of(keep), reply)).ok

    dialog = on.teams.dialog()
    assert dialog
    assert (dialog.title, fields(dialog.card)) == ("Save message to Notes", ["into", "often"])
    assert await bot.waiting() == 0

    assert (await on.teams.submit({"into": "Plans"})).ok
    asked = await bot.asked()
    assert asked.what == Filled(keep.name, {"message": reply, "into": "Plans"})
    assert (asked.via, asked.message) == ("shortcut", reply)
    assert (asked.place.conversation, asked.place.thread) == (GENERAL, began)
    assert on.teams.dialog() is None

    await bot.platform.send(bot.platform.render(asked, Reply("Kept."), "call-1", ()), (), False)
    [said] = on.teams.said(GENERAL)
    assert (said["text"], said["thread"]) == ("Kept.", began)


async def test_what_it_would_do_can_be_seen_first(bot: House, on: Stage) -> None:
    await on.teams.act(id_of(bin), on.teams.talk("Old", conversation=GROUP))
    await on.teams.submit({}, label="Preview")

    assert (await bot.asked()).what == Filled(bin.name, {"message": on.teams.messages(GROUP)[0]["id"]}, dry_run=True)


async def test_what_does_not_fit_is_told_in_the_form_which_still_knows_the_message(bot: House, on: Stage) -> None:
    message = on.teams.talk("A decision", conversation=GROUP)
    await on.teams.act(id_of(keep), message)
    await on.teams.submit({"often": "often"})

    dialog = on.teams.dialog()
    assert dialog
    assert "often" in str([each for each in dialog.card["body"] if each["type"] == "RichTextBlock"])
    assert await bot.waiting() == 0
    await on.teams.submit({"often": "2"})
    assert (await bot.asked()).what == Filled(keep.name, {"message": message, "often": "2"})


async def test_where_there_is_nothing_to_ask_it_runs_at_once(bot: House, on: Stage) -> None:
    message = on.teams.talk("A decision", conversation=GROUP)
    assert (await on.teams.act(id_of(read), message)).ok

    assert on.teams.dialog() is None
    assert on.teams.toasts == [{"user": ADA, "text": "I am at it: the answer comes as a message."}]
    asked = await bot.asked()
    assert (asked.what, asked.place.conversation) == (Filled(read.name, {"message": message}), GROUP)


@pytest.mark.parametrize("command", ["message.notes.gone", id_of(other), "", "x" * 200])
async def test_a_command_that_is_in_no_menu_any_more_is_said_to_be(bot: House, on: Stage, command: str) -> None:
    assert (await on.teams.act(command, on.teams.talk("x", conversation=GROUP))).ok

    [toast] = on.teams.toasts
    assert "not switched on" in toast["text"]
    assert await bot.waiting() == 0


async def test_where_the_bot_is_not_the_answer_comes_in_the_persons_own_chat(bot: House, on: Stage) -> None:
    await bot.platform.hear(on.teams.activity("message"), on.clock.time())
    message = on.teams.talk("A decision", conversation=GROUP)
    on.teams.workspace.removed.add(GROUP)
    await on.teams.act(id_of(read), message)
    asked = await bot.asked()
    await bot.platform.send(bot.platform.render(asked, Reply("Read."), "call-1", ()), (), False)

    assert asked.place.conversation == GROUP
    assert [(said["conversation"], said["text"]) for said in on.teams.said()] == [(on.chat(), "Read.")]


async def test_where_the_bot_can_reach_nobody_it_says_how_it_could(bot: House, on: Stage) -> None:
    message = on.teams.talk("A decision", conversation=GROUP)
    on.teams.workspace.removed.add(GROUP)
    await on.teams.act(id_of(read), message)

    assert on.teams.toasts[0]["text"].startswith("I am not in this conversation.")
    assert await bot.waiting() == 0


async def test_a_place_where_the_bot_is_and_nobody_spoke_to_it_is_known_from_then_on(bot: House, on: Stage) -> None:
    await on.teams.act(id_of(read), on.teams.talk("A decision", conversation=GROUP))
    asked = await bot.asked()

    assert (await bot.platform.room(asked.place)).place == asked.place
    assert asked.route["conversation"] == GROUP


async def test_guests_are_told_that_they_can_not(bot: House, on: Stage) -> None:
    await on.teams.act(id_of(keep), on.teams.talk("x", conversation=GROUP), user=GUEST)

    assert on.teams.dialog(GUEST) is None
    assert len(on.teams.toasts) == 1
