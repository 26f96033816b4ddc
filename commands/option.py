"""What a person may tell a command, as its signature says it."""

import inspect
from dataclasses import dataclass
from functools import cached_property
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BeforeValidator, Field, ValidationInfo

from commands.mention import named

_MISSING = inspect.Parameter.empty


class _Mark:
    """What stands in an `Annotated` type: see those below."""


HIDDEN = _Mark()
"""An option that the bot fills in itself, as when it takes something back. People never see it."""

MENTIONS = _Mark()
"""An option that asks for people or channels: mentions in it keep their ids. In all others they become the names."""

PRIVATE = _Mark()
"""An option that takes what people say to an AI model: the audit keeps how long that was, and none of its words."""


@dataclass(frozen=True)
class Option:
    """One parameter of a command. `type` is the bare type: without its metadata, and without `None`."""

    name: str
    about: str
    type: Any
    required: bool
    default: Any = None
    hidden: bool = False
    mentions: bool = False
    private: bool = False

    @cached_property
    def choices(self) -> tuple[str, ...]:
        """The words allowed, where the type is a `Literal`."""
        return get_args(self.type) if get_origin(self.type) is Literal else ()

    @cached_property
    def many(self) -> bool:
        """Whether several values are taken, separated by commas."""
        return get_origin(self.type) in (list, tuple)

    @property
    def usage(self) -> str:
        """`<title>` where it is required, `[minutes=30]` where it is not."""
        words = "|".join(self.choices)
        if self.required:
            return f"<{words or self.name}>"
        return f"[{self.name}={words or self.default_words or '…'}]"

    @property
    def default_words(self) -> str:
        """What holds where it is left out, as a person would type it; empty where nothing does."""
        if isinstance(self.default, bool):
            return "yes" if self.default else "no"
        return "" if self.many or self.default is None else str(self.default)

    def read(self, typed: Any) -> Any:
        """What a person typed for it, as it is to be understood, and shown."""
        return named(typed) if isinstance(typed, str) and not self.mentions else typed


def option_of(parameter: inspect.Parameter, annotation: Any) -> Option:
    """Reads one parameter; `annotation` is its type hint with extras. The outermost string in `Annotated` is its help."""
    bare, notes = _unwrapped(annotation)
    about = next((note for note in notes if isinstance(note, str)), "")
    required = parameter.default is _MISSING
    default = None if required else parameter.default
    return Option(parameter.name, about, bare, required, default, HIDDEN in notes, MENTIONS in notes, PRIVATE in notes)


def field_of(option: Option, annotation: Any) -> tuple[Any, Any]:
    """The same option as a field of a pydantic model."""
    default = ... if option.required else option.default

    def reads_words(value: Any, info: ValidationInfo) -> Any:
        typed = bool(info.context and info.context["typed"])
        return _from_words(option, option.read(value) if typed else value) if isinstance(value, str) else value

    return Annotated[annotation, BeforeValidator(reads_words)], Field(default, description=option.about or None)


def _from_words(option: Option, text: str) -> Any:
    """Several values come as one text from people and forms alike; and who cares about a capital letter?"""
    if option.many:
        return [part.strip() for part in text.split(",") if part.strip()]
    return next((choice for choice in option.choices if choice.lower() == text.strip().lower()), text)


def _unwrapped(annotation: Any) -> tuple[Any, list[Any]]:
    """The bare type, and what is noted about it, from the outside in."""
    if get_origin(annotation) is Annotated:
        inner, *notes = get_args(annotation)
        bare, deeper = _unwrapped(inner)
        return bare, [*reversed(notes), *deeper]
    some = [each for each in get_args(annotation) if each is not NoneType]
    if get_origin(annotation) in (Union, UnionType) and len(some) == 1:
        return _unwrapped(some[0])
    return annotation, []
