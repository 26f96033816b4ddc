"""The inbox in SQL: what its writer asks of the database, in an open transaction.

Each statement takes as many rows as there are, so that what each costs is shared. SQLite and PostgreSQL understand the same,
but for how rows are locked.
"""

from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any, NamedTuple

from storage.chain import COLUMNS, links
from storage.delivery import Delivery
from storage.driver import Driver
from storage.entry import Entry, repeat_of
from storage.listener import CHANNEL
from storage.offers import Offer
from storage.shared_clock import SERVER_TIME
from storage.text import escaped, unescaped

_MOST_ROWS = 1000  # of a statement: SQLite takes 32,766 values, PostgreSQL 65,535; a row has 17 at most
Claim = tuple[str, int]  # a delivery's key, and the fencing number that came with this claim of it

_INSERT = """
INSERT INTO delivery (key, kind, conversation, payload, received, due) VALUES {rows}
ON CONFLICT (key) DO NOTHING RETURNING key"""

# Nobody else has put the same in at the very same time.
_INSERTED = "SELECT key FROM delivery WHERE (key, received) IN (VALUES {rows})"

_OFFER = """
INSERT INTO offer (id, call, actor, place, expires, created) VALUES {rows} ON CONFLICT (id) DO NOTHING"""

_INTEND = """
UPDATE delivery SET intent = new.column3
FROM (VALUES {rows}) AS new WHERE key = new.column1 AND fence = new.column2 AND state = 'running'
RETURNING key, fence"""

_CONCLUDE = """
UPDATE delivery SET state = new.column3, due = new.column4, attempts = new.column5, finished = new.column6,
    error = new.column7, owner = '', lease = 0
FROM (VALUES {rows}) AS new WHERE key = new.column1 AND fence = new.column2 AND state = 'running'
RETURNING key, fence"""

_CONCLUDED = """
SELECT key, fence FROM delivery WHERE (key, fence, state, due, attempts, finished, error) IN (VALUES {rows})"""

_RENEW = """
UPDATE delivery SET lease = ?
FROM (VALUES {rows}) AS held WHERE key = held.column1 AND fence = held.column2 AND state = 'running'"""

_EXPIRE = """
WITH abandoned AS (SELECT seq FROM delivery WHERE state = 'running' AND lease < ? {lock})
UPDATE delivery SET state = 'ready', owner = '', lease = 0 WHERE seq IN (SELECT seq FROM abandoned) RETURNING seq"""

# Conversations of which something runs, or waits for a retry.
BUSY = """
busy AS (
    SELECT conversation FROM delivery WHERE state = 'running'
    UNION ALL SELECT conversation FROM delivery WHERE state = 'ready' AND due > ?
)"""

_TAKE = """
UPDATE delivery SET state = 'running', owner = ?, lease = ?, attempts = attempts + 1, fence = fence + 1
WHERE seq IN (SELECT seq FROM chosen)
RETURNING seq, key, kind, conversation, payload, received, attempts, fence, intent"""

# Next is the first of each conversation of which nothing runs or waits for a retry. Only so many rows are looked at that a
# flood in one conversation can't make this slow; once its first one runs, the rest of it is passed over.
# What locks in a WITH is evaluated once; as a plain subquery PostgreSQL may run it again, and take too many.
_CLAIM = f"""
WITH {BUSY}, waiting AS (
    SELECT seq, conversation FROM delivery
    WHERE state = 'ready' AND conversation NOT IN (SELECT conversation FROM busy) ORDER BY seq LIMIT 1000
), next AS (
    SELECT min(seq) AS seq FROM waiting GROUP BY conversation
), chosen AS (
    SELECT seq FROM delivery WHERE state = 'ready' AND seq IN (SELECT seq FROM next) ORDER BY seq LIMIT ? {{lock}}
)
{_TAKE}"""  # noqa: S608 - of constants

_CLAIM_THESE = f"""
WITH chosen AS (SELECT seq FROM delivery WHERE state = 'ready' AND due <= ? AND seq IN ({{rows}}) {{lock}})
{_TAKE}"""  # noqa: S608 - of constants

_HEAD = "SELECT number, hash FROM audit_head {wait}"
_REPEATS = "SELECT id FROM audit WHERE kind = 'repeat' AND id IN (VALUES {rows})"
_RECORDED = "SELECT id, kind, at FROM audit WHERE number > ? AND (id, kind, at) IN (VALUES {rows})"
_AUDIT = f"INSERT INTO audit ({', '.join(COLUMNS)}) VALUES {{rows}}"  # noqa: S608
_MOVE_HEAD = "UPDATE audit_head SET number = ?, hash = ?"

# Another process may have been stopped in the middle of its own: nobody waits for that.
_PROBE = "UPDATE pulse SET at = ? WHERE id IN (SELECT id FROM pulse {lock})"
_CALL = f"NOTIFY {CHANNEL}"
_TEXTS = 100  # statements with as many rows as are usual
_LATE = 10_000  # rows of the audit that may have come after one of which it is not known whether it was committed


class Arrival(NamedTuple):
    key: str
    kind: str
    conversation: str
    payload: str
    received: float
    due: float


class Decision(NamedTuple):
    key: str
    fence: int
    intent: str


class Ending(NamedTuple):
    key: str
    fence: int
    state: str
    due: float
    attempts: int
    finished: float
    error: str


class Statements:
    """Text is escaped on its way in and unescaped on its way out."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver
        # SQLite's transactions are alone anyway. Elsewhere, what another process is just working on is not waited for.
        self._lock = "" if driver.is_sqlite else "FOR UPDATE SKIP LOCKED"
        self._wait = "" if driver.is_sqlite else "FOR UPDATE"
        self._text = lru_cache(_TEXTS)(self._text_of)

    def insert(self, arrivals: Sequence[Arrival]) -> set[str]:
        """Stores what is new, and says which keys were."""
        return {unescaped(key) for (key,) in self._execute(_INSERT, rows=arrivals)}

    def inserted(self, arrivals: Sequence[Arrival]) -> set[str]:
        """The keys of those that are stored since an earlier try, of which it was not known whether it was committed."""
        rows = [(each.key, each.received) for each in arrivals]
        return {unescaped(key) for (key,) in self._execute(_INSERTED, rows=rows)}

    def intend(self, decisions: Sequence[Decision]) -> set[Claim]:
        """Stores decisions where the claim still holds, and says where it does."""
        return _claims(self._execute(_INTEND, rows=decisions))

    def offer(self, offers: Sequence[Offer], now: float) -> None:
        rows = [(offer.id, offer.call, offer.actor, offer.place, offer.expires, now) for offer in offers]
        self._execute(_OFFER, rows=rows)

    def record(self, entries: Sequence[Entry], doubted: Sequence[Entry] = ()) -> None:
        """Adds to the chain of the audit. Last in a transaction: no other process gets on with the chain until it ends.

        Those of the `doubted` that an earlier try has added are not added again.
        """
        number, hash = self._head()
        recorded = self._recorded(doubted, number - _LATE) if doubted else set()
        self._chain([each for each in entries if (each.id, each.kind, each.at) not in recorded], number, hash)

    def record_repeats(self, arrivals: Sequence[Arrival]) -> None:
        """Notes of each delivery that it came again, once. As `record`, last in a transaction."""
        head = self._head()  # from here on nobody else notes any
        repeats = [repeat_of(each.key, each.kind, each.conversation, each.received) for each in arrivals]
        new = {entry.id: entry for entry in repeats}
        for (id,) in self._execute(_REPEATS, rows=[(id,) for id in new]):
            del new[unescaped(id)]
        self._chain(list(new.values()), *head)

    def conclude(self, endings: Sequence[Ending]) -> set[Claim]:
        """Gives claims up where they still hold, and says where they did."""
        return _claims(self._execute(_CONCLUDE, rows=endings))

    def concluded(self, endings: Sequence[Ending]) -> set[Claim]:
        """Those that came to this very end on an earlier try."""
        return _claims(self._execute(_CONCLUDED, rows=endings))

    def renew(self, claims: Collection[Claim], lease: float) -> None:
        self._execute(_RENEW, lease, rows=claims)

    def expire(self, now: float) -> int:
        """Makes ready again what a process left behind that has not renewed its leases, and says how much it was."""
        return len(list(self._execute(_EXPIRE, now)))

    def claim(self, number: int, now: float, owner: str, lease: float) -> list[Delivery]:
        """Takes up to `number` of those that are next in their conversation, the oldest first."""
        rows = self._execute(_CLAIM, now, number, owner, lease)
        return [_delivery(*row) for row in sorted(rows)]

    def claim_these(self, numbers: Collection[int], now: float, owner: str, lease: float) -> list[Delivery]:
        """Takes those of these that are still to be had. Each must be next in its conversation."""
        statement = _CLAIM_THESE.format(rows=", ".join("?" * len(numbers)), lock=self._lock)
        rows = self._driver.execute(statement, _stored([now, *numbers, owner, lease]))
        return [_delivery(*row) for row in sorted(rows)]

    def probe(self, now: float) -> None:
        self._execute(_PROBE, now)

    def server_time(self) -> float:
        """PostgreSQL's, in seconds since the epoch."""
        [(now,)] = self._execute(SERVER_TIME)
        return float(now)

    def call_others(self) -> None:
        """Wakes the processes that share a PostgreSQL, once this is committed."""
        self._execute(_CALL)

    def _head(self) -> tuple[int, str]:
        """The number and the hash of the chain's last row, for this transaction alone."""
        [(number, hash)] = self._execute(_HEAD)
        return number, hash

    def _recorded(self, entries: Sequence[Entry], after: int) -> set[tuple[str, str, float]]:
        rows = [(each.id, each.kind, each.at) for each in entries]
        return {(unescaped(id), kind, at) for id, kind, at in self._execute(_RECORDED, after, rows=rows)}

    def _chain(self, entries: Sequence[Entry], number: int, hash: str) -> None:
        if rows := list(links(entries, number, hash)):
            self._execute(_AUDIT, rows=rows)
            self._execute(_MOVE_HEAD, number + len(rows), rows[-1][-1])

    def _execute(self, statement: str, *parameters: Any, rows: Collection[tuple[Any, ...]] = ()) -> Sequence[Any]:
        """In pieces where there are many rows, as after an outage."""
        if len(rows) > _MOST_ROWS:
            every = list(rows)
            pieces = [every[start : start + _MOST_ROWS] for start in range(0, len(every), _MOST_ROWS)]
            return [row for piece in pieces for row in self._execute(statement, *parameters, rows=piece)]
        sql = self._text(statement, len(rows), len(next(iter(rows), ())))
        return self._driver.execute(sql, _stored([*parameters, *chain.from_iterable(rows)]))

    def _text_of(self, statement: str, rows: int, columns: int) -> str:
        row = f"({', '.join('?' * columns)})"
        return statement.format(rows=", ".join([row] * rows), lock=self._lock, wait=self._wait)


def _stored(values: list[Any]) -> list[Any]:
    """All are looked at together first: there is nearly never anything to escape, and that takes a tenth of the time."""
    texts = "".join([value for value in values if isinstance(value, str)])
    if escaped(texts) == texts:
        return values
    return [escaped(value) if isinstance(value, str) else value for value in values]


def _claims(rows: Iterable[Any]) -> set[Claim]:
    return {(unescaped(key), fence) for key, fence in rows}


def _delivery(
    _: int, key: str, kind: str, conversation: str, payload: str, received: float, attempt: int, fence: int, intent: str
) -> Delivery:
    key, kind, conversation, payload, intent = map(unescaped, (key, kind, conversation, payload, intent))
    return Delivery(key, kind, conversation, payload, received, attempt, fence, intent)
