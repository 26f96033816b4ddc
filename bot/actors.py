"""A person as they are stored beside a link, a session or a state."""

import json

from commands.call import Actor


def stored(actor: Actor) -> str:
    """As JSON."""
    return json.dumps(vars(actor))


def restored(text: str) -> Actor:
    return Actor(**json.loads(text))


def actor_of(key: str) -> Actor:
    """Whoever has this key; their name and zone are not known."""
    platform, tenant, user = key.split(":", 2)
    return Actor(platform, tenant, user)
