"""Text made fit for Slack: nothing in it can mention anybody or lead anywhere."""

import re

from bot.text import clean

# https://docs.slack.dev/messaging/formatting-message-text#escaping
_ESCAPED = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_PARTIAL = re.compile(r"&[a-z]{0,4}$")


def escape(text: str) -> str:
    """For text objects and the fallback: where Slack would look for markup, it finds none."""
    return text.translate(_ESCAPED)


def shorten(text: str, most: int) -> str:
    """Clean and escaped, in at most `most` characters; an ellipsis says that there was more. Never empty."""
    escaped = escape(clean(text)).strip()
    if len(escaped) > most:
        return _PARTIAL.sub("", escaped[: most - 1]) + "…"
    return escaped or "…"
