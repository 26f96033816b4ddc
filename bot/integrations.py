"""The services as one person may see and change them from chat."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from adapters.errors import Refused
from bot.account_parts import AccountParts
from bot.accounts import Accounts
from bot.actors import owner_of
from bot.listing import Listing
from commands.call import Actor, Place
from commands.integrations import HELD, Integration, Integrations
from storage.vault import Vault


def integrations_of(parts: AccountParts, public_url: str, actor: Actor, place: Place) -> Integrations:
    """`public_url` is where the bot's pages are, empty where there are none."""
    accounts = parts.keeping.accounts
    every = partial(every_of, parts.listing, actor, place)

    async def link(name: str, team: bool) -> str:
        return await parts.connecting.link(actor, name, team)

    async def disconnect(name: str) -> str:
        chosen = next(each for each in await every() if each.name == name)
        if not chosen.mine or chosen.state not in HELD:
            raise Refused(f"You have not connected an account of your own to {chosen.title}.")
        return await accounts.disconnect(owner_of(actor), name)

    return Integrations(public_url and f"{public_url}integrations", every, link, disconnect, _sharing(parts, actor, place))


def _sharing(parts: AccountParts, actor: Actor, place: Place) -> Callable[[str, bool], Awaitable[None]]:
    async def share(name: str, is_open: bool) -> None:
        if not await parts.administrators.is_admin(actor):
            raise Refused("Only those who run the bot can do this.")
        await parts.keeping.accounts.share(owner_of(actor, team=True), name, place.conversation, is_open)

    return share


async def every_of(listing: Listing, actor: Actor, place: Place) -> Sequence[Integration]:
    """See `bot.checks.Every`. Raises StorageError."""
    return await listing.mine(actor, place.conversation)


async def try_connected(accounts: Accounts, vault: Vault, actor: Actor, integration: Integration) -> bool:
    """See `bot.checks.Test`. Raises StorageError."""
    owner = owner_of(actor, team=not integration.mine)
    if await vault.find(owner, integration.name) is None:
        return False
    await accounts.test(owner, integration.name)
    return True
