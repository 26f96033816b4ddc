"""Long texts, shortened to be told."""

import textwrap


def begins(text: str, most: int = 300) -> str:
    """The beginning of a text, in one line of at most that many characters."""
    return textwrap.shorten(text, most, placeholder=" …")
