"""Tenants take turns, where more waits than there is room for: one that floods the bot does not keep the others waiting."""

from storage.driver import Driver
from storage.statements import BUSY

_MOST = 100  # tenants that are looked at in one turn

# Of a conversation, what comes before its second colon. It must be written as in the index `delivery_tenant`: in its migration,
# which has words of its own, for a migration stays as it was released.
_TENANT = (
    "substr(conversation, 1, {least}(48, {at}(conversation || ':', ':') + "
    "{at}(substr(conversation, {at}(conversation || ':', ':') + 1) || ':', ':')))"
)
# From tenant to tenant, by the index: that takes a step for each of them, however much waits.
_NEXT = """
WITH RECURSIVE {busy}, waiting (tenant, number) AS (
    SELECT ?, 0
    UNION ALL SELECT (
        SELECT {tenant} FROM delivery WHERE state = 'ready' AND {tenant} > waiting.tenant ORDER BY {tenant} LIMIT 1
    ), number + 1 FROM waiting WHERE tenant IS NOT NULL AND number < ?
), held AS (
    SELECT {tenant} AS tenant, count(*) AS number FROM delivery WHERE state = 'running' GROUP BY 1
)
SELECT waiting.tenant, coalesce(held.number, 0), (
    SELECT seq FROM delivery WHERE state = 'ready' AND {tenant} = waiting.tenant
    AND conversation NOT IN (SELECT conversation FROM busy) ORDER BY seq LIMIT 1
) FROM waiting LEFT JOIN held ON held.tenant = waiting.tenant
WHERE waiting.number > 0 AND waiting.tenant IS NOT NULL ORDER BY waiting.number"""


class Turns:
    """Belongs to the writer's thread. Of very many tenants, each look goes on where the last one ended."""

    def __init__(self, driver: Driver) -> None:
        at, least = ("instr", "min") if driver.is_sqlite else ("strpos", "least")
        tenant = _TENANT.format(at=at, least=least)
        self._statement = _NEXT.format(busy=BUSY, tenant=tenant)
        self._driver = driver
        self._after = ""

    def next(self, number: int, now: float) -> list[int]:
        """The first delivery that could run of up to `number` tenants: those of which the fewest run, then the oldest."""
        found = list(self._driver.execute(self._statement, (now, self._after, _MOST)))
        self._after = found[-1][0] if len(found) == _MOST else ""
        first = sorted((running, seq) for _, running, seq in found if seq is not None)
        return [seq for _, seq in first[:number]]
