"""Requests that are framed as no client frames them, or are far too large; all of them signed well."""

import time
from collections.abc import Iterator

from bot.slack.sandbox import SlackSandbox
from tests.drills.wire import JSON, SLACK, Probe, head, request, signed

_LARGE = 10 * 1024 * 1024  # bytes
TAKEN = {
    "chunks": [200],
    "requests in one piece": [200, 200],
    "POST http://evil/slack/events HTTP/1.1": [200],  # RFC 9112, 3.2.2: it has to be taken
}
"""What is odd, and yet as it should be, with its answers."""

UNHEARD = {"a body of 10 MB in chunks"}
"""What is still being sent when the bot hangs up: whoever sends it may not get to see the answer."""

_POST = f"POST {SLACK} HTTP/1.1"


def framings(slack: SlackSandbox, body: bytes) -> Iterator[Probe]:
    """`body` is none that asks anything, for `TAKEN` are taken."""
    now = int(time.time())
    told = [("Host", "bot"), *signed(slack, body, now)]
    large = b'{"type":"x","x":"' + b"x" * _LARGE + b'"}'
    length = ("Content-Length", str(len(body)))
    yield Probe("a body of 10 MB", request(SLACK, signed(slack, large, now), large))
    yield Probe("a body of 10 MB in chunks", head(_POST, [*told, _CHUNKED]) + _chunk(large) + _END)
    yield Probe("chunks", head(_POST, [*told, _CHUNKED, _CLOSE]) + _chunk(body) + _END)
    yield Probe("a chunk that lies", head(_POST, [*told, _CHUNKED]) + b"zz\r\n" + body + b"\r\n" + _END)
    yield Probe("a chunk without end", head(_POST, [*told, _CHUNKED]) + b"fffffffffffffffff\r\n" + body)
    yield Probe("a length too small", request(SLACK, signed(slack, body, now), body, len(body) - 7) + b"GET / HTTP/1.1\r\n\r\n")
    yield Probe("a length below zero", request(SLACK, signed(slack, body, now), body, -1))
    yield Probe("a length of 30 digits", request(SLACK, signed(slack, body, now), body, 10**30))
    yield Probe("two lengths", head(_POST, [*told, length, ("Content-Length", "3")]) + body)
    yield Probe("a length and chunks", head(_POST, [*told, length, _CHUNKED]) + _chunk(body) + _END)
    yield Probe("chunked twice", head(_POST, [*told, _CHUNKED, _CHUNKED]) + _chunk(body) + _END)
    yield Probe("an unknown coding", head(_POST, [*told, ("Transfer-Encoding", "x")]) + body)
    yield Probe("a header of 16 KB", request(SLACK, [*signed(slack, body, now), ("X", "x" * 16_384)], body))
    yield Probe("2,000 headers", request(SLACK, [*signed(slack, body, now), *[("X", "x")] * 2000], body))
    yield Probe("an address of 100 KB", request(f"{SLACK}?{'x' * 100_000}", signed(slack, body, now), body))
    yield Probe("requests in one piece", head(_POST, [*told, length]) + body + request(SLACK, signed(slack, body, now), body))
    for coding in ("gzip", "deflate", "br", "zstd"):
        packed = [*signed(slack, body, now), ("Content-Encoding", coding)]
        yield Probe(f"packed by {coding}", request(SLACK, packed, body))
    for first in ("POST http://evil/slack/events HTTP/1.1", f"POST {SLACK} HTTP/9.9", f"TRACE {SLACK} HTTP/1.1", "x"):
        yield Probe(first, head(first, [*told, length, _CLOSE]) + body)
    for line in (" folded: x", "space : x", "no colon", "NUL: \0", ": nameless", "X: a\rb"):
        yield Probe(f"a header “{line!r}”", f"{_POST}\r\nHost: bot\r\n{line}\r\n\r\n".encode())
    yield Probe("another type", request(SLACK, signed(slack, body, now, "text/plain"), body))
    yield Probe("a body that is no text", request(SLACK, signed(slack, b"\xff\xfe", now, JSON), b"\xff\xfe"))


_CHUNKED = ("Transfer-Encoding", "chunked")
_CLOSE = ("Connection", "close")
_END = b"0\r\n\r\n"


def _chunk(body: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(body), body)
