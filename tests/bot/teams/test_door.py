"""Teams' way in over real HTTP: what is genuine is stored before it is acknowledged, all else is refused without a word."""

import asyncio
import io
import json
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from bot.metrics import Metrics
from bot.teams.door import Door
from bot.teams.invokes import Invokes
from commands import SUBJECTS
from commands.catalog import Catalog, subjects
from storage.database import Database
from storage.inbox import Inbox
from storage.offers import Offers
from tests.bot.conftest import FixedClock
from tests.bot.teams.test_auth import (
    BAD_TOKENS,
    CANARY,
    FORBIDDEN,
    Activity,
    Said,
    Stage,
    activity,
    bearer,
    headers,
    on_the_lasting_loop,
    staged,
)

Json = dict[str, Any]


@dataclass
class Entrance:
    url: str
    inbox: Inbox
    database: Database
    stage: Stage
    session: ClientSession

    async def send(self, said: Said, body: bytes) -> tuple[int, bytes]:
        async with self.session.post(self.url, data=io.BytesIO(body), headers=headers(said)) as answer:
            return answer.status, await answer.read()

    async def tell(self, told: Activity) -> tuple[int, Any]:
        status, body = await self.send(bearer(), json.dumps(told).encode())
        return status, json.loads(body) if body else None

    async def stored(self) -> int:
        return len(await self.inbox.list())

    async def payloads(self) -> list[str]:
        statement = "SELECT payload FROM delivery ORDER BY seq"
        return await self.database.read(lambda it: list(it.exec_driver_sql(statement).scalars()))


@asynccontextmanager
async def opened(folder: Path, clock: FixedClock) -> AsyncIterator[Entrance]:
    """Just started: what has to be loaded first is not there yet, and never will be."""
    database = Database(f"sqlite:///{folder / 'inbox.sqlite'}")
    await database.open()
    inbox = Inbox(database, clock.time, "test")
    await inbox.open()
    loop = asyncio.get_running_loop()
    catalog = Catalog(subjects(SUBJECTS), lambda _: True)
    invokes = Invokes(inbox, Offers(database), catalog, loop.create_future(), loop.create_future(), clock)
    async with staged(clock) as stage, ClientSession() as session:
        app = web.Application(client_max_size=1024 * 1024)
        app.router.add_post("/api/messages", Door(inbox, stage.auth, invokes, Metrics()).handle)
        async with TestServer(app) as server:
            yield Entrance(str(server.make_url("/api/messages")), inbox, database, stage, session)
    await inbox.close()
    await database.close()


@pytest.fixture
async def entrance(tmp_path: Path, clock: FixedClock) -> AsyncIterator[Entrance]:
    async with opened(tmp_path, clock) as entrance:
        yield entrance


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def lasting(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Entrance]:
    """One for all who are turned away: they leave nothing behind."""
    async with opened(tmp_path_factory.mktemp("door"), FixedClock()) as entrance:
        yield entrance


def invoke(name: str, value: Json) -> Activity:
    return activity(type="invoke", name=name, value=value, id="f:1")


QUERY = invoke("composeExtension/query", {"commandId": "calendar.find", "parameters": [{"name": "words", "value": "lunch"}]})
FETCH = invoke("task/fetch", {"data": {"offer": "offer-1"}})
FORM = invoke("task/submit", {"data": {"form": "calendar create", "title": "Lunch"}})
EXECUTE = invoke("adaptiveCard/action", {"action": {"type": "Action.Execute", "verb": "press", "data": {"offer": "offer-1"}}})


async def test_a_message_is_stored_and_acknowledged_with_an_empty_body(entrance: Entrance) -> None:
    assert await entrance.tell(activity(text="help")) == (201, None)
    assert await entrance.stored() == 1


async def test_the_same_message_is_stored_once_and_acknowledged_each_time(entrance: Entrance) -> None:
    answers = await asyncio.gather(*(entrance.tell(activity(text="help")) for _ in range(4)))

    assert answers == [(201, None)] * 4
    assert await entrance.stored() == 1


@pytest.mark.parametrize("type", ["messageUpdate", "messageReaction", "typing", "conversationUpdate", "event", "unheard of"])
async def test_what_asks_nothing_is_acknowledged_and_dropped(entrance: Entrance, type: str) -> None:
    assert await entrance.tell(activity(type=type)) == (200, None)
    assert await entrance.stored() == 0


@pytest.mark.parametrize("name", ["signin/verifyState", "unheard/of", ""])
async def test_an_invoke_that_is_not_ours_is_no_error(entrance: Entrance, name: str) -> None:
    assert await entrance.tell(invoke(name, {})) == (200, None)


async def test_while_it_starts_a_search_is_asked_to_come_again(entrance: Entrance) -> None:
    status, answer = await entrance.tell(QUERY)

    assert status == 200
    assert answer["composeExtension"]["type"] == "message"
    assert await entrance.stored() == 0


async def test_while_it_starts_a_form_is_asked_to_come_again(entrance: Entrance) -> None:
    status, answer = await entrance.tell(FETCH)

    assert status == 200
    assert "try again" in answer["task"]["value"]


async def test_while_it_starts_a_form_that_is_filled_in_is_kept(entrance: Entrance) -> None:
    assert await entrance.tell(FORM) == (200, None)
    assert await entrance.stored() == 1


async def test_a_press_that_nobody_has_answered_yet_is_being_worked_on(entrance: Entrance) -> None:
    status, answer = await entrance.tell(EXECUTE)

    assert status == 200
    assert answer["type"] == "application/vnd.microsoft.card.adaptive"
    assert "Working on it" in json.dumps(answer["value"], ensure_ascii=False)
    assert await entrance.stored() == 1


# What no HTTP client sends as it is: spaces at the ends mean nothing, and longer headers no server takes.
UNSENT = {"a space before", "a space behind", "a lone surrogate", "a million dots", "a million characters", "a token too long"}
UNSENT |= {id for id, said in BAD_TOKENS.items() if any(ord(sign) < 32 for value in said() for sign in value)}
SENT = {id: said for id, said in BAD_TOKENS.items() if id not in UNSENT}


@on_the_lasting_loop
@pytest.mark.parametrize("said", SENT.values(), ids=SENT.keys())
async def test_a_bad_token_is_401_whatever_comes_with_it(
    lasting: Entrance, said: Callable[[], Said], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        answers = [await lasting.send(said(), body) for body in (json.dumps(activity()).encode(), b"CANARY-no-json", b"")]
    assert answers == [(401, b"")] * 3
    assert await lasting.stored() == 0
    assert CANARY not in caplog.text


@on_the_lasting_loop
@pytest.mark.parametrize("request_of", FORBIDDEN.values(), ids=FORBIDDEN.keys())
async def test_a_good_token_that_may_not_bring_this_is_403(
    lasting: Entrance, request_of: Callable[[], tuple[Said, Activity]], caplog: pytest.LogCaptureFixture
) -> None:
    said, told = request_of()

    assert await lasting.send(said, json.dumps(told).encode()) == (403, b"")
    assert await lasting.stored() == 0
    assert "an activity was turned away: it" in caplog.text, "so that a mistake in the settings can be found"
    assert not any(secret in caplog.text for secret in (CANARY, "eyJ", "evil"))


NO_ACTIVITIES = {
    "nothing": b"",
    "no JSON": b"hello",
    "no object": b"[1]",
    "a number that is none": b'{"a": NaN}',
    "bottomless nesting": b'{"a":' * 5000,
    "bytes that are no text": b"\xff\xfe",
}


@pytest.mark.parametrize("body", NO_ACTIVITIES.values(), ids=NO_ACTIVITIES.keys())
async def test_what_is_no_activity_is_400(entrance: Entrance, body: bytes) -> None:
    assert await entrance.send(bearer(), body) == (400, b"")


async def test_a_message_of_nobody_is_400(entrance: Entrance) -> None:
    assert (await entrance.tell(activity(text="help", **{"from": {}})))[0] == 400


async def test_a_body_that_is_too_large_is_413(entrance: Entrance) -> None:
    assert (await entrance.send(bearer(), b" " * (1024 * 1024 + 1)))[0] == 413


async def test_what_can_not_be_stored_is_not_acknowledged(entrance: Entrance) -> None:
    await entrance.inbox.close()

    assert (await entrance.tell(activity(text="help")))[0] == 503


KEY = "sk-ant-api03-CANARY" + "0a1B" * 20  # nobody's
FILLED = invoke("task/submit", {"data": {"form": "calendar create", "title": f"keep {KEY}"}})
TYPED = activity(
    text=f"<at>Interact</at> connect\n{KEY}", attachments=[{"contentType": "text/html", "content": f"<p>{KEY}</p>"}]
)


@pytest.mark.parametrize("said", [TYPED, FILLED], ids=["typed", "filled in"])
async def test_a_key_in_a_message_is_not_stored(
    entrance: Entrance, said: Activity, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        status, _ = await entrance.tell(said)
    [stored] = await entrance.payloads()

    assert status in (200, 201)
    assert "⟦Anthropic key removed⟧" in stored
    assert "CANARY" not in stored + caplog.text
    assert all(b"CANARY" not in file.read_bytes() for file in tmp_path.iterdir() if file.is_file())


async def test_what_is_no_key_is_stored_to_the_letter(entrance: Entrance) -> None:
    said = activity(text="help")
    await entrance.tell(said)
    [stored] = await entrance.payloads()

    assert json.loads(stored) == said
