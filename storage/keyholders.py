"""Which master keys are in use, and which running processes hold which: nothing is sealed that a living process can't open."""

import json

from sqlalchemy import Connection, bindparam, delete, insert, select, text

from storage.keyring import Keyring, KeyringError, MasterKey
from storage.tables import keyholder, master_key

_ALIVE = 120.0  # seconds since its last sign of life
_GONE = 86400.0

# SQLite and PostgreSQL understand the same here; SQLAlchemy's own would be written for the one or the other.
_SIGN = text(
    "INSERT INTO keyholder (process, keys, seen) VALUES (:process, :keys, :seen) "
    "ON CONFLICT (process) DO UPDATE SET keys = excluded.keys, seen = excluded.seen"
).bindparams(*(bindparam(column.name, type_=column.type) for column in keyholder.c))


def take_turn(connection: Connection) -> None:
    """Until the transaction ends, nobody else changes which master keys are in use. SQLite has one writer at a time anyway."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("LOCK TABLE master_key IN EXCLUSIVE MODE")


def in_use(connection: Connection) -> dict[str, str]:
    """The proof of each master key that anything may be sealed with, by id."""
    statement = select(master_key.c.id, master_key.c.proof).order_by(master_key.c.created)
    return {id: proof for id, proof in connection.execute(statement)}  # noqa: C416 - rows are not pairs to a type checker


def check(connection: Connection, keyring: Keyring) -> None:
    """Raises KeyringError unless every key that is in use is there, and is the same."""
    for id, proof in in_use(connection).items():
        if id not in keyring.keys or keyring.keys[id].proof != proof:
            raise KeyringError(f"{sealed_with(id)}, which {keyring.origin} has not. {RESTORE}")


def sealed_with(*ids: str) -> str:
    return f"What is in the database was sealed with the master key {' and '.join(ids)}"


RESTORE = (
    "Put that key back from where you keep a copy of it, or from another machine that runs this bot: no new key is made, for "
    "it would open nothing. Is it lost for good: interact keys abandon."
)


def admit(connection: Connection, keyring: Keyring, process: str, now: float) -> None:
    """A process starts. Raises KeyringError where its keys don't fit those of the database, or of the others that run."""
    take_turn(connection)
    check(connection, keyring)
    refuse_strangers(connection, keyring.active.id, now, but=process)
    register(connection, keyring.active, now)
    connection.execute(delete(keyholder).where(keyholder.c.seen < now - _GONE))
    sign(connection, keyring, process, now)


def refuse_strangers(connection: Connection, id: str, now: float, but: str = "") -> None:
    """Raises KeyringError where a living process could not open what this key seals."""
    strangers = [holder for holder, keys in living(connection, now).items() if id not in keys and holder != but]
    if strangers:
        raise KeyringError(
            f"The master key {id} is not held by {', '.join(strangers)}, which runs on this database too. Give all of them the "
            f"same keyring: they read it anew every half minute. One that was killed counts for {_ALIVE:.0f} seconds more."
        )


def register(connection: Connection, key: MasterKey, now: float) -> None:
    """From now on something may be sealed with it."""
    if key.id not in in_use(connection):
        connection.execute(insert(master_key).values(id=key.id, proof=key.proof, created=now))


def is_registered(connection: Connection, id: str) -> bool:
    """Also holds it in use until the transaction ends."""
    statement = select(master_key.c.id).where(master_key.c.id == id).with_for_update(read=True)
    return connection.execute(statement).one_or_none() is not None


def sign(connection: Connection, keyring: Keyring, process: str, now: float) -> None:
    """A sign of life. The active key comes first."""
    others = [id for id in keyring.keys if id != keyring.active.id]
    connection.execute(_SIGN, {"process": process, "keys": json.dumps([keyring.active.id, *others]), "seen": now})


def sign_off(connection: Connection, process: str) -> None:
    connection.execute(delete(keyholder).where(keyholder.c.process == process))


def living(connection: Connection, now: float, within: float = _ALIVE) -> dict[str, list[str]]:
    """The keys of each process that gave a sign of life within so many seconds, its active one first."""
    statement = select(keyholder.c.process, keyholder.c["keys"]).where(keyholder.c.seen > now - within)
    return {process: json.loads(keys) for process, keys in connection.execute(statement.order_by(keyholder.c.process))}
