"""Teams as a platform: reads deliveries, renders replies, sends them."""

import json
import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from bot.platform import Asked, Stranger
from bot.teams.connector import Address, Connector, ConnectorError
from bot.teams.heard import Left
from bot.teams.outgoing import Outgoing, load
from bot.teams.people import People
from bot.teams.references import Conversations
from bot.teams.render import render
from bot.teams.send import Sender
from commands.call import Actor, Place
from commands.command import Command
from commands.reply import Reply
from storage.delivery import Delivery

if TYPE_CHECKING:
    from bot.teams.listen import Listener


_PATIENCE = 2.0  # seconds


class Teams:
    """One registration, in any number of tenants. Implements `bot.platform.Platform`."""

    def __init__(
        self,
        listener: "Listener",
        people: People,
        conversations: Conversations,
        connector: Connector,
        sender: Sender,
        zone: str,
    ) -> None:
        self._listener = listener
        self._people = people
        self._conversations = conversations
        self._connector = connector
        self._sender = sender
        self._zone = zone

    def patience(self, asked: Asked) -> float:
        """Who presses a card is told by the answer to that."""
        return math.inf if asked.route["replaces"] else _PATIENCE

    async def read(self, delivery: Delivery) -> Asked | None:
        return await self.hear(json.loads(delivery.payload), delivery.received)

    async def hear(self, activity: Mapping[str, Any], received: float) -> Asked | None:
        """Who asked what, or None where there is nothing to answer. Raises Unavailable."""
        heard = await self._listener.hear(activity)
        if heard is None:
            return None
        if isinstance(heard.what, Left):
            await self._conversations.forget(heard.tenant, heard.channel)
            return None
        if heard.via != "search":  # made from places that the bot is not in
            await self._conversations.note(heard.tenant, heard.route, received)
        person = await self._people.find(_address(heard.tenant, heard.route), heard.route["user"])
        actor = Actor("teams", heard.tenant, heard.user, person.name or heard.name, heard.zone or self._zone)
        place = Place("teams", heard.tenant, heard.channel, heard.thread)
        route = {**heard.route, "since": str(received)}
        return Asked(actor, place, heard.via, heard.what if person.member else Stranger(), route)

    def render(self, asked: Asked, reply: Reply, call: str, ids: Sequence[str]) -> str:
        actor, route = asked.actor, asked.route
        return Outgoing(
            call=call,
            tenant=actor.tenant,
            service_url=route["service_url"],
            conversation=route["conversation"],
            type=route["type"],
            bot=route["bot"],
            user=route["user"],
            object=actor.user,
            team=route["team"],
            private=reply.private and route["type"] != "personal",
            replaces="" if reply.private and route["type"] == "personal" else route["replaces"],  # the card stays
            since=float(route["since"]),
            messages=[vars(message) for message in render(reply, ids, call)],
        ).dump()

    async def send(self, outgoing: str, sent: Sequence[str], look: bool) -> Sequence[str]:
        return await self._sender.send(load(outgoing), sent, look)

    async def sign(self, asked: Asked) -> None:
        with suppress(ConnectorError):
            await self._connector.typing(_address(asked.actor.tenant, asked.route))

    async def open_form(self, asked: Asked, command: Command, arguments: Mapping[str, Any]) -> bool:
        """Teams asks for a form itself, and is answered in the request: see invokes.py. From here none can be opened."""
        return False


def _address(tenant: str, route: Mapping[str, str]) -> Address:
    return Address(tenant, route["service_url"], route["conversation"])
