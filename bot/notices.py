"""What the bot says to one person unasked. It takes the road of every delivery: stored, sent once, tried again."""

import json
from collections.abc import Collection, Mapping
from typing import Any

from bot.platform import Notice
from commands.call import Actor
from commands.reply import Button, Reply
from storage.delivery import Delivery
from storage.inbox import Inbox

_SUFFIX = ":notice"


class Notices:
    """`platforms` are those that are switched on: elsewhere nobody can be told anything."""

    def __init__(self, inbox: Inbox, platforms: Collection[str]) -> None:
        self._inbox = inbox
        self._platforms = platforms

    async def tell(self, actor: Actor, reply: Reply, key: str) -> None:
        """Says the text of `reply` to this person alone, with its buttons; once for each `key`. Raises StorageError."""
        if actor.platform in self._platforms:
            payload = json.dumps({"actor": vars(actor), "text": reply.text, "buttons": [vars(each) for each in reply.buttons]})
            await self._inbox.put(f"notice:{key}", f"{actor.platform}{_SUFFIX}", f"notice:{actor.key}", payload)


def platform_of(delivery: Delivery) -> str:
    """The name of the platform on which it is answered."""
    return delivery.kind.removesuffix(_SUFFIX)


def notice_of(delivery: Delivery) -> tuple[Actor, Notice] | None:
    """Whom to tell what, where the delivery is a notice."""
    if not delivery.kind.endswith(_SUFFIX):
        return None
    told = json.loads(delivery.payload)
    buttons = tuple(_button(each) for each in told["buttons"])
    return Actor(**told["actor"]), Notice(Reply(told["text"], buttons=buttons))


def _button(told: Mapping[str, Any]) -> Button:
    return Button(**told)
