"""Secrets in the database: encrypted, and bound to the place they stand in. Pasted into another row, they don't open.

A sealed value is 0x01, the id of its data key (8 bytes), a nonce (12 bytes), the ciphertext and its tag (16 bytes).
`tests/storage/sealed_value.json` shows one, with all that is needed to open it.
"""

import logging
import os
from dataclasses import astuple, dataclass

from sqlalchemy import Connection

from storage.cipher import Random, SealError, decrypt, encrypt
from storage.data_keys import DataKeys
from storage.sealed_values import sealed_under

__all__ = ["Binding", "SealError", "Sealer", "sealed_under"]

_LOG = logging.getLogger(__name__)
_VERSION = b"\x01"
_HEAD = 9  # bytes


@dataclass(frozen=True)
class Binding:
    """Where a sealed value stands, and whose it is. It opens with exactly this."""

    table: str
    column: str
    tenant: str  # "platform:tenant": whose data key seals it
    owner: str  # an actor's key; empty where it is nobody's own
    service: str
    row: str

    def context(self, key: str) -> tuple[str, ...]:
        return (*astuple(self), key)


class Sealer:
    """`connection` is the transaction in which the value is written or was read."""

    def __init__(self, data_keys: DataKeys, random: Random = os.urandom) -> None:
        self._keys = data_keys
        self._random = random

    def seal(self, connection: Connection, binding: Binding, plaintext: bytes) -> bytes:
        """Raises SealError where there is no key to seal with."""
        key = self._keys.current(connection, binding.tenant)
        return _VERSION + bytes.fromhex(key.id) + encrypt(key.secret, plaintext, binding.context(key.id), self._random)

    def open(self, connection: Connection, binding: Binding, sealed: bytes) -> bytes:
        """Raises SealError, and logs it: somebody may have changed the database."""
        try:
            return self._opened(connection, binding, sealed)
        except SealError as error:
            place = f"{binding.table}.{binding.column} of {binding.row}"
            _LOG.warning("a sealed value can't be opened (%s): %s", place, error)
            raise SealError(f"What is sealed in {place} can't be opened: {error}.") from None

    def _opened(self, connection: Connection, binding: Binding, sealed: bytes) -> bytes:
        if sealed[:1] != _VERSION or len(sealed) < _HEAD:
            raise SealError("it is no sealed value")
        key = self._keys.named(connection, sealed[1:_HEAD].hex())
        return decrypt(key.secret, sealed[_HEAD:], binding.context(key.id))
