"""The addresses in a text: only to these may a model lead people that was given the text."""

import re

_ADDRESS = re.compile(r"https?://[^\s<>\"')\]]+")
_AFTER = ".,;:!?*_"  # what follows an address in a sentence rather than belongs to it


def addresses(*texts: str) -> tuple[str, ...]:
    """Each once, in their order."""
    return tuple(dict.fromkeys(each.rstrip(_AFTER) for text in texts for each in _ADDRESS.findall(text)))
