"""An account's name as it may stand in a chat."""

from bot.text import clean

_LONGEST = 80  # characters


def masked(account: str) -> str:
    """Enough of it to know it by: `al…@example.com`. What is no e-mail address stays as it is, on one line."""
    name, at, domain = " ".join(clean(account).split()).rpartition("@")
    shown = f"{name[:2]}…@{domain}" if at and name else name + at + domain
    return shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 1]}…"
