"""What Teams wants answered in the request itself, within seconds: forms, searches, and what became of a pressed card.

https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/request-receive-and-respond-bot-requests
"""

import asyncio
import logging
from asyncio import Future
from collections.abc import Awaitable, Mapping
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from adapters.errors import Refused, Unavailable
from bot import words
from bot.clock import Clock
from bot.dispatch import Dispatch, Form
from bot.forms import faults
from bot.intent import load as noted
from bot.leaked import dumped, found
from bot.offering import taken
from bot.platform import Asked, Filled, Press
from bot.teams.answers import in_dialog, in_passing, in_place
from bot.teams.envelope import Envelope
from bot.teams.form import MESSAGE, form_card, task
from bot.teams.outgoing import load
from bot.teams.render import render
from bot.teams.search import results, told
from bot.teams.shortcuts import runs_at_once
from bot.words import Sorry
from commands.catalog import Catalog
from commands.command import Command
from commands.reply import Reply
from storage.errors import StorageError
from storage.inbox import Inbox
from storage.offers import Offers

if TYPE_CHECKING:
    from bot.teams.teams import Teams

Json = Mapping[str, Any]
_LOG = logging.getLogger(__name__)
_IN_TIME = 2.5  # seconds: Teams waits for three at least
_LOOKS = (0.02, 0.05, 0.08, 0.15, 0.3, 0.5)  # seconds before each look at what became of a press; then every half second
_LATER = "This takes longer than Teams waits. Please try again in a moment."
_BROKE = "Something broke on my side. Please try again, or write the command to me."
_WORKING = Reply("Working on it…")


class Invokes:
    """`opened` is the platform and `dispatch` runs calls: both are known once everything is loaded."""

    def __init__(
        self,
        inbox: Inbox,
        offers: Offers,
        catalog: Catalog,
        opened: "Future[Teams]",
        dispatch: "Future[Dispatch]",
        clock: Clock,
    ) -> None:
        self._inbox = inbox
        self._offers = offers
        self._catalog = catalog
        self._opened = opened
        self._dispatch = dispatch
        self._clock = clock

    async def open(self, envelope: Envelope) -> Json:
        """The form that a pressed button opens, or why it can't."""
        return await _in_time(self._opened_form(envelope), in_dialog(_LATER))

    async def shortcut(self, envelope: Envelope) -> Json:
        """The form of a command from a message's menu, or why there is none; empty where it runs without one."""
        return await _in_time(self._menu_form(envelope), in_dialog(_LATER), broken=in_dialog(_BROKE))

    async def wrong(self, envelope: Envelope) -> Json:
        """The form once more, with what is wrong in it; empty where nothing is, or where nobody can say so in time."""
        return await _in_time(self._wrong(envelope), {}, broken=in_dialog(_BROKE))

    async def search(self, envelope: Envelope) -> Json:
        """What a search finds, as the person who searches. It leaves nothing behind, so it is not stored either."""
        return await _in_time(self._found(envelope), told(_LATER))

    async def outcome(self, envelope: Envelope, seconds: float = _IN_TIME) -> Json:
        """What replaces the pressed card for the one who pressed it. The worker replaces it for everybody.

        What leaves the card as it is, is told in passing. Where the call takes longer than so many seconds, the card says so
        for the moment.
        """
        return await _in_time(self._outcome(envelope), in_place(render(_WORKING)[0].card), seconds)

    async def _outcome(self, envelope: Envelope) -> Json:
        for wait in chain(_LOOKS, repeat(_LOOKS[-1])):
            await asyncio.sleep(wait)
            outgoing = noted(await self._inbox.intent(envelope.key) or "").outgoing
            if outgoing:
                break
        settled = load(outgoing)
        first = settled.messages[0]
        return in_passing(first["text"]) if settled.private or not settled.replaces else in_place(first["card"])

    async def _asked(self, envelope: Envelope) -> Asked:
        teams = await asyncio.shield(self._opened)
        asked = await teams.hear(envelope.payload, self._clock.time())
        if asked is None:
            raise Unavailable("Nothing was asked.")
        return asked

    async def _opened_form(self, envelope: Envelope) -> Json:
        asked = await self._asked(envelope)
        if not isinstance(asked.what, Press):
            return in_dialog(words.stranger().text)
        offered = await taken(self._offers, asked.what.offer, asked.actor.key, self._inbox.time())
        if isinstance(offered, Reply):
            return in_dialog(offered.text)
        command = self._catalog.get(offered.command)
        if command is None:
            return in_dialog(words.expired().text)
        return _form(command, offered.arguments, {})

    async def _menu_form(self, envelope: Envelope) -> Json:
        try:
            asked = await self._asked(envelope)
        except Refused as error:
            return in_dialog(str(error))
        if not isinstance(asked.what, Filled):
            return in_dialog(words.stranger().text)
        command = self._catalog.get(asked.what.command)
        if command is None or not command.shortcut:
            return in_dialog(words.switched_off(asked.what.command).text)
        return {} if runs_at_once(command) else _form(command, {}, {}, asked.message)

    async def _wrong(self, envelope: Envelope) -> Json:
        asked = await self._asked(envelope)
        if not isinstance(asked.what, Filled):
            return {}
        command = self._catalog.get(asked.what.command)
        if command is None:
            return {}  # the worker says so
        wrong = await faults(command, asked.what.arguments, self._clock.now().astimezone(ZoneInfo(asked.actor.zone)))
        about = asked.what.arguments.get(MESSAGE, "") if asked.via == "shortcut" else ""
        return _form(command, asked.what.arguments, wrong, about) if wrong else {}

    async def _found(self, envelope: Envelope) -> Json:
        asked = await self._asked(envelope)
        if not isinstance(asked.what, Filled):
            return told(words.stranger().text)
        if vendor := found(dumped(asked.what.arguments)):
            return told(words.leaked(vendor).text)
        command = self._catalog.get(asked.what.command)
        if command is None or not command.lists:
            return told("This can't be searched here.")
        reply = await self._reply(command.name, asked, asked.what)
        return told(reply.text) if isinstance(reply, Sorry) or not reply.items else results(reply)

    async def _reply(self, command: str, asked: Asked, filled: Filled) -> Reply:
        dispatch = await asyncio.shield(self._dispatch)
        whose = (asked.actor, asked.place, asked.via, self._clock.now())
        call = await dispatch.fill(command, filled.arguments, "search", *whose)
        if isinstance(call, Form):
            return call.otherwise  # there is nowhere to show it
        return call if isinstance(call, Reply) else [reply async for reply in dispatch.answer(call)][-1]


def _form(command: Command, arguments: Json, errors: Mapping[str, str], about: str = "") -> Json:
    """`about` is the message from whose menu it was asked."""
    title = command.shortcut if about else command.name.capitalize()
    return task(title, form_card(command, arguments, errors, about))


async def _in_time(work: Awaitable[Json], otherwise: Json, seconds: float = _IN_TIME, broken: Json | None = None) -> Json:
    """Never an error, and never too late: whoever waits for it sees a dialog."""
    try:
        async with asyncio.timeout(seconds):
            return await work
    except (TimeoutError, Unavailable, StorageError) as error:
        _LOG.info("an invoke had no answer in time: %s", type(error).__name__)
        return otherwise
    except Exception:
        _LOG.exception("an invoke broke")
        return broken or otherwise
