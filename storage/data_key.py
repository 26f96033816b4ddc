"""A data key as a row: wrapped by a master key, and bound to its tenant."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, bindparam, delete, literal_column, select, text

from storage import sealed_values
from storage.cipher import KEY, Random
from storage.keyring import MasterKey
from storage.tables import data_key

_ID = 8  # bytes

IS_CURRENT = data_key.c.retired == literal_column("0")  # spelled out, so that the index for these is used
_NAMES = ("id", "tenant", "wrapped", "master", "created")
_ADD = text(
    f"INSERT INTO data_key ({', '.join(_NAMES)}) VALUES ({', '.join(f':{name}' for name in _NAMES)}) "  # noqa: S608
    "ON CONFLICT DO NOTHING"
).bindparams(*(bindparam(name, type_=data_key.c[name].type) for name in _NAMES))


@dataclass(frozen=True)
class DataKey:
    """`id` is eight bytes in hexadecimal, `tenant` whose it is: "platform:tenant"."""

    id: str
    tenant: str
    secret: bytes = field(repr=False)


def add_data_key(connection: Connection, master: MasterKey, tenant: str, now: float, random: Random) -> None:
    """Makes a current one, unless there is one. `master` must be held in use by this transaction."""
    id = random(_ID).hex()
    wrapped = master.wrap(random(KEY), context(tenant, id), random)
    connection.execute(_ADD, {"id": id, "tenant": tenant, "wrapped": wrapped, "master": master.id, "created": now})


def context(tenant: str, id: str) -> tuple[str, ...]:
    """What a wrapped data key is bound to, besides its master key."""
    return ("data_key", "wrapped", tenant, id)


def find_unneeded(connection: Connection, before: float) -> list[str]:
    """Those that retired before then, and that no sealed value needs any more."""
    retired = select(data_key.c.id).where(~IS_CURRENT, data_key.c.retired < before)
    if not (found := list(connection.scalars(retired))):
        return []
    needed = sealed_values.count(connection)
    return [id for id in found if id not in needed]


def remove(connection: Connection, ids: Sequence[str]) -> int:
    return connection.execute(delete(data_key).where(data_key.c.id.in_(ids))).rowcount
