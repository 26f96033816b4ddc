"""Slack as a platform: reads deliveries, renders replies, sends them, opens forms."""

import json
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from adapters.errors import Unknown
from bot.platform import Asked, Stranger
from bot.slack.api import SlackError, WebApi
from bot.slack.form import form_view
from bot.slack.outgoing import Outgoing, load
from bot.slack.people import People
from bot.slack.render import render
from bot.slack.send import Sender
from commands.call import Actor, Place
from commands.command import Command
from commands.reply import Reply
from storage.delivery import Delivery

if TYPE_CHECKING:
    from bot.slack.listen import Listener


class Slack:
    """One workspace. Implements `bot.platform.Platform`."""

    def __init__(self, api: WebApi, listener: "Listener", people: People, sender: Sender) -> None:
        self._api = api
        self._listener = listener
        self._people = people
        self._sender = sender

    def patience(self, asked: Asked) -> float:
        """A message there can't always be replaced: then there would be two."""
        return math.inf

    async def read(self, delivery: Delivery) -> Asked | None:
        heard = await self._listener.hear(json.loads(delivery.payload))
        if heard is None:
            return None
        person = await self._people.find(heard.team, heard.user)
        if person.bot:  # a message of a bot's usually says that it is one; should it not, two bots must not talk for ever
            return None
        actor = Actor("slack", heard.team, heard.user, person.name, person.zone)
        place = Place("slack", heard.team, heard.channel, heard.thread)
        route = {**heard.route, "since": str(delivery.received)}
        return Asked(actor, place, heard.via, heard.what if person.member else Stranger(), route)

    def render(self, asked: Asked, reply: Reply, call: str, ids: Sequence[str]) -> str:
        place, route = asked.place, asked.route
        return Outgoing(
            call=call,
            channel=place.conversation,
            thread=place.thread,
            user=asked.actor.user,
            private=reply.private and asked.via != "message",  # a direct message to the bot is private as it is
            response_url=route.get("response_url", ""),
            since=float(route["since"]),
            messages=[vars(message) for message in render(reply, ids)],
        ).dump()

    async def send(self, outgoing: str, sent: Sequence[str], look: bool) -> Sequence[str]:
        return await self._sender.send(load(outgoing), sent, look)

    async def sign(self, asked: Asked) -> None:
        """Slack has no sign for it."""

    async def open_form(self, asked: Asked, command: Command, arguments: Mapping[str, Any]) -> bool:
        """The trigger lives for three seconds: https://docs.slack.dev/interactivity/handling-user-interaction/#modal_responses."""
        view = form_view(command, arguments, asked.place.conversation, asked.place.thread)
        try:
            await self._api.write("views.open", trigger_id=asked.route.get("trigger_id", ""), view=view)
        except (SlackError, Unknown):
            return False
        return True
