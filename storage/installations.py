"""Workspaces that have installed the bot: what each gave it to speak there with, sealed and refreshed as in the vault."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy
from sqlalchemy import ColumnElement, Row, Update, bindparam, delete, select, text, update

from storage.database import Database
from storage.resealing import Resealing
from storage.sealing import Binding, Sealer
from storage.tables import installation

Transaction = sqlalchemy.Connection


@dataclass(frozen=True)
class Installation:
    """Times are seconds since the epoch; `expires` is 0 where the secrets don't. `version` rises with each new ones."""

    platform: str
    tenant: str
    name: str
    secrets: Mapping[str, str] = field(repr=False)
    expires: float
    version: int
    installed: float


_PLAIN = ("platform", "tenant", "name", "expires", "version", "installed")
_GIVEN = ("platform", "tenant", "name", "sealed", "expires", "installed")
_ANEW = ("name", "sealed", "expires", "installed")
# SQLite and PostgreSQL understand the same here; SQLAlchemy's own would be written for the one or the other.
_KEEP = (
    text(
        f"INSERT INTO installation ({', '.join(_GIVEN)}) VALUES ({', '.join(f':{name}' for name in _GIVEN)}) "  # noqa: S608
        f"ON CONFLICT (platform, tenant) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in _ANEW)}, "
        f"version = installation.version + 1, owner = '', lease = 0 RETURNING {', '.join(_PLAIN)}"
    )
    .bindparams(*(bindparam(name, type_=installation.c[name].type) for name in _GIVEN))
    .columns(*(installation.c[name] for name in _PLAIN))
)


class Installations:
    """`now` gives seconds since the epoch. Everything here raises StorageError.

    ValueError is raised for secrets of which one is empty: an answer that was garbage never takes the place of a good one.
    """

    def __init__(self, database: Database, sealer: Sealer, now: Callable[[], float]) -> None:
        self._database = database
        self._sealer = sealer
        self._now = now
        self._resealing = Resealing(database, sealer, installation, _binding_of)

    async def keep(
        self, platform: str, tenant: str, name: str, secrets: Mapping[str, str], expires: float = 0.0
    ) -> Installation:
        """A new one, or in place of the former."""
        told = {"platform": platform, "tenant": tenant, "name": name, "expires": expires, "installed": self._now()}

        def work(transaction: Transaction) -> Installation:
            sealed = self._seal(transaction, platform, tenant, secrets)
            return _read(transaction.execute(_KEEP.bindparams(sealed=sealed, **told)).one(), secrets)

        return await self._database.run(work)

    async def find(self, platform: str, tenant: str) -> Installation | None:
        """Raises SealError."""
        statement = select(installation).where(*_is(platform, tenant))

        def work(transaction: Transaction) -> Installation | None:
            row = transaction.execute(statement).one_or_none()
            return _read(row, self._open(transaction, row)) if row else None

        return await self._database.read(work)

    async def list(self) -> list[Installation]:
        """All of them, without their secrets."""
        statement = select(*(installation.c[name] for name in _PLAIN)).order_by(installation.c.platform, installation.c.tenant)
        return await self._database.read(lambda transaction: [_read(row, {}) for row in transaction.execute(statement)])

    async def remove(self, platform: str, tenant: str, until: float) -> bool:
        """The one that was installed by then. False: there was none."""
        return await self._changed(delete(installation).where(*_is(platform, tenant), installation.c.installed <= until))

    async def lease(self, of: Installation, holder: str, seconds: float) -> bool:
        """Before a refresh: True for one at a time."""
        now = self._now()
        free = update(installation).where(*_is_still(of), installation.c.lease <= now)
        return await self._changed(free.values(owner=holder, lease=now + seconds))

    async def renew(self, of: Installation, holder: str, secrets: Mapping[str, str], expires: float) -> Installation | None:
        """What a refresh brought, by who holds the lease.

        None: it was removed or installed anew meanwhile, or the lease went to another. Then nothing is stored.
        """
        fresh = {"expires": expires, "version": of.version + 1, "owner": "", "lease": 0.0}

        def work(transaction: Transaction) -> Installation | None:
            sealed = self._seal(transaction, of.platform, of.tenant, secrets)
            change = _held(of, holder).values(sealed=sealed, **fresh).returning(*(installation.c[name] for name in _PLAIN))
            row = transaction.execute(change).one_or_none()
            return _read(row, secrets) if row else None

        return await self._database.run(work)

    async def release(self, of: Installation, holder: str) -> None:
        """After a refresh that failed: the secrets stay."""
        await self._changed(_held(of, holder).values(owner="", lease=0.0))

    async def reseal(self, limit: int) -> int:
        """Seals anew what retired data keys have sealed, see `Resealing.run`."""
        return await self._resealing.run(limit)

    def _seal(self, transaction: Transaction, platform: str, tenant: str, secrets: Mapping[str, str]) -> bytes:
        if not secrets or not all(secrets.values()):
            raise ValueError("a secret is missing")
        return self._sealer.seal(transaction, _binding(platform, tenant), json.dumps(dict(secrets)).encode())

    def _open(self, transaction: Transaction, row: Row[Any]) -> Mapping[str, str]:
        secrets: Mapping[str, str] = json.loads(self._sealer.open(transaction, _binding_of(row), row.sealed))
        return secrets

    async def _changed(self, change: sqlalchemy.Update | sqlalchemy.Delete) -> bool:
        return await self._database.run(lambda transaction: transaction.execute(change).rowcount == 1)


def _read(row: Row[Any], secrets: Mapping[str, str]) -> Installation:
    return Installation(secrets=secrets, **{name: row._mapping[name] for name in _PLAIN})


def _binding_of(row: Row[Any]) -> Binding:
    return _binding(row.platform, row.tenant)


def _binding(platform: str, tenant: str) -> Binding:
    key = f"{platform}:{tenant}"
    return Binding("installation", "sealed", tenant=key, owner="", service=platform, row=key)


def _is(platform: str, tenant: str) -> tuple[ColumnElement[bool], ...]:
    return (installation.c.platform == platform, installation.c.tenant == tenant)


def _is_still(of: Installation) -> tuple[ColumnElement[bool], ...]:
    return (*_is(of.platform, of.tenant), installation.c.version == of.version)


def _held(of: Installation, holder: str) -> Update:
    return update(installation).where(*_is_still(of), installation.c.owner == holder)
