"""AI models, as the bot hands them to commands: whichever is to be asked, within what may be spent."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from adapters.chat import Model, Prompt, Source
from commands.command import Given


@dataclass(frozen=True)
class Answer:
    """What a model has said so far, in Markdown that is not to be trusted.

    `ended` is empty while more is to come: "cut" is what is as long as it may be, "late" what took too long, "refused" what the
    provider won't go on with, for the reason in `why`.
    `instead_of` names the provider that should have answered, but can't at the moment; `record` says for the audit which model
    it was, what it took and what it cost.
    """

    vendor: str  # as people write it
    model: str  # the provider's id
    text: str = ""
    sources: tuple[Source, ...] = ()
    ended: Literal["", "whole", "cut", "late", "stopped", "broken off", "refused"] = ""
    why: str = ""
    instead_of: str = ""
    record: str = ""


@dataclass(frozen=True)
class Offered:
    """A provider that is switched on, and the models that it offers to this person; or why it can't tell.

    `painters` are those that make pictures; they answer nothing.
    """

    name: str  # as people type it
    vendor: str  # as people write it
    models: tuple[Model, ...] = ()
    painters: tuple[Model, ...] = ()
    problem: str = ""


Ask = Callable[[Prompt, str], AsyncGenerator[Answer, None]]


@dataclass(frozen=True)
class Assistant(Given):
    """`answer` asks a model, as its provider and id ("openai:some-model"), either of them, or neither name it; another one may
    stand in for it. `alone` asks that one and no other.

    The last answer that they yield has `ended`. To close them is to stop the provider. Both raise Refused (also where a limit
    is reached), NeedsConnection, Unavailable. `usual` is what is asked here where nobody names a model: a provider, or a
    provider and a model, for people to read. `same` says whether two names, as `answer` takes them, mean one model; what can't
    be told at the moment is taken for two.
    """

    answer: Ask
    alone: Ask
    offered: Callable[[], Awaitable[list[Offered]]]
    usual: Callable[[], Awaitable[str]]
    same: Callable[[str, str], Awaitable[bool]]


@dataclass(frozen=True)
class Stopping(Given):
    """`stop` ends the answer to the call of this id, wherever it is being given; False: it has ended already.

    It does not ask whose answer that is: the id must come from a button that was offered to whoever asked.
    """

    stop: Callable[[str], Awaitable[bool]]
