"""As much of HTTP/1.1 as the load and the fake Slack API need, so that neither takes the time that is being measured."""

import re

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding:", re.IGNORECASE)


def split(data: bytes) -> tuple[bytes, bytes, bytes] | None:
    """The head and the body of the first message, and what follows it; None while the message is not whole.

    Raises ValueError for a message that does not say its length.
    """
    head, blank, rest = data.partition(b"\r\n\r\n")
    if not blank:
        return None
    if _CHUNKED.search(head):
        raise ValueError("a message without Content-Length")
    found = _LENGTH.search(head)
    length = int(found[1]) if found else 0
    return (head, rest[:length], rest[length:]) if len(rest) >= length else None
