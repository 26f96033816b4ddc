"""How people and channels that are mentioned stand in what somebody types: as one word, `<@U1|ada>` or `<#C1|general>`."""

import re
from urllib.parse import quote, unquote

# No part may run over the next "<": hostile text would be searched from each of them to its end.
_MENTION = re.compile(r"<([@#])[^<>|\s]+\|([^<>]+)>")
_APART = re.compile(r"[\s%<>|]")  # what would end the word, or the name in it


def mention(sign: str, id: str, name: str) -> str:
    """`sign` is "@" for people and "#" for channels. What can't stand in one word is percent-encoded."""
    return f"<{sign}{id}|{_APART.sub(lambda each: quote(each[0]), name)}>" if name else f"<{sign}{id}>"


def named(text: str) -> str:
    """With the names alone, as in "@ada". A mention that came without a name stays as it is."""
    return _MENTION.sub(lambda each: each[1] + unquote(each[2]), text) if "<" in text else text
