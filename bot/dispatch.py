"""A Call becomes a Reply."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar, cast
from zoneinfo import ZoneInfo

from adapters.base import Client
from adapters.errors import NeedsConnection, Refused, Unknown
from bot import words
from bot.clients import Clients, Opened
from bot.connections import Account
from bot.doubts import Unsettled
from bot.previews import as_whom
from bot.rules import Judge, Verdict
from bot.validation import validate
from bot.writing import BY_HAND, Writing, answered
from commands.call import Actor, Call, Place
from commands.catalog import Catalog
from commands.command import Command, Given
from commands.parse import DRY_RUN, FORM, parse, take_flags
from commands.preview import Preview
from commands.reply import Button, Reply
from commands.usage import Choice, Instead, Meant, UsageError
from storage.effects import Effect

_Given = TypeVar("_Given", bound=Given)
_TURNS = 4  # that a call may take until it is clear what it means: from `confirm` to what it confirms, to a meeting's id
Settle = Callable[[Call], Awaitable[None]]
Provide = Callable[[Call], Given]
"""Gives a command what it asks for beside the services, for the asker of this call."""

Connect = Callable[[str], Awaitable[str]]
"""Given the title of a service, gives the page where the asker connects it, empty where there is none."""


@dataclass(frozen=True)
class Form:
    """A command's form is to be shown, filled in as far as `arguments` go. Where it can't be, `otherwise` is said."""

    command: Command
    arguments: Mapping[str, Any]
    otherwise: Reply


@dataclass(frozen=True)
class _Opened:
    """What a command is given: what is no client as well."""

    given: Mapping[str, object]
    clients: tuple[Opened, ...]


async def _nowhere(_: str) -> str:
    return ""


class Dispatch:
    """Reads what people ask, runs it with what it needs where they may, and puts every error into words.

    Only Unavailable passes through: the worker tries such a call again later.
    """

    def __init__(
        self, catalog: Catalog, clients: Clients, given: Mapping[type, Provide], judge: Judge, writing: Writing
    ) -> None:
        self.catalog = catalog
        self._clients = clients
        self._given_by_type = given
        self._judge = judge
        self._writing = writing

    async def read(self, text: str, id: str, actor: Actor, place: Place, via: str, asked: datetime) -> Call | Form | Reply:
        """Typed words as a call; as the form that they ask for or lack; or the reply that says why they are none of these."""
        try:
            text, flags = take_flags(text)
            command, rest = self.catalog.find(text)
        except UsageError as error:
            return self._suggestion(error)
        try:
            raw = parse(command, rest)
        except UsageError as error:
            return words.usage(error, command, {})
        if FORM in flags:
            return await self._form(command, raw, words.form(command, raw), actor, place)
        return await self.fill(command.name, raw, id, actor, place, via, asked, dry_run=DRY_RUN in flags)

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
        dry_run: bool = False,
    ) -> Call | Form | Reply:
        """A command's name and raw options as a call; as its form, where options are missing; or what is wrong with them.

        `typed` says that a person wrote them, at the moment `asked`; what the bot alone fills in is left out then.
        """
        try:
            command = self.catalog.named(name)
        except UsageError as error:
            return self._suggestion(error)
        raw = _seen(command, raw) if typed else raw
        if dry_run and not (command.writes or command.leads):
            return words.nothing_to_preview(command)
        try:
            arguments = await validate(command, raw, asked.astimezone(ZoneInfo(actor.zone)), typed)
        except UsageError as error:
            sorry = words.usage(error, command, raw)
            return await self._form(command, raw, sorry, actor, place) if error.missing else sorry
        return Call(id, command.name, arguments, actor, place, via, asked, dry_run)

    async def answer(
        self, call: Call, settle: Settle | None = None, connect: Connect = _nowhere
    ) -> AsyncGenerator[Reply, None]:
        """Runs the call. Each reply replaces the one before; the last one stands. Raises Unavailable, StorageError.

        To close it is to stop at once whatever is under way.

        `settle` is given the call as it turns out to be meant, and stores it, so that a further attempt does not find another
        meaning. `connect` is asked for where an account is missing.
        """
        for _ in range(_TURNS):
            command = self.catalog.get(call.command)
            if command is None:  # its service was switched off since it was asked for
                yield words.switched_off(call.command)
                return
            try:
                verdict = await self._permitted(command, call)
                async with aclosing(self._run(command, call, verdict)) as replies:
                    async for reply in replies:
                        yield reply
                return
            except Meant as meant:
                call = replace(call, arguments={**call.arguments, **meant.arguments})
            except Instead as instead:
                call = _instead(call, instead)
            except UsageError as error:
                yield words.usage(error, command, call.arguments)
                return
            except NeedsConnection as error:
                yield words.needs_connection(error, await connect(error.service))
                return
            except Refused as error:
                yield words.refused(error)
                return
            except Unknown as error:
                yield words.unknown(error, command.name, error.effect if isinstance(error, Unsettled) else "")
                return
            if settle:
                await settle(call)
        raise RecursionError("this call never comes to a meaning")

    def provide(self, need: type[_Given], call: Call) -> _Given:
        """What a command is given that asks for this type. Raises KeyError where there is no such thing here."""
        return cast(_Given, self._given_by_type[need](call))

    def streams(self, call: Call) -> bool:
        """Whether the call answers step by step, so that each reply is worth showing."""
        command = self.catalog.get(call.command)
        return command is not None and command.steps and not command.writes

    async def doubted(self, call: Call) -> str:
        """The id of what this call has begun to write, where nobody knows whether it happened; else empty."""
        begun = await self._writing.begun(call)
        return begun.id if begun and begun.is_open else ""

    async def done(self, call: Call) -> Reply | None:
        """The answer of a write that was done for this call; None where there was none, or nobody knows."""
        begun = await self._writing.begun(call)
        return answered(begun) if begun else None

    async def _permitted(self, command: Command, call: Call) -> Verdict:
        """Raises Refused."""
        if command.by_hand and call.via not in BY_HAND:
            raise Refused(f"“{command.name}” is for people to run, by their own hand.")
        verdict = await self._judge.judge(command, call.actor, call.place)
        if not verdict.allowed:
            raise Refused(verdict.reason)
        return verdict

    async def _form(
        self, command: Command, raw: Mapping[str, Any], otherwise: Reply, actor: Actor, place: Place
    ) -> Form | Reply:
        """Nobody fills in a form for what they may not do."""
        verdict = await self._judge.judge(command, actor, place)
        return Form(command, raw, otherwise) if verdict.allowed else words.refused(Refused(verdict.reason))

    async def _run(self, command: Command, call: Call, verdict: Verdict) -> AsyncGenerator[Reply, None]:
        """Once more, where a service turns a token down and there is a newer one."""
        for renewed in (False, True):
            begun = await self._writing.begun(call) if command.writes else None
            if begun and (done := answered(begun)):
                yield done
                return
            opened = await self._open(command, call, begun)
            accounts = {self._clients.title(each.client): each.account for each in opened.clients}
            try:
                async with aclosing(self._steps(command, call, opened, accounts, begun, verdict)) as steps:
                    async for reply in steps:
                        if isinstance(reply, Reply):
                            yield replace(reply, account=as_whom(accounts)) if accounts else reply
                return
            except NeedsConnection as error:  # the second time too, so that it is known to be broken
                if not await self._renewed(error.service, opened, call) or renewed:
                    raise

    def _steps(
        self,
        command: Command,
        call: Call,
        opened: _Opened,
        accounts: Mapping[str, Account],
        begun: Effect | None,
        verdict: Verdict,
    ) -> AsyncGenerator[Reply | Preview, None]:
        steps = command.run(call.arguments, opened.given, call.asked.astimezone(ZoneInfo(call.actor.zone)))
        if not command.writes:
            return steps
        return self._writing.run(command, call, accounts, begun, verdict.by, verdict.reason if verdict.by else "", steps)

    async def _renewed(self, title: str, opened: _Opened, call: Call) -> bool:
        """Of the service of this title alone: the others have turned nothing down, and to renew an API key is to lose it."""
        clients = [each.client for each in opened.clients if self._clients.title(each.client) == title]
        return any([await self._clients.renew(each, call.actor, call.place.conversation) for each in clients])

    async def _open(self, command: Command, call: Call, begun: Effect | None) -> _Opened:
        again = begun is not None and begun.is_open
        given = {name: await self._one(need, call, again) for name, need in command.needs.items()}
        clients = tuple(each for each in given.values() if isinstance(each, Opened))
        return _Opened({name: each.client if isinstance(each, Opened) else each for name, each in given.items()}, clients)

    async def _one(self, need: type, call: Call, again: bool) -> object:
        if need is Catalog:
            return self.catalog.only(await self._judge.may(call.actor, call.place))
        if issubclass(need, Client):
            return await self._clients.open(need, call.actor, call.place.conversation, call.id, again, call.asked)
        return self._given_by_type[need](call)

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


def _seen(command: Command, raw: Mapping[str, Any]) -> Mapping[str, Any]:
    """Without what people never see: a form comes from a browser, where anything can be put into it."""
    hidden = {option.name for option in command.hidden}
    return {name: value for name, value in raw.items() if name not in hidden}


def _instead(call: Call, instead: Instead) -> Call:
    return replace(
        call,
        id=instead.id or call.id,
        command=instead.command,
        arguments=instead.arguments,
        undoes=instead.undoes,
        confirmed=instead.confirmed,
        confirmed_by=instead.confirmed_by,
    )
