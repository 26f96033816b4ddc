"""The bot gets tokens with its password or as its machine; what is wrong is named, and no secret with it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from adapters.base import Secret
from adapters.errors import Refused, Unavailable
from adapters.faults import Fault
from bot.teams.credentials import CONNECTOR, GRAPH, MULTI_TENANT, ManagedIdentity
from bot.teams.sandbox.workspace import ADA, APP_ID
from tests.bot.teams.stage import Stage

CANARY = "CANARY-password&scope=all"


@pytest.mark.parametrize("scope", [CONNECTOR, GRAPH])
async def test_with_its_password_the_bot_gets_a_token_for_what_it_asks(on: Stage, scope: str) -> None:
    token = await on.credentials.ask(scope)

    bearer = {"Authorization": f"Bearer {token.secret.reveal()}"}
    member = f"{on.teams.service_url}v3/conversations/{on.chat()}/members/{ADA}"
    history = f"{on.teams.graph_url}chats/19:{ADA}_{APP_ID}@unq.gbl.spaces/messages"
    statuses = {url: (await on.session.get(url, headers=bearer)).status for url in (member, history)}
    assert statuses == {member: 200, history: 401} if scope == CONNECTOR else {member: 401, history: 200}
    assert token.ends == pytest.approx(on.clock.time() + 3599, abs=60)


async def test_the_sandbox_keeps_no_record_of_the_password(on: Stage) -> None:
    await on.credentials.ask(CONNECTOR)

    assert [entry.body for entry in on.asked("POST", "/login/")] == [b""]


async def test_a_bot_of_many_tenants_gets_its_token_from_the_one_that_is_microsofts(on: Stage) -> None:
    await on.proven_by(on.teams.app_password, MULTI_TENANT).ask(CONNECTOR)

    assert [entry.path for entry in on.asked("POST", "/login/")] == ["/login/botframework.com/oauth2/v2.0/token"]


@pytest.mark.parametrize(
    ("wrong", "named", "code"),
    [
        ({"password": Secret(CANARY)}, "TEAMS_APP_PASSWORD", "AADSTS7000215"),
        ({"tenant": "elsewhere"}, "TEAMS_TENANT_ID", "AADSTS90002"),
        ({"app_id": "nobody"}, "TEAMS_APP_ID", "AADSTS700016"),
    ],
)
async def test_a_wrong_setting_is_named_and_no_secret_is_told(
    on: Stage, caplog: pytest.LogCaptureFixture, wrong: dict[str, str], named: str, code: str
) -> None:
    caplog.set_level("DEBUG")
    with pytest.raises(Refused, match=rf"{code}.*{named}") as raised:
        await on.proven_by(**{"password": on.teams.app_password, **wrong}).ask(CONNECTOR)  # type: ignore[arg-type]

    told = str(raised.value) + caplog.text + repr(raised.traceback)
    assert "CANARY" not in told
    assert on.teams.app_password.reveal() not in told


@pytest.mark.parametrize(
    "fault", [Fault(kind="status", status=503, times=3), Fault(kind="malformed"), Fault(kind="drop_before", times=3)]
)
async def test_while_the_login_is_away_it_is_tried_later(on: Stage, fault: Fault) -> None:
    on.teams.script.add(fault)
    with pytest.raises(Unavailable):
        await on.credentials.ask(CONNECTOR)


async def test_a_login_that_sends_us_elsewhere_gets_nothing_there(on: Stage) -> None:
    on.teams.script.add(Fault(kind="redirect", location=f"{on.teams.address}stolen"))
    with pytest.raises(Refused):
        await on.credentials.ask(CONNECTOR)

    assert on.asked("POST", "stolen") == []


def of_machine(on: Stage, header: Secret, client_id: str = APP_ID) -> ManagedIdentity:
    return ManagedIdentity(on.http, on.teams.identity_url, header, client_id, on.clock)


@pytest.mark.parametrize("scope", [CONNECTOR, GRAPH])
async def test_a_managed_identity_needs_no_password(on: Stage, scope: str) -> None:
    token = await of_machine(on, on.teams.identity_header).ask(scope)

    [asked] = on.asked("GET", "/identity/token")
    assert asked.query["resource"] == scope.removesuffix("/.default")
    assert token.ends == pytest.approx(on.clock.time() + 3599, abs=60)


@pytest.mark.parametrize(("header", "client_id"), [("CANARY-header", APP_ID), ("", "another")])
async def test_an_identity_that_azure_does_not_know_is_refused_by_the_settings_name(
    on: Stage, header: str, client_id: str
) -> None:
    with pytest.raises(Refused, match="TEAMS_APP_ID") as raised:
        await of_machine(on, Secret(header) if header else on.teams.identity_header, client_id).ask(CONNECTOR)

    assert "CANARY" not in str(raised.value)


@dataclass
class Machine:
    """A virtual machine's metadata service, which answers with `statuses` first."""

    url: str = ""
    asked: list[web.Request] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(request)
        token = {"access_token": "CANARY-token", "expires_in": "86399", "expires_on": "4102444800", "token_type": "Bearer"}
        return web.json_response(token, status=self.statuses.pop() if self.statuses else 200)


@pytest.fixture
async def machine() -> AsyncIterator[Machine]:
    machine = Machine()
    app = web.Application()
    app.router.add_get("/metadata/identity/oauth2/token", machine.answer)
    async with TestServer(app) as server:
        machine.url = str(server.make_url("/metadata/identity/oauth2/token"))
        yield machine


async def test_a_virtual_machine_is_asked_as_azure_documents_it(on: Stage, machine: Machine) -> None:
    token = await ManagedIdentity(on.http, machine.url, Secret(""), APP_ID, on.clock).ask(CONNECTOR)

    [asked] = machine.asked
    assert asked.headers["Metadata"] == "true"
    assert dict(asked.query) == {
        "api-version": "2018-02-01",
        "resource": "https://api.botframework.com",
        "client_id": APP_ID,
    }
    assert token.ends == 4102444800.0
    assert "CANARY" not in repr(token)


@pytest.mark.parametrize("status", [404, 410])
async def test_a_metadata_service_that_is_being_updated_is_asked_again_later(on: Stage, machine: Machine, status: int) -> None:
    machine.statuses.append(status)
    with pytest.raises(Unavailable):
        await ManagedIdentity(on.http, machine.url, Secret(""), APP_ID, on.clock).ask(CONNECTOR)
