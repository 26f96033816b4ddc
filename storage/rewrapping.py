"""Wrapping data keys anew, some in each transaction: others want to write too. What a crash leaves undone is found again."""

import os
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, select, update

from storage import keyholders
from storage.cipher import SealError
from storage.data_key import IS_CURRENT, add_data_key, context
from storage.keyring import Keyring, KeyringError
from storage.tables import data_key

_REWRAP = (
    update(data_key)
    .where(data_key.c.id == bindparam("which"), data_key.c.wrapped == bindparam("former"))
    .values(wrapped=bindparam("anew"), master=bindparam("by"))
)
_RETIRE = update(data_key).where(data_key.c.id == bindparam("which")).values(retired=bindparam("since"))


class Some(NamedTuple):
    """What was done in one transaction."""

    last: str | None  # the id up to which all were seen; None: there are no more
    done: int
    lost: Sequence[str]  # the ids of those that could not be unwrapped


def rewrap_some(connection: Connection, keyring: Keyring, after: str, limit: int) -> Some:
    """Those after this id which another key than the active one wraps. Each is replaced only if it is what it was.

    Raises KeyringError where the active key can't be used by all.
    """
    _hold(connection, keyring)
    chosen = select(data_key).where(data_key.c.master != keyring.active.id, data_key.c.id > after)
    rows = connection.execute(chosen.order_by(data_key.c.id).limit(limit)).all()
    changes, lost = [], []
    for row in rows:
        try:
            anew = _rewrapped(keyring, row.master, row.wrapped, context(row.tenant, row.id))
        except SealError:
            lost.append(row.id)
        else:
            changes.append({"which": row.id, "former": row.wrapped, "anew": anew, "by": keyring.active.id})
    if changes:
        connection.execute(_REWRAP, changes)
    return Some(rows[-1].id if rows else None, len(changes), lost)


def renew_some(connection: Connection, keyring: Keyring, before: float, now: float, limit: int) -> int:
    """Each tenant whose key was made before then gets another; says how many did. Raises KeyringError."""
    _hold(connection, keyring)
    old = select(data_key.c.id, data_key.c.tenant).where(IS_CURRENT, data_key.c.created < before)
    rows = connection.execute(old.order_by(data_key.c.id).limit(limit).with_for_update()).all()
    if rows:
        connection.execute(_RETIRE, [{"which": row.id, "since": now} for row in rows])
    for row in rows:
        add_data_key(connection, keyring.active, row.tenant, now, os.urandom)
    return len(rows)


def _hold(connection: Connection, keyring: Keyring) -> None:
    """The active key stays in use until the transaction ends."""
    if not keyholders.is_registered(connection, keyring.active.id):
        raise KeyringError(f"No process uses the master key {keyring.active.id} yet: start the bot with this keyring first.")


def _rewrapped(keyring: Keyring, master: str, wrapped: bytes, where: Sequence[str]) -> bytes:
    if master not in keyring.keys:
        raise SealError(f"the master key {master} is not in {keyring.origin}")
    return keyring.active.wrap(keyring.keys[master].unwrap(wrapped, where), where, os.urandom)
