"""What a person may tell a command, as its signature says it."""

import inspect
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

_MISSING = inspect.Parameter.empty


@dataclass(frozen=True)
class Option:
    """One parameter of a command. `type` is the bare type, without its metadata."""

    name: str
    about: str
    type: Any
    required: bool
    default: Any = None

    @property
    def choices(self) -> tuple[str, ...]:
        """The words allowed, where the type is a `Literal`."""
        return get_args(self.type) if get_origin(self.type) is Literal else ()

    @property
    def many(self) -> bool:
        """Whether several values are taken, separated by commas."""
        return get_origin(self.type) is list

    @property
    def usage(self) -> str:
        """`<title>` where it is required, `[minutes=30]` where it is not."""
        words = "|".join(self.choices)
        if self.required:
            return f"<{words or self.name}>"
        return f"[{self.name}={words or ('…' if self.default in (None, '') or self.many else self.default)}]"


def option_of(parameter: inspect.Parameter, annotation: Any) -> Option:
    """Reads one parameter; `annotation` is its type hint with extras. The first plain string in `Annotated` is its help."""
    notes: list[Any] = []
    bare = annotation
    if get_origin(annotation) is Annotated:
        bare, *notes = get_args(annotation)
    about = next((note for note in reversed(notes) if isinstance(note, str)), "")
    required = parameter.default is _MISSING
    return Option(parameter.name, about, bare, required, None if required else parameter.default)


def field_of(parameter: inspect.Parameter, annotation: Any) -> tuple[Any, FieldInfo | Any]:
    """The same parameter as a field of a pydantic model."""
    return annotation, ... if parameter.default is _MISSING else parameter.default
