"""What a check found out."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `text` says how it is and, where it is wrong, what to do. It never holds a secret."""

    name: str
    state: Literal["ok", "wrong", "off"]
    text: str
