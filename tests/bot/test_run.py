"""The bot as a process: how it starts, what it says, how it ends."""

import asyncio
import signal
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import aiohttp

from tests.acceptance.fork_server import Forked
from tests.acceptance.forked_command import interact, running
from tests.bot import command_line

_Found = TypeVar("_Found")


async def test_started_as_people_start_it_it_tells_what_it_is_and_ends_in_good_order(tmp_path: Path) -> None:
    async with command_line.running(tmp_path) as bot, aiohttp.ClientSession() as session:
        assert "everything in it is made up" in bot.banner
        for address in (f"{bot.address}readyz", f"{bot.sandboxes}slack/"):
            async with session.get(address) as answer:
                assert answer.status == 200
        bot.process.send_signal(signal.SIGTERM)
        assert await bot.end() == (0, "")


async def test_ctrl_c_ends_it_in_good_order(tmp_path: Path) -> None:
    async with running(tmp_path) as bot:
        bot.process.send_signal(signal.SIGINT)
        assert await bot.end() == (0, "")


async def test_a_second_signal_ends_it_at_once(tmp_path: Path) -> None:
    async with running(tmp_path, SANDBOX_LENDS="yes") as bot, aiohttp.ClientSession() as session:
        await keep_busy(bot.sandboxes, session)
        bot.process.send_signal(signal.SIGTERM)
        ending = asyncio.create_task(bot.process.wait())
        await asyncio.sleep(0.3)
        assert not ending.done(), "it waits for the call"
        await until(lambda: ended(bot.process))
        assert await ending == -signal.SIGTERM, "it would have been 0 after the wait"


async def test_what_one_call_made_the_next_one_sees(tmp_path: Path) -> None:
    async with running(tmp_path) as bot:
        port = bot.sandboxes.rstrip("/").rpartition(":")[2]
        made = await asyncio.to_thread(
            interact, tmp_path, "say", 'calendar create "Tea with Ann" "tomorrow 12:00" minutes=10', SANDBOX_PORT=port
        )
        seen = await asyncio.to_thread(interact, tmp_path, "say", "calendar find Tea with Ann", SANDBOX_PORT=port)
    assert (made.returncode, seen.returncode) == (0, 0), made.stdout + seen.stdout
    assert "Tea with Ann" in seen.stdout


async def test_slack_and_the_terminal_give_the_same_answer(tmp_path: Path) -> None:
    async with running(tmp_path) as bot, aiohttp.ClientSession() as session:
        slack = f"{bot.sandboxes}slack/_sandbox/"
        async with session.post(f"{slack}command", json={"command": "/ping", "text": "hello"}) as answer:
            assert (await answer.json())["status"] == 200
        messages = await until(lambda: got(f"{slack}messages", session))
        said = await asyncio.to_thread(interact, tmp_path, "say", "ping hello")
    assert [message["text"] for message in messages] == [said.stdout.strip()]


def test_a_taken_port_is_told_in_a_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        for name in ("PORT", "SANDBOX_PORT"):
            done = interact(tmp_path, "run", **{name: port})
            assert (done.returncode, done.stderr) == (
                1,
                f"Port {port} is taken: by another program, or by a bot that runs already. Set {name} to a free one.\n",
            )


def test_a_database_that_can_not_be_used_is_told_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = interact(tmp_path, "run", DATABASE_URL=f"sqlite:///{tmp_path}/file/interact.sqlite")
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)


async def keep_busy(sandboxes: str, session: aiohttp.ClientSession) -> None:
    """Has the bot wait for a calendar that takes its time."""
    fault = [{"kind": "slow", "seconds": 60, "times": 9}]
    async with session.post(f"{sandboxes}google_calendar/_sandbox/faults", json=fault) as answer:
        assert answer.status == 204
    await session.post(f"{sandboxes}slack/_sandbox/command", json={"command": "/calendar", "text": "today"})
    await until(lambda: got(f"{sandboxes}google_calendar/_sandbox/journal", session))


async def got(address: str, session: aiohttp.ClientSession) -> list[dict[str, str]]:
    async with session.get(address) as answer:
        listed: list[dict[str, str]] = await answer.json()
        return listed


async def ended(process: Forked) -> bool:
    """Sends another signal, for two that come before the first is looked at are one."""
    if process.returncode is None:
        process.send_signal(signal.SIGTERM)
    return process.returncode is not None


async def until(condition: Callable[[], Awaitable[_Found]]) -> _Found:
    """Looks until it holds, and gives what was found."""
    async with asyncio.timeout(30):
        while not (found := await condition()):
            await asyncio.sleep(0.02)
    return found
