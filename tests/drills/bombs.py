"""Small files that become large, or take long, where somebody opens them."""

import gzip
import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from functools import cache

from tests.drills.account import LONG

_MIB = 1024 * 1024
_PIECE, _PIECES = bytes(16 * _MIB), 32 if LONG else 8  # of zeros
UNPACKED = 16 * _PIECES  # megabytes
_LAUGHS = "".join(f'<!ENTITY l{number} "{f"&l{number - 1};" * 10}">' for number in range(1, 12))
_XML = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">{_LAUGHS}]><x>&l11;</x>'.encode()


def _zipped(name: str, content: bytes, times: int = 1) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive, archive.open(name, "w") as inside:
        for _ in range(times):
            inside.write(content)
    return file.getvalue()


def _png(side: int) -> bytes:
    """One that says that it is so many pixels wide and high."""
    header = b"IHDR" + struct.pack(">IIBBBBB", side, side, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))


@cache
def bombs() -> Mapping[str, tuple[str, bytes]]:
    """By their names: the type that they are said to have, and the content. It takes seconds to make them."""
    zipped, document = _zipped("zeros", _PIECE, _PIECES), "application/vnd.openxmlformats-officedocument"
    return {
        "bomb.zip": ("application/zip", zipped),
        "nested.zip": ("application/zip", _zipped("inner.zip", zipped)),
        "bomb.docx": (f"{document}.wordprocessingml.document", _zipped("word/document.xml", _XML)),
        "bomb.xlsx": (f"{document}.spreadsheetml.sheet", _zipped("xl/workbook.xml", _XML)),
        "bomb.txt.gz": ("text/plain", gzip.compress(_PIECE) * _PIECES),
        "bomb.svg": ("image/svg+xml", _XML),
        "bomb.png": ("image/png", _png(100_000)),
    }
