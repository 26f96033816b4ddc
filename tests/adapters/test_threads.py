"""Blocking SDKs work in threads of their own, and their requests go out by `Http`."""

import asyncio
import re
import threading
from contextlib import closing, suppress

import pytest

from adapters.breaker import FAILURES
from adapters.errors import Refused, Unavailable, Unknown
from adapters.faults import Fault
from adapters.http import Http
from adapters.threads import Door, in_thread
from tests.adapters.servers import Clock, Diary, hear, listening


async def test_work_is_done_elsewhere_and_the_loop_goes_on() -> None:
    go_on = threading.Event()

    def work() -> str:
        assert go_on.wait(5)
        return threading.current_thread().name

    working = asyncio.create_task(in_thread(work))
    await asyncio.sleep(0.01)
    assert not working.done()
    go_on.set()
    assert (await working).startswith("sdk")


async def test_what_the_work_raises_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        await in_thread(lambda: 1 // 0)


async def test_a_dozen_wait_at_once() -> None:
    together = threading.Barrier(12, timeout=5)
    assert len(await asyncio.gather(*(in_thread(together.wait) for _ in range(12)))) == 12


async def test_a_request_from_a_thread_goes_out_and_comes_back(http: Http, diary: Diary, address: str) -> None:
    door = Door(http, "diary", "Dear Diary")
    answer = await in_thread(lambda: door.request("POST", f"{address}/line", body="Grüße", headers={"X-Who": "me"}, timeout=1))
    assert (answer.status, answer.data, answer.headers["content-type"][:16]) == (200, b'{"line": 1}', "application/json")
    assert (answer.getheader("Content-Type"), answer.getheader("X-None", "none")) == (answer.headers["content-type"], "none")
    assert diary.lines == ["Grüße"]
    assert diary.journal[0].headers["X-Who"] == "me"


@pytest.mark.parametrize("url", ["/lines", "/lines?a=b"])
async def test_fields_go_into_the_address(http: Http, diary: Diary, address: str, url: str) -> None:
    door = Door(http, "diary", "Dear Diary")
    fields = [("name", "a+b c"), ("word", "ü"), ("limit", 3)]
    await in_thread(lambda: door.request("GET", f"{address}{url}", fields=fields))
    assert diary.journal[0].query == {"name": "a+b c", "word": "ü", "limit": "3"} | ({"a": "b"} if "?" in url else {})


async def test_asking_too_fast_is_waited_for(http: Http, diary: Diary, address: str, clock: Clock) -> None:
    diary.script.add(Fault(kind="status", status=429, retry_after="2"))
    door = Door(http, "diary", "Dear Diary")
    assert (await in_thread(lambda: door.request("GET", f"{address}/lines"))).status == 200
    assert clock.waits == [2.0]


@pytest.mark.parametrize(
    ("method", "repeatable", "sent", "error"),
    [("GET", False, 3, Unavailable), ("POST", False, 1, Unknown), ("POST", True, 3, Unavailable)],
)
async def test_only_what_does_no_harm_twice_is_sent_again(
    http: Http, diary: Diary, address: str, method: str, repeatable: bool, sent: int, error: type[Exception]
) -> None:
    diary.script.add(Fault(kind="drop_after", times=9))
    door = Door(http, "diary", "Dear Diary", repeatable=repeatable)
    with pytest.raises(error, match="Dear Diary"):
        await in_thread(lambda: door.request(method, f"{address}/line"))
    assert len(diary.lines) == sent


async def test_nothing_is_sent_any_more_when_nobody_waits_for_it(http: Http, diary: Diary, address: str) -> None:
    go_on, done = threading.Event(), threading.Event()

    def work() -> None:
        try:
            assert go_on.wait(5)
            door.request("POST", f"{address}/line", body="late")
        finally:
            done.set()

    with closing(Door(http, "diary", "Dear Diary")) as door, suppress(TimeoutError):
        async with asyncio.timeout(0.05):
            await in_thread(work)
    go_on.set()
    assert await asyncio.to_thread(done.wait, 5)
    assert (list(diary.journal), diary.lines) == ([], [])


async def test_what_is_on_its_way_then_is_given_up(http: Http) -> None:
    heard, hung_up = asyncio.Event(), asyncio.Event()

    async def talk(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await hear(reader)
        heard.set()
        assert await reader.read() == b""
        hung_up.set()

    async with listening(talk) as service:
        with closing(Door(http, "diary", "Dear Diary", deadline=30.0)) as door:
            asking = asyncio.create_task(in_thread(lambda: door.request("GET", f"http://{service}/")))
            await heard.wait()
            asking.cancel()
        async with asyncio.timeout(2):
            await hung_up.wait()


async def test_a_quota_that_is_spent_is_told_at_once(http: Http, diary: Diary, address: str, clock: Clock) -> None:
    diary.script.add(Fault(kind="status", status=429, times=99))
    door = Door(http, "diary", "Dear Diary", spent=re.compile(rb"."))
    answer = await in_thread(lambda: door.request("GET", f"{address}/lines"))
    assert (answer.status, len(diary.journal), clock.waits) == (429, 1, [])
    for _ in range(FAILURES):
        await in_thread(lambda: door.request("GET", f"{address}/lines"))
    assert http.breaker("diary").state == "closed"  # others have a quota of their own


async def test_a_redirect_is_not_followed(http: Http, diary: Diary, address: str) -> None:
    diary.script.add(Fault(kind="redirect", location=f"{address}/mine"))
    door = Door(http, "diary", "Dear Diary")
    with pytest.raises(Refused):
        await in_thread(lambda: door.request("GET", f"{address}/lines"))
    assert len(diary.journal) == 1
