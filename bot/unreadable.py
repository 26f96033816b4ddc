"""Deliveries that a platform has signed and that can't be read all the same. The log tells of them without their contents."""

from collections.abc import Mapping

ODD = (KeyError, TypeError, AttributeError, ValueError, IndexError)
"""What reading raises where a part is missing or is something else. Nothing but reading may happen where these are caught."""


def check_texts(parts: Mapping[str, object]) -> None:
    """Raises KeyError, with the name of a part that should be a text and is none."""
    for name, part in parts.items():
        if not isinstance(part, str):
            raise KeyError(name)


def part_of(error: Exception) -> str:
    """Which part is missing or odd."""
    return f"its “{error.args[0]}”" if isinstance(error, KeyError) else f"some part of it ({type(error).__name__})"
