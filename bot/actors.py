"""A person as they are stored beside a link, a session or a state, and as whom accounts are theirs."""

import json

from commands.call import Actor
from storage.connection import Owner


def stored(actor: Actor) -> str:
    """As JSON."""
    return json.dumps(vars(actor))


def restored(text: str) -> Actor:
    return Actor(**json.loads(text))


def actor_of(key: str) -> Actor:
    """Whoever has this key; their name and zone are not known."""
    platform, tenant, user = key.split(":", 2)
    return Actor(platform, tenant, user)


def owner_of(actor: Actor, team: bool = False) -> Owner:
    """Whose an account is that they connect: their own, or their team's."""
    return Owner(actor.platform, actor.tenant, "" if team else actor.user)
