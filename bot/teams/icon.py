"""The app's two icons, drawn: a speech bubble with a prompt in it.

What Teams asks of them: https://learn.microsoft.com/en-us/microsoftteams/platform/concepts/build-and-test/apps-package#app-icons
"""

import struct
import zlib
from collections.abc import Callable, Iterator
from itertools import pairwise
from math import hypot

BACKGROUND = "#1f2a44"

_Shape = Callable[[float, float], float]
"""How far a point is from the shape's edge, negative inside. The mark is 32 units wide and high; y points down."""

_MARK = 32.0
_PADDING = 48  # pixels around the mark in the color icon: Teams crops it to a hexagon
_WHITE = b"\xff\xff\xff"


def color_icon() -> bytes:
    """192 by 192 pixels as PNG: the mark in white on a full square, whose corners Teams rounds itself."""
    size, background = 192, bytes.fromhex(BACKGROUND[1:])
    prompt = _prompt(2.7)

    def mark(x: float, y: float) -> float:
        return max(_bubble(x, y), -prompt(x, y))

    def pixel(cover: float) -> bytes:
        return bytes(round(back + (front - back) * cover) for back, front in zip(background, _WHITE, strict=True))

    return _png(size, 2, map(pixel, _covered(mark, size, _PADDING)))


def outline_icon() -> bytes:
    """32 by 32 pixels as PNG: the mark's lines, nothing but white, more or less transparent."""
    size, stroke = 32, 2.0
    prompt = _prompt(stroke)

    def mark(x: float, y: float) -> float:
        return min(abs(_bubble(x, y) + stroke / 2) - stroke / 2, prompt(x, y))

    return _png(size, 6, (_WHITE + bytes([round(255 * cover)]) for cover in _covered(mark, size, 0)))


def _bubble(x: float, y: float) -> float:
    right, below = abs(x - 16) - 9.5, abs(y - 13) - 6.5  # a rectangle from 0, 0 to 32, 26, its corners rounded by 6.5
    body = hypot(max(right, 0.0), max(below, 0.0)) + min(max(right, below), 0.0) - 6.5
    return min(body, _triangle(x, y, (8.0, 20.0), (8.0, 30.8), (19.5, 20.0)) - 1)


def _prompt(stroke: float) -> _Shape:
    """A chevron and a line, as where one types a command."""

    def shape(x: float, y: float) -> float:
        chevron = min(_line(x, y, (8.5, 8.0), (13.5, 13.0)), _line(x, y, (13.5, 13.0), (8.5, 18.0)))
        return min(chevron, _line(x, y, (17.0, 18.0), (23.5, 18.0))) - stroke / 2

    return shape


def _line(x: float, y: float, start: tuple[float, float], end: tuple[float, float]) -> float:
    across, down = end[0] - start[0], end[1] - start[1]
    part = ((x - start[0]) * across + (y - start[1]) * down) / (across**2 + down**2)
    part = min(max(part, 0.0), 1.0)
    return hypot(x - start[0] - across * part, y - start[1] - down * part)


def _triangle(x: float, y: float, *corners: tuple[float, float]) -> float:
    """`corners` go round against the clock."""
    edges = list(pairwise((*corners, corners[0])))
    distance = min(_line(x, y, start, end) for start, end in edges)
    inside = all((x - a) * (d - b) >= (y - b) * (c - a) for (a, b), (c, d) in edges)
    return -distance if inside else distance


def _covered(mark: _Shape, size: int, padding: int) -> Iterator[float]:
    """How much of each pixel the mark covers, row by row: half of it, where its edge runs through the middle."""
    scale = (size - 2 * padding) / _MARK
    at = [(number + 0.5 - padding) / scale for number in range(size)]
    return (min(max(0.5 - mark(x, y) * scale, 0.0), 1.0) for y in at for x in at)


def _png(size: int, kind: int, pixels: Iterator[bytes]) -> bytes:
    """https://www.w3.org/TR/png-3/; `kind` is 2 for red, green and blue, 6 with transparency too."""
    rows = b"".join(b"\0" + b"".join(next(pixels) for _ in range(size)) for _ in range(size))
    header = struct.pack(">IIBBBBB", size, size, 8, kind, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, content) for name, content in chunks)


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
