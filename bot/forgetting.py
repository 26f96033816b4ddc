"""All that is kept of one person, and how it is forgotten because they want it."""

from bot.account_parts import AccountParts
from bot.actors import owner_of
from bot.clock import Clock
from bot.stores import Stores
from commands.call import Call
from commands.forget import Forgetting
from commands.integrations import HELD
from storage.effects import Effects
from storage.preferences import Preferences
from storage.proposals import Proposals


def forgetting_of(parts: AccountParts, stores: Stores, clock: Clock, call: Call) -> Forgetting:
    """As the asker of this call."""
    actor = call.actor

    async def connected() -> list[str]:
        return [each.title for each in await parts.listing.mine(actor) if each.mine and each.state in HELD]

    async def forget() -> None:
        await stores.sessions.close_of(actor.key)
        await stores.pictures.forget(actor.key)
        await _forget(stores.effects, stores.proposals, stores.preferences, actor.key)
        await parts.keeping.accounts.offboard(owner_of(actor), clock.time())

    return Forgetting(connected, forget)


def forgetting_at_terminal(effects: Effects, proposals: Proposals, preferences: Preferences, call: Call) -> Forgetting:
    """Nobody connects an account or signs in there."""

    async def none() -> list[str]:
        return []

    async def forget() -> None:
        await _forget(effects, proposals, preferences, call.actor.key)

    return Forgetting(none, forget)


async def _forget(effects: Effects, proposals: Proposals, preferences: Preferences, actor: str) -> None:
    await effects.forget(actor)
    await proposals.forget(actor)
    await preferences.forget(actor)
