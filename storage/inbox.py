"""The transactional inbox: what is put in is on the disk, once, and comes out in its conversation's order until it is done."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from functools import partial

from storage import records
from storage.database import Database
from storage.deadlines import Deadlines, too_slow
from storage.delivery import Delivery, Record
from storage.entry import Entry
from storage.errors import Fenced, StorageError
from storage.listener import Listener
from storage.offers import Offer
from storage.operations import Conclude, Intend, Probe, Put
from storage.pruning import PAUSE
from storage.shared_clock import SharedClock
from storage.statements import Arrival, Decision, Ending
from storage.writer import Writer

__all__ = ["Delivery", "Fenced", "Inbox", "Record"]

_LOG = logging.getLogger(__name__)
_LONGEST = 500  # characters of a key or conversation: PostgreSQL's indexes take 2,700 bytes
_AT_ONCE = 0.0  # what is due then is due by any clock
_ERROR = 2000  # characters of an error that are kept


class Inbox:
    """Deliveries on one database, shared by any number of processes.

    `now` gives seconds since the epoch. After `lease` seconds without a sign of life, an owner's deliveries go to the others:
    the clocks of the processes must agree to a fraction of that, or each be a SharedClock. Then the times that are given here
    are this process's, and those that are read are the server's. `owner` names this process for operators. `poll`
    is how often, in seconds, it looks for what has become due, and for what others have put in without a call. `patience` is
    how many seconds a put may take: Slack waits three for its acknowledgement.
    """

    def __init__(
        self,
        database: Database,
        now: Callable[[], float],
        owner: str,
        lease: float = 15.0,
        poll: float = 0.5,
        patience: float = 2.0,
    ) -> None:
        self._database = database
        self._now = now if isinstance(now, SharedClock) else SharedClock(now, follows=False)
        self._lease = lease
        self._deadlines = Deadlines(patience)
        self._writer = Writer(database.engine, self._now, owner, lease, poll)
        self._listener = Listener(database.engine, self._writer.hear) if database.is_shared else None

    @property
    def alive(self) -> bool:
        """Whether the writer runs and its last transaction was committed."""
        return self._writer.alive

    @property
    def takeovers(self) -> int:
        """How many deliveries this process has set free, as their owners gave no sign of life."""
        return self._writer.takeovers

    async def open(self) -> None:
        """Starts the writer, and with PostgreSQL hears what others call. Raises StorageError if it can't write."""
        self._writer.start()
        try:
            await self.probe()
        except StorageError:
            await self.close()
            raise
        if self._listener:
            self._listener.start()

    def time(self) -> float:
        """The present in seconds since the epoch, by the clock of all processes: by that, deliveries were received."""
        return self._now()

    async def put(
        self, key: str, kind: str, conversation: str, payload: str, noted: bool = True, due: float | None = None
    ) -> bool:
        """Stores a delivery; it is on the disk when this returns. False: it was there before, whatever became of it.

        Of one that was there before the audit gets a row, soon after and the first time, if it is to be `noted`: that is, if
        it came from outside. Its conversation begins with "platform:tenant:", by which those who run the bot there find it.
        Deliveries of one conversation run one after the other; what has no order gets a conversation of its own. Nothing
        comes out before it is `due`, nor what follows it in its conversation; None: at once.
        Raises StorageError, within `patience`, and then it must not be acknowledged, though it may be stored all the same;
        ValueError for a key or conversation of over 500 characters.
        """
        if len(key) > _LONGEST or len(conversation) > _LONGEST:
            raise ValueError(f"keys and conversations have at most {_LONGEST} characters")
        if self._writer.busy > self._deadlines.seconds:
            raise too_slow()
        at = _AT_ONCE if due is None else self._now.shared(due)
        done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._writer.submit(Put(Arrival(key, kind, conversation, payload, received=self._now(), due=at), noted, done))
        self._deadlines.watch(done)
        return await done

    def claim(self, deliver: Callable[[Delivery], None], width: int) -> None:
        """From now on keeps up to `width` deliveries claimed, and calls `deliver` with each on the event loop.

        Each must come to its end by `finish`, `retry`, `bury`, `again`, `release` or `leave`; until then its lease is renewed.
        """
        self._writer.claim(partial(self._hand_over, deliver), width)

    async def intend(
        self, delivery: Delivery, intent: str, offers: Sequence[Offer] = (), entries: Sequence[Entry] = ()
    ) -> None:
        """Stores what is about to be sent, with what its buttons stand for and what the audit notes of it. Raises Fenced."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._writer.submit(Intend(Decision(delivery.key, delivery.fence, intent), offers, entries, done))
        await done

    async def finish(self, delivery: Delivery, error: str = "") -> None:
        """Done. Raises Fenced."""
        await self._conclude(delivery, "done", _AT_ONCE, delivery.attempt, error)

    async def retry(self, delivery: Delivery, at: float, error: str) -> None:
        """Again, not before `at`, keeping the intent; its conversation waits for it. Raises Fenced."""
        await self._conclude(delivery, "ready", self._now.shared(at), delivery.attempt, error)

    async def bury(self, delivery: Delivery, error: str) -> None:
        """To the dead letters: not again, unless an operator wants it; its conversation goes on. Raises Fenced."""
        await self._conclude(delivery, "dead", _AT_ONCE, delivery.attempt, error)

    async def again(self, delivery: Delivery, at: float) -> None:
        """Done for now: ready again at that time, as if it had not been tried before. Raises Fenced."""
        await self._conclude(delivery, "ready", self._now.shared(at), 0, "")

    async def release(self, delivery: Delivery) -> None:
        """Gives it back unrun: this attempt does not count. Raises Fenced."""
        await self._conclude(delivery, "ready", _AT_ONCE, delivery.attempt - 1, "")

    def leave(self, delivery: Delivery, error: str) -> None:
        """As `retry`, some seconds from now, but nobody waits for it: it is written once the database can be written."""
        again = self._conclusion(delivery, "ready", self._now() + self._lease, delivery.attempt, error)
        again.done.add_done_callback(asyncio.Future.exception)  # nobody waits for the answer
        with contextlib.suppress(StorageError):  # closed: it comes out elsewhere when its lease has run out
            self._writer.submit(again)

    async def stop_claiming(self) -> None:
        """After this, `deliver` is not called any more."""
        self._writer.stop_claiming()
        with contextlib.suppress(StorageError):
            await self.probe()  # answered after the turn that may just be claiming

    async def close(self) -> None:
        """Writes what was asked for, and ends. What is still claimed comes out elsewhere when its lease has run out."""
        await self._writer.close()
        if self._listener:
            await asyncio.to_thread(self._listener.close)

    async def probe(self) -> None:
        """Writes something, as a check of health: on a full disk one can still read. Raises StorageError."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._writer.submit(Probe(done))
        await done

    async def intent(self, key: str) -> str | None:
        """The intent that is stored for a delivery, empty where there is none yet; None where there is no such delivery.

        Raises StorageError.
        """
        return await self._database.read(partial(records.find_intent, key=key))

    async def find(self, key: str) -> Delivery | None:
        """What arrived under this key, for looking at: it is not claimed. Raises StorageError."""
        return await self._database.read(partial(records.find, key=key))

    async def list(self, state: str = "", limit: int = 50, jobs: bool = False) -> list[Record]:
        """The newest, of one state ("ready", "running", "done", "dead") or of all; those of kind "job" only with `jobs`."""
        return await self._database.read(partial(records.newest, state=state, limit=limit, jobs=jobs))

    async def replay(self, key: str, dead: bool = False) -> bool:
        """Makes one that is dead or done ready again, from the beginning; with `dead`, only such. False: there is none.

        Whichever process has room for it takes it at once.
        """
        states = ("dead",) if dead else ("dead", "done")
        replayed = await self._database.run(partial(records.make_ready, key=key, now=self._now(), states=states))
        self._writer.wake()
        return replayed

    async def counts(self) -> dict[str, int]:
        """How many there are, by state, without those of kind "job"."""
        return await self._database.read(records.count)

    async def oldest(self, now: float) -> float:
        """For how many seconds the oldest that could run has been waiting, 0 where none is; without those of kind "job"."""
        since = await self._database.read(partial(records.find_oldest, now=self._now.shared(now)))
        return 0.0 if since is None else max(0.0, self._now.shared(now) - since)

    async def prune(self, before: float) -> int:
        """Deletes what was done before then, and says how much it was.

        A key that is deleted counts as new again: leave at least 24 hours, platforms redeliver for that long.
        """
        pruned = 0
        while old := await self._database.read(partial(records.find_old, before=before)):
            pruned += await self._database.run(partial(records.remove, rows=old))
            await asyncio.sleep(PAUSE)
        return pruned

    def _hand_over(self, deliver: Callable[[Delivery], None], delivery: Delivery) -> None:
        try:
            deliver(delivery)
        except Exception:
            _LOG.exception("a delivery was not taken; it comes again later")
            self.leave(delivery, "not taken")

    async def _conclude(self, delivery: Delivery, state: str, due: float, attempts: int, error: str) -> None:
        conclusion = self._conclusion(delivery, state, due, attempts, error)
        self._writer.submit(conclusion)
        await conclusion.done

    def _conclusion(self, delivery: Delivery, state: str, due: float, attempts: int, error: str) -> Conclude:
        finished = 0.0 if state == "ready" else self._now()
        ending = Ending(delivery.key, delivery.fence, state, due, attempts, finished, error[:_ERROR])
        return Conclude(ending, asyncio.get_running_loop().create_future())
