"""Whatever the bot stands on is tried."""

import base64
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import SecretStr

from bot.app import open_house
from bot.check import check, report
from bot.finding import Finding
from bot.ground import check_database
from bot.plan import Plan
from storage.database import Database

CANARY = "CANARY-token-7f3a"
MakePlan = Callable[..., Plan]


def settings(tmp_path: Path, **more: Any) -> dict[str, Any]:
    files = {"database_url": f"sqlite:///{tmp_path / 'data/interact.sqlite'}", "keyring": str(tmp_path / "keys/keyring.json")}
    return {**files, "port": 0, "sandbox_port": 0, **more}


async def found(plan: Plan) -> dict[str, Finding]:
    return {finding.name: finding for finding in await check(plan)}


async def test_a_sandbox_is_well(make_plan: MakePlan, tmp_path: Path) -> None:
    findings = await found(make_plan(**settings(tmp_path)))
    assert {finding.state for finding in findings.values()} == {"ok", "off"}
    assert findings["Google Calendar"].text.startswith("sandbox, ")


async def test_a_service_that_is_off_says_how_to_try_it(make_plan: MakePlan, tmp_path: Path) -> None:
    plan = make_plan(**settings(tmp_path, slack_bot_token=CANARY, slack_app_token=CANARY, slack_base_url="http://127.0.0.1:1/"))
    finding = (await found(plan))["Google Calendar"]
    assert (finding.state, "GOOGLE_CALENDAR_TOKEN" in finding.text) == ("off", True)


async def test_a_token_that_a_service_does_not_take_is_named_but_not_shown(make_plan: MakePlan, tmp_path: Path) -> None:
    async def turn_down(request: web.Request) -> web.Response:
        return web.json_response({"error": {"code": 401, "message": CANARY}}, status=401)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", turn_down)
    async with TestServer(app) as server:
        service = {"token": SecretStr(CANARY), "base_url": str(server.make_url("/"))}
        plan = make_plan({"google_calendar": service}, **settings(tmp_path))
        finding = (await found(plan))["Google Calendar"]
    assert finding.state == "wrong"
    assert "GOOGLE_CALENDAR_TOKEN" in finding.text
    assert CANARY not in finding.text


async def test_a_service_that_is_not_reached_says_where_to_look(make_plan: MakePlan, tmp_path: Path) -> None:
    service = {"token": SecretStr(CANARY), "base_url": "http://127.0.0.1:1/"}
    finding = (await found(make_plan({"google_calendar": service}, **settings(tmp_path))))["Google Calendar"]
    assert finding.state == "wrong"
    assert "look at the network, a proxy, and GOOGLE_CALENDAR_BASE_URL" in finding.text


async def test_a_bot_that_is_running_already_is_not_in_its_own_way(make_plan: MakePlan, tmp_path: Path) -> None:
    async with open_house(make_plan(**settings(tmp_path))) as house:
        ports = {"port": _port(house.address), "sandbox_port": _port(house.sandboxes)}
        findings = await found(make_plan(**{**settings(tmp_path), **ports}))
    assert "running already" in findings["Port"].text
    assert "running already" in findings["Sandbox port"].text


@pytest.mark.parametrize("name", ["Port", "Sandbox port"])
async def test_a_port_that_another_program_has_is_wrong(make_plan: MakePlan, tmp_path: Path, name: str) -> None:
    async with TestServer(web.Application()) as other:
        variable = name.lower().replace(" ", "_")
        finding = (await found(make_plan(**settings(tmp_path, **{variable: other.port}))))[name]
    assert finding.state == "wrong"
    assert f"Set {variable.upper()} to a free one." in finding.text


async def test_the_database_is_left_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "new" / "interact.sqlite"
    assert (await check_database(f"sqlite:///{path}")).state == "ok"
    with sqlite3.connect(path) as database:
        assert database.execute("SELECT name FROM sqlite_master").fetchall() == []
    database.close()


async def test_a_database_in_use_passes(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'interact.sqlite'}"
    database = Database(address)
    await database.open()
    try:
        assert (await check_database(address)).state == "ok"
    finally:
        await database.close()


async def test_a_newer_database_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "interact.sqlite"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE schema_version (version INTEGER)")
        database.execute("INSERT INTO schema_version VALUES (999)")
    database.close()
    finding = await check_database(f"sqlite:///{path}")
    assert (finding.state, "newer version" in finding.text) == ("wrong", True)


@pytest.mark.parametrize("address", ["nonsense", "sqlite://", "mysql://x/y", "sqlite:////proc/none/interact.sqlite", ""])
async def test_a_database_that_can_not_be_used_is_wrong(address: str) -> None:
    assert (await check_database(address)).state == "wrong"


async def test_the_password_of_the_database_is_not_shown() -> None:
    finding = await check_database(f"postgresql://ann:{CANARY}@127.0.0.1:1/interact")
    assert (finding.state, CANARY in finding.text) == ("wrong", False)


async def test_before_the_first_start_no_key_is_needed_and_none_is_made(make_plan: MakePlan, tmp_path: Path) -> None:
    finding = (await found(make_plan(**settings(tmp_path))))["Keyring"]
    assert (finding.state, "the first start makes" in finding.text) == ("ok", True)
    assert not (tmp_path / "keys").exists()


async def test_the_keys_of_the_database_are_counted_and_left_as_they_are(make_plan: MakePlan, tmp_path: Path) -> None:
    plan = make_plan(**settings(tmp_path))
    async with open_house(plan):
        pass
    before = rows(tmp_path), plan.settings.key_file.read_bytes()
    finding = (await found(plan))["Keyring"]
    assert finding.state == "ok"
    assert finding.text.startswith(f"one key in {plan.settings.key_file}; ")
    assert (rows(tmp_path), plan.settings.key_file.read_bytes()) == before


def rows(tmp_path: Path) -> list[Any]:
    every = ("SELECT * FROM master_key", "SELECT * FROM keyholder", "SELECT * FROM data_key")
    with closing(sqlite3.connect(tmp_path / "data/interact.sqlite")) as database:
        return [database.execute(each).fetchall() for each in every]


async def test_a_keyring_that_is_lost_is_wrong_and_no_new_one_is_made(make_plan: MakePlan, tmp_path: Path) -> None:
    plan = make_plan(**settings(tmp_path))
    async with open_house(plan):
        pass
    plan.settings.key_file.unlink()
    finding = (await found(plan))["Keyring"]
    assert (finding.state, "Put that key back" in finding.text) == ("wrong", True)
    assert not plan.settings.key_file.exists()


async def test_a_keyring_of_another_database_is_wrong(make_plan: MakePlan, tmp_path: Path) -> None:
    plan, other = (make_plan(**settings(tmp_path / name)) for name in ("one", "other"))
    for each in (plan, other):
        async with open_house(each):
            pass
    other.settings.key_file.replace(plan.settings.key_file)
    finding = (await found(plan))["Keyring"]
    assert (finding.state, "was sealed with the master key" in finding.text) == ("wrong", True)


async def test_a_keyring_that_others_can_read_is_wrong(make_plan: MakePlan, tmp_path: Path) -> None:
    plan = make_plan(**settings(tmp_path))
    async with open_house(plan):
        pass
    plan.settings.key_file.chmod(0o644)
    finding = (await found(plan))["Keyring"]
    assert (finding.state, "chmod 600" in finding.text) == ("wrong", True)


async def test_a_keyring_beside_the_database_is_wrong(make_plan: MakePlan, tmp_path: Path) -> None:
    plan = make_plan(**settings(tmp_path, keyring=str(tmp_path / "data" / "keyring.json")))
    finding = (await found(plan))["Keyring"]
    assert (finding.state, "the folder of the database" in finding.text) == ("wrong", True)


async def test_a_key_in_the_environment_is_taken_with_a_warning_and_not_shown(make_plan: MakePlan, tmp_path: Path) -> None:
    secret = base64.b64encode(bytes(range(32))).decode()
    finding = (await found(make_plan(**settings(tmp_path, kek=secret))))["Keyring"]
    assert (finding.state, "a keyring file is safer" in finding.text) == ("ok", True)
    assert secret not in finding.text


FINDINGS = (Finding("Port", "ok", "is free"), Finding("Slack", "wrong", "no\x1b[2J\nanswer"), Finding("Notion", "off", "off"))


def test_each_finding_is_one_line() -> None:
    assert report(FINDINGS, as_json=False).splitlines() == ["✓ Port: is free", "✗ Slack: no\ufffd[2J answer", "– Notion: off"]


def test_the_json_can_be_read_back() -> None:
    assert [Finding(**each) for each in json.loads(report(FINDINGS, as_json=True))] == list(FINDINGS)


def _port(address: str) -> int:
    return int(address.rstrip("/").rpartition(":")[2])
