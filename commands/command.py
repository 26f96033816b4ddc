"""A command is a typed async function, written once: its name, signature, defaults and docstring say everything about it."""

import inspect
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, get_type_hints, overload

from pydantic import BaseModel, ConfigDict, ValidationError, create_model

from adapters.base import Client
from commands.option import Option, field_of, option_of
from commands.preview import Preview
from commands.reply import Reply
from commands.usage import Ambiguous, UsageError

Function = Callable[..., Any]
_STRICT = ConfigDict(extra="forbid", validate_default=True, str_strip_whitespace=True, allow_inf_nan=False)


class Given:
    """What the bot itself hands to a command, like the catalog of commands: a parameter of such a type is no option."""


@dataclass(frozen=True, eq=False)
class Command:
    """A declared command. `needs` says which clients and other given things its parameters ask for, by parameter name.

    `lists` says that its items are things to pick from: where a platform can search while people write (the message
    extensions of Teams), the command is offered there by its first option. `hidden` options are for the bot alone to fill
    in. Where `shortcut` is not empty, people may run it on a message, from that message's menu, where it has this name: its
    option `message` is then the message's id. `by_hand` says that only people run it: what decides about writes is never
    proposed by anything else. What is `pressed` rather than typed is not offered in lists of commands, and what `leads` has
    another command run in its place.
    """

    subject: str
    verb: str  # empty where the subject alone is the command: "ping"
    about: str
    example: str
    options: tuple[Option, ...]
    hidden: tuple[Option, ...]
    needs: Mapping[str, type]
    undo: str
    irreversible: bool
    lists: bool
    shortcut: str
    by_hand: bool
    pressed: bool
    leads: bool
    function: Function
    model: type[BaseModel]

    @cached_property
    def name(self) -> str:
        return f"{self.subject} {self.verb}".strip()

    @property
    def writes(self) -> bool:
        return bool(self.undo) or self.irreversible

    @cached_property
    def steps(self) -> bool:
        """Whether it answers step by step."""
        return inspect.isasyncgenfunction(self.function)

    @property
    def previews(self) -> bool:
        """Whether it says itself what it would write; else its declaration does."""
        return self.writes and self.steps

    @property
    def clients(self) -> tuple[type[Client], ...]:
        """The services it can't do without."""
        return tuple(need for need in self.needs.values() if issubclass(need, Client))

    @property
    def usage(self) -> str:
        return " ".join((self.name, *(option.usage for option in self.options)))

    def typeable(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        """Of what was given, what people can see and type: without what is hidden."""
        hidden = {option.name for option in self.hidden}
        return {name: value for name, value in raw.items() if name not in hidden}

    def validate(self, raw: Mapping[str, Any], now: datetime, typed: bool = True) -> dict[str, Any]:
        """The canonical arguments, as JSON values, for what was given.

        `now` is in the asker's own zone: words like "tomorrow" count from it. `typed` says that a person wrote the values
        just now, so that a time in the past is a slip. Raises UsageError.
        """
        return self._validated(raw, now, typed).model_dump(mode="json")

    async def run(
        self, arguments: Mapping[str, Any], provided: Mapping[str, Any], now: datetime
    ) -> AsyncGenerator[Reply | Preview, None]:
        """Runs with canonical arguments, and with one thing for each of `needs`. Each Reply replaces the one before.

        A write may yield a Preview first, before which it only reads.
        """
        values = self._validated(arguments, now, typed=False)
        options = {option.name: getattr(values, option.name) for option in (*self.options, *self.hidden)}
        if not self.steps:
            yield await self.function(**options, **provided)
            return
        async with aclosing(self.function(**options, **provided)) as replies:
            async for reply in replies:
                yield reply

    def _validated(self, raw: Mapping[str, Any], now: datetime, typed: bool) -> BaseModel:
        try:
            return self.model.model_validate(dict(raw), context={"now": now, "typed": typed})
        except ValidationError as error:
            raise self._usage_error(error) from None

    def _usage_error(self, error: ValidationError) -> UsageError:
        first = error.errors(include_url=False, include_input=False)[0]
        option = str(first["loc"][0]) if first["loc"] else ""
        cause = first.get("ctx", {}).get("error")
        if isinstance(cause, Ambiguous):
            return UsageError(str(cause), self.name, option, cause.choices)
        said = str(cause) if cause else _in_words(first["type"], first["msg"])
        return UsageError(f"{option}: {said}", self.name, option, missing=first["type"] == "missing")


@dataclass(frozen=True)
class _Declared:
    """What is said of a command beside its signature: see `command`."""

    example: str = ""
    undo: str = ""
    irreversible: bool = False
    lists: bool = False
    shortcut: str = ""
    by_hand: bool = False
    pressed: bool = False
    leads: bool = False


@overload
def command(function: Function, /) -> Command: ...
@overload
def command(
    *,
    example: str = "",
    undo: str = "",
    irreversible: bool = False,
    lists: bool = False,
    shortcut: str = "",
    by_hand: bool = False,
    pressed: bool = False,
    leads: bool = False,
) -> Callable[[Function], Command]: ...
def command(function: Function | None = None, **said: Any) -> Command | Callable[[Function], Command]:
    """Declares a command. Bare, it reads; `undo` names the command that takes it back; `irreversible` can't be taken back.

    The first line of the docstring is its help, `example` one call as a person would type it (default: its name). The others
    are as in `Command`.
    """

    def declare(declared: Function) -> Command:
        return _declared(declared, _Declared(**said))

    return declare if function is None else declare(function)


def _declared(function: Function, said: _Declared) -> Command:
    hints = get_type_hints(function, include_extras=True)
    parameters = inspect.signature(function).parameters
    needs = {name: hint for name, hint in hints.items() if name in parameters and _is_given(hint)}
    options = {name: option_of(parameter, hints[name]) for name, parameter in parameters.items() if name not in needs}
    subject, verb = _spoken(function.__module__.rpartition(".")[2]), _spoken(function.__name__)
    verb = "" if verb == subject else verb
    return Command(
        subject=subject,
        verb=verb,
        about=(inspect.getdoc(function) or "").partition("\n")[0],
        example=said.example or f"{subject} {verb}".strip(),
        options=tuple(option for option in options.values() if not option.hidden),
        hidden=tuple(option for option in options.values() if option.hidden),
        needs=needs,
        undo=said.undo,
        irreversible=said.irreversible,
        lists=said.lists,
        shortcut=said.shortcut,
        by_hand=said.by_hand,
        pressed=said.pressed,
        leads=said.leads,
        function=function,
        model=_model(function.__qualname__, options, hints),
    )


def _model(name: str, options: Mapping[str, Option], hints: Mapping[str, Any]) -> type[BaseModel]:
    fields: dict[str, Any] = {each: field_of(option, hints[each]) for each, option in options.items()}
    return create_model(name, __config__=_STRICT, **fields)


def _spoken(name: str) -> str:
    """A Python name as people type it: `follow_up` is "follow-up", `import_` is "import"."""
    return name.strip("_").replace("_", "-")


def _is_given(hint: Any) -> bool:
    return isinstance(hint, type) and issubclass(hint, Client | Given)


def _in_words(kind: str, message: str) -> str:
    return {"missing": "is missing", "extra_forbidden": "is not an option of this command"}.get(kind, message)
