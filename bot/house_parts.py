"""The parts of the house that are there before anything is loaded, and what answers commands once everything is."""

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from bot.account_parts import AccountParts, build_accounts
from bot.approvals import Approvals
from bot.auditing import auditing_of
from bot.checks import Checks
from bot.clients import Clients
from bot.directory import Directory
from bot.dispatch import Dispatch, Provide
from bot.forgetting import forgetting_of
from bot.foundation import Foundation
from bot.gallery import Gallery
from bot.integrations import every_of, integrations_of, try_connected
from bot.model_parts import Saved, models_of
from bot.platforms import PlatformApp, names, platform_apps
from bot.rules import Judge
from bot.talk import talk_of
from bot.tokens import token
from bot.usual import preferences_of
from bot.write_parts import Books, WriteParts, build_writes
from commands.audit import Auditing
from commands.forget import Forgetting
from commands.integrations import Integrations
from commands.preferences import Preferences
from commands.status import Health
from commands.talk import Talk

if TYPE_CHECKING:
    from bot.web.site import Site


class Parts(NamedTuple):
    """What is there before anything is loaded. `dispatch` is set once everything is."""

    accounts: AccountParts
    approvals: Approvals
    writes: WriteParts
    site: "Site | None"
    apps: Mapping[str, PlatformApp]
    dispatch: "asyncio.Future[Dispatch]"


def build_parts(stack: AsyncExitStack, base: Foundation) -> Parts:
    """When the stack is left, what is under way with accounts is waited for."""
    accounts = _accounts(base)
    stack.push_async_callback(accounts.keeping.close)
    approvals = Approvals(base.stores.proposals, base.stores.inbox, accounts.notices, accounts.administrators.of)
    writes = _writes(base, accounts, approvals)
    site = _site(base, accounts, writes.judge)
    dispatch: asyncio.Future[Dispatch] = asyncio.get_running_loop().create_future()
    apps = platform_apps(
        plan=base.plan,
        practice=base.practice,
        session=base.session,
        http=base.http,
        stores=base.stores,
        catalog=base.catalog,
        dispatch=dispatch,
        metrics=base.metrics,
        site=site,
    )
    return Parts(accounts, approvals, writes, site, apps, dispatch)


def _accounts(base: Foundation) -> AccountParts:
    plan = base.plan
    named = plan.settings.admins or (base.practice.administrators if base.practice else ())
    return build_accounts(
        plan=plan,
        stores=base.stores,
        http=base.http,
        catalog=base.catalog,
        sandboxes=base.sandboxes,
        public_url=base.public_url,
        services=base.services,
        platforms=base.platforms,
        names=names(plan),
        named=named,
    )


def _writes(base: Foundation, accounts: AccountParts, approvals: Approvals) -> WriteParts:
    stores, clock = base.stores, base.plan.clock
    return build_writes(
        books=Books(stores.effects, stores.proposals, stores.rules),
        administration=accounts.administrators,
        approvals=approvals,
        announce=approvals.announce,
        directory=Directory(base.platforms, clock),
        catalog=base.catalog,
        public_url=base.public_url,
        clock=clock,
    )


def _site(base: Foundation, accounts: AccountParts, judge: Judge) -> "Site | None":
    """None where browsers can't reach the bot: then nothing of it is imported either."""
    if not base.public_url:
        return None
    from bot.web.providers import providers
    from bot.web.site import build_site

    return build_site(
        plan=base.plan,
        stores=base.stores,
        parts=accounts,
        http=base.http,
        catalog=base.catalog,
        judge=judge,
        public_url=base.public_url,
        providers=providers(base.plan, base.practice),
        platforms=base.platforms,
    )


def dispatch_of(base: Foundation, parts: Parts) -> Dispatch:
    """To be called once services and platforms are loaded."""
    clients = Clients(base.services, parts.accounts.connections, base.plan.clock)
    given = {**_of_accounts(base, parts, clients), **_of_models(base, clients), **parts.writes.given}
    return Dispatch(base.catalog, clients, given, parts.writes.judge, parts.writes.writing)


def _of_accounts(base: Foundation, parts: Parts, clients: Clients) -> Mapping[type, Provide]:
    """What commands are given that are about people, their accounts, and what they have said and done."""
    stores, accounts = base.stores, parts.accounts
    own = {app.title: app.check for app in parts.apps.values()}
    test = partial(try_connected, accounts.keeping.accounts, stores.vault)
    checks = Checks(clients, partial(every_of, accounts.listing), test, own)
    is_admin, activity = accounts.administrators.is_admin, base.page("activity")
    return {
        Health: lambda call: checks.of(call.actor, call.place),
        Integrations: lambda call: integrations_of(accounts, base.public_url, call.actor, call.place),
        Forgetting: partial(forgetting_of, accounts, stores, base.plan.clock),
        Preferences: partial(preferences_of, stores.preferences),
        Talk: partial(talk_of, base.platforms),
        Auditing: partial(auditing_of, stores.audit, is_admin, base.catalog, activity),
    }


def _of_models(base: Foundation, clients: Clients) -> Mapping[type, Provide]:
    plan, stores = base.plan, base.stores
    gallery = Gallery(stores.pictures, base.public_url, plan.clock, token)
    saved = Saved(stores.preferences, stores.budgets, stores.stops)
    return models_of(plan, saved, base.services, clients, gallery)
