"""A Call becomes a Reply."""

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar, cast
from zoneinfo import ZoneInfo

from adapters.base import Client
from adapters.errors import NeedsConnection, Refused, Unknown
from bot import words
from bot.clients import Clients
from bot.validation import validate
from commands.call import Actor, Call, Place
from commands.catalog import Catalog
from commands.command import Command, Given
from commands.parse import parse
from commands.reply import Button, Reply
from commands.usage import Choice, Meant, UsageError

_Given = TypeVar("_Given", bound=Given)
Settle = Callable[[Mapping[str, Any]], Awaitable[None]]
Provide = Callable[[Actor, Place], Given]
"""Gives a command what it asks for beside the services, for this asker there."""

Connect = Callable[[str], Awaitable[str]]
"""Given the title of a service, gives the page where the asker connects it, empty where there is none."""


async def _nowhere(_: str) -> str:
    return ""


class Dispatch:
    """Reads what people ask, runs it with what it needs, and puts every error into words.

    Only Unavailable passes through: the worker tries such a call again later.
    """

    def __init__(self, catalog: Catalog, clients: Clients, given: Mapping[type, Provide]) -> None:
        self.catalog = catalog
        self._clients = clients
        self._given_by_type = given

    async def read(self, text: str, id: str, actor: Actor, place: Place, via: str, asked: datetime) -> Call | Reply:
        """Typed words as a call, or the reply that says why they are none."""
        try:
            command, rest = self.catalog.find(text)
        except UsageError as error:
            return self._suggestion(error)
        try:
            raw = parse(command, rest)
        except UsageError as error:
            return words.usage(error, command, {})
        return await self.fill(command.name, raw, id, actor, place, via, asked)

    async def fill(
        self,
        name: str,
        raw: Mapping[str, Any],
        id: str,
        actor: Actor,
        place: Place,
        via: str,
        asked: datetime,
        typed: bool = True,
    ) -> Call | Reply:
        """A command's name and raw options as a call, or the reply that says what is wrong with them.

        `typed` says that a person wrote them, at the moment `asked`.
        """
        try:
            command = self.catalog.named(name)
        except UsageError as error:
            return self._suggestion(error)
        try:
            arguments = await validate(command, raw, asked.astimezone(ZoneInfo(actor.zone)), typed)
        except UsageError as error:
            return words.usage(error, command, raw)
        return Call(id, command.name, arguments, actor, place, via, asked)

    async def answer(self, call: Call, settle: Settle | None = None, connect: Connect = _nowhere) -> AsyncIterator[Reply]:
        """Runs the call. Each reply replaces the one before; the last one stands. Raises Unavailable.

        `settle` is given the arguments that the call's words turn out to mean, and stores them, so that a further attempt
        does not find another meaning. `connect` is asked for where an account is missing.
        """
        command = self.catalog.named(call.command)
        try:
            async for reply in self._meant(command, call, settle):
                yield _with_undo(reply, command)
        except UsageError as error:
            yield words.usage(error, command, call.arguments)
        except NeedsConnection as error:
            yield words.needs_connection(error, await connect(error.service))
        except Refused as error:
            yield words.refused(error)
        except Unknown as error:
            yield words.unknown(error, command)

    def provide(self, need: type[_Given], actor: Actor, place: Place) -> _Given:
        """What a command is given that asks for this type. Raises KeyError where there is no such thing here."""
        return cast(_Given, self._given_by_type[need](actor, place))

    def streams(self, call: Call) -> bool:
        """Whether the call answers step by step, so that each reply is worth showing."""
        return inspect.isasyncgenfunction(self.catalog.named(call.command).function)

    async def _meant(self, command: Command, call: Call, settle: Settle | None) -> AsyncIterator[Reply]:
        try:
            async for reply in self._run(command, call):
                yield reply
            return
        except Meant as meant:
            arguments = {**call.arguments, **meant.arguments}
        if settle:
            await settle(arguments)
        async for reply in self._run(command, replace(call, arguments=arguments)):
            yield reply

    async def _run(self, command: Command, call: Call) -> AsyncIterator[Reply]:
        """Once more, where a service turns a token down and there is a newer one."""
        given = await self._given(command, call)
        try:
            async for reply in self._once(command, call, given):
                yield reply
            return
        except NeedsConnection as error:
            if not await self._renewed(error.service, given, call):
                raise
        given = await self._given(command, call)
        try:
            async for reply in self._once(command, call, given):
                yield reply
        except NeedsConnection as error:
            await self._renewed(error.service, given, call)  # so that it is known to be broken
            raise

    async def _once(self, command: Command, call: Call, given: Mapping[str, object]) -> AsyncIterator[Reply]:
        async for reply in command.run(call.arguments, given, call.asked.astimezone(ZoneInfo(call.actor.zone))):
            yield reply

    async def _renewed(self, title: str, given: Mapping[str, object], call: Call) -> bool:
        """Of the service of this title alone: the others have turned nothing down, and to renew an API key is to lose it."""
        clients = [each for each in given.values() if isinstance(each, Client) and self._clients.title(each) == title]
        return any([await self._clients.renew(each, call.actor, call.place.conversation) for each in clients])

    async def _given(self, command: Command, call: Call) -> Mapping[str, object]:
        return {name: await self._one(need, call) for name, need in command.needs.items()}

    async def _one(self, need: type, call: Call) -> object:
        if need is Catalog:
            return self.catalog
        if need in self._given_by_type:
            return self.provide(need, call.actor, call.place)
        return await self._clients.open(need, call.actor, call.place.conversation, call.id)

    def _suggestion(self, error: UsageError) -> Reply:
        """A button for each corrected text; one whose rest can't be read leads to the usage."""
        buttons = tuple(self._corrected(choice) for choice in error.choices)
        return words.Sorry(str(error), buttons=buttons, private=True, outcome="asked back")

    def _corrected(self, choice: Choice) -> Button:
        command, rest = self.catalog.find(choice.value)
        try:
            return Button(choice.label, command.name, parse(command, rest), typed=True)
        except UsageError:
            return Button(choice.label, "help", {"words": command.name})


def _with_undo(reply: Reply, command: Command) -> Reply:
    """A write that can be taken back carries the button that does it."""
    if reply.undo is None or not command.undo:
        return reply
    undo = Button("Undo", command.undo, reply.undo)
    return replace(reply, buttons=(*reply.buttons, undo))
