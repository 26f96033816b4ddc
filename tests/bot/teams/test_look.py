"""What an earlier attempt has sent is found where the bot may look, at a price that has a limit."""

from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from adapters.errors import Unavailable
from adapters.faults import Fault
from bot.teams.bearer import Bearer
from bot.teams.credentials import GRAPH
from bot.teams.look import Look
from bot.teams.sandbox.workspace import APP_ID, BOT, CARD, GENERAL, GROUP, TEAM
from tests.bot.teams.stage import Stage, card


def pages(on: Stage) -> int:
    return len(on.asked("GET", "/graph/"))


def post(on: Stage, conversation: str, card: Any, thread: str = "") -> str:
    """As the bot, behind its back."""
    attachments = [{"contentType": CARD, "content": card}]
    workspace = on.teams.workspace
    return workspace.post(workspace.conversation(conversation), BOT, "", thread, attachments=attachments).id


@pytest.mark.parametrize("where", ["personal", "groupChat", "channel"])
async def test_each_part_is_found_by_the_calls_id(on: Stage, where: str) -> None:
    reply = {
        "personal": on.outgoing("one", "two"),
        "groupChat": on.outgoing("one", "two", conversation=GROUP, type="groupChat"),
        "channel": on.in_channel("one", "two"),
    }[where]
    sent = await on.sender.send(reply, (), look=False)

    assert await on.look.find(reply) == dict(enumerate(sent))


async def test_a_team_that_is_not_told_by_its_group_is_found_too(on: Stage) -> None:
    reply = on.in_channel("hello", team=TEAM)
    for _ in range(2):
        await on.sender.send(reply, (), look=True)
        on.restart()

    assert len(on.teams.said()) == 1


@pytest.mark.parametrize("missing", [{"team": ""}, {"private": True, "object": ""}])
async def test_where_it_is_not_known_what_to_ask_for_nothing_is_asked(on: Stage, missing: dict[str, Any]) -> None:
    assert await on.look.find(on.in_channel("hello", **missing)) == {}
    assert pages(on) == 0


@pytest.mark.parametrize(
    "other",
    [
        card("x", "call:call-2:0"),
        card("x", "call:call-11:0"),
        card("x", "xcall:call-1:0"),
        card("x", "call:call-1:zero"),
        card("call:call-1:0"),
        {"type": "AdaptiveCard", "version": "1.5", "body": []},
        {"type": "AdaptiveCard", "version": "1.5", "body": [{"type": "TextBlock", "text": "call-1"}]},
        "call-1",
    ],
)
async def test_what_another_call_has_sent_is_not_taken_for_it(on: Stage, other: Any) -> None:
    post(on, GROUP, other)

    assert await on.look.find(on.outgoing("x", conversation=GROUP, type="groupChat")) == {}


async def test_in_a_long_chat_it_stops_at_what_is_older_than_the_question(on: Stage) -> None:
    on.clock.ahead = -4000
    for _ in range(120):
        post(on, GROUP, card("old"))
    on.clock.ahead = 0
    for _ in range(30):
        post(on, GROUP, card("new"))
    await on.look.find(on.outgoing("x", conversation=GROUP, type="groupChat"))

    assert pages(on) == 1


@pytest.mark.parametrize(("posts", "asked", "found"), [(60, 2, True), (240, 5, True), (400, 5, False)])
async def test_it_reads_five_pages_at_most(on: Stage, posts: int, asked: int, found: bool) -> None:
    since = on.clock.time()
    post(on, GROUP, card("x", "call:call-1:0"))
    for _ in range(posts):
        post(on, GROUP, card("new"))
    parts = await on.look.find(on.outgoing("x", conversation=GROUP, type="groupChat", since=since))

    assert (pages(on), bool(parts)) == (asked, found)


@pytest.mark.parametrize("status", [401, 403, 404])
async def test_where_the_bot_may_not_look_it_does_not_try_again_for_ten_minutes(on: Stage, status: int) -> None:
    on.teams.script.add(Fault(kind="status", status=status, path="/graph/", times=2 if status == 401 else 1))
    reply, elsewhere = on.outgoing("x"), on.outgoing("x", conversation=GROUP, type="groupChat")
    assert await on.look.find(reply) == {}
    refused = pages(on)
    await on.look.find(reply)
    assert pages(on) == refused
    await on.look.find(elsewhere)
    assert pages(on) == refused + 1

    on.clock.ahead = 601
    await on.look.find(reply)
    assert pages(on) == refused + 2


@pytest.mark.parametrize(
    "fault", [Fault(kind="status", status=503, path="/graph/", times=3), Fault(kind="malformed", path="/graph/")]
)
async def test_while_graph_can_not_say_it_is_tried_later(on: Stage, fault: Fault) -> None:
    on.teams.script.add(fault)
    with pytest.raises(Unavailable):
        await on.look.find(on.outgoing("x"))


async def test_an_outage_of_graph_does_not_keep_the_bot_from_speaking(on: Stage) -> None:
    on.teams.script.add(Fault(kind="status", status=503, path="/graph/", times=30))
    for _ in range(4):
        with pytest.raises(Unavailable):
            await on.look.find(on.outgoing("x"))
    await on.sender.send(on.outgoing("hello"), (), look=False)

    assert len(on.teams.said()) == 1


class Elsewhere:
    """A Graph that names a next page at another address, and notes who comes there."""

    def __init__(self) -> None:
        self.stolen: list[str] = []
        self.next = ""

    async def list(self, request: web.Request) -> web.Response:
        return web.json_response({"value": [], "@odata.nextLink": self.next})

    async def steal(self, request: web.Request) -> web.Response:
        self.stolen.append(request.headers["Authorization"])
        return web.json_response({"value": []})


@pytest.mark.parametrize("spelled", ["{other}", "http://127.0.0.1@{host}", "//{host}/steal", "ftp://x", "steal"])
async def test_the_token_does_not_follow_a_next_page_to_another_address(on: Stage, spelled: str) -> None:
    elsewhere = Elsewhere()
    graph, other = web.Application(), web.Application()
    graph.router.add_get("/v1.0/chats/{chat}/messages", elsewhere.list)
    other.router.add_get("/{path:.*}", elsewhere.steal)
    async with TestServer(graph) as here, TestServer(other) as there:
        elsewhere.next = spelled.format(other=there.make_url("/steal"), host=f"127.0.0.1:{there.port}/steal")
        bearer = Bearer(on.http, on.credentials, GRAPH, on.clock)
        look = Look(bearer, str(here.make_url("/v1.0/")), APP_ID, on.clock)

        assert await look.find(on.outgoing("x")) == {}
    assert elsewhere.stolen == []


async def test_a_thread_of_another_channel_is_not_looked_at(on: Stage) -> None:
    reply = on.in_channel("x")
    post(on, GENERAL, card("x", "call:call-1:0"))

    assert await on.look.find(reply) == {}
