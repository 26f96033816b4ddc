"""What OpenAI paints."""

from dataclasses import dataclass, field
from typing import Literal

from adapters.chat import Usage

Shape = Literal["square", "wide", "tall"]

_PNG, _JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"


@dataclass(frozen=True)
class Image:
    """A picture. `mime` is "image/png", "image/jpeg" or "image/webp"; `usage` is empty where OpenAI does not tell it."""

    content: bytes = field(repr=False)
    mime: str
    usage: Usage = Usage()  # noqa: RUF009 - frozen


def mime_of(content: bytes) -> str:
    """By its first bytes, whatever is said of it; empty where it is none of these: https://mimesniff.spec.whatwg.org/#matching-an-image-type-pattern."""
    if content.startswith(_PNG):
        return "image/png"
    if content.startswith(_JPEG):
        return "image/jpeg"
    return "image/webp" if content[:4] == b"RIFF" and content[8:14] == b"WEBPVP" else ""
