"""What all AI providers have in common: a prompt goes in, and an answer comes out in pieces."""

from abc import abstractmethod
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from adapters.base import Client
from adapters.errors import Refused

FIRST, IDLE = 20.0, 45.0  # seconds: OpenAI's models think for half a minute without a sign
LARGEST = 3_000_000  # bytes of all that is attached: it is encoded in the loop, 10 ms for a megabyte


@dataclass(frozen=True)
class Document:
    """A picture or a document that goes with a turn. `mime` is like "image/png", "application/pdf", "text/plain"."""

    name: str
    mime: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class Turn:
    """What one side said. Only the user's turns have documents."""

    role: Literal["user", "assistant"]
    text: str
    documents: tuple[Document, ...] = ()


@dataclass(frozen=True)
class Tool:
    """Something that the model may ask for. `schema` is the JSON Schema of its arguments, an object."""

    name: str  # letters, digits, _ and -, at most 64
    about: str
    schema: Mapping[str, Any]


@dataclass(frozen=True)
class Prompt:
    """All that a model is told. The last turn is the user's.

    `most` is how many tokens it may answer with, what it thinks included: most of them, sometimes.
    """

    turns: tuple[Turn, ...]
    instructions: str = ""
    tools: tuple[Tool, ...] = ()
    most: int = 8000

    def must_be_light(self) -> None:
        """Raises Refused where more is attached than can be sent."""
        if sum(len(document.content) for turn in self.turns for document in turn.documents) > LARGEST:
            raise Refused(f"Those files are too large for me to send: together at most {LARGEST // 1_000_000} MB.")


@dataclass(frozen=True)
class Usage:
    """What a call took: tokens, thinking included in `output`; `dollars` where it is told, or prices are known."""

    input: int = 0
    output: int = 0
    dollars: float | None = None


@dataclass(frozen=True)
class Delta:
    """The next words of the answer: Markdown, not to be trusted."""

    text: str


@dataclass(frozen=True)
class ToolCall:
    """The model asks for one of the tools. `arguments` are as it wrote them: to be validated."""

    name: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True)
class Source:
    """Where the provider found something: a footnote, in the order of its numbers from 1."""

    title: str
    url: str


@dataclass(frozen=True)
class End:
    """The last piece. `cut`: the answer is not complete, for it reached `Prompt.most`. `id` is the provider's."""

    usage: Usage
    cut: bool = False
    id: str = ""


Piece = Delta | ToolCall | Source | End


@dataclass(frozen=True)
class Model:
    """A model that may be asked. Prices are in US dollars for a million tokens, None where they are not known.

    They are those of a short prompt: what a call costs, `ChatModel.cost` tells. `documents` are the MIME types, or beginnings
    of such ("image/"), of what it takes beside text.
    """

    id: str
    title: str = ""
    input_price: float | None = None
    output_price: float | None = None
    documents: tuple[str, ...] = ()


class ChatModel(Client):
    """An AI provider, asked with one key. Model ids are the provider's own, and never in our code.

    Both raise the four errors of `adapters.errors`: NeedsConnection for a key that is turned down, Refused for what the
    provider won't answer (an unknown model, a prompt too long, its content filter), Unavailable for everything that may pass,
    which includes an answer that broke off: then `acted` is true, and what was said before stands.
    """

    @abstractmethod
    async def models(self) -> list[Model]:
        """Those that can be asked, newest first: one request, which costs nothing."""

    @abstractmethod
    def stream(self, model: str, prompt: Prompt) -> AsyncGenerator[Piece, None]:
        """The answer in pieces, as they come; an `End` is the last. To close it is to stop the provider.

        A first sign of life must come within `FIRST` seconds, and no silence be longer than `IDLE`; to think is no silence.
        """

    @abstractmethod
    def described(self, model: str) -> Model:
        """What is known of a model without asking anybody: its prices, and what it takes. Never raises."""

    def cost(self, model: str, usage: Usage) -> float | None:
        """What a call cost, in US dollars: what `usage` tells, else by the prices of the model; None where they are not known.

        Asks nobody, and never raises.
        """
        known = self.described(model)
        if usage.dollars is not None or known.input_price is None or known.output_price is None:
            return usage.dollars
        return (usage.input * known.input_price + usage.output * known.output_price) / 1_000_000
