"""All of the bot that is behind its platforms: real stores, the real dispatch, and the stand-in of a real service over HTTP."""

import itertools
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlsplit

from sqlalchemy import update

from adapters.base import ApiKey, Secret, Service
from adapters.errors import Refused, Unavailable
from adapters.http import Http, pooled_session
from adapters.journal import Entry
from adapters.sandbox import Sandbox
from adapters.sandbox_authorization import AuthorizationServer
from bot.account_parts import AccountParts, build_accounts
from bot.actors import owner_of
from bot.clients import Clients
from bot.desk import load_services
from bot.directory import Directory
from bot.dispatch import Dispatch, Form, Provide
from bot.forgetting import forgetting_of
from bot.integrations import integrations_of
from bot.model_parts import Saved, models_of
from bot.plan import Plan
from bot.sandboxes import sandboxes_of, serving
from bot.stores import Stores, open_stores
from bot.terminal.alone import NobodyElse
from bot.usual import preferences_of
from bot.write_parts import Books, build_writes
from commands.call import Actor, Call, Place
from commands.catalog import Catalog
from commands.forget import Forgetting
from commands.integrations import Integrations
from commands.preferences import Preferences
from commands.reply import Reply
from commands.talk import Attached, Said, Talk
from storage.tables import effect

NAME = "google_calendar"
BOSS = Actor("slack", "T1", "U-boss", "Boss", "Europe/Berlin")
GENERAL = Place("slack", "T1", "C-general")
OWN, TEAMS = "boss@acme.test", "team@acme.test"  # accounts at the service
SIGNING_IN = r"/oauth|/token$|/revoke$"
ATTEMPTS = 4  # that are made of a call whose service is away


@dataclass
class Whole:
    """Whatever is said or pressed here, the boss says or presses it, in one channel."""

    plan: Plan
    stores: Stores
    parts: AccountParts
    services: dict[str, Service]
    dispatch: Dispatch
    name: str  # of the service
    sandbox: Sandbox
    meant: dict[str, Call] = field(default_factory=dict)
    last: str = ""  # the id of the last call
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    async def says(self, words: str) -> Reply:
        self.last = f"call-{next(self._numbers)}"
        read = await self.dispatch.read(words, self.last, BOSS, GENERAL, "slash", self.plan.clock.now())
        return await self._answered(read)

    async def presses(self, reply: Reply, label: str) -> Reply:
        self.last = f"call-{next(self._numbers)}"
        [button] = [button for button in reply.pressed if button.label == label]
        made = (self.last, BOSS, GENERAL, "button", self.plan.clock.now(), button.typed)
        return await self._answered(await self.dispatch.fill(button.command, button.arguments, *made))

    async def attempts_again(self) -> Reply:
        """What the last call was, as if the process had died when all was done and nothing of it noted."""
        call = self.meant[self.last]
        unnoted = update(effect).where(effect.c.call == call.id).values(state="begun", reply="")
        await self.stores.database.run(lambda connection: connection.execute(unnoted))
        return await self._works(call)

    async def connect(self, team: bool = False) -> None:
        """As a browser would, apart from the pages."""
        if isinstance(self.services[self.name].adapter.auth, ApiKey):
            key = Secret(self.sandbox.grant(TEAMS if team else OWN))
            await self.parts.keeping.accounts.add_key(owner_of(BOSS, team=team), self.name, key, BOSS)
            return
        client, redirect, verifier = self.parts.connectable[self.name].client, "http://127.0.0.1:3000/callback", "v" * 43
        assert client
        url = client.authorization_url(redirect, self.services[self.name].adapter.scopes, "state", verifier)
        answer = parse_qs(urlsplit(self._authorization.approve(url, TEAMS if team else OWN)).query)
        issued = await client.exchange(answer["code"][0], redirect, verifier)
        await self.parts.keeping.accounts.connected(owner_of(BOSS, team=team), self.name, issued, BOSS)

    async def state(self) -> dict[str, Any]:
        """All that people could see: their records, their accounts and their rules."""
        owners = [owner_of(BOSS), owner_of(BOSS, team=True)]
        connected = [each for owner in owners for each in await self.stores.vault.of(owner)]
        return {
            **{account: self.sandbox.state(account) for account in (OWN, TEAMS)},
            "accounts": [(each.service, each.account, each.state, each.channels) for each in connected],
            "rules": await self.stores.rules.of("slack:T1"),
            "preferences": [await self.stores.preferences.of(owner) for owner in ("slack:T1:C-general", BOSS.key)],
        }

    @property
    def changes(self) -> int:
        return self.sandbox.changes(OWN)

    @property
    def sent(self) -> list[Entry]:
        """What was asked of the service beside reads."""
        writing = [each for each in self.sandbox.journal if each.method != "GET"]
        return [each for each in writing if not re.search(f"{self.sandbox.asks}|{SIGNING_IN}", each.path)]

    @property
    def _authorization(self) -> AuthorizationServer:
        authorization = self.sandbox.authorization  # type: ignore[attr-defined]  # those with OAuth have one
        assert isinstance(authorization, AuthorizationServer)
        return authorization

    async def _answered(self, read: Call | Form | Reply) -> Reply:
        assert not isinstance(read, Form), read.otherwise.text
        return await self._works(read) if isinstance(read, Call) else read

    async def _works(self, call: Call) -> Reply:
        """As the worker does, apart from its waiting. Raises Unavailable where it would give up."""
        self.meant[call.id] = call
        for attempt in range(ATTEMPTS):
            try:
                return [reply async for reply in self.dispatch.answer(self.meant[call.id], self._settle(call.id))][-1]
            except Unavailable:
                if attempt == ATTEMPTS - 1:
                    raise
        raise AssertionError

    def _settle(self, id: str) -> Any:
        async def settle(call: Call) -> None:
            self.meant[id] = call

        return settle


@asynccontextmanager
async def open_whole(plan: Plan, name: str = NAME) -> AsyncIterator[Whole]:
    """With the service of this name alone. Waiting before another attempt takes no time."""
    plan = replace(plan, adapters=[adapter for adapter in plan.adapters if adapter.name == name])
    sandboxes = sandboxes_of(plan.adapters, plan.hosted, plan.clock)
    async with AsyncExitStack() as stack:
        stores = await open_stores(stack, plan)
        session = await stack.enter_async_context(pooled_session())
        http = Http(session, sleep=_at_once, random=lambda: 0.0, rates={name: None})
        address = await stack.enter_async_context(serving(sandboxes, 0))
        services: dict[str, Service] = {}
        catalog = Catalog(plan.subjects, plan.runnable("slack"))
        parts = build_accounts(plan, stores, http, catalog, address, "", services, {}, {"slack"}, {BOSS.key})
        stack.push_async_callback(parts.keeping.close)
        services.update(await load_services(plan, address, http))
        alone = NobodyElse()
        books = Books(stores.effects, stores.proposals, stores.rules)
        directory = Directory({}, plan.clock)
        writes = build_writes(books, parts.administrators, alone, alone.announce, directory, catalog, "", plan.clock)
        clients = Clients(services, parts.connections, plan.clock)
        given: Mapping[type, Provide] = {
            Integrations: lambda call: integrations_of(parts, "", call.actor, call.place),
            Forgetting: partial(forgetting_of, parts, stores, plan.clock),
            Preferences: partial(preferences_of, stores.preferences),
            Talk: lambda _: talk(),
            **models_of(plan, Saved(stores.preferences, stores.budgets, stores.stops), services, clients),
            **writes.given,
        }
        dispatch = Dispatch(catalog, clients, given, writes.judge, writes.writing)
        yield Whole(plan, stores, parts, services, dispatch, name, sandboxes[name])


def talk() -> Talk:
    """What two people have said before somebody asks, in a thread."""
    at = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
    said = [
        Said("1", "Ada Lovelace", at, "The *launch* moves to Friday.", "https://acme.slack.test/archives/C1/p1"),
        Said("2", "Grace Hopper", at, "- tell sales\n- update the page", "https://acme.slack.test/archives/C1/p2"),
    ]

    async def thread() -> list[Said]:
        return said

    async def since(moment: datetime) -> list[Said]:
        return said

    async def message(id: str) -> Said:
        return next(each for each in said if each.id == id)

    async def asking() -> Said | None:
        return None

    async def fetch(attached: Attached) -> bytes:
        raise Refused("There is nothing attached.")

    return Talk(True, thread, since, message, asking, fetch)


async def _at_once(seconds: float) -> None:
    pass
