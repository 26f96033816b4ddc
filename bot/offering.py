"""Buttons on their way out and back: a button carries an opaque id, and what it stands for stays here."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot import words
from bot.platform import Asked, Joined
from bot.words import Sorry
from commands.reply import Button
from storage.offers import Offer, Offers

_LIFE = 7 * 24 * 3600.0  # seconds for which a button can be pressed
_TYPED_LIFE = 3600.0  # the same, where it holds words that count from when they were typed


@dataclass(frozen=True)
class Offered:
    """What a button stands for. `asked` is when its words were typed, in seconds since the epoch."""

    command: str
    arguments: Mapping[str, Any]
    form: bool
    typed: bool
    asked: float


def offer(id: str, button: Button, asked: Asked, received: float, now: float) -> Offer:
    """To whom `asked`, and to nobody else; `received` is when they did. Where the bot has just come in, to everybody."""
    actor = "" if button.anybody or isinstance(asked.what, Joined) else asked.actor.key
    offered = Offered(button.command, dict(button.arguments), button.form, button.typed, received)
    expires = now + (_TYPED_LIFE if button.typed else _LIFE)
    return Offer(id, json.dumps(vars(offered)), actor, json.dumps(vars(asked.place)), expires)


async def taken(offers: Offers, id: str, actor: str, now: float) -> Offered | Sorry:
    """What the button stands for, where it is this actor's and still holds; or the words that say why not.

    Raises StorageError.
    """
    found = await offers.find(id)
    if found is None or found.expires < now:
        return words.expired()
    if found.actor not in ("", actor):
        return words.not_yours()
    return Offered(**json.loads(found.call))


async def command_of(offers: Offers, id: str) -> str:
    """What the button runs, whoever pressed it; empty where nobody knows any more. Raises StorageError."""
    found = await offers.find(id)
    return Offered(**json.loads(found.call)).command if found else ""
