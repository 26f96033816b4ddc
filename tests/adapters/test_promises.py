"""What every adapter promises: to connect and to let go, to fail in one of four ways, and to do once what was wanted once.

A new one is covered the day it is listed, and fails here until `PROMISES` tells something that it reads, and writes.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from email.utils import formatdate
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit
from xml.etree import ElementTree

import pytest

from adapters import ADAPTERS
from adapters.base import Adapter, Incoming, OAuth2, Secret
from adapters.errors import OURS, NeedsConnection, Refused, Unavailable, Unknown
from adapters.http import pooled_session
from adapters.oauth import Issued, OAuthClient, Registration
from tests.adapters.held_up import longest_hold
from tests.adapters.promises_bodies import BODIES, DRIFTS, kind_of, large
from tests.adapters.promises_stage import Elsewhere, Stage
from tests.adapters.promises_table import NOW, PROMISES, News, Work
from tests.adapters.servers import listening

pytestmark = pytest.mark.filterwarnings("ignore::pydantic.warnings.PydanticDeprecatedSince20")  # the SDK's own
each = pytest.mark.parametrize("adapter", ADAPTERS, ids=lambda adapter: adapter.name)
BACK, VERIFIER = "http://127.0.0.1:3000/oauth/callback", "CANARY-verifier-" + "1" * 40
FOREVER = 99
LONGEST_STALL = 0.05  # seconds
CHANGING = ("POST", "PATCH", "PUT", "DELETE")


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[Elsewhere]:
    elsewhere = Elsewhere()
    yield elsewhere
    elsewhere.close()


@pytest.fixture
async def stage(adapter: Adapter, elsewhere: Elsewhere) -> AsyncIterator[Stage]:
    async with pooled_session() as session:
        stage = Stage(adapter, elsewhere, session)
        stage.sandbox.journal.clear()
        yield stage
        stage.well()


@pytest.fixture
def writing(stage: Stage) -> Stage:
    if stage.promise.write is None:
        pytest.skip(f"{stage.adapter.title} writes nothing")
    return stage


def test_each_adapter_shows_what_it_promises() -> None:
    assert {adapter.name for adapter in ADAPTERS} == PROMISES.keys()


@each
def test_it_tells_of_its_news_where_it_has_any(adapter: Adapter) -> None:
    assert (adapter.webhook is None) == (PROMISES[adapter.name].news is None)


@each
def test_its_folder_has_the_six_names(adapter: Adapter) -> None:
    folder = Path(__file__).parents[2] / "adapters" / adapter.name
    names = {"__init__.py", "client.py", "sandbox.py", "icon.svg", "README.md"} | ({"webhook.py"} if adapter.webhook else set())
    assert names <= {path.name for path in folder.iterdir()}
    assert (folder / "README.md").read_text().startswith(f"# {adapter.title}\n")


@each
def test_its_icon_is_a_small_picture_without_scripts_or_links(adapter: Adapter) -> None:
    icon = (Path(__file__).parents[2] / "adapters" / adapter.name / "icon.svg").read_text()
    elements = list(ElementTree.fromstring(icon).iter())  # noqa: S314 - our own file
    assert {element.tag.partition("}")[2] for element in elements} <= {"svg", "rect", "path", "circle"}
    names = {name for element in elements for name in element.attrib}
    assert not [name for name in names if "href" in name or name.startswith("on") or name == "style"]
    assert "url(" not in icon
    assert len(icon) < 4000


@each
async def test_it_is_connected_used_renewed_and_let_go(stage: Stage) -> None:
    if not isinstance(stage.adapter.auth, OAuth2):
        key = stage.sandbox.grant(stage.account)
        await stage.adapter.check(stage.open(key))
        assert isinstance(await stage.adapter.account(stage.open(key)), str)
        stage.sandbox.revoke(key)
        await must_need_connection(stage, key)
        return
    client, issued = await connected(stage, stage.adapter.auth)
    await stage.adapter.check(stage.open(issued.access.reveal()))
    assert await stage.adapter.account(stage.open(issued.access.reveal()))
    assert issued.refresh
    renewed = await client.refresh(issued.refresh)
    await stage.promise.read(stage.open(renewed.access.reveal()))
    await client.revoke(renewed.refresh or issued.refresh)
    with pytest.raises(NeedsConnection):
        await client.refresh(renewed.refresh or issued.refresh)


async def connected(stage: Stage, auth: OAuth2) -> tuple[OAuthClient, Issued]:
    """As a browser would, without its pages."""
    registration = Registration(stage.sandbox.client_id, Secret(stage.sandbox.client_secret), stage.adapter.env)
    service = stage.service()
    client = OAuthClient(stage.adapter.name, stage.adapter.title, auth.at(service.base_url), registration, service.http)
    url = client.authorization_url(BACK, stage.adapter.scopes, "s-1", VERIFIER)
    back = stage.sandbox.authorization.approve(url, stage.account)  # type: ignore[attr-defined]  # those with OAuth have one
    code = dict(parse_qsl(urlsplit(back).query))["code"]
    return client, await client.exchange(code, BACK, VERIFIER)


async def must_need_connection(stage: Stage, token: str) -> None:
    for work in (stage.adapter.check, stage.promise.read, stage.promise.write):
        error = await stage.outcome(work, stage.open(token)) if work else NeedsConnection(stage.adapter.title)
        assert isinstance(error, NeedsConnection), work
        assert error.service == stage.adapter.title


@each
async def test_a_wrong_token_needs_another_connection(stage: Stage) -> None:
    pasted = () if isinstance(stage.adapter.auth, OAuth2) else ("CANARY-é", "CANARY-line\nbreak")
    for token in ("CANARY-wrong-token", *pasted):
        await must_need_connection(stage, token)


@each
async def test_the_check_is_one_request_which_passes(stage: Stage) -> None:
    client = stage.open()
    await stage.adapter.check(client)
    assert stage.asked == 1


@each
@pytest.mark.parametrize("status", [400, 403, 404, 409, 413, 422])
async def test_a_no_is_refused_in_words(stage: Stage, status: int) -> None:
    for body in (
        b"",
        b"{}",
        b"[]",
        b"<html>No</html>",
        b'{"error": "no"}',
        b'{"error": {"message": null, "type": []}}',
    ):
        for work in stage.works:
            with stage.saying(status, body):
                error = await stage.outcome(work)
            is_no = isinstance(error, Refused | NeedsConnection)
            assert is_no or (status == 409 and isinstance(error, Unavailable)), f"{work} {body!r}: {error!r}"


@each
async def test_a_no_that_can_t_be_read_is_one_of_the_four(stage: Stage) -> None:
    for body in (b"\xff", b"[" * 100_000):
        for work in stage.works:
            with stage.saying(400, body):
                assert isinstance(await stage.outcome(work), OURS)


@each
@pytest.mark.parametrize("status", [400, 401, 403, 404, 409])
async def test_a_no_in_the_words_of_the_service_is_one_of_the_four(stage: Stage, status: int) -> None:
    for work in stage.works:
        stage.fail("status", status=status, times=FOREVER)
        assert isinstance(await stage.outcome(work), NeedsConnection if status == 401 else OURS)
        stage.well()


WAITS = {
    "5": 5.0,
    "0": 1.0,
    "-5": 1.0,
    "0.5": 1.0,
    "1.5": 1.5,
    formatdate(NOW.timestamp() + 7, usegmt=True): 7.0,
    formatdate(NOW.timestamp() - 7, usegmt=True): 1.0,
    "": 0.0,
    "abc": 0.0,
    "999999999": 900.0,
    "9" * 5000: 900.0,
    None: 0.0,
}


@each
async def test_too_fast_is_waited_for_as_long_as_it_says(stage: Stage) -> None:
    for header, wait in WAITS.items():
        for work in stage.works:
            stage.clock.waits.clear()
            stage.fail("status", status=429, retry_after=header)
            result = await stage.outcome(work)
            if wait > 60:
                assert isinstance(result, Unavailable)
                assert (result.retry_after, stage.clock.waits) == (wait, [])
                await asyncio.sleep(0.05)  # until what threads still ask is answered
            else:
                assert not isinstance(result, OURS), f"{work} {header!r}: {result!r}"
                assert stage.clock.waits == [wait]


@each
async def test_of_two_times_the_longer_is_told(stage: Stage) -> None:
    for work in stage.works:
        stage.elsewhere.door.said = None
        with stage.saying(429):
            assert stage.elsewhere.door.said
            stage.elsewhere.door.said.headers += [("Retry-After", "60"), ("Retry-After", "90")]
            result = await stage.outcome(work)
        assert isinstance(result, Unavailable)
        assert result.retry_after == 90.0


@each
@pytest.mark.parametrize("status", [429, 500, 502, 503, 504, 529])
async def test_lasting_trouble_is_for_later_and_nothing_is_done(stage: Stage, status: int) -> None:
    for work in stage.works:
        before = stage.changes
        stage.fail("status", status=status, times=FOREVER)
        result = await stage.outcome(work)
        may_be_unknown = work is stage.promise.write and status != 429
        assert isinstance(result, Unavailable | Unknown if may_be_unknown else Unavailable), f"{work}: {result!r}"
        assert stage.changes == before
        stage.well()


@each
@pytest.mark.parametrize("kind", ["slow", "trickle", "drop_before", "drop_after"])
async def test_an_answer_that_does_not_come_is_for_later(stage: Stage, kind: str) -> None:
    for work in (stage.promise.read, stage.promise.also):
        stage.fail(kind, seconds=1.0, times=FOREVER)
        if work:
            result = await stage.outcome(work, stage.open(hasty=True))
            assert isinstance(result, Unavailable), f"{work}: {result!r}"
        stage.well()


@each
@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
async def test_one_lost_answer_to_a_read_is_made_up_for(stage: Stage, kind: str, times: int) -> None:
    stage.fail(kind, times=times)
    result = await stage.outcome(stage.promise.read)
    assert not isinstance(result, OURS), repr(result)


@each
@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "status", "malformed", "huge", "slow", "trickle"])
async def test_a_write_is_done_once_whatever_becomes_of_its_answer(writing: Stage, kind: str) -> None:
    assert writing.promise.write
    clean = Stage(writing.adapter, writing.elsewhere, writing.session)
    await clean.promise.write(clean.open())  # type: ignore[misc]  # there is one
    hasty = kind in ("slow", "trickle")
    for method in CHANGING:
        writing.fail(kind, method=method, seconds=1.0, status=503, times=FOREVER)
    await writing.outcome(writing.promise.write, writing.open(hasty=hasty))
    writing.well()
    await asyncio.sleep(0.2 if hasty else 0)  # until the service has done what nobody waited for
    result = await writing.outcome(writing.promise.write, writing.open(again=True))
    assert not isinstance(result, OURS), repr(result)
    assert writing.changes == clean.changes


@each
async def test_any_answer_at_all_leads_to_one_of_the_four_errors(stage: Stage) -> None:
    for body in BODIES:
        for work in (*stage.works, stage.adapter.check):
            with stage.saying(200, body, kind_of(body)):
                await stage.outcome(work)


@each
async def test_a_body_that_never_ends_is_not_taken(stage: Stage) -> None:
    for work in stage.works:
        stage.fail("huge", times=FOREVER)
        assert isinstance(await stage.outcome(work), OURS)
        stage.well()


@each
@pytest.mark.parametrize("drift", DRIFTS, ids=lambda drift: drift.__name__)
async def test_an_answer_in_another_shape_leads_to_no_other_error(stage: Stage, drift: type) -> None:
    for work in (*stage.works, stage.adapter.check):
        for change in drift():
            stage.fail("slow", seconds=0.0, times=FOREVER)  # so that answers are given whole
            stage.elsewhere.door.changed, stage.elsewhere.door.made_a_difference = change, False
            await stage.outcome(work)
            stage.well()
            if not stage.elsewhere.door.made_a_difference:
                break  # no answer has so many names


@each
async def test_a_redirect_is_not_followed_and_nothing_is_sent_there(stage: Stage) -> None:
    arrived: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        arrived.append(await reader.read(1000))

    async with listening(talk) as canary:
        for status in (300, 301, 302, 303, 305, 307, 308):
            for work in (*stage.works, stage.adapter.check):
                stage.fail("redirect", status=status, location=f"http://{canary}/steal", times=FOREVER)
                assert isinstance(await stage.outcome(work), Refused), work
                stage.well()
    assert arrived == []


@each
async def test_no_error_and_no_log_tells_the_token(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    bodies = (
        b'{"error": {"message": "{told} {key}", "code": "{told}", "type": "{key}"}}',
        b'{"message": "{told} {key}"}',
        b"{told} {key}",
    )
    with caplog.at_level(logging.INFO):  # SDKs tell all at DEBUG, which nobody hears
        for work in (*stage.works, stage.adapter.check):
            assert not isinstance(await stage.outcome(work), OURS)
            for status in (200, 400, 401, 403, 404, 422, 500):
                for body in bodies:
                    with stage.saying(status, body):
                        await stage.outcome(work)
    client = stage.open()
    told = f"{client!r} {vars(client)} {caplog.text}"
    assert not stage.leaks(told), [line for line in told.splitlines() if stage.leaks(line)][:3]


WITH_NEWS = [adapter for adapter in ADAPTERS if adapter.webhook]
each_with_news = pytest.mark.parametrize("adapter", WITH_NEWS, ids=lambda adapter: adapter.name)


def is_taken(adapter: Adapter, incoming: Incoming, secret: Secret) -> bool:
    assert adapter.webhook
    return adapter.webhook.verify(incoming, secret)


@each_with_news
def test_genuine_news_is_taken_and_the_same_news_is_known_again(adapter: Adapter) -> None:
    incoming, secret = news_of(adapter).genuine(NOW)
    assert adapter.webhook
    assert is_taken(adapter, incoming, secret)
    events, again = adapter.webhook.read(incoming), adapter.webhook.read(replace(incoming, at=incoming.at + 60))
    assert events == again  # by its id what comes twice is dropped
    for event in events:
        assert event.id
        assert event.kind.split(".")[0] in (adapter.name, "calendar")


@each_with_news
@pytest.mark.parametrize("secret", ["", "CANARY-other", "é", "x" * 1000])
def test_news_with_another_secret_is_not_taken(adapter: Adapter, secret: str) -> None:
    incoming, _ = news_of(adapter).genuine(NOW)
    assert not is_taken(adapter, incoming, Secret(secret))


@each_with_news
def test_news_that_was_changed_on_its_way_is_not_taken(adapter: Adapter) -> None:
    incoming, secret = news_of(adapter).genuine(NOW)
    if news_of(adapter).signed:
        assert not is_taken(adapter, replace(incoming, body=incoming.body + b" "), secret)
    for name in incoming.headers:
        headers = {each: value for each, value in incoming.headers.items() if each != name}
        if is_taken(adapter, replace(incoming, headers=headers), secret):
            assert not any(word in name.lower() for word in ("signature", "timestamp", "token"))


@each_with_news
def test_news_is_taken_as_long_as_it_is_fresh(adapter: Adapter) -> None:
    news = news_of(adapter)
    for limit, way in ((news.oldest, -1), (news.ahead, 1)):
        for seconds, fresh in ((limit - 10, True), (limit + 10, False)) if limit else ():
            incoming, secret = news.genuine(NOW + way * timedelta(seconds=seconds))
            assert is_taken(adapter, incoming, secret) == fresh, f"{way * seconds} seconds"


@each_with_news
def test_whatever_comes_is_no_news_and_no_error(adapter: Adapter) -> None:
    assert adapter.webhook
    genuine, secret = news_of(adapter).genuine(NOW)
    odd = ("", "é", "\ud800", "٣" * 13, "1" * 5000, "v1,", "sha256=", ",,", "nan", "=" * 50)
    for value in odd:
        for name in genuine.headers:
            incoming = replace(genuine, headers={**genuine.headers, name: value})
            assert isinstance(is_taken(adapter, incoming, secret), bool)
    for body in BODIES:
        incoming = replace(genuine, body=body, url="https://bot.test/\ud800%ff")
        assert isinstance(is_taken(adapter, incoming, secret), bool)
        assert isinstance(adapter.webhook.read(incoming), tuple)
        if adapter.webhook.handshake:
            assert isinstance(adapter.webhook.handshake(incoming), str)
    assert adapter.webhook.read(Incoming("GET", "", {}, b"", 0.0)) == ()


def news_of(adapter: Adapter) -> News:
    news = PROMISES[adapter.name].news
    assert news
    return news


@each
async def test_nothing_holds_up_the_loop(stage: Stage) -> None:
    for work in (*stage.works, stage.adapter.check):
        assert await stall(stage, work) < LONGEST_STALL, work


@each
async def test_a_large_answer_does_not_hold_it_up_either(stage: Stage) -> None:
    """Of a model it is the list of models: what it says comes in small pieces."""
    stage.elsewhere.door.changed = large
    assert await stall(stage, stage.promise.also or stage.promise.read) < LONGEST_STALL


@each
async def test_nor_does_the_largest_thing_that_it_sends(stage: Stage) -> None:
    if stage.promise.heavy is None:
        pytest.skip(f"{stage.adapter.title} is sent nothing large")
    assert not isinstance(await stage.outcome(stage.promise.heavy), OURS)
    assert await stall(stage, stage.promise.heavy) < LONGEST_STALL


async def stall(stage: Stage, work: Work) -> float:
    """How long the loop was held up, at the best of some attempts: the first may have more to do."""
    best = 1.0
    for _ in range(8):
        ticking = asyncio.create_task(longest_hold())
        await asyncio.sleep(0.02)
        await stage.outcome(work)
        ticking.cancel()
        best = min(best, (await asyncio.gather(ticking))[0])
        if best < LONGEST_STALL:
            break
    print(f"{stage.adapter.name}: stall={best * 1000:.0f} ms")  # noqa: T201
    return best
