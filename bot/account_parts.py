"""Builds what looks after connected accounts."""

import random
from collections.abc import Awaitable, Callable, Collection, Mapping
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from adapters.base import Service
from adapters.http import Http
from bot.account_desk import AccountDesk
from bot.accounts import Accounts
from bot.actors import actor_of
from bot.admins import Administrators
from bot.breaking import Breaking
from bot.checking import Checking
from bot.connections import Connections, Given, Lent
from bot.heads import Heads
from bot.listing import Listing, Offer, brings
from bot.notices import Notices
from bot.oauth import Connecting, OAuthService
from bot.oauth_services import oauth_clients, oauth_services
from bot.own import Own
from bot.plan import Plan
from bot.platform import Platform
from bot.refreshing import Refresher
from bot.resuming import Resuming
from bot.revoking import Revoking
from bot.stores import Stores
from bot.tokens import token
from bot.upkeep import Upkeep
from commands.call import Actor
from commands.catalog import Catalog
from storage.vault import Owner

if TYPE_CHECKING:
    from adapters.oauth import OAuthClient

_PIECE = 200  # rows
_DAY = 86400.0  # seconds
_UNDO = 30 * _DAY  # for how long a write can be taken back


class Keeping(NamedTuple):
    """What keeps connections in order; `close` waits for what is under way."""

    own: Own
    accounts: Accounts
    upkeep: Upkeep
    close: Callable[[], Awaitable[None]]


class AccountParts(NamedTuple):
    """What the rest of the house needs."""

    connectable: Mapping[str, OAuthService]
    connections: Connections
    keeping: Keeping
    listing: Listing
    connecting: Connecting
    administrators: Administrators
    notices: Notices
    desk: AccountDesk


def build_accounts(
    plan: Plan,
    stores: Stores,
    http: Http,
    catalog: Catalog,
    sandboxes: str,
    public_url: str,
    services: Mapping[str, Service],
    platforms: Mapping[str, Platform],
    names: Collection[str],
    named: Collection[str],
) -> AccountParts:
    """`services` and `platforms` are filled once they are loaded; `names` are those of the platforms that will be.

    `named` are the keys of the people who run the bot.
    """
    connectable = oauth_services(plan, sandboxes, http)
    administrators = Administrators(named, stores.admins)
    notices = Notices(stores.inbox, names)
    resuming = Resuming(stores.waiting, stores.inbox, stores.offers, notices, platforms)
    keeping = _keeping(plan, stores, services, oauth_clients(connectable), notices, resuming, administrators)
    connecting = Connecting(
        connectable,
        keeping.accounts,
        stores.tickets,
        stores.states,
        plan.signing_in,
        administrators.is_admin,
        notices.tell,
        public_url,
        token,
    )
    titles = {title: name for name, title in plan.titles.items()}
    desk = AccountDesk(titles, connecting, keeping.accounts, resuming, stores.installations, stores.sessions, administrators)
    listing = Listing(stores.vault, plan.adapters, _offer(plan, catalog))
    connections = _connections(plan, keeping.own, http)
    return AccountParts(connectable, connections, keeping, listing, connecting, administrators, notices, desk)


def _keeping(
    plan: Plan,
    stores: Stores,
    services: Mapping[str, Service],
    clients: "Mapping[str, OAuthClient]",
    notices: Notices,
    resuming: Resuming,
    administrators: Administrators,
) -> Keeping:
    async def admins_of(owner: Owner) -> list[Actor]:
        return [actor_of(key) for key in await administrators.of(owner.platform, owner.tenant)]

    async def shred(platform: str, tenant: str) -> None:
        """Not where the bot is installed again: the same key seals that."""
        if (platform, tenant) not in {(each.platform, each.tenant) for each in await stores.installations.list()}:
            await stores.data_keys.shred(f"{platform}:{tenant}")

    vault, clock, every = stores.vault, plan.clock, plan.settings.check_hours * 3600
    breaking = Breaking(vault, plan.titles, notices.tell, admins_of)
    refresher = Refresher(vault, breaking, clock, stores.process, random.random)
    own = Own(vault, refresher, breaking, clients, clock)
    checking, revoking = Checking(vault, services, own, breaking, clock), Revoking(vault, clients)
    accounts = Accounts(vault, services, checking, revoking, notices.tell, resuming.resume, shred, clock, every)
    beat, prunes = stores.data_keys.beat, _prunes(plan, stores)
    upkeep = Upkeep(vault, checking, breaking, revoking, beat, prunes, clock, every, random.random)
    return Keeping(own, accounts, upkeep, refresher.close)


def _connections(plan: Plan, own: Own, http: Http) -> Connections:
    trials = Given(plan.trials, plan.trusted)
    return Connections([trials, own, Given(plan.shared_keys), Lent(http, plan.lent, plan.clock)])


def _offer(plan: Plan, catalog: Catalog) -> Offer:
    every = [command for subject in catalog.subjects for command in subject.commands]
    commands = {each.name: [command.name for command in every if brings(each, command)] for each in plan.adapters}
    shared = {*plan.shared_keys, *(plan.trials if plan.settings.sandbox_mode else ())}
    return Offer(plan.connectable, shared, plan.lent, commands)


def _prunes(plan: Plan, stores: Stores) -> list[Callable[[float], Awaitable[int]]]:
    kept = [
        (stores.effects.prune, _UNDO),
        (stores.proposals.prune, _DAY),  # after they expired
    ]
    forgotten = [stores.tickets.prune, stores.states.prune, stores.sessions.prune, stores.waiting.prune]

    async def audit(now: float) -> int:
        return await stores.audit.prune(now - plan.settings.keep_activity_days * _DAY, now)

    async def reseal(_: float) -> int:
        return await _all(stores.vault.reseal) + await _all(stores.installations.reseal)

    older = [partial(_older, prune, keep) for prune, keep in kept]
    return [*forgotten, *older, audit, reseal, stores.data_keys.prune, Heads(stores.audit).tell]


async def _older(prune: Callable[[float], Awaitable[int]], keep: float, now: float) -> int:
    return await prune(now - keep)


async def _all(reseal: Callable[[int], Awaitable[int]]) -> int:
    """What a retired data key still seals, in pieces, until nothing is left."""
    done = 0
    while some := await reseal(_PIECE):
        done += some
    return done
