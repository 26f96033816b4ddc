"""Markdown from outside while it is streamed, where a platform reads all of it: it can't link, mention, or show a picture.

What would is shown by signs that look nearly the same. The whole answer takes its place soon, in elements that no platform
parses, with every sign as it was written.
"""

import re

from bot.text import clean

_ALIKE = str.maketrans({"<": "‹", "[": "［", "]": "］", "{": "｛", "&": "＆", "@": "＠", "/": "∕"})
_INNER_DOT = re.compile(r"\.(?=\w)")  # as in addresses; those of sentences and numbered lists stay
_ENDS = " \n。、，！？"  # Chinese and Japanese have no spaces


def streamed(text: str) -> str:
    """What of an unfinished text can be shown already: whole words. What is shown of more of it begins with the same."""
    cleaned = clean(text)
    whole = cleaned[: max(map(cleaned.rfind, _ENDS)) + 1]
    return _INNER_DOT.sub("․", whole.translate(_ALIKE))
