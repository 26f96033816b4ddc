"""What a stand-in of an AI provider is told to answer: steps, in their order."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Thought:
    """What the model thinks, and does not say."""

    text: str


@dataclass(frozen=True)
class Call:
    """The model asks for a tool."""

    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Pause:
    """Nothing is said for so many seconds."""

    seconds: float


@dataclass(frozen=True)
class Hold:
    """Nothing is said until this is set."""

    until: asyncio.Event


@dataclass(frozen=True)
class Cut:
    """The connection breaks. `politely`: it is closed as if the answer had come to its end."""

    politely: bool = False


@dataclass(frozen=True)
class Garbage:
    """Bytes that are no part of any answer."""

    content: bytes


@dataclass(frozen=True)
class Filtered:
    """The content filter stops the answer."""


@dataclass(frozen=True)
class Failure:
    """An error: as the first step it is all of the answer, later it comes in the middle of it.

    `kind` is the vendor's word for it: OpenAI's code, Claude's type, Gemini's status.
    """

    status: int
    kind: str
    message: str = "This failure was asked for."


Step = str | Thought | Call | Pause | Hold | Cut | Garbage | Filtered | Failure
"""A text is said as one piece."""

Answer = Sequence[Step]


@dataclass(frozen=True)
class Attached:
    """A document that came with a question. `size` is in bytes."""

    mime: str
    size: int


@dataclass(frozen=True)
class Question:
    """What a stand-in was asked, whoever's words it came in. `said` are the turns before, and the last one."""

    model: str
    said: tuple[str, ...]
    instructions: str = ""
    attached: tuple[Attached, ...] = ()
    tools: tuple[str, ...] = ()
    most: int = 0  # tokens; 0 for as many as it likes

    @property
    def tokens(self) -> int:
        return tokens(self.instructions, *self.said) + sum(each.size // 1000 for each in self.attached)


def tokens(*texts: str) -> int:
    """A token is a word here, and a long word is several."""
    return sum((len(word) + 7) // 8 for text in texts for word in text.split())
