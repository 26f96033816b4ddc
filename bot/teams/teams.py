"""Teams as a platform: reads deliveries, renders replies, sends them."""

import json
import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from adapters.errors import Refused
from bot.clock import Clock
from bot.mark import STOP
from bot.platform import Asked, Filled, Gone, Joined, Press, Stranger, Words
from bot.teams.connector import Address, Connector, ConnectorError
from bot.teams.envelope import moment
from bot.teams.heard import Heard, Left
from bot.teams.history import History
from bot.teams.mention import MENTIONED
from bot.teams.outgoing import Outgoing, load
from bot.teams.own_chats import OwnChats
from bot.teams.people import People
from bot.teams.references import Conversations, is_alone, is_channel
from bot.teams.render import render
from bot.teams.send import Sender
from bot.teams.zone import Zones
from commands.call import Actor, Place
from commands.command import Command
from commands.reply import Reply
from commands.talk import Attached, Said
from storage.delivery import Delivery
from storage.references import Reference

if TYPE_CHECKING:
    from bot.teams.listen import Listener


_ABSENT = "I am not in this conversation. Add me here, or write to me in a chat of our own first; then try again."
_PATIENCE = 2.0  # seconds
_MOST = 10  # people who are mentioned in one message


class Teams:
    """One registration, in any number of tenants. Implements `bot.platform.Platform`; without `history` nothing is read."""

    def __init__(
        self,
        listener: "Listener",
        people: People,
        conversations: Conversations,
        connector: Connector,
        sender: Sender,
        zone: str,
        clock: Clock,
        history: History | None = None,
    ) -> None:
        self._listener = listener
        self._people = people
        self._conversations = conversations
        self._connector = connector
        self._sender = sender
        self._history = history
        self._own_chats = OwnChats(connector, conversations, clock)
        self._zones = Zones(zone)
        self._clock = clock

    def patience(self, asked: Asked) -> float:
        """Who presses a card is told by the answer to that."""
        return math.inf if asked.route["replaces"] or asked.route.get("passing") else _PATIENCE

    async def read(self, delivery: Delivery) -> Asked | None:
        activity = json.loads(delivery.payload)
        asked = await self.hear(activity, delivery.received)
        return replace(asked, said=moment(activity)) if asked else None

    async def hear(self, activity: Mapping[str, Any], received: float) -> Asked | None:
        """Who asked what, or None where there is nothing to answer. Raises Unavailable."""
        heard = await self._listener.hear(activity)
        if heard is None:
            return None
        if isinstance(heard.what, Left):
            await self._conversations.forget(heard.tenant, heard.channel)
            return self._gone(heard, received)
        at = _address(heard.tenant, heard.route)
        route = heard.route
        if heard.via == "shortcut" and not await self._is_in(heard, at):
            route = await self._own_route(heard)
        elif heard.via != "search":  # made from places that the bot is not in
            await self._conversations.note(heard.tenant, heard.route, received, heard.user)
        person = await self._people.find(at, heard.route["user"])
        what = heard.what if person.member else Stranger()
        if isinstance(what, Words):
            what = await self._identified(what.text, at)
        return self._asked(replace(heard, route=route), what, person.name or heard.name, received)

    async def _is_in(self, heard: Heard, at: Address) -> bool:
        """Whether the bot is where somebody has opened a message's menu: that they can do anywhere."""
        if await self._conversations.known(heard.tenant, heard.channel):
            return True
        try:
            return bool(await self._connector.member(at, heard.route["user"]))
        except ConnectorError:
            return False

    async def _own_route(self, heard: Heard) -> Mapping[str, str]:
        try:
            chat = await self._own_chats.of(heard.tenant, heard.user)
        except Refused:
            raise Refused(_ABSENT) from None
        return self._route(chat, heard.route["user"])

    async def reach(self, actor: Actor) -> Asked:
        """Their own chat with the bot; it is opened where there is none yet."""
        chat = await self._own_chats.of(actor.tenant, actor.user)
        place = Place("teams", actor.tenant, chat.conversation)
        return Asked(actor, place, "notice", Words(""), self._route(chat, actor.user))

    async def room(self, place: Place, actor: Actor | None = None) -> Asked:
        known = await self._conversations.known(place.tenant, place.conversation)
        if known is None:
            raise Refused("The bot is not in that conversation, or nobody has spoken to it there yet.")
        thread = f";messageid={place.thread}" if place.thread else ""
        nobody = Actor("teams", place.tenant, "", "", self._zones.of(place.tenant, ""))
        if actor:
            with suppress(Refused):  # who can't be reached alone is told so, where something is for them alone
                await self._own_chats.of(actor.tenant, actor.user)
        route = self._route(known, actor.user if actor else "") | {"conversation": f"{known.conversation}{thread}"}
        return Asked(actor or nobody, place, "room", Words(""), route)

    async def known(self, actor: Actor) -> Actor | None:
        """Nor is anybody known who has not spoken to the bot."""
        met = await self._conversations.met(actor.tenant, actor.user)
        if met is None:
            return None
        person = await self._people.find(Address(actor.tenant, met.service_url, met.conversation), actor.user)
        zone = self._zones.of(actor.tenant, actor.user)
        return replace(actor, name=person.name or actor.name, zone=zone) if person.member else None

    def render(self, asked: Asked, reply: Reply, call: str, ids: Sequence[str]) -> str:
        actor, route = asked.actor, asked.route
        private, alone = reply.private or asked.whispers, route["type"] == "personal"
        replaces = "" if private and alone and not reply.settles else route["replaces"]  # the card stays
        partial = reply.partial and (bool(reply.prose) or reply == Reply(reply.text, partial=True))
        streams = alone and not replaces
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
            private=private and not alone,
            replaces=replaces,
            since=float(route["since"]),
            messages=[vars(message) for message in render(reply, ids, call)],
            settles=reply.settles,
            partial=partial,
            stream="\n\n".join(filter(None, (reply.text, reply.prose))) if partial and streams else "",
            informs=partial and not reply.prose,
            streamed=streams,
            passing=bool(route.get("passing")),
        ).dump()

    async def send(self, outgoing: str, sent: Sequence[str], look: bool) -> Sequence[str]:
        return await self._sender.send(load(outgoing), sent, look)

    async def sign(self, asked: Asked) -> None:
        with suppress(ConnectorError):
            await self._connector.typing(_address(asked.actor.tenant, asked.route))

    async def open_form(self, asked: Asked, command: Command, arguments: Mapping[str, Any]) -> bool:
        """Teams asks for a form itself, and is answered in the request: see invokes.py. From here none can be opened."""
        return False

    def in_thread(self, place: Place) -> bool:
        """Chats have no threads: each is one."""
        return bool(place.thread) or not is_channel(place.conversation)

    async def thread(self, place: Place) -> list[Said]:
        return await self._reading().thread(place)

    async def history(self, place: Place, since: datetime) -> list[Said]:
        return await self._reading().since(place, since)

    async def message(self, place: Place, id: str) -> Said:
        return await self._reading().message(place, id)

    async def fetch(self, place: Place, attached: Attached) -> bytes:
        return await self._reading().fetch(place, attached)

    def _reading(self) -> History:
        if self._history is None:
            raise Refused("I can't read what is said here.")
        return self._history

    def _route(self, reference: Reference, user: str) -> dict[str, str]:
        """To where nobody has just asked anything."""
        where = {"service_url": reference.service_url, "conversation": reference.conversation, "type": reference.type}
        who = {"bot": reference.bot, "user": user, "team": reference.team}
        return {**where, **who, "replaces": "", "since": str(self._clock.time())}

    async def _identified(self, text: str, at: Address) -> Words:
        """Whoever is mentioned, by their id in Entra: Teams tells its own, and nothing else here knows people by that."""
        for id in list(dict.fromkeys(MENTIONED.findall(text)))[:_MOST]:
            if object := (await self._people.find(at, id)).object:
                text = text.replace(f"<@{id}|", f"<@{object}|")
        return Words(text)

    def _gone(self, heard: Heard, received: float) -> Asked | None:
        """Whoever takes the bot out of their own chat is done with it; in a team or a group, the others are not."""
        if not heard.user or not is_alone(heard.route["type"], heard.channel):
            return None
        return self._asked(heard, Gone(heard.tenant, heard.user), heard.name, received)

    def _asked(
        self, heard: Heard, what: Words | Press | Filled | Joined | Stranger | Gone, name: str, received: float
    ) -> Asked:
        actor = Actor("teams", heard.tenant, heard.user, name, self._zones.of(heard.tenant, heard.user, heard.zone))
        place = Place("teams", heard.tenant, heard.channel, heard.thread)
        stops = isinstance(what, Press) and what.offer.startswith(STOP)  # what is under way stands in the pressed card's place
        passing = {"replaces": "", "passing": "yes"} if stops else {}
        return Asked(actor, place, heard.via, what, {**heard.route, "since": str(received), **passing}, heard.message)


def _address(tenant: str, route: Mapping[str, str]) -> Address:
    return Address(tenant, route["service_url"], route["conversation"])
