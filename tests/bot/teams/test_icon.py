"""The icons are what Teams asks of them."""

import struct
import zlib
from collections.abc import Iterator

import pytest

from bot.teams.icon import BACKGROUND, color_icon, outline_icon

Pixel = tuple[int, ...]
WHITE, NAVY = (255, 255, 255), tuple(bytes.fromhex(BACKGROUND[1:]))


def chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    at = 8
    while at < len(png):
        [length] = struct.unpack(">I", png[at : at + 4])
        name, content = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        assert struct.unpack(">I", png[at + 8 + length : at + 12 + length]) == (zlib.crc32(name + content),)
        yield name, content
        at += 12 + length


def pixels(png: bytes) -> list[list[Pixel]]:
    """Rows of pixels, of a PNG without interlacing and without filters."""
    parts = dict(chunks(png))
    assert list(parts) == [b"IHDR", b"IDAT", b"IEND"]
    width, height, depth, kind, *rest = struct.unpack(">IIBBBBB", parts[b"IHDR"])
    assert (depth, rest) == (8, [0, 0, 0])
    channels = {2: 3, 6: 4}[kind]
    rows = list(struct.iter_unpack(f">{1 + width * channels}s", zlib.decompress(parts[b"IDAT"])))
    assert (len(rows), {row[0] for [row] in rows}) == (height, {0})
    return [[tuple(row[at : at + channels]) for at in range(1, len(row), channels)] for [row] in rows]


def size(rows: list[list[Pixel]]) -> tuple[int, int]:
    assert len({len(row) for row in rows}) == 1
    return len(rows[0]), len(rows)


def test_the_color_icon_has_a_white_mark_in_its_middle_on_a_full_square() -> None:
    rows = pixels(color_icon())
    assert size(rows) == (192, 192)
    drawn = [(x, y) for y, row in enumerate(rows) for x, pixel in enumerate(row) if pixel != NAVY]
    assert {min(x for x, _ in drawn), min(y for _, y in drawn)} == {48}, "48 pixels of padding, for Teams crops it"
    assert max(max(point) for point in drawn) == 192 - 48 - 1
    assert sum(pixel == WHITE for row in rows for pixel in row) > 4000


def test_the_outline_icon_is_white_and_fills_its_32_pixels() -> None:
    rows = pixels(outline_icon())
    assert size(rows) == (32, 32)
    assert {pixel[:3] for row in rows for pixel in row} == {WHITE}
    seen = [(x, y) for y, row in enumerate(rows) for x, pixel in enumerate(row) if pixel[3]]
    assert {min(x for x, _ in seen), min(y for _, y in seen)} == {0}
    assert {max(x for x, _ in seen), max(y for _, y in seen)} == {31}
    assert sum(pixel[3] == 0 for row in rows for pixel in row) > 400, "all else is fully transparent"


@pytest.mark.parametrize("icon", [color_icon, outline_icon])
def test_edges_are_smooth(icon: object) -> None:
    assert callable(icon)
    assert len({pixel for row in pixels(icon()) for pixel in row}) > 10


def test_an_icon_is_the_same_each_time() -> None:
    assert (color_icon(), outline_icon()) == (color_icon(), outline_icon())
