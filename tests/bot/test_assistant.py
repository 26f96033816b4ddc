"""Who is asked, who stands in, what it may cost, and how an answer ends: with the providers' stand-ins over HTTP."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.base import Secret
from adapters.chat import Document, Prompt
from adapters.errors import NeedsConnection, Refused, Unavailable
from adapters.faults import Fault
from adapters.sandbox_chat_script import Cut, Filtered, Pause, Thought
from bot import costs
from bot.spending import Limits
from tests.bot.conftest import FixedClock
from tests.bot.stage import ADA, PROMPT, Stage, staged


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


async def test_an_outage_is_told_where_the_stand_in_can_not_read_what_is_attached(tmp_path: Path, clock: FixedClock) -> None:
    """And not that the stand-in can't: whoever was asked will be able to, later."""
    named, plan = ("openai", "perplexity"), Document("plan.pdf", "application/pdf", b"%PDF-1.7")
    async with staged(tmp_path, clock, Limits(9, 9, 9), named, named) as stage:
        with pytest.raises(Refused, match="takes pictures only"):
            await stage.ask("perplexity", "c1", prompt=_with(plan))
        stage.sandboxes["openai"].script.add(Fault(kind="status", method="POST", status=503, times=9))
        with pytest.raises(Unavailable, match="OpenAI can't answer"):
            await stage.ask("", "c2", prompt=_with(plan))


async def test_an_outage_is_told_where_nobody_has_a_key_of_the_stand_in(stage: Stage) -> None:
    del stage.tokens["anthropic"]
    stage.sandboxes["openai"].script.add(Fault(kind="status", method="POST", status=503, times=9))
    with pytest.raises(Unavailable, match="OpenAI can't answer"):
        await stage.ask("openai")


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


async def test_what_was_paid_for_before_the_filter_stopped_it_is_noted(stage: Stage) -> None:
    stage.sandboxes["openai"].say(("The Earth ", "slows", Filtered()))
    said = await stage.ask()
    assert (said.text, said.ended) == ("The Earth slows", "refused")
    assert "content filter" in said.why
    assert f"at most {costs.expected(PROMPT).input} + {PROMPT.most} tokens, $" in said.record
    assert abs(await stage.spent() - float(said.record.rpartition("$")[2]) * 1_000_000) <= 1


async def test_what_was_thought_before_it_broke_off_is_paid_for(stage: Stage) -> None:
    del stage.tokens["anthropic"]
    stage.sandboxes["openai"].say((Thought("Let me think."), Pause(0.1), Cut()))
    with pytest.raises(Unavailable):
        await stage.ask("openai")
    assert await stage.spent() > 1000


async def test_an_answer_that_is_too_long_is_cut_and_says_so(stage: Stage) -> None:
    stage.sandboxes["openai"].say("word " * 500)
    said = await stage.ask(prompt=replace(PROMPT, most=20))
    assert said.ended == "cut"


async def test_it_stops_when_it_is_told_to_and_the_provider_too(stage: Stage) -> None:
    stage.sandboxes["openai"].say(("The Earth ", Pause(30.0), "slows."))
    every = []
    async for each in stage.answers():
        every.append(each)
        assert await stage.stops.stop("call-1")
    said = every[-1]
    assert (said.text, said.ended) == ("The Earth ", "stopped")
    assert ": at most " in said.record  # nobody tells what it took
    await stage.is_over("openai")
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


async def test_whoever_is_asked_alone_nobody_stands_in_for(stage: Stage) -> None:
    stage.sandboxes["openai"].script.add(Fault(kind="status", method="POST", status=503, times=9))
    with pytest.raises(Unavailable):
        [each async for each in stage.models.assistant(stage.call).alone(PROMPT, "openai")]
    assert stage.sandboxes["anthropic"].changes("acme") == 0


async def test_what_takes_too_long_ends_there_and_what_was_said_stands(stage: Stage) -> None:
    stage.sandboxes["openai"].say(("The Earth ", Pause(30.0), "slows."))
    every = []
    async for each in stage.answers():
        every.append(each)
        stage.clock.at += timedelta(seconds=101)
    assert (every[-1].text, every[-1].ended) == ("The Earth ", "late")
    assert 0 < await stage.spent() < 1_000_000
    await stage.is_over("openai")


async def test_what_takes_too_long_without_a_word_is_tried_again_later_and_nobody_else_is_asked_now(stage: Stage) -> None:
    stage.sandboxes["openai"].say((Pause(30.0), "slows."))
    asking = asyncio.create_task(stage.ask())
    await _is_asked(stage)
    stage.clock.at += timedelta(seconds=101)
    with pytest.raises(Unavailable, match="This took too long"):
        await asking
    assert stage.sandboxes["anthropic"].changes("acme") == 0


@pytest.mark.parametrize("chosen", ["gemini", "gemini:some-model", "openai:a-model-that-is-gone"])
async def test_a_choice_that_is_not_there_any_more_counts_as_none(stage: Stage, chosen: str) -> None:
    await stage.preferences.put(ADA.key, "model", chosen)
    await stage.preferences.put("slack:T1:C1", "model", "anthropic")
    assert (await stage.ask()).vendor == "Claude"
    assert await stage.models.assistant(stage.call).usual() == "anthropic"


async def test_a_choice_stands_while_its_provider_is_away(stage: Stage) -> None:
    await stage.preferences.put(ADA.key, "model", "anthropic:some-model")
    stage.sandboxes["anthropic"].script.add(Fault(kind="status", method="GET", status=503, times=9))
    assert await stage.models.assistant(stage.call).usual() == "anthropic:some-model"


async def test_who_can_not_tell_at_the_moment_may_have_the_model(stage: Stage) -> None:
    stage.sandboxes["anthropic"].script.add(Fault(kind="status", method="GET", status=503, times=9))
    with pytest.raises(Unavailable, match="Claude"):
        await stage.ask("some-model")


async def test_the_settings_may_name_providers_as_people_write_them(tmp_path: Path, clock: FixedClock) -> None:
    async with staged(tmp_path, clock, Limits(1, 1, 1), ("Claude",)) as stage:
        assert (await stage.ask()).vendor == "Claude"


async def test_who_was_stopped_while_one_was_away_is_not_answered_by_another(stage: Stage) -> None:
    stage.sandboxes["openai"].say((Pause(0.5), Cut()))
    asking = asyncio.create_task(stage.ask())
    await _is_asked(stage)
    assert await stage.stops.stop("call-1")
    assert (await asking).ended == "stopped"
    assert stage.sandboxes["anthropic"].changes("acme") == 0


async def test_a_call_can_be_stopped_until_its_last_answer_has_ended(stage: Stage) -> None:
    stage.sandboxes["openai"].say("short")
    stage.sandboxes["anthropic"].say(("The Earth ", Pause(30.0)))
    assistant = stage.models.assistant(stage.call)
    long = assistant.alone(PROMPT, "anthropic")
    await anext(long)
    assert [each async for each in assistant.alone(PROMPT, "openai")][-1].ended == "whole"
    assert await stage.stops.stop("call-1")
    assert [each async for each in long][-1].ended == "stopped"
    assert not await stage.stops.stop("call-1")


async def test_an_attempt_that_was_taken_over_leaves_its_successor_alone(stage: Stage) -> None:
    stage.sandboxes["openai"].say(("One ", Pause(30.0)), ("One ", Pause(30.0)))
    first = stage.answers()
    await anext(first)
    second = stage.answers()
    await anext(second)
    reserved = await stage.spent()
    await first.aclose()
    assert await stage.spent() == 2 * reserved  # what the first may have cost, and what the second may still cost
    assert await stage.stops.stop("call-1")
    assert [each async for each in second][-1].ended == "stopped"
    assert not await stage.stops.stop("call-1")


async def test_providers_are_asked_for_their_models_at_the_same_time(stage: Stage) -> None:
    stage.sandboxes["openai"].script.add(Fault(kind="slow", method="GET", seconds=30))
    asking = asyncio.ensure_future(stage.models.assistant(stage.call).offered())
    async with asyncio.timeout(5):
        while not all(sandbox.journal for sandbox in stage.sandboxes.values()):
            await asyncio.sleep(0.02)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)


async def test_to_close_it_is_to_stop_the_provider_at_once(stage: Stage) -> None:
    stage.sandboxes["openai"].say(("The Earth ", Pause(30.0), "slows."))
    answers = stage.answers()
    await anext(answers)
    await answers.aclose()
    assert not await stage.stops.stop("call-1")
    await stage.is_over("openai")


async def test_what_a_killed_attempt_has_reserved_is_free_again(stage: Stage) -> None:
    day, person = f"{stage.clock.at:%Y-%m-%d}", f"person {ADA.key}"
    for id in ("call-1:0", "call-1:1", "call-12:0"):
        await stage.budgets.reserve(id, day, {person: 10**6}, 300_000)
    said = await stage.ask()
    assert abs(await stage.spent() - 300_000 - float(said.record.rpartition("$")[2]) * 1_000_000) <= 1


async def test_a_further_attempt_is_not_refused_because_others_have_spent_the_rest(stage: Stage) -> None:
    day, person = f"{stage.clock.at:%Y-%m-%d}", f"person {ADA.key}"
    await stage.budgets.reserve("call-1:0", day, {person: 10**6}, 900_000)
    await stage.budgets.reserve("another", day, {person: 10**6}, 100_000)
    await stage.budgets.settle("another", 800_000)
    assert (await stage.ask()).ended == "whole"


async def test_no_key_is_kept_with_the_list_of_models(stage: Stage) -> None:
    await stage.ask()
    kept = repr(vars(vars(stage.models.vendors)["_listed"])["_known"])
    assert "OpenAI" in kept
    assert stage.tokens["openai"].reveal() not in kept


def _with(document: Document) -> Prompt:
    return replace(PROMPT, turns=(replace(PROMPT.turns[0], documents=(document,)),))


async def _is_asked(stage: Stage) -> None:
    async with asyncio.timeout(10):
        while not stage.sandboxes["openai"].questions:
            await asyncio.sleep(0.02)
    await asyncio.sleep(0.1)
