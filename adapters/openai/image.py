"""What OpenAI paints."""

from dataclasses import dataclass, field

from adapters.chat import Usage


@dataclass(frozen=True)
class Image:
    """A picture. `mime` is like "image/png"; `usage` is empty where OpenAI does not tell it."""

    content: bytes = field(repr=False)
    mime: str
    usage: Usage = Usage()  # noqa: RUF009 - frozen
