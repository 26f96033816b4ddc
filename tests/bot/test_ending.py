"""How a bot ends: whoever sends it requests is told first, and what it can't do any more keeps it from nothing."""

import asyncio
import signal
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.app import open_house
from bot.plan import Plan
from tests.bot.command_line import running

MakePlan = Callable[..., Plan]


async def test_a_proxy_is_told_before_the_bot_goes_and_what_it_still_sends_is_answered(
    make_plan: MakePlan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.app._NOTICE", 0.5)
    plan = make_plan(**settings(tmp_path), public_url="https://bot.acme.test")
    async with aiohttp.ClientSession() as session:
        house = open_house(plan)
        address = (await house.__aenter__()).address
        before = await status(session, f"{address}readyz")
        leaving = asyncio.create_task(house.__aexit__(None, None, None))
        await asyncio.sleep(0.1)
        after = [await status(session, f"{address}{page}") for page in ("readyz", "healthz")]
        await leaving

    assert (before, after) == (200, [503, 200])


async def test_a_bot_that_no_proxy_is_before_does_not_wait_for_one(
    make_plan: MakePlan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.app._NOTICE", 60.0)
    async with open_house(make_plan(**settings(tmp_path))):
        began = time.monotonic()

    assert time.monotonic() - began < 30


async def test_a_database_that_is_away_keeps_it_from_no_end_in_good_order(tmp_path: Path) -> None:
    async with running(tmp_path) as bot:
        with closing(sqlite3.connect(tmp_path / "data/interact.sqlite", timeout=30)) as database:
            database.execute("DROP TABLE keyholder")
            database.commit()
        bot.process.send_signal(signal.SIGTERM)
        code, said = await bot.end()

    assert code == 0
    assert "what this process leaves behind could not be noted" in said
    assert "Traceback" not in said


def settings(tmp_path: Path) -> dict[str, Any]:
    files = {"database_url": f"sqlite:///{tmp_path / 'data/interact.sqlite'}", "keyring": str(tmp_path / "keys/keyring.json")}
    return {**files, "port": 0, "sandbox_port": 0}


async def status(session: aiohttp.ClientSession, address: str) -> int:
    async with session.get(address) as answer:
        return answer.status
