"""Have a picture painted by an AI model."""

import re
from collections.abc import AsyncIterator
from typing import Annotated

from adapters.openai.client import OpenAI
from adapters.openai.image import Shape
from commands.command import command
from commands.excerpt import begins
from commands.illustrator import Illustrator, Picture
from commands.option import PRIVATE
from commands.reply import Button, Field, File, Reply

_NAME = 60  # characters of a file's name
_UNSHOWN = (
    "It can’t be shown here, for my address can only be reached from the machine that I run on. The button opens it there."
)


@command(example="imagine a lighthouse in the fog")
async def imagine(
    openai: OpenAI,
    illustrator: Illustrator,
    prompt: Annotated[str, "what the picture shows", PRIVATE],
    shape: Annotated[Shape, "as wide as it is high, or not"] = "square",
    model: Annotated[str, "which model of OpenAI’s paints; the newest by default"] = "",
) -> AsyncIterator[Reply]:
    """Have a picture painted by OpenAI."""
    yield Reply(f"OpenAI is painting “{begins(prompt)}”. That may take a minute.", partial=True)
    yield _shown(prompt, await illustrator.paint(openai, prompt, shape, model))


def _shown(prompt: str, picture: Picture) -> Reply:
    """The text goes with the picture for whoever can't see it, so it holds all that the picture was to show."""
    text = f"“{prompt}”, painted by OpenAI."
    if not picture.url:
        return Reply(text, file=File(_name(prompt, picture.mime), picture.content, picture.mime), record=picture.record)
    return Reply(
        text,
        fields=() if picture.embeds else (Field("Note", _UNSHOWN),),
        buttons=(Button("Open the picture", url=picture.url),),
        image=picture.url if picture.embeds else "",
        record=picture.record,
    )


def _name(prompt: str, mime: str) -> str:
    words = re.sub(r"\W+", "-", prompt).strip("-").lower()[:_NAME].strip("-") or "picture"
    return f"{words}.{mime.removeprefix('image/').replace('jpeg', 'jpg')}"
