"""Which keys there are, who holds them, and how much needs each."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from storage import keyholders, sealed_values
from storage.keyring import Keyring
from storage.tables import data_key


@dataclass(frozen=True)
class MasterKeyStatus:
    """`wraps` is how many data keys; `holders` and `strangers` are the running processes that hold it, or do not."""

    id: str
    active: bool
    here: bool  # in this keyring
    wraps: int
    holders: tuple[str, ...]
    strangers: tuple[str, ...]


@dataclass(frozen=True)
class DataKeyStatus:
    """Those that seal now, or those that only open any more."""

    keys: int
    values: int  # how many are sealed with them
    oldest: float  # when the oldest was made, in seconds since the epoch; 0 where there is none


@dataclass(frozen=True)
class KeyStatus:
    origin: str
    masters: tuple[MasterKeyStatus, ...]
    current: DataKeyStatus
    retired: DataKeyStatus


def key_status(connection: Connection, keyring: Keyring | None, now: float) -> KeyStatus:
    """`keyring`: None where there is none."""
    living = keyholders.living(connection, now)
    counted = select(data_key.c.master, func.count()).group_by(data_key.c.master)
    wraps = {id: number for id, number in connection.execute(counted)}  # noqa: C416 - rows are not pairs to a type checker
    here = list(keyring.keys) if keyring else []
    ids = dict.fromkeys([*keyholders.in_use(connection), *wraps, *here])

    def status(id: str) -> MasterKeyStatus:
        holders = tuple(holder for holder, keys in living.items() if id in keys)
        strangers = tuple(holder for holder in living if holder not in holders)
        active = keyring is not None and keyring.active.id == id
        return MasterKeyStatus(id, active, id in here, wraps.get(id, 0), holders, strangers)

    return KeyStatus(keyring.origin if keyring else "", tuple(map(status, ids)), *_data_keys(connection))


def _data_keys(connection: Connection) -> Iterable[DataKeyStatus]:
    values = sealed_values.count(connection)
    rows = connection.execute(select(data_key.c.id, data_key.c.created, data_key.c.retired)).all()
    for wanted in (False, True):
        keys = [(row.id, row.created) for row in rows if bool(row.retired) == wanted]
        yield DataKeyStatus(len(keys), sum(values[id] for id, _ in keys), min((made for _, made in keys), default=0.0))
