"""An e-mail address that somebody types."""

import re
from typing import Annotated

from pydantic import AfterValidator

_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def _address(text: str) -> str:
    if not _ADDRESS.fullmatch(text):
        raise ValueError(f"“{text}” is not an e-mail address.")
    return text


Address = Annotated[str, AfterValidator(_address)]
