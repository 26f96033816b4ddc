"""What is due is done: by one process, again and again, whatever becomes of it or of the process."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from bot.answering import Answering
from bot.metrics import Metrics
from bot.schedule import IncompleteError, Job, Schedule
from bot.worker import Worker
from storage.database import Database
from storage.delivery import Delivery
from storage.errors import StorageError
from storage.inbox import Inbox
from tests.bot.conftest import FixedClock

HOUR = 3600.0


class MovedClock(FixedClock):
    """Stands still until it is moved."""

    def move(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


class Process:
    """One process of the bot: it answers what people ask by waiting for `answered`, and does its jobs."""

    def __init__(self, inbox: Inbox, jobs: Sequence[Job], clock: MovedClock, width: int) -> None:
        self.inbox = inbox
        self.metrics = Metrics()
        self.answered = asyncio.Event()
        self.asked: list[str] = []
        self.schedule = Schedule(inbox, jobs, self.metrics, clock)
        self.worker = Worker(inbox, cast(Answering, self), self.metrics, clock, lambda: 0.0, self.schedule)
        self._width = width

    async def start(self) -> None:
        await self.schedule.open()
        self.worker.start(self._width)

    async def answer(self, delivery: Delivery) -> None:
        self.asked.append(delivery.key)
        await self.answered.wait()

    async def job(self, name: str) -> Any:
        [record] = [each for each in await self.inbox.list(jobs=True) if each.key == f"job:{name}"]
        return record


Open = Callable[..., Any]


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'inbox.sqlite'}")
    await database.open()
    yield database
    await database.close()


@pytest.fixture
def process(database: Database, clock: MovedClock) -> Open:
    @asynccontextmanager
    async def open(*jobs: Job, name: str = "one", width: int = 1, lease: float = 15.0) -> AsyncIterator[Process]:
        inbox = Inbox(database, clock.time, name, lease, poll=0.02)
        await inbox.open()
        opened = Process(inbox, jobs, clock, width)
        await opened.start()
        yield opened
        await opened.worker.drain(0.0)
        await inbox.close()

    return open


async def until(true: Callable[[], bool | Awaitable[bool]]) -> None:
    async with asyncio.timeout(20):
        while True:
            seen = true()
            if seen if isinstance(seen, bool) else await seen:
                return
            await asyncio.sleep(0.01)


class Work:
    """Counts how often it was done; `hold` makes it wait, `fail` makes it raise."""

    def __init__(self, fail: Exception | None = None) -> None:
        self.done = 0
        self.begun = 0
        self.fail = fail
        self.hold = asyncio.Event()
        self.hold.set()

    async def __call__(self) -> None:
        self.begun += 1
        await self.hold.wait()
        self.done += 1
        if self.fail:
            raise self.fail


async def is_ready(process: Process, name: str) -> bool:
    return bool((await process.job(name)).state == "ready")


async def test_a_job_is_done_at_the_start_and_again_when_it_is_due(process: Open, clock: MovedClock) -> None:
    work = Work()
    async with process(Job("tidy", HOUR, work)) as one:
        for times in (1, 2, 3):
            await until(lambda times=times: work.done == times)  # type: ignore[misc]
            await until(lambda: is_ready(one, "tidy"))
            await asyncio.sleep(0.1)
            assert work.done == times
            clock.move(HOUR + 1)


async def test_of_several_processes_one_does_it(process: Open, clock: MovedClock) -> None:
    work = Work()
    job = Job("tidy", HOUR, work)
    async with process(job) as one, process(job, name="two"), process(job, name="three"):
        for times in (1, 2, 3):
            await until(lambda times=times: work.done == times)  # type: ignore[misc]
            await until(lambda: is_ready(one, "tidy"))
            await asyncio.sleep(0.1)
            clock.move(HOUR + 1)
        await until(lambda: work.done == 4)
        assert work.begun == 4


@pytest.mark.parametrize("error", [StorageError("The disk is full."), RuntimeError("CANARY")])
async def test_a_job_that_fails_is_logged_and_comes_again(
    process: Open, clock: MovedClock, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    work = Work(fail=error)
    async with process(Job("tidy", HOUR, work)) as one:
        began = clock.time()
        await until(lambda: work.done == 1)
        await until(lambda: is_ready(one, "tidy"))
        clock.move(HOUR + 1)
        await until(lambda: work.done == 2)
        await until(lambda: is_ready(one, "tidy"))
        record = await one.job("tidy")
        told = one.metrics.exposition().decode()

    assert "tidy" in caplog.text
    assert record.attempts == 0
    assert 'interact_deliveries_total{kind="job",outcome="failed"} 2.0' in told
    assert succeeded(told) == began, "as if it had succeeded at the start: it is overdue some time after that"


async def test_a_round_of_which_some_failed_is_no_success_and_needs_no_trace(
    process: Open, clock: MovedClock, caplog: pytest.LogCaptureFixture
) -> None:
    work = Work(fail=IncompleteError("2 of it failed"))
    async with process(Job("tidy", HOUR, work)) as one:
        began = clock.time()
        clock.move(1.0)
        await until(lambda: work.done == 1)
        await until(lambda: is_ready(one, "tidy"))
        told = one.metrics.exposition().decode()

    assert succeeded(told) == began
    assert "2 of it failed" in caplog.text
    assert "Traceback" not in caplog.text


async def test_operators_see_when_a_job_last_succeeded_and_how_often_it_is_to(process: Open, clock: MovedClock) -> None:
    work = Work()
    async with process(Job("tidy", HOUR, work)) as one:
        await until(lambda: work.done == 1)
        await until(lambda: is_ready(one, "tidy"))
        clock.move(HOUR + 1)
        await until(lambda: work.done == 2)
        await until(lambda: is_ready(one, "tidy"))
        told = one.metrics.exposition().decode()

    assert succeeded(told) == clock.time()
    assert f'interact_job_interval_seconds{{name="tidy"}} {HOUR}' in told


def succeeded(told: str) -> float:
    """When the job “tidy” last did, as `/metrics` says."""
    [line] = [line for line in told.splitlines() if line.startswith('interact_job_success_timestamp_seconds{name="tidy"}')]
    return float(line.split()[1])


async def test_jobs_take_nothing_of_the_room_of_what_people_wait_for(process: Open) -> None:
    """However long they take; and the other way round."""
    works = [Work() for _ in range(3)]
    for work in works:
        work.hold.clear()
    async with process(*(Job(f"long {number}", HOUR, work) for number, work in enumerate(works)), width=1) as one:
        await until(lambda: all(work.begun for work in works))
        await one.inbox.put("asked", "slack", "slack:T1:C1", "{}")
        await until(lambda: one.asked == ["asked"])
        one.answered.set()
        await until(lambda: _is_done(one, "asked"))


async def _is_done(process: Process, key: str) -> bool:
    return [each.state for each in await process.inbox.list()] == ["done"]


async def test_a_job_holds_up_no_end_and_another_process_does_it_at_once(process: Open) -> None:
    stuck, work = Work(), Work()
    stuck.hold.clear()
    async with process(Job("long", HOUR, stuck)) as one:
        await until(lambda: stuck.begun == 1)
        await asyncio.wait_for(one.worker.drain(10.0), 2.0)
        async with process(Job("long", HOUR, work), name="two"):
            await until(lambda: work.done == 1)

    assert stuck.done == 0


async def test_when_a_process_dies_over_a_job_another_does_it_once_the_lease_has_run_out(
    process: Open, clock: MovedClock
) -> None:
    stuck, work = Work(), Work()
    stuck.hold.clear()
    async with process(Job("long", HOUR, stuck)) as one:
        await until(lambda: stuck.begun == 1)
        await one.inbox.close()  # nothing is written or renewed from now on
        clock.move(16.0)
        async with process(Job("long", HOUR, work), name="two"):
            await until(lambda: work.done == 1)


async def put_off(process: Process, clock: MovedClock) -> float:
    """For how many seconds the job is, once it is."""
    while (job := await process.job("deadly")).state != "ready" or job.due <= clock.time():
        await asyncio.sleep(0.01)
    return float(job.due - clock.time())


async def test_a_job_that_ends_each_process_is_put_off_for_longer_and_longer(process: Open, clock: MovedClock) -> None:
    """People are answered meanwhile. Once it comes to its end, it is done as usual."""
    work = Work()
    work.hold.clear()
    pauses = []
    for lives in range(1, 8):
        async with process(Job("deadly", HOUR, work)) as one:
            if lives > 3:
                pauses.append(await asyncio.wait_for(put_off(one, clock), 20))
                await one.inbox.put(f"asked {lives}", "slack", "conversation", "{}")
                await until(lambda: one.asked == [f"asked {lives}"])  # noqa: B023 - it is awaited at once
                one.answered.set()
                clock.move(pauses[-1])
            await until(lambda: work.begun == lives)  # noqa: B023
            if lives == 7:
                work.hold.set()
                assert await asyncio.wait_for(put_off(one, clock), 20) == HOUR
            await one.inbox.close()  # this process ends here
        clock.move(16.0)

    assert pauses == [120.0, 480.0, 1920.0, 3600.0]


async def test_a_job_of_another_version_is_left_to_that(process: Open, clock: MovedClock) -> None:
    work = Work()
    new = Job("new", HOUR, work)

    async def done(number: int) -> None:
        """Whichever of the two looks first; and no lease runs out because the clock moves on."""
        while work.done < number:
            await asyncio.sleep(0.1)
            await until(lambda: is_ready(old, "new"))
            clock.move(61.0)

    async with process() as old:
        async with process(new, name="new"):
            await done(1)
        clock.move(HOUR + 1)
        await asyncio.sleep(0.1)
        async with process(new, name="new"):
            await done(2)


@pytest.mark.parametrize("state", ["dead", "done"])
async def test_a_job_that_was_ended_is_taken_up_again_at_the_next_start(process: Open, database: Database, state: str) -> None:
    work = Work()
    job = Job("tidy", HOUR, work)
    async with process(job) as one:
        await until(lambda: work.done == 1)
        await until(lambda: is_ready(one, "tidy"))
    await database.run(lambda it: it.exec_driver_sql("UPDATE delivery SET state = ?", (state,)))
    async with process(job):
        await until(lambda: work.done == 2)


async def test_jobs_are_no_deliveries_to_operators(process: Open) -> None:
    work = Work()
    async with process(Job("tidy", HOUR, work)) as one:
        await until(lambda: work.done == 1)
        await until(lambda: is_ready(one, "tidy"))
        assert await one.inbox.list() == []
        assert sum((await one.inbox.counts()).values()) == 0


async def test_a_job_that_another_version_gave_up_is_taken_up_again_without_a_start(process: Open, database: Database) -> None:
    work = Work()
    looks: list[float] = []

    async def sleep(seconds: float) -> None:
        looks.append(seconds)
        await asyncio.sleep(0.02)

    async with process(Job("tidy", HOUR, work)) as one:
        await until(lambda: work.done == 1)
        await until(lambda: is_ready(one, "tidy"))
        await database.run(lambda it: it.exec_driver_sql("UPDATE delivery SET state = 'dead'"))
        watching = asyncio.create_task(one.schedule.watch(sleep))
        await until(lambda: work.done == 2)
        watching.cancel()

    assert set(looks) == {300.0}
