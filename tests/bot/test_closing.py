"""Whoever asks for no more of an answer stops the provider at once, whichever command it was that asked it."""

import asyncio
from collections.abc import Callable

import pytest

from adapters import ADAPTERS
from adapters.perplexity.sandbox import PerplexitySandbox
from adapters.sandbox_chat import ChatSandbox
from adapters.sandbox_chat_script import Pause
from bot.plan import Plan
from commands.call import Call
from tests.bot.whole import BOSS, GENERAL, Whole, open_whole


@pytest.mark.parametrize(
    "words",
    [
        "ask What is a leap second?",
        "translate German See you tomorrow!",
        "rewrite friendlier Send me the numbers.",
        "summarize",
    ],
)
async def test_to_close_a_call_is_to_stop_the_provider(make_plan: Callable[..., Plan], words: str) -> None:
    async with open_whole(make_plan(adapters=ADAPTERS), "openai") as whole:
        assert isinstance(whole.sandbox, ChatSandbox)
        whole.sandbox.say(("The Earth ", Pause(60.0), "slows."))
        await _begun_and_closed(whole, words)
        async with asyncio.timeout(2):
            while not whole.sandbox.stopped:
                await asyncio.sleep(0.02)


async def test_to_close_a_search_is_to_end_it(make_plan: Callable[..., Plan]) -> None:
    async with open_whole(make_plan(adapters=ADAPTERS), "perplexity") as whole:
        assert isinstance(whole.sandbox, PerplexitySandbox)
        whole.sandbox.pause = 0.2
        await _begun_and_closed(whole, "search When is the next leap second?")


async def _begun_and_closed(whole: Whole, words: str) -> None:
    """Closed at its first words: the call is over then, and nobody can stop it any more."""
    await whole.connect()
    call = await whole.dispatch.read(words, "call-1", BOSS, GENERAL, "slash", whole.plan.clock.now())
    assert isinstance(call, Call)
    replies = whole.dispatch.answer(call)
    assert (await anext(replies)).partial
    await replies.aclose()
    assert not await whole.stores.stops.stop("call-1")
