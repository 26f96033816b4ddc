"""Pictures: what they cost, where they are seen, and that none is paid for twice as far as that can be known."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from adapters import openai
from adapters.base import Secret, Service
from adapters.errors import NeedsConnection, Refused, Unavailable
from adapters.faults import Fault
from adapters.http import Http, pooled_session
from adapters.openai.client import OpenAI
from adapters.openai.sandbox import OpenAISandbox
from bot.clients import Clients
from bot.connections import Connections, Given
from bot.gallery import Gallery
from bot.imagining import Imagining
from bot.listed import Listed
from bot.sandboxes import serving
from bot.spending import Limits, Spending
from bot.tokens import token
from commands.call import Actor, Call, Place
from commands.imagine import imagine
from commands.reply import Reply
from storage.budgets import Budgets
from storage.database import Database
from storage.errors import StorageError
from storage.pictures import Pictures
from tests.bot.conftest import FixedClock

ADA = Actor("slack", "T1", "U-ada", "Ada", "Europe/Berlin")
ROOM = Place("slack", "T1", "C1")
FOG = "a lighthouse in the fog"
PUBLIC = "https://bot.acme.test/"


@dataclass
class Stage:
    """Who asks has a key, unless `tokens` is emptied."""

    sandbox: OpenAISandbox
    clients: Clients
    tokens: dict[str, Secret]
    database: Database
    spending: Spending
    budgets: Budgets
    listed: Listed
    clock: FixedClock
    url: str = PUBLIC

    async def imagine(self, prompt: str = FOG, call: str = "call-1", **options: str) -> Reply:
        """The last reply."""
        return (await self.replies(prompt, call, **options))[-1]

    async def replies(self, prompt: str = FOG, call: str = "call-1", **options: str) -> list[Reply]:
        made = Call(call, "imagine", {}, ADA, ROOM, "slash", self.clock.now())
        opened = (await self.clients.open(OpenAI, ADA, "C1", call)).client
        illustrator = Imagining(self.spending, self.listed, 30.0, self._gallery).illustrator(made)
        told = imagine.validate({"prompt": prompt, **options}, self.clock.now())
        steps = imagine.run(told, {"openai": opened, "illustrator": illustrator}, self.clock.now())
        return [reply async for reply in steps if isinstance(reply, Reply)]

    async def spent(self) -> int:
        """In millionths of a dollar."""
        return await self.budgets.spent(f"person {ADA.key}", f"{self.clock.at:%Y-%m-%d}")

    @property
    def painted(self) -> int:
        return self.sandbox.changes("acme")

    @property
    def pictures(self) -> Pictures:
        return Pictures(self.database)

    def fail(self, **fault: object) -> None:
        self.sandbox.script.add(Fault.model_validate({"method": "POST", **fault}))

    @property
    def _gallery(self) -> Gallery:
        return Gallery(self.pictures, self.url, self.clock, token)


@asynccontextmanager
async def staged(folder: Path, clock: FixedClock, limits: Limits) -> AsyncIterator[Stage]:
    sandbox = openai.ADAPTER.sandbox(clock.now)
    assert isinstance(sandbox, OpenAISandbox)
    async with AsyncExitStack() as stack:
        database = Database(f"sqlite:///{folder / 'bot.sqlite'}")
        stack.push_async_callback(database.close)
        await database.open()
        http = Http(await stack.enter_async_context(pooled_session()), sleep=_at_once, rates={"openai": None})
        address = await stack.enter_async_context(serving({"openai": sandbox}, 0))
        sdk = await asyncio.to_thread(openai.ADAPTER.client.load, f"{address}openai/")
        services = {"openai": Service(openai.ADAPTER, f"{address}openai/", http, sdk)}
        tokens = {"openai": Secret(sandbox.grant("acme", seconds=10**6))}
        clients = Clients(services, Connections([Given(tokens)]), clock)
        budgets = Budgets(database)
        yield Stage(sandbox, clients, tokens, database, Spending(budgets, limits, clock.now), budgets, Listed(clock), clock)


@pytest.fixture
async def stage(tmp_path: Path, clock: FixedClock) -> AsyncIterator[Stage]:
    async with staged(tmp_path, clock, Limits(1.0, 5.0, 9.0)) as opened:
        yield opened


async def test_it_is_said_that_it_takes_a_while_then_the_picture_is_there(stage: Stage) -> None:
    first, last = await stage.replies()
    assert (first.text, first.partial) == (f"OpenAI is painting “{FOG}”. That may take a minute.", True)
    assert (last.text, last.partial) == (f"“{FOG}”, painted by OpenAI.", False)
    assert last.image.startswith(f"{PUBLIC}pictures/")
    assert [(button.label, button.url) for button in last.buttons] == [("Open the picture", last.image)]


async def test_what_the_address_leads_to_is_the_picture(stage: Stage) -> None:
    shown = await stage.imagine(shape="wide")
    kept = await stage.pictures.find(shown.image.rpartition("/")[2])
    assert kept is not None
    assert (kept.mime, kept.content[:3]) == ("image/jpeg", b"\xff\xd8\xff")
    assert json.loads(stage.sandbox.journal[-1].body)["size"] == "1536x1024"


async def test_where_the_internet_can_not_reach_the_bot_there_is_a_link_and_the_reason(stage: Stage) -> None:
    stage.url = "http://127.0.0.1:3000/"
    shown = await stage.imagine()
    assert (shown.image, shown.file) == ("", None)
    assert "can’t be shown here" in shown.fields[0].value
    assert shown.buttons[0].url.startswith("http://127.0.0.1:3000/pictures/")


async def test_where_nobody_could_see_it_nothing_is_painted(stage: Stage) -> None:
    stage.url = ""
    with pytest.raises(Refused, match="PUBLIC_URL"):
        await stage.imagine()
    assert (stage.painted, await stage.spent()) == (0, 0)


async def test_the_audit_is_told_what_it_took_and_cost_and_that_is_what_is_spent(stage: Stage) -> None:
    shown = await stage.imagine()
    assert shown.record == "gpt-image-2: 10 + 1056 tokens, $0.031730"
    assert await stage.spent() == 31_730


async def test_a_further_attempt_of_the_call_shows_what_was_painted(stage: Stage) -> None:
    shown = await stage.imagine()
    assert await stage.imagine() == shown
    assert (stage.painted, await stage.spent()) == (1, 31_730)
    assert (await stage.imagine(call="call-2")).image != shown.image


async def test_what_is_kept_was_settled_before_or_a_kill_in_between_would_leave_it_reserved(stage: Stage) -> None:
    early = (
        "CREATE TRIGGER early BEFORE INSERT ON picture WHEN EXISTS (SELECT 1 FROM reservation WHERE reserved > 0) "
        "BEGIN SELECT RAISE(ABORT, 'not settled yet'); END"
    )
    await stage.database.run(lambda connection: connection.exec_driver_sql(early))
    await stage.imagine()
    assert (stage.painted, await stage.spent()) == (1, 31_730)


async def test_which_models_paint_is_asked_once_in_a_while(stage: Stage, clock: FixedClock) -> None:
    for number in range(3):
        await stage.imagine(call=f"call-{number}")
    assert [entry.method for entry in stage.sandbox.journal].count("GET") == 1
    clock.at += timedelta(minutes=11)
    await stage.imagine(call="call-4")
    assert [entry.method for entry in stage.sandbox.journal].count("GET") == 2


@pytest.mark.parametrize("wanted", ["gpt-image-2", "GPT-Image-2", "openai:gpt-image-2"])
async def test_a_model_can_be_chosen(stage: Stage, wanted: str) -> None:
    assert (await stage.imagine(model=wanted)).record.startswith("gpt-image-2: ")


@pytest.mark.parametrize("wanted", ["gpt-6-luna", "no-such-model", "gemini:gpt-image-2"])
async def test_a_model_that_does_not_paint_is_refused_with_those_that_do(stage: Stage, wanted: str) -> None:
    with pytest.raises(Refused, match=f"no model “{wanted}” that paints. These do: gpt-image-2"):
        await stage.imagine(model=wanted)
    assert (stage.painted, await stage.spent()) == (0, 0)


async def test_what_openai_refuses_costs_nothing(stage: Stage) -> None:
    stage.fail(kind="status", status=400)
    with pytest.raises(Refused, match="OpenAI did not accept that"):
        await stage.imagine()
    assert await stage.spent() == 0


@pytest.mark.parametrize("fault", [{"status": 429}, {"status": 503, "retry_after": "1"}], ids=["too many", "overloaded"])
async def test_what_certainly_was_not_painted_is_tried_again_later(stage: Stage, fault: dict[str, object]) -> None:
    stage.fail(kind="status", times=9, **fault)
    with pytest.raises(Unavailable):
        await stage.imagine()
    assert (stage.painted, await stage.spent()) == (0, 0)


@pytest.mark.parametrize("fault", ["drop_after", "malformed"])
async def test_what_may_have_been_painted_is_paid_for_and_not_asked_for_again(stage: Stage, fault: str) -> None:
    stage.fail(kind=fault)
    with pytest.raises(Refused, match="may have been painted and paid for"):
        await stage.imagine()
    assert stage.painted <= 1
    assert await stage.spent() > 31_730  # as much as it may have cost


async def test_what_is_too_large_to_be_taken_was_painted_and_is_paid_for(stage: Stage) -> None:
    stage.fail(kind="huge")
    with pytest.raises(Refused, match="more than we can take"):
        await stage.imagine()
    assert await stage.spent() > 31_730


async def test_a_call_that_is_given_up_meanwhile_is_paid_for(stage: Stage) -> None:
    stage.fail(kind="slow", seconds=30)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(stage.imagine(), 0.5)
    assert await stage.spent() > 31_730


async def test_a_picture_that_can_not_be_kept_was_paid_for_all_the_same(stage: Stage) -> None:
    full = "CREATE TRIGGER full BEFORE INSERT ON picture BEGIN SELECT RAISE(ABORT, 'disk full'); END"
    await stage.database.run(lambda connection: connection.exec_driver_sql(full))
    with pytest.raises(StorageError, match="disk full"):
        await stage.imagine()
    assert await stage.spent() == 31_730


async def test_a_key_that_is_turned_down_is_told_and_costs_nothing(stage: Stage) -> None:
    stage.tokens["openai"] = Secret("CANARY-wrong")
    with pytest.raises(NeedsConnection):
        await stage.imagine()
    assert await stage.spent() == 0


async def test_where_a_limit_is_reached_nothing_is_painted(tmp_path: Path, clock: FixedClock) -> None:
    async with staged(tmp_path, clock, Limits(0.05, 5.0, 9.0)) as stage:
        with pytest.raises(Refused, match="You have too little left of today's"):
            await stage.imagine()
        assert (stage.painted, await stage.spent()) == (0, 0)


async def test_without_a_gallery_the_picture_itself_is_handed_over(stage: Stage, clock: FixedClock) -> None:
    opened = (await stage.clients.open(OpenAI, ADA, "C1", "call-1")).client
    call = Call("call-1", "imagine", {}, ADA, replace(ROOM, platform="terminal"), "terminal", clock.now())
    given = {"openai": opened, "illustrator": Imagining(stage.spending, stage.listed, 30.0).illustrator(call)}
    for prompt, name in ((FOG, "a-lighthouse-in-the-fog.jpg"), ("../../etc ☃/passwd", "etc-passwd.jpg"), ("☃", "picture.jpg")):
        told = {"prompt": prompt, "shape": "tall", "model": ""}
        *_, shown = [reply async for reply in imagine.run(told, given, clock.now()) if isinstance(reply, Reply)]
        assert shown.file is not None
        assert (shown.file.name, shown.file.mime, shown.image) == (name, "image/jpeg", "")


async def _at_once(seconds: float) -> None:
    return
