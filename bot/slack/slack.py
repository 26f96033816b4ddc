"""Slack as a platform: reads deliveries, renders replies, sends them, opens forms."""

import json
import logging
import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from adapters.errors import Refused, Unknown
from adapters.http import Http
from bot.clock import Clock
from bot.platform import Asked, Gone, Stranger, Words
from bot.slack.api import SlackError
from bot.slack.form import form_view
from bot.slack.history import History, is_direct
from bot.slack.outgoing import Outgoing, load
from bot.slack.pace import Pace
from bot.slack.people import People
from bot.slack.render import render
from bot.slack.send import Sender
from bot.slack.stream import Streams
from bot.slack.workspaces import NotInstalledError, Workspaces
from commands.call import Actor, Place
from commands.command import Command
from commands.reply import Reply
from commands.talk import Attached, Said
from storage.delivery import Delivery

if TYPE_CHECKING:
    from bot.slack.heard import Heard
    from bot.slack.listen import Listener

_LOG = logging.getLogger(__name__)


class Slack:
    """All workspaces that the bot is in. Implements `bot.platform.Platform`."""

    def __init__(
        self, workspaces: Workspaces, listener: "Listener", people: People, http: Http, pace: Pace, zone: str, clock: Clock
    ) -> None:
        self._workspaces = workspaces
        self._listener = listener
        self._people = people
        self._http = http
        self._pace = pace
        self._zone = zone
        self._clock = clock
        self._streams = Streams()

    def patience(self, asked: Asked) -> float:
        """A message there can't always be replaced: then there would be two."""
        return math.inf

    async def read(self, delivery: Delivery) -> Asked | None:
        heard = await self._listener.hear(json.loads(delivery.payload))
        if heard is None:
            return None
        if isinstance(heard.what, Gone):
            return await self._gone(heard, heard.what, delivery)
        try:
            return await self._asked(heard, delivery)
        except NotInstalledError:
            _LOG.warning("something came from workspace %s, where the bot is not installed", heard.team)
            return None

    async def known(self, actor: Actor) -> Actor | None:
        try:
            person = await self._people.find(actor.tenant, actor.user)
        except NotInstalledError:
            return None
        is_one = person.member and not person.bot and person.name  # without a name the bot may not look, and can't tell
        return replace(actor, name=person.name, zone=person.zone) if is_one else None

    async def reach(self, actor: Actor) -> Asked:
        """A direct message."""
        try:
            channel = await self._direct(actor.tenant, actor.user)
        except NotInstalledError:
            raise Refused("The bot is not in that workspace any more.") from None
        route = {"since": str(self._clock.time())}
        return Asked(actor, Place("slack", actor.tenant, channel, ""), "notice", Words(""), route)

    async def room(self, place: Place, actor: Actor | None = None) -> Asked:
        """Whether the bot may write there, Slack tells when it does."""
        try:
            await self._workspaces.api(place.tenant)
        except NotInstalledError:
            raise Refused("The bot is not in that workspace any more.") from None
        route = {"since": str(self._clock.time())} | (await self._in_person(actor) if actor else {})
        return Asked(actor or Actor("slack", place.tenant, "", "", self._zone), place, "room", Words(""), route)

    def render(self, asked: Asked, reply: Reply, call: str, ids: Sequence[str]) -> str:
        place, route = asked.place, asked.route
        replaces = route.get("pressed", "") if reply.settles else ""
        ephemeral = bool(replaces) and "ephemeral" in route
        private = ephemeral or (not _is_alone(asked, bool(replaces)) and (reply.private or asked.whispers))
        direct = route.get("direct", "") if private else ""
        below = asked.message if reply.prose and not private else ""  # a stream has to stand in a thread
        thread = "" if direct else place.thread or below
        partial = reply.partial and bool(reply.prose)
        return Outgoing(
            call=call,
            team=place.tenant,
            channel=direct or place.conversation,
            thread=thread,
            user=asked.actor.user,
            private=private and not direct,
            response_url=route.get("response_url", ""),
            since=float(route["since"]),
            messages=[vars(message) for message in render(reply, ids)],
            home=asked.via == "home",
            replaces=replaces,
            ephemeral=ephemeral,
            view=route.get("view", ""),
            form=route.get("form", ""),
            partial=partial,
            stream=f"{reply.text}\n\n{reply.prose}" if partial and thread and not private else "",
            asking="" if place.thread else asked.message,
        ).dump()

    async def send(self, outgoing: str, sent: Sequence[str], look: bool) -> Sequence[str]:
        told = load(outgoing)
        try:
            api = await self._workspaces.api(told.team)
        except NotInstalledError:
            _LOG.warning("an answer for workspace %s is dropped: the bot is not installed there any more", told.team)
            return sent
        return await Sender(api, self._http, self._pace, self._streams).send(told, sent, look)

    async def sign(self, asked: Asked) -> None:
        """Slack has no sign for it."""

    async def open_form(self, asked: Asked, command: Command, arguments: Mapping[str, Any]) -> bool:
        """The trigger lives for three seconds: https://docs.slack.dev/interactivity/handling-user-interaction/#modal_responses."""
        trigger = asked.route.get("trigger_id")
        if not trigger:
            return False
        view = form_view(command, arguments, asked.place.conversation, asked.place.thread)
        try:
            api = await self._workspaces.api(asked.place.tenant)
            await api.write("views.open", trigger_id=trigger, view=view)
        except (NotInstalledError, SlackError, Unknown):
            return False
        return True

    def in_thread(self, place: Place) -> bool:
        """People who are alone with the bot seldom use threads."""
        return bool(place.thread) or is_direct(place.conversation)

    async def thread(self, place: Place) -> list[Said]:
        history = await self._history(place)
        return await (history.thread(place.thread) if place.thread else history.chat())

    async def history(self, place: Place, since: datetime) -> list[Said]:
        return await (await self._history(place)).since(since)

    async def message(self, place: Place, id: str) -> Said:
        return await (await self._history(place)).message(id)

    async def fetch(self, place: Place, attached: Attached) -> bytes:
        return await (await self._history(place)).fetch(attached)

    async def _history(self, place: Place) -> History:
        try:
            api = await self._workspaces.api(place.tenant)
        except NotInstalledError:
            raise Refused("The bot is not in that workspace any more.") from None
        return History(api, self._http, self._people, place.tenant, place.conversation)

    async def _asked(self, heard: "Heard", delivery: Delivery) -> Asked | None:
        person = await self._people.find(heard.team, heard.user)
        if person.bot:  # a message of a bot's usually says that it is one; should it not, two bots must not talk for ever
            return None
        actor = Actor("slack", heard.team, heard.user, person.name, person.zone)
        channel = heard.channel or await self._direct(heard.team, heard.user)
        place = Place("slack", heard.team, channel, heard.thread)
        route = {**heard.route, "since": str(delivery.received)} | ({} if heard.channel else {"alone": "yes"})
        what = heard.what if person.member else Stranger()
        return Asked(actor, place, heard.via, what, route, heard.message, heard.said)

    async def _gone(self, heard: "Heard", gone: Gone, delivery: Delivery) -> Asked | None:
        """Slack may tell it late: what a workspace has let in again since stays."""
        self._workspaces.forget(gone.tenant)
        if not gone.user and await self._workspaces.is_newer(gone.tenant, _moment(heard, delivery)):
            return None
        actor = Actor("slack", gone.tenant, gone.user, "", self._zone)
        return Asked(actor, Place("slack", gone.tenant, "", ""), heard.via, gone, {"since": str(delivery.received)})

    async def _in_person(self, actor: Actor) -> dict[str, str]:
        """Where to tell them in private what they do not wait for: an ephemeral message reaches only who is there just now."""
        with suppress(Refused):
            return {"direct": await self._direct(actor.tenant, actor.user)}
        return {}

    async def _direct(self, team: str, user: str) -> str:
        """The chat with one person alone. Raises NotInstalledError, Unavailable, Refused."""
        api = await self._workspaces.api(team)
        try:
            return str((await api.change("conversations.open", users=user))["channel"]["id"])
        except SlackError as error:
            raise Refused(f"Slack does not let the bot write to that person: {error}.") from None


def _moment(heard: "Heard", delivery: Delivery) -> float:
    """When it was over, in seconds since the epoch; Slack cuts the fraction off."""
    at = heard.route["at"]
    return float(at) + 1.0 if at else delivery.received


def _is_alone(asked: Asked, settles: bool) -> bool:
    """A message in a direct message is private as it is; in answer to a command or a button, even there only the asker's.

    Unless it takes the place of a card that stands there.
    """
    stands = settles and is_direct(asked.place.conversation)
    return asked.via in ("message", "notice") or "alone" in asked.route or stands
