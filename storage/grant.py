"""The tokens of a connected account. In the database they are sealed, and what they were sealed for is part of the seal."""

import json
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy
from sqlalchemy import Row

from storage.connection import Connection, Owner, read_connection
from storage.sealing import Binding, Sealer
from storage.tables import connection


@dataclass(frozen=True)
class Tokens:
    """What opens an account: `access` may be an API key, which has no `refresh`."""

    access: str = field(repr=False)
    refresh: str = field(default="", repr=False)

    @property
    def are_sound(self) -> bool:
        """Whether they could be tokens at all: printable ASCII, https://www.rfc-editor.org/rfc/rfc6749#appendix-A.12"""
        return self.access != "" and all(text.isascii() and text.isprintable() for text in (self.access, self.refresh))


NO_TOKENS = Tokens("")  # they can't be opened any more


@dataclass(frozen=True)
class Grant:
    """A connection with its tokens, for the one call that it is asked for."""

    connection: Connection
    tokens: Tokens


class Grants:
    """Opens and seals, in a transaction of the caller's."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def seal(self, transaction: sqlalchemy.Connection, id: str, owner: Owner, service: str, tokens: Tokens) -> bytes:
        """Raises SealError, and ValueError for what can't be tokens."""
        if not tokens.are_sound:
            raise ValueError("these are no tokens")
        plaintext = json.dumps({"access": tokens.access, "refresh": tokens.refresh}).encode()
        return self._sealer.seal(transaction, _binding(id, owner, service), plaintext)

    def open(self, transaction: sqlalchemy.Connection, row: Row[Any]) -> Grant:
        """From a whole row. Raises SealError where it was changed or moved, or its key is gone."""
        plaintext = self._sealer.open(transaction, binding_of(row), row._mapping[connection.c.sealed])
        return Grant(read_connection(row), Tokens(**json.loads(plaintext)))


def binding_of(row: Row[Any]) -> Binding:
    """What the tokens of this row were sealed for."""
    found = read_connection(row)
    return _binding(found.id, found.owner, found.service)


def _binding(id: str, owner: Owner, service: str) -> Binding:
    return Binding("connection", "sealed", tenant=owner.tenant_key, owner=owner.key, service=service, row=id)
