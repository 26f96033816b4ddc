"""Pictures of one colour, by hand: PNG (https://www.w3.org/TR/png-3/) and JPEG (https://www.w3.org/Graphics/JPEG/itu-t81.pdf)."""

from collections.abc import Iterator
from zlib import compress, crc32

_BLOCK = 8  # pixels, of JPEG
_GREY = 128  # which JPEG counts from
_CATEGORIES = 9  # of differences, by how many bits they take: 0 to 8


def png(prompt: str, width: int, height: int) -> bytes:
    row = b"\0" + _colour(prompt) * width
    head = width.to_bytes(4) + height.to_bytes(4) + bytes((8, 2, 0, 0, 0))  # eight bits for each of red, green and blue
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", compress(row * height)) + _chunk(b"IEND", b"")


def jpeg(prompt: str, width: int, height: int) -> bytes:
    """Every block is flat, so that it is its difference to the one before, then "end of block"."""
    parts = bytes((1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0))  # brightness and two colours, each at every pixel, quantized by table 0
    frame = b"\x08" + height.to_bytes(2) + width.to_bytes(2) + b"\x03" + parts
    differences = b"\x00" + bytes((0, 0, 0, _CATEGORIES, *[0] * 12)) + bytes(range(_CATEGORIES))  # codes of four bits
    end_of_block = b"\x10" + bytes((1, *[0] * 15)) + b"\x00"  # a code of one bit
    scan = bytes((3, 1, 0, 2, 0, 3, 0, 0, 63, 0))
    tables = _segment(0xDB, b"\x00" + bytes([8] * 64)) + _segment(0xC0, frame)
    tables += _segment(0xC4, differences) + _segment(0xC4, end_of_block) + _segment(0xDA, scan)
    blocks = -(-width // _BLOCK) * -(-height // _BLOCK)
    return b"\xff\xd8" + tables + _packed("".join(_bits(_colour(prompt), blocks))) + b"\xff\xd9"


def _colour(prompt: str) -> bytes:
    return crc32(prompt.encode()).to_bytes(4)[:3]


def _chunk(kind: bytes, content: bytes) -> bytes:
    return len(content).to_bytes(4) + kind + content + crc32(kind + content).to_bytes(4)


def _segment(marker: int, content: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(content) + 2).to_bytes(2) + content


def _bits(colour: bytes, blocks: int) -> Iterator[str]:
    for part in colour:
        difference = part - _GREY
        size = abs(difference).bit_length()
        value = difference if difference > 0 else difference + (1 << size) - 1
        yield f"{size:04b}" + (f"{value:0{size}b}" if size else "") + "0"
    yield from ["00000"] * (3 * (blocks - 1))


def _packed(bits: str) -> bytes:
    """Filled up with ones; after a byte of ones stands one of zeros, for it is no marker."""
    bits += "1" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8).replace(b"\xff", b"\xff\x00")
