"""Accounts in the real process: connected, used, refreshed, and taken back when somebody leaves."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from adapters.faults import Fault
from bot.slack.sandbox.workspace import ADA, GRACE
from tests.acceptance.accounts import browser, connect, link_for, said, sign_in
from tests.acceptance.world import World, connecting_world, until


@pytest.fixture
async def connecting(tmp_path: Path) -> AsyncIterator[World]:
    async with connecting_world(tmp_path, ["slack", "teams"]) as opened:
        await opened.bot.start()
        yield opened


def stored(world: World, table: str) -> int:
    with closing(sqlite3.connect(world.bot.folder / "data/inbox.sqlite")) as database:
        (number,) = database.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608
    return int(number)


async def gone(world: World, table: str = "connection") -> None:
    async def look() -> int:
        return stored(world, table)

    await until(look, lambda number: number == 0)


async def test_what_waited_for_an_account_runs_once_it_is_there(connecting: World) -> None:
    async with browser(connecting) as window:
        await connect(connecting, window)
        await said(connecting, "3 meetings today", "#general")
        await said(connecting, "ad…@acme.test is connected")
    assert connecting.calendar.authorization.counts.exchanges == 1


async def test_what_waited_is_left_alone_where_its_asker_has_gone_on(connecting: World) -> None:
    async with browser(connecting) as window:
        ticket = await link_for(connecting)
        await connecting.slack.command("/ping", "something else")
        await said(connecting, "pong something else")
        shown = await sign_in(connecting, window, ticket)
        csrf = shown.partition('name="csrf" value="')[2].partition('"')[0]
        pressed = await window.post(ticket, {"csrf": csrf})
        await window.get(connecting.calendar.authorization.approve(pressed.location, "ada@acme.test"))
        await said(connecting, "please ask again")
    assert not [each for each in connecting.slack.messages() if "meetings today" in each["text"]]


async def test_each_person_uses_an_account_of_their_own(connecting: World) -> None:
    async with browser(connecting) as ada, browser(connecting) as grace:
        await connect(connecting, ada)
        await connect(connecting, grace, GRACE, "grace@acme.test")
        await connecting.slack.command("/calendar", 'create "Hers alone" tomorrow 10:00', user=GRACE)
        await said(connecting, "Created “Hers alone”")
    assert await connecting.events("Hers alone", "grace@acme.test")
    assert not await connecting.events("Hers alone", "ada@acme.test")


async def test_a_token_that_the_service_forgot_is_renewed_while_the_call_runs(connecting: World) -> None:
    async with browser(connecting) as window:
        await connect(connecting, window)
        await said(connecting, "3 meetings today", "#general")
    connecting.calendar.forget()
    await connecting.slack.command("/calendar", "tomorrow")
    await said(connecting, "meetings tomorrow", "#general")
    assert connecting.calendar.authorization.counts.refreshes == 1


@pytest.mark.parametrize("how", ["deactivated", "uninstalled"])
async def test_what_somebody_connected_is_taken_back_when_they_leave(connecting: World, how: str) -> None:
    async with browser(connecting) as window:
        await connect(connecting, window)
        await said(connecting, "3 meetings today", "#general")
        assert stored(connecting, "connection") == 1
        await (connecting.slack.leave(user=ADA) if how == "deactivated" else connecting.slack.uninstall())
        await gone(connecting)
        assert (await window.get("/integrations")).location == "/signin"
    if how == "uninstalled":
        await gone(connecting, "data_key WHERE tenant LIKE 'slack:%'")
    assert connecting.calendar.authorization.counts.revocations == 1


async def test_a_service_that_is_away_when_somebody_leaves_is_told_later(connecting: World) -> None:
    async with browser(connecting) as window:
        await connect(connecting, window)
        await said(connecting, "3 meetings today", "#general")
    connecting.calendar.script.add(Fault(kind="status", status=503, path=".*revoke", times=4))
    await connecting.slack.leave(user=ADA)
    await gone(connecting)
    assert connecting.calendar.authorization.counts.revocations == 1


async def test_no_secret_is_found_anywhere(tmp_path: Path) -> None:
    async with connecting_world(tmp_path, LOG_LEVEL="DEBUG", KEYRING=f"{tmp_path}/keys/keyring.json") as opened:
        opened.calendar.client_secret = "CANARY-client-secret"
        opened.bot.environment = {**opened.bot.environment, "GOOGLE_CLIENT_SECRET": "CANARY-client-secret"}
        await opened.bot.start()
        pages: list[Any] = []
        async with browser(opened) as window:
            await connect(opened, window)
            await said(opened, "3 meetings today", "#general")
            opened.calendar.forget()
            await opened.slack.command("/calendar", "tomorrow")
            await said(opened, "meetings tomorrow", "#general")
            pages = [(await window.get(path)).text for path in ("/integrations", "/activity", "/metrics", "/signin")]
        await opened.bot.kill()
        secrets = {"CANARY-client-secret", *opened.calendar.authorization.issued, opened.slack.client_secret}
        files = [path for path in tmp_path.rglob("*") if path.is_file() and "keys" not in path.parts]
        found = [path.name for path in files if any(each.encode() in path.read_bytes() for each in secrets)]
        shown = [each for each in secrets if any(each in text for text in (*pages, str(opened.slack.messages())))]
    assert len(secrets) > 4
    assert {path.suffix for path in files} >= {".sqlite", ".log"}
    assert found == shown == []
