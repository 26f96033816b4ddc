"""AES-256-GCM: whatever is encrypted here opens in its own context only, and not at all where a bit of it was changed.

https://cryptography.io/en/stable/hazmat/primitives/aead/#cryptography.hazmat.primitives.ciphers.aead.AESGCM
"""

from collections.abc import Callable, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

Random = Callable[[int], bytes]  # so many random bytes; `os.urandom`, but for tests

KEY = 32  # bytes
_NONCE = 12  # https://csrc.nist.gov/pubs/sp/800/38/d/final recommends 96 bits
_TAG = 16
_DOMAIN = ("interact", "v1")


class SealError(Exception):
    """It can't be opened, or not here: it was changed or moved, or its key is gone. The text names no secret."""


def encrypt(key: bytes, plaintext: bytes, context: Sequence[str], random: Random) -> bytes:
    """The nonce, the ciphertext, the tag: 28 bytes more than the plaintext."""
    nonce = random(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, plaintext, associated_data(context))


def decrypt(key: bytes, encrypted: bytes, context: Sequence[str]) -> bytes:
    """Raises SealError unless key and context are those it was encrypted with."""
    if len(encrypted) < _NONCE + _TAG:
        raise SealError("it is too short")
    try:
        return AESGCM(key).decrypt(encrypted[:_NONCE], encrypted[_NONCE:], associated_data(context))
    except InvalidTag:
        raise SealError("it was changed, moved, or sealed with another key") from None


def associated_data(context: Sequence[str]) -> bytes:
    """Each part in UTF-8 with its length before it, in four bytes: no two contexts look alike."""
    parts = [part.encode("utf-8", "surrogatepass") for part in (*_DOMAIN, *context)]
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)
