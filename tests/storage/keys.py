"""A process with its keys, as the tests of what is sealed need it."""

from collections.abc import Callable
from pathlib import Path

from storage.data_keys import DataKeys, open_data_keys
from storage.database import Database
from storage.key_rotation import KeyRotation
from storage.key_source import KeySource
from storage.sealing import Binding

MASTER = bytes(range(100, 132))
TENANT = "slack:T1"
OTHER_TENANT = "teams:00000000-0000-0000-0000-000000000002"


def source_in(folder: Path) -> KeySource:
    return KeySource(folder / "keys" / "keyring.json")


async def open_keys(database: Database, source: KeySource, now: Callable[[], float], process: str = "one") -> DataKeys:
    return await open_data_keys(database, source, now, process)


def binding(row: object = "row-1", tenant: str = TENANT, owner: str = "slack:T1:U1", service: str = "notion") -> Binding:
    return Binding("connection", "sealed", tenant, owner, service, str(row))


async def switched(rotation: KeyRotation, *processes: DataKeys) -> str:
    """To a new master key, that all processes use; its id."""
    new = await rotation.add()
    for keys in processes:
        await keys.beat()
    await rotation.activate(new)
    for keys in processes:
        await keys.beat()
    return new
