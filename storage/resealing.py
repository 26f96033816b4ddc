"""What a retired data key has sealed is sealed anew, so that the key can go. Nothing else about it changes."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Table, select, update

from storage.data_key import IS_CURRENT
from storage.database import Database
from storage.sealed_values import sealed_under
from storage.sealing import Binding, Sealer, SealError
from storage.tables import data_key

_PAGE = 100  # rows in one transaction
_MOST_KEYS = 1000  # in one statement: SQLite takes 32,766 values


class Resealing:
    """Of one table, whose secret is in its column `sealed`; `binding` tells of a whole row what that is bound to."""

    def __init__(self, database: Database, sealer: Sealer, table: Table, binding: Callable[[Row[Any]], Binding]) -> None:
        self._database = database
        self._sealer = sealer
        self._table = table
        self._binding = binding

    async def run(self, limit: int) -> int:
        """Up to `limit` rows; says how many there were. May be broken off at any time. Raises StorageError.

        What can't be opened is passed over, and so is what somebody else is just changing: 0 does not prove that none is left.
        """
        done = 0
        keys = await self._database.read(_retired)
        for start in range(0, len(keys), _MOST_KEYS):
            done += await self._reseal(keys[start : start + _MOST_KEYS], limit - done)
        return done

    async def _reseal(self, keys: Sequence[str], limit: int) -> int:
        done = failed = 0
        while done < limit:
            page = min(_PAGE, limit - done)
            seen, resealed = await self._database.run(self._turn_page(keys, page, skip=failed))
            done, failed = done + resealed, failed + seen - resealed
            if seen < page:
                break
        return done

    def _turn_page(self, keys: Sequence[str], page: int, skip: int) -> Callable[[Connection], tuple[int, int]]:
        """What was resealed is not found again; what failed is, and comes first, in the order of their keys."""
        stale = select(self._table).where(sealed_under(self._table.c.sealed, keys))
        ordered = stale.order_by(*self._table.primary_key).offset(skip).limit(page).with_for_update(skip_locked=True)

        def work(transaction: Connection) -> tuple[int, int]:
            rows = transaction.execute(ordered).all()
            return len(rows), sum(self._resealed(transaction, row) for row in rows)

        return work

    def _resealed(self, transaction: Connection, row: Row[Any]) -> bool:
        binding, former = self._binding(row), row._mapping[self._table.c.sealed]
        try:
            sealed = self._sealer.seal(transaction, binding, self._sealer.open(transaction, binding, former))
        except SealError:  # the log has it
            return False
        same = (column == row._mapping[column] for column in (*self._table.primary_key, self._table.c.sealed))
        return transaction.execute(update(self._table).where(*same).values(sealed=sealed)).rowcount == 1


def _retired(connection: Connection) -> list[str]:
    return list(connection.scalars(select(data_key.c.id).where(~IS_CURRENT)))
