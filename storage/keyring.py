"""Master keys, which wrap the keys that seal tokens. They are never in the database."""

import base64
import binascii
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from storage.cipher import KEY, Random, decrypt, encrypt

_VERSION = 1
_HEXADECIMAL = re.compile(r"[0-9a-fA-F]{64}", re.ASCII)
_BETWEEN = re.compile(r"[\s,]+")


class KeyringError(Exception):
    """The keys can't be used as they are. The text says what to do, and names no key but by its id."""


class NoKeyringError(KeyringError):
    """There is none at all."""


@dataclass(frozen=True)
class MasterKey:
    """Its id is derived from it: two keys have two ids. A key in a key management service would have these two methods."""

    id: str
    secret: bytes = field(repr=False)

    @classmethod
    def of(cls, secret: bytes) -> "MasterKey":
        """Raises ValueError for what can't be a key."""
        if len(secret) != KEY or len(set(secret)) < KEY // 4:
            raise ValueError(f"a key is {KEY} random bytes")
        return cls(_derived(secret, "id")[:8], secret)

    @property
    def proof(self) -> str:
        """Tells whoever holds a key whether it is this one, and nobody anything else."""
        return _derived(self.secret, "kcv")

    def wrap(self, key: bytes, context: Sequence[str], random: Random) -> bytes:
        return encrypt(self.secret, key, (*context, self.id), random)

    def unwrap(self, wrapped: bytes, context: Sequence[str]) -> bytes:
        """Raises SealError."""
        return decrypt(self.secret, wrapped, (*context, self.id))


@dataclass(frozen=True)
class Keyring:
    """All of them open; the active one seals. `origin` says where they are from, for messages."""

    active: MasterKey
    keys: Mapping[str, MasterKey]
    origin: str

    @classmethod
    def of(cls, secrets: Sequence[bytes], origin: str) -> "Keyring":
        """The first one is active. Raises ValueError."""
        keys = [MasterKey.of(secret) for secret in secrets]
        return cls(keys[0], {key.id: key for key in keys}, origin)

    def __str__(self) -> str:
        """As a keyring file holds it."""
        keys = {id: base64.b64encode(key.secret).decode() for id, key in self.keys.items()}
        return json.dumps({"version": _VERSION, "active": self.active.id, "keys": keys}, indent=2) + "\n"


def parse(text: str, origin: str) -> Keyring:
    """A keyring file, or keys in base64 or hexadecimal with spaces, commas or lines between, of which the first is active.

    Raises KeyringError.
    """
    try:
        return _from_json(text, origin) if text.lstrip().startswith("{") else _from_list(text, origin)
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError):
        # Its cause is not told: it may quote a key.
        raise KeyringError(
            f"{origin} holds no usable keyring: it was damaged, or is something else. Put back a copy of it; a key is "
            f"{KEY} random bytes in base64, as `openssl rand -base64 {KEY}` makes them."
        ) from None


def _from_json(text: str, origin: str) -> Keyring:
    told = json.loads(text)
    keys = {id: MasterKey.of(_decoded(secret)) for id, secret in told["keys"].items()}
    if told["version"] != _VERSION or any(key.id != id for id, key in keys.items()):
        raise ValueError
    return Keyring(keys[told["active"]], keys, origin)


def _from_list(text: str, origin: str) -> Keyring:
    return Keyring.of([_decoded(each) for each in _BETWEEN.split(text) if each], origin)


def _decoded(text: str) -> bytes:
    return bytes.fromhex(text) if _HEXADECIMAL.fullmatch(text) else binascii.a2b_base64(text, strict_mode=True)


def _derived(secret: bytes, purpose: str) -> str:
    return hmac.digest(secret, purpose.encode(), "sha256").hex()
