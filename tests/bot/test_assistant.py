"""Who is asked, who stands in, what it may cost, and how an answer ends: with the providers' stand-ins over HTTP."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from adapters import anthropic, openai
from adapters.base import Secret, Service
from adapters.chat import Prompt, Turn
from adapters.errors import NeedsConnection, Refused, Unavailable
from adapters.faults import Fault
from adapters.http import Http, pooled_session
from adapters.sandbox_chat import ChatSandbox
from adapters.sandbox_chat_script import Cut, Pause
from bot.assistant import Models
from bot.clients import Clients
from bot.connections import Connections, Given
from bot.sandboxes import serving
from bot.spending import Limits, Spending
from bot.vendors import Vendors
from commands.assistant import Answer
from commands.call import Actor, Call, Place
from storage.budgets import Budgets
from storage.database import Database
from storage.preferences import Preferences
from storage.stops import Stops
from tests.bot.conftest import FixedClock

ADA = Actor("slack", "T1", "U-ada", "Ada", "Europe/Berlin")
ROOM = Place("slack", "T1", "C1")
ADAPTERS = {"openai": openai.ADAPTER, "anthropic": anthropic.ADAPTER}
PROMPT = Prompt((Turn("user", "What is a leap second?"),))


@dataclass
class Stage:
    models: Models
    sandboxes: dict[str, ChatSandbox]
    stops: Stops
    budgets: Budgets
    preferences: Preferences
    tokens: dict[str, Secret]
    clock: FixedClock
    call: Call

    async def ask(self, model: str = "", call: str = "call-1", prompt: Prompt = PROMPT) -> Answer:
        """The last answer."""
        return [each async for each in self.answers(model, call, prompt)][-1]

    def answers(self, model: str = "", call: str = "call-1", prompt: Prompt = PROMPT) -> AsyncIterator[Answer]:
        return self.models.assistant(replace(self.call, id=call)).answer(prompt, model)

    async def spent(self, scope: str = f"person {ADA.key}") -> int:
        return await self.budgets.spent(scope, f"{self.clock.at:%Y-%m-%d}")


@asynccontextmanager
async def staged(folder: Path, clock: FixedClock, limits: Limits, order: tuple[str, ...] = ()) -> AsyncIterator[Stage]:
    sandboxes = {name: adapter.sandbox(clock.now) for name, adapter in ADAPTERS.items()}
    async with AsyncExitStack() as stack:
        database = Database(f"sqlite:///{folder / 'bot.sqlite'}")
        stack.push_async_callback(database.close)
        await database.open()
        http = Http(await stack.enter_async_context(pooled_session()), sleep=_at_once, rates=dict.fromkeys(ADAPTERS))
        address = await stack.enter_async_context(serving(sandboxes, 0))
        services = {name: await _loaded(name, f"{address}{name}/", http) for name in ADAPTERS}
        tokens = {name: Secret(sandbox.grant("acme", seconds=10**6)) for name, sandbox in sandboxes.items()}
        clients = Clients(services, Connections([Given(tokens)]), clock)
        stops, budgets, preferences = Stops(database), Budgets(database), Preferences(database)
        vendors = Vendors(services, order, clients, clock)
        models = Models(vendors, Spending(budgets, limits, clock.now), stops, preferences, 30.0, clock)
        call = Call("call-1", "ask", {}, ADA, ROOM, "slash", clock.now())
        chat = {name: sandbox for name, sandbox in sandboxes.items() if isinstance(sandbox, ChatSandbox)}
        yield Stage(models, chat, stops, budgets, preferences, tokens, clock, call)


@pytest.fixture
async def stage(tmp_path: Path, clock: FixedClock) -> AsyncIterator[Stage]:
    async with staged(tmp_path, clock, Limits(1.0, 5.0, 9.0)) as opened:
        yield opened


async def test_the_first_provider_is_asked_and_says_it_piece_by_piece(stage: Stage) -> None:
    stage.sandboxes["openai"].say(("One ", "second."))
    said = [each async for each in stage.answers()]
    assert [each.text for each in said if not each.ended] == ["One ", "One second."]
    assert (said[-1].vendor, said[-1].text, said[-1].ended) == ("OpenAI", "One second.", "whole")


async def test_the_audit_is_told_what_it_took_and_cost_and_that_is_what_is_spent(stage: Stage) -> None:
    said = await stage.ask()
    assert said.model in said.record
    assert "tokens, $" in said.record
    dollars = float(said.record.rpartition("$")[2])
    assert abs(await stage.spent() - dollars * 1_000_000) <= 1
    assert await stage.spent() == await stage.spent("conversation slack:T1:C1") == await stage.spent("tenant slack:T1")


@pytest.mark.parametrize("wanted", ["anthropic", "Claude", "claude"])
async def test_somebody_else_is_asked_by_name(stage: Stage, wanted: str) -> None:
    assert (await stage.ask(wanted)).vendor == "Claude"


async def test_a_model_is_asked_by_its_id_with_or_without_its_provider(stage: Stage) -> None:
    offered = await stage.models.assistant(stage.call).offered()
    claude = next(each for each in offered if each.name == "anthropic")
    last = claude.models[-1].id
    for wanted in (last, f"anthropic:{last}"):
        said = await stage.ask(wanted, wanted)
        assert (said.vendor, said.model) == ("Claude", last)


async def test_a_model_that_nobody_has_is_refused(stage: Stage) -> None:
    with pytest.raises(Refused, match="“models” lists"):
        await stage.ask("no-such-model")


async def test_what_a_person_has_chosen_goes_before_what_the_channel_has(stage: Stage) -> None:
    await stage.preferences.put("slack:T1:C1", "model", "anthropic")
    assert (await stage.ask("", "c1")).vendor == "Claude"
    await stage.preferences.put(ADA.key, "model", "openai")
    assert (await stage.ask("", "c2")).vendor == "OpenAI"


async def test_the_settings_say_whom_to_ask_first_and_which_model(tmp_path: Path, clock: FixedClock) -> None:
    async with staged(tmp_path, clock, Limits(1, 1, 1)) as stage:
        offered = await stage.models.assistant(stage.call).offered()
    oldest = offered[1].models[-1].id
    async with staged(tmp_path, clock, Limits(1, 1, 1), (f"anthropic:{oldest}",)) as stage:
        assert (await stage.ask()).model == oldest


@pytest.mark.parametrize("status", [500, 503, 429])
async def test_when_one_is_away_another_answers_and_says_so(stage: Stage, status: int) -> None:
    stage.sandboxes["openai"].script.add(Fault(kind="status", method="POST", status=status, times=9))
    said = await stage.ask()
    assert (said.vendor, said.instead_of, said.ended) == ("Claude", "OpenAI", "whole")


async def test_when_all_are_away_it_is_tried_again_later(stage: Stage) -> None:
    for sandbox in stage.sandboxes.values():
        sandbox.script.add(Fault(kind="status", method="POST", status=503, times=9))
    with pytest.raises(Unavailable):
        await stage.ask()
    assert await stage.spent() == 0


async def test_without_a_key_of_the_first_the_next_is_asked(stage: Stage) -> None:
    del stage.tokens["openai"]
    assert (await stage.ask()).vendor == "Claude"


async def test_without_any_key_one_is_to_be_connected(stage: Stage) -> None:
    stage.tokens.clear()
    with pytest.raises(NeedsConnection, match="OpenAI"):
        await stage.ask()


async def test_a_key_that_is_turned_down_is_as_none(stage: Stage) -> None:
    stage.tokens["openai"] = Secret("CANARY-wrong")
    assert (await stage.ask()).vendor == "Claude"


async def test_what_was_said_before_it_broke_off_stands(stage: Stage) -> None:
    stage.sandboxes["openai"].say(("The Earth ", "slows ", Cut()))
    said = await stage.ask()
    assert (said.vendor, said.ended) == ("OpenAI", "broken off")
    assert said.text.startswith("The Earth ")  # what was on its way may be lost with the connection
    assert 0 < await stage.spent() < 1_000_000


async def test_an_answer_that_is_too_long_is_cut_and_says_so(stage: Stage) -> None:
    stage.sandboxes["openai"].say("word " * 500)
    said = await stage.ask(prompt=replace(PROMPT, most=20))
    assert said.ended == "cut"


async def test_it_stops_when_it_is_told_to_and_the_provider_too(stage: Stage) -> None:
    stage.sandboxes["openai"].say(("The Earth ", Pause(30.0), "slows."))
    every = []
    async for each in stage.answers():
        every.append(each)
        assert await stage.stops.stop("call-1") is not bool(each.ended)
    said = every[-1]
    assert (said.text, said.ended) == ("The Earth ", "stopped")
    for _ in range(100):
        if stage.sandboxes["openai"].stopped:
            break
        await asyncio.sleep(0.02)
    assert stage.sandboxes["openai"].stopped == 1
    assert not await stage.stops.stop("call-1")


@pytest.mark.parametrize(
    ("limits", "whose"),
    [(Limits(0, 9, 9), "You have"), (Limits(9, 0, 9), "This conversation has"), (Limits(9, 9, 0), "Your team has")],
)
async def test_where_a_limit_is_reached_nobody_is_asked(tmp_path: Path, clock: FixedClock, limits: Limits, whose: str) -> None:
    async with staged(tmp_path, clock, limits) as stage:
        with pytest.raises(Refused, match=f"{whose} too little left of today's .0.00"):
            await stage.ask()
        assert stage.sandboxes["openai"].changes("acme") == 0
        assert await stage.spent() == 0


async def test_limits_hold_across_restarts_and_begin_anew_at_midnight(tmp_path: Path, clock: FixedClock) -> None:
    async with staged(tmp_path, clock, Limits(9, 9, 9)) as stage:
        await stage.budgets.reserve("another", f"{clock.at:%Y-%m-%d}", {f"person {ADA.key}": 9_000_000}, 999_000)
    async with staged(tmp_path, clock, Limits(1, 9, 9)) as stage:
        with pytest.raises(Refused, match="from midnight UTC, in 17 h"):
            await stage.ask("", "call-2")
        clock.at = clock.at.replace(day=clock.at.day + 1)
        assert (await stage.ask("", "call-3")).ended == "whole"


async def test_a_further_attempt_of_the_same_call_reserves_nothing_more(stage: Stage) -> None:
    reserved = await stage.budgets.reserve("call-1:0", f"{stage.clock.at:%Y-%m-%d}", {f"person {ADA.key}": 10**6}, 900_000)
    assert reserved == ""
    assert (await stage.ask()).ended == "whole"


async def _loaded(name: str, url: str, http: Http) -> Service:
    adapter = ADAPTERS[name]
    return Service(adapter, url, http, await asyncio.to_thread(adapter.client.load, url))


async def _at_once(seconds: float) -> None:
    return
