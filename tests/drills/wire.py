"""Requests as bytes, for what no client would send: to a bot's port, with what it answers."""

import asyncio
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import NamedTuple

from bot.slack.sandbox import SlackSandbox
from bot.slack.verify import SIGNATURE, TIMESTAMP, sign

SLACK, TEAMS = "/slack/events", "/api/messages"
JSON = "application/json"
_PART = 65_536  # bytes
_MUCH = 10_000_000  # bytes
_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3}) ")

Headers = Iterable[tuple[str, str]]


class Probe(NamedTuple):
    """`name` says what is wrong with what is sent."""

    name: str
    sent: bytes


def request(path: str, headers: Headers, body: bytes, length: int | None = None) -> bytes:
    """A POST that is closed once it is answered; `length` is what it claims to have, by default the truth."""
    told = [
        ("Host", "bot"),
        ("Content-Length", str(len(body) if length is None else length)),
        *headers,
        ("Connection", "close"),
    ]
    return head(f"POST {path} HTTP/1.1", told) + body


def head(first: str, headers: Headers) -> bytes:
    lines = [first, *(f"{name}: {value}" for name, value in headers)]
    return "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogatepass")


def signed(slack: SlackSandbox, body: bytes, now: int, type: str = JSON) -> Sequence[tuple[str, str]]:
    """The headers that Slack sends with this body."""
    signature = sign(slack.signing_secret, str(now), body)
    return [(TIMESTAMP, str(now)), (SIGNATURE, signature), ("Content-Type", type)]


async def answers(port: int, sent: bytes, patience: float = 15.0) -> Sequence[int]:
    """The statuses of all answers until the bot hangs up. Raises TimeoutError where it has not within so many seconds."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    heard = b""
    try:
        with suppress(ConnectionError):
            async with asyncio.timeout(patience):
                writer.write(sent)
                while part := await reader.read(_PART):
                    heard += part
    finally:
        writer.close()
    return [int(status) for status in _STATUS.findall(heard)]


async def pour(port: int) -> None:
    """A good request, and then what is none, as much of it as the bot lets in."""
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    with suppress(ConnectionError):
        writer.write(head("GET /healthz HTTP/1.1", [("Host", "bot")]))
        for _ in range(_MUCH // _PART):
            writer.write(b"z" * _PART)
            await writer.drain()
    writer.close()
