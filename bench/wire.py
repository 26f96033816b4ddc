"""As much of HTTP/1.1 as the load and the stand-ins need, so that neither takes the time that is being measured."""

import json
import re
import socket
from collections.abc import Mapping
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding:", re.IGNORECASE)
_PATIENCE = 10.0  # seconds


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


def status_of(head: bytes) -> int:
    """That of a response."""
    return int(head[9:12])


def request(method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> bytes:
    """A whole request."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode() + body


def status(port: int, request: bytes) -> int:
    """What a request is answered with, over a connection of its own; 0 where that is closed. Raises OSError."""
    received = b""
    with socket.create_connection(("127.0.0.1", port), timeout=_PATIENCE) as connection:
        connection.sendall(request)
        while not (whole := split(received)):
            data = connection.recv(65536)
            if not data:
                return 0
            received += data
    return status_of(whole[0])


def fetched(url: str) -> Any:
    """What is there, as JSON. Raises OSError."""
    where = urlsplit(url)
    connection = HTTPConnection(where.netloc, timeout=_PATIENCE)
    try:
        connection.request("GET", where.path)
        return json.load(connection.getresponse())
    finally:
        connection.close()
