"""Pictures by AI models, as the bot hands them to commands: within what may be spent, and where people can see them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from adapters.openai.client import OpenAI
from adapters.openai.image import Shape
from commands.command import Given


@dataclass(frozen=True)
class Picture:
    """`record` says for the audit which model it was, what it took and what it cost. `url` is where the picture is seen; empty
    where that is nowhere, so that it has to be handed over itself. What `embeds` can be fetched from there by the platforms.
    """

    content: bytes = field(repr=False)
    mime: str
    record: str
    url: str = ""
    embeds: bool = False


@dataclass(frozen=True)
class Illustrator(Given):
    """`paint` has a model make what a text describes: the one with this id, or the newest where there is none.

    What was painted for this call on an earlier attempt is given back as it is. Raises Refused (also where a limit is reached,
    or where nobody could see a picture), NeedsConnection, Unavailable.
    """

    paint: Callable[[OpenAI, str, Shape, str], Awaitable[Picture]]
