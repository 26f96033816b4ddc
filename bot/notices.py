"""What the bot says unasked. It takes the road of every delivery: stored, sent once, tried again."""

import json
from collections.abc import Collection
from typing import Any

from bot import replies
from commands.call import Actor, Place
from commands.reply import Reply
from storage.delivery import Delivery
from storage.inbox import Inbox

NOTICE, CARD, CONFIRMED = "notice", "card", "confirmed"
"""What the kind of a delivery that the bot makes itself ends with, after the name of the platform and a colon."""


class Notices:
    """`platforms` are those that are switched on: elsewhere nobody can be told anything. Everything raises StorageError."""

    def __init__(self, inbox: Inbox, platforms: Collection[str]) -> None:
        self._inbox = inbox
        self._platforms = platforms

    async def tell(self, actor: Actor, reply: Reply, key: str) -> None:
        """Says it to this person alone; once for each `key`."""
        await self._put(actor.platform, NOTICE, f"notice:{key}", f"notice:{actor.key}", {"actor": vars(actor)}, reply)

    async def tell_room(self, place: Place, reply: Reply, key: str) -> None:
        """Says it in a conversation; once for each `key`."""
        where = f"notice:{place.platform}:{place.tenant}:{place.conversation}"
        await self._put(place.platform, NOTICE, f"notice:{key}", where, {"place": vars(place)}, reply)

    async def replace(self, platform: str, delivery: str, reply: Reply) -> None:
        """Says it in the place of what was answered to that delivery, for everybody who sees that."""
        await self._put(platform, CARD, f"card:{delivery}", f"card:{delivery}", {"delivery": delivery}, reply)

    async def _put(self, platform: str, kind: str, key: str, conversation: str, about: dict[str, Any], reply: Reply) -> None:
        if platform in self._platforms:
            payload = json.dumps({**about, "reply": replies.dump(reply)}, ensure_ascii=False)
            await self._inbox.put(key, f"{platform}:{kind}", conversation, payload, noted=False)


def platform_of(delivery: Delivery) -> str:
    """The name of the platform on which it is answered."""
    return delivery.kind.partition(":")[0]


def kind_of(delivery: Delivery) -> str:
    """One of those above; empty for what came from the platform."""
    return delivery.kind.partition(":")[2]
