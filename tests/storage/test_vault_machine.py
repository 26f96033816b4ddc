"""Whatever is done to an account, in any order and with however old a view of it, what is left is what a simple model says."""

import asyncio
import itertools
import os
import tempfile
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from storage.changes import owned
from storage.database import Database
from storage.vault import Connection, Tokens, Vault
from tests.storage.conftest import Clock
from tests.storage.vaults import ADA, GRACE, open_vault

LEASE = 30.0
STORIES = int(os.environ.get("STORIES", "15"))
_Result = TypeVar("_Result")

holders = st.sampled_from(["one", "two"])
owners = st.sampled_from([ADA, GRACE])


@dataclass
class Model:
    """What one account should be."""

    version: int
    tokens: Tokens
    state: str = "connected"
    holder: str = ""
    lease: float = 0.0
    told: bool = False


class Accounts(RuleBasedStateMachine):
    """The views are connections as they were found once; most of them are old by the time they are used."""

    views = Bundle("views")

    @initialize()
    def open(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.clock, self.loop = Clock(), asyncio.new_event_loop()
        self.database = Database(f"sqlite:///{self.folder.name}/bot.db")
        self.do(self.database.open())
        self.vault: Vault = self.do(open_vault(self.database, self.clock, Path(self.folder.name) / "own"))
        self.models: dict[str, Model] = {}
        self.minted = (Tokens(f"CANARY-{number}", f"CANARY-refresh-{number}") for number in itertools.count())

    def do(self, work: Coroutine[Any, Any, _Result]) -> _Result:
        return self.loop.run_until_complete(work)

    def current(self, view: Connection) -> Model | None:
        """The model, where this view of it is still the newest."""
        model = self.models[view.id]
        return model if model.version == view.version and model.state != "stopped" else None

    @rule(target=views, owner=owners)
    def keep(self, owner: Any) -> Connection:
        tokens = next(self.minted)
        former = self.do(self.vault.find(owner, "notion"))
        connection, replaced = self.do(self.vault.keep(owner, "notion", "oauth", tokens, "", [], 0.0, 0.0))
        assert replaced == (self.models[former.id].tokens if former else None)
        self.models[connection.id] = Model(connection.version, tokens)
        return connection

    @rule(view=views, holder=holders)
    def lease(self, view: Connection, holder: str) -> None:
        model = self.current(view)
        free = model is not None and model.lease <= self.clock.now
        assert self.do(self.vault.lease(view, holder, LEASE)) == free
        if model and free:
            model.holder, model.lease = holder, self.clock.now + LEASE

    @rule(target=views, view=views)
    def renew(self, view: Connection) -> Connection:
        model, tokens = self.current(view), next(self.minted)
        renewed = self.do(self.vault.renew(view, tokens, 0.0))
        assert bool(renewed) == (model is not None)
        if renewed:
            self.models[view.id] = Model(view.version + 1, tokens)
        return renewed or view

    @rule(view=views, holder=holders)
    def release(self, view: Connection, holder: str) -> None:
        self.do(self.vault.release(view, holder, 0.0))
        if (model := self.current(view)) and model.holder == holder:
            model.holder, model.lease = "", 0.0

    @rule(view=views)
    def break_(self, view: Connection) -> None:
        model = self.current(view)
        sound = model is not None and model.state == "connected"
        assert self.do(self.vault.break_(view, "revoked")) == sound
        if model and sound:
            model.state, model.told = "broken", False

    @rule(view=views)
    def heal(self, view: Connection) -> None:
        model = self.current(view)
        broken = model is not None and model.state == "broken"
        assert self.do(self.vault.heal(view)) == broken
        if model and broken:
            model.state, model.told = "connected", False

    @rule(view=views)
    def mark_told(self, view: Connection) -> None:
        model = self.current(view)
        news = model is not None and model.state == "broken" and not model.told
        assert self.do(self.vault.mark_told(view)) == news
        if model and news:
            model.told = True

    @rule(owner=owners)
    def stop(self, owner: Any) -> None:
        for stopped in self.do(self.vault.stop(*owned(owner))):
            self.models[stopped.id].state = "stopped"

    @rule(seconds=st.sampled_from([1.0, LEASE]))
    def wait(self, seconds: float) -> None:
        self.clock.move(seconds)

    @invariant()
    def each_is_as_it_should_be(self) -> None:
        stopped = {grant.connection.id: grant.tokens for grant in self.do(self.vault.stopped(1000))}
        assert stopped == {id: model.tokens for id, model in self.models.items() if model.state == "stopped"}
        for id, model in self.models.items():
            grant = self.do(self.vault.grant(id))
            assert (grant is None) == (model.state == "stopped")
            if grant:
                found = grant.connection
                assert grant.tokens == model.tokens
                assert (found.version, found.state, found.told) == (model.version, model.state, model.told)
                assert (found.lease_owner, found.lease) == (model.holder, model.lease)

    def teardown(self) -> None:
        self.do(self.database.close())
        self.loop.close()
        self.folder.cleanup()


TestAccounts = Accounts.TestCase
TestAccounts.settings = settings(max_examples=STORIES, stateful_step_count=25, deadline=None)
