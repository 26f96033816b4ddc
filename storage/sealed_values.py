"""How many sealed values there are, and which data keys they need."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, LargeBinary, func, literal_column, select

from storage.tables import connection, installation, oauth_state

_SEALED = tuple(table.c.sealed for table in (connection, installation, oauth_state))


def sealed_under(column: ColumnElement[Any], keys: Sequence[str]) -> ColumnElement[bool]:
    """Whether what this column holds was sealed with one of these data keys."""
    return _key(column).in_([bytes.fromhex(id) for id in keys])


def count(transaction: Connection) -> Counter[str]:
    """How many there are of each data key, by its id. Reads every sealed value: for what is rare."""
    found: Counter[str] = Counter()
    for column in _SEALED:
        for key, number in transaction.execute(select(_key(column), func.count()).group_by(_key(column))):
            found[key.hex()] += number
    return found


def _key(column: ColumnElement[Any]) -> ColumnElement[bytes]:
    """See `sealing.py`: after the version, eight bytes are the key's id."""
    return func.substr(column, literal_column("2"), literal_column("8"), type_=LargeBinary)
