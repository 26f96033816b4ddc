"""What looks after accounts, put together by the bot's own builder on real stores, with the stand-in of a real service."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import SecretStr

from adapters.base import Secret
from adapters.errors import NeedsConnection, Refused
from adapters.http import Http, pooled_session
from adapters.token_answer import Issued
from bot.account_parts import AccountParts, build_accounts
from bot.actors import stored
from bot.desk import load_services
from bot.integrations import integrations_of
from bot.plan import Plan
from bot.sandboxes import sandboxes_of, serving
from bot.stores import Stores, open_stores
from commands.call import Actor, Place
from commands.catalog import Catalog
from commands.integrations import Integrations
from storage.audit import Entry
from storage.delivery import Delivery
from storage.effects import Effect
from storage.proposals import Proposal
from storage.vault import Owner
from tests.bot.conftest import FixedClock

NAME, TITLE = "google_calendar", "Google Calendar"
ADA, BOSS, EVE = (Actor("slack", "T1", user) for user in ("U-ada", "U-boss", "U-eve"))
GENERAL, RANDOM = (Place("slack", "T1", channel) for channel in ("C-general", "C-random"))
PUBLIC = "http://127.0.0.1:3000/"
DELIVERY = Delivery("slack:1", "slack", "slack:C-general", "{}", 1000.0, 1, 1, "")
MakePlan = Callable[..., Plan]


@dataclass
class Bot:
    plan: Plan
    stores: Stores
    parts: AccountParts
    services: Mapping[str, Any]
    sandbox: Any

    def given(self, actor: Actor, place: Place = GENERAL) -> Integrations:
        return integrations_of(self.parts, PUBLIC, actor, place)

    async def state(self, actor: Actor, place: Place = GENERAL) -> str:
        [integration] = await self.given(actor, place).every()
        return integration.state

    async def connect(self, owner: Owner, account: str = "ada@acme.test") -> None:
        """As a browser would, apart from the pages."""
        client = self.parts.connectable[NAME].client
        assert client
        redirect, verifier = f"{PUBLIC}oauth/{NAME}/callback", "v" * 43
        url = client.authorization_url(redirect, self.services[NAME].adapter.scopes, "state", verifier)
        answer = parse_qs(urlsplit(self.sandbox.authorization.approve(url, account)).query)
        issued: Issued = await client.exchange(answer["code"][0], redirect, verifier)
        await self.parts.keeping.accounts.connected(owner, NAME, issued, BOSS)

    async def token(self, actor: Actor, place: Place = GENERAL) -> Secret:
        return (await self.parts.connections.token(self.services[NAME], actor, place.conversation)).token


@asynccontextmanager
async def open_bot(plan: Plan) -> AsyncIterator[Bot]:
    sandboxes = sandboxes_of(plan.adapters, plan.hosted, plan.clock)
    async with AsyncExitStack() as stack:
        stores = await open_stores(stack, plan)
        http = Http(await stack.enter_async_context(pooled_session()))
        address = await stack.enter_async_context(serving(sandboxes, 0)) if sandboxes else ""
        services: dict[str, Any] = {}
        catalog = Catalog(plan.subjects, plan.runnable("slack"))
        parts = build_accounts(plan, stores, http, catalog, address, PUBLIC, services, {}, {"slack"}, {BOSS.key})
        stack.push_async_callback(parts.keeping.close)
        services.update(await load_services(plan, address, http))
        yield Bot(plan, stores, parts, services, sandboxes.get(NAME))


def files(tmp_path: Path) -> dict[str, Any]:
    return {"database_url": f"sqlite:///{tmp_path / 'data/bot.sqlite'}", "keyring": str(tmp_path / "keys/keyring.json")}


@pytest.fixture
async def bot(make_plan: MakePlan, tmp_path: Path) -> AsyncIterator[Bot]:
    async with open_bot(make_plan(**files(tmp_path))) as opened:
        yield opened


async def test_a_service_is_listed_with_the_commands_that_it_brings(bot: Bot) -> None:
    [integration] = await bot.given(ADA).every()

    assert (integration.name, integration.state, integration.secret) == (NAME, "not connected", False)
    assert "calendar today" in integration.commands
    assert "ping" not in integration.commands


async def test_a_link_leads_to_the_page_where_it_is_used_once(bot: Bot) -> None:
    link = await bot.given(ADA).link(NAME, False)
    ticket = await bot.parts.connecting.look(link.removeprefix(f"{PUBLIC}connect/"))

    assert ticket
    assert (ticket.actor, ticket.service, ticket.team) == (stored(ADA), NAME, False)


async def test_each_person_calls_with_their_own_account(bot: Bot) -> None:
    with pytest.raises(NeedsConnection):
        await bot.token(ADA)
    await bot.connect(Owner("slack", "T1", ADA.user))

    assert await bot.state(ADA) == "connected"
    assert await bot.token(ADA)
    assert await bot.state(EVE) == "not connected"
    with pytest.raises(NeedsConnection):
        await bot.token(EVE)


async def test_what_somebody_connected_is_theirs_alone_to_take_back(bot: Bot) -> None:
    await bot.connect(Owner("slack", "T1", ADA.user))
    with pytest.raises(Refused):
        await bot.given(EVE).disconnect(NAME)

    assert await bot.given(ADA).disconnect(NAME) == "ada@acme.test"
    assert bot.sandbox.authorization.counts.revocations == 1
    assert await bot.state(ADA) == "not connected"
    with pytest.raises(Refused, match="not connected an account of your own to Google Calendar"):
        await bot.given(ADA).disconnect(NAME)


async def test_a_teams_account_serves_the_channels_that_an_administrator_opens(bot: Bot) -> None:
    await bot.connect(Owner("slack", "T1", ""), "team@acme.test")
    before = await bot.state(EVE)
    await bot.given(BOSS, GENERAL).share(NAME, True)

    assert (before, await bot.state(EVE), await bot.state(EVE, RANDOM)) == ("not connected", "connected", "not connected")
    assert await bot.token(EVE)
    await bot.given(BOSS, GENERAL).share(NAME, False)
    assert await bot.state(EVE) == "not connected"


async def test_nobody_else_opens_it_nor_takes_it_back(bot: Bot) -> None:
    await bot.connect(Owner("slack", "T1", ""), "team@acme.test")
    await bot.given(BOSS).share(NAME, True)
    with pytest.raises(Refused, match="Only those who run the bot"):
        await bot.given(EVE).share(NAME, True)
    for actor in (EVE, BOSS):
        with pytest.raises(Refused, match="of your own"):
            await bot.given(actor).disconnect(NAME)

    assert await bot.state(EVE) == "connected"


async def test_an_administrator_of_another_team_opens_nothing_here(bot: Bot) -> None:
    await bot.connect(Owner("slack", "T1", ""), "team@acme.test")
    with pytest.raises(Refused):
        await bot.given(Actor("slack", "T2", BOSS.user)).share(NAME, True)


async def test_what_needs_an_account_waits_for_it_with_a_link(bot: Bot) -> None:
    link = await bot.parts.desk.connect(ADA, DELIVERY, TITLE)
    waits = await bot.stores.waiting.take(ADA.key, NAME)

    assert link.startswith(f"{PUBLIC}connect/")
    assert [each.delivery for each in waits] == [DELIVERY.key]


async def test_where_nobody_can_connect_nothing_waits(bot: Bot) -> None:
    stranger = Actor("terminal", "local", "ann")

    assert await bot.parts.desk.connect(stranger, DELIVERY, TITLE) == ""
    assert await bot.stores.waiting.take(stranger.key, NAME) == []


async def test_who_has_left_is_signed_out_and_their_account_revoked(bot: Bot) -> None:
    for actor in (ADA, EVE):
        await bot.connect(Owner("slack", "T1", actor.user), f"{actor.user}@acme.test")
    sessions = {actor: await bot.stores.sessions.open(stored(actor)) for actor in (ADA, EVE)}
    await bot.parts.desk.forget("slack", "T1", ADA.user, bot.plan.clock.time())

    assert [bool(await bot.stores.sessions.find(sessions[actor])) for actor in (ADA, EVE)] == [False, True]
    assert [await bot.state(actor) for actor in (ADA, EVE)] == ["not connected", "connected"]
    assert bot.sandbox.authorization.counts.revocations == 1


async def test_of_a_team_that_has_left_nothing_stays(bot: Bot) -> None:
    other = Actor("slack", "T2", "U-other")
    for owner in (Owner("slack", "T1", ADA.user), Owner("slack", "T1", ""), Owner("slack", "T2", other.user)):
        await bot.connect(owner)
    await bot.stores.installations.keep("slack", "T1", "Acme", {"bot_token": "CANARY-xoxb"})
    session = await bot.stores.sessions.open(stored(ADA))
    await bot.parts.desk.forget("slack", "T1", "", bot.plan.clock.time())

    assert await bot.stores.installations.find("slack", "T1") is None
    assert await bot.stores.sessions.find(session) is None
    assert dict(await bot.stores.vault.counts()) == {(NAME, "connected"): 1}
    assert await bot.state(other) == "connected"
    assert await bot.token(other)
    assert await keys(bot) == ["slack:T2"]


async def test_a_team_that_is_back_keeps_its_key(bot: Bot) -> None:
    await bot.stores.installations.keep("slack", "T1", "Acme", {"bot_token": "CANARY-xoxb"})
    await bot.parts.desk.forget("slack", "T1", "", bot.plan.clock.time() - 60)

    assert await bot.stores.installations.find("slack", "T1")


async def keys(bot: Bot) -> list[str]:
    """The tenants that have a key still."""
    statement = "SELECT tenant FROM data_key ORDER BY tenant"
    return await bot.stores.database.read(lambda it: list(it.exec_driver_sql(statement).scalars()))


async def test_what_is_kept_of_calls_goes_when_its_time_is_over(bot: Bot, clock: FixedClock) -> None:
    """The audit after the days of the setting, what could be undone after thirty, what expired unconfirmed after one."""
    day, start = timedelta(days=1), clock.at
    for days in (0, 60, 61, 89, 90):
        clock.at = start + days * day
        at = clock.time()
        await bot.stores.audit.append(Entry(f"d{days}", "call", at, ADA.key, "", "", "", "", "", "", "", "done", ""))
        await bot.stores.effects.begin(Effect(f"e{days}", f"c{days}", ADA.key, "", "", "{}", "", at))
        await bot.stores.proposals.propose(Proposal(f"p{days}", "", "{}", ADA.key, "[]", "{}", at, at + 600))
    clock.at = start + 90.5 * day
    await bot.parts.keeping.upkeep.prune()

    assert [each.id for each in await bot.stores.audit.of()] == ["pruned:1", "d90", "d89", "d61", "d60"]
    assert (await bot.stores.audit.verify()).wrong == ()
    assert [bool(await bot.stores.effects.find(f"e{days}")) for days in (60, 61, 89, 90)] == [False, True, True, True]
    assert [bool(await bot.stores.proposals.find(f"p{days}")) for days in (61, 89, 90)] == [False, False, True]


async def test_a_trial_that_serves_everybody_in_sandbox_mode_is_shown_as_connected(make_plan: MakePlan, tmp_path: Path) -> None:
    async with open_bot(make_plan({NAME: {"token": SecretStr("CANARY-trial")}}, **files(tmp_path))) as bot:
        [integration] = await bot.given(ADA).every()
        token = await bot.token(ADA)

    assert (integration.state, integration.mine, token.reveal()) == ("connected", False, "CANARY-trial")


async def test_what_is_lent_can_be_used_at_once(make_plan: MakePlan, tmp_path: Path) -> None:
    async with open_bot(make_plan(sandbox_lends=True, **files(tmp_path))) as bot:
        assert await bot.state(ADA) == "lent"
        assert await bot.token(ADA)
