"""Whoever starts the bot is told at once that it starts, and what it waits for where that takes long."""

import asyncio
from collections.abc import Callable

import pytest
from pydantic import SecretStr

from adapters import ADAPTERS
from bot.plan import Plan
from bot.starting import Start, starting

MakePlan = Callable[..., Plan]
CANARY = "CANARY-token-7f3a"
REAL = {"slack_bot_token": CANARY, "slack_signing_secret": CANARY}


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, f"is starting: Slack, Microsoft Teams and {len(ADAPTERS)} services…"),
        (REAL, "is starting: Slack…"),
        ({**REAL, "sandbox": ["notion"]}, "is starting: Slack and 1 service…"),
    ],
)
def test_the_first_line_tells_what_is_being_started(make_plan: MakePlan, settings: dict[str, object], said: str) -> None:
    assert starting(make_plan(adapters=ADAPTERS, **settings)).endswith(said)


def test_the_first_line_holds_no_secret(make_plan: MakePlan) -> None:
    assert CANARY not in starting(make_plan({"google_calendar": {"token": SecretStr(CANARY)}}, **REAL))


async def test_what_is_waited_for_is_told_every_five_seconds() -> None:
    start, said, slept = Start(), list[str](), list[float]()

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) > 3:
            raise asyncio.CancelledError

    with start.waits_for("the database"), start.waits_for("Slack"):
        await asyncio.gather(start.tell(said.append, sleep), return_exceptions=True)
    await asyncio.gather(start.tell(said.append, sleep), return_exceptions=True)

    assert set(slept) == {5.0}
    assert said == ["Still waiting for the database and Slack…"] * 3
