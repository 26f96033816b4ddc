"""What people do in the sandbox reaches the bot as Slack would tell it: the judge is Bolt, Slack's own framework."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.envelope import read
from bot.slack.sandbox import SlackSandbox
from bot.slack.sandbox.workspace import ADA, ARCHIVED, BOT, GENERAL, GRACE, PRIVATE, RANDOM
from bot.slack.verify import Verdict, verify
from tests.bot.slack.conftest import Bot, MovableClock
from tests.bot.slack.test_sandbox import MODAL, actions, button, plain

BUTTONS = [
    actions(button(value="opaque"), {"type": "button", "text": plain("Page"), "url": "https://a.test", "action_id": "open"})
]


@pytest.fixture
async def bolt(sandbox: SlackSandbox, slack: AsyncWebClient) -> AsyncIterator[list[Any]]:
    """Bolt in the bot's place; gives what its listeners heard."""
    app, heard = _bolt(sandbox, slack)

    async def events(request: web.Request) -> web.Response:
        return await to_aiohttp_response(await app.async_dispatch(await to_bolt_request(request)))

    routes = web.Application()
    routes.router.add_post("/", events)
    async with TestServer(routes) as server:
        sandbox.courier.url = str(server.make_url("/"))
        yield heard


def _bolt(sandbox: SlackSandbox, slack: AsyncWebClient) -> tuple[AsyncApp, list[Any]]:
    heard: list[Any] = []
    app = AsyncApp(signing_secret=sandbox.signing_secret.reveal(), client=slack, process_before_response=True)

    async def command(ack: Any, body: dict[str, Any], respond: Any) -> None:
        heard.append(("command", body["text"]))
        await ack("working")
        await respond("done", response_type="in_channel")

    async def form(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=MODAL)

    async def submitted(ack: Any, view: dict[str, Any]) -> None:
        title = view["state"]["values"]["title"]["value"]["value"]
        heard.append(("view", title))
        await (ack(response_action="errors", errors={"title": "too short"}) if len(title) < 3 else ack())

    async def pressed(ack: Any, action: dict[str, Any], respond: Any) -> None:
        heard.append(("action", action["value"]))
        await ack()
        await respond("pressed", replace_original=True)

    async def event(event: dict[str, Any], say: Any) -> None:
        heard.append((event["type"], event["text"]))
        await say("yes?", thread_ts=event["ts"])

    app.command("/calendar")(command)
    app.command("/form")(form)
    app.view("form")(submitted)
    app.action("go")(pressed)
    app.event(re.compile("app_mention|message"))(event)
    return app, heard


# As Bolt hears it


async def test_bolt_hears_a_command_and_answers_it(sandbox: SlackSandbox, bolt: list[Any]) -> None:
    delivery = await sandbox.command("/calendar", "create “Lunch & co” 100% who=@grace in #general ada@grace @nobody")
    told = "create “Lunch &amp; co” 100% who=<@U0GRACE|grace> in <#C0GENERAL|general> ada@grace @nobody"
    assert (delivery.status, delivery.answer, bolt) == (200, {"text": "working"}, [("command", told)])
    assert [(message["text"], message["only_for"]) for message in sandbox.messages(GENERAL)] == [("done", ""), ("working", ADA)]


async def test_bolt_hears_a_mention_and_a_direct_message_but_not_itself(sandbox: SlackSandbox, bolt: list[Any]) -> None:
    await sandbox.mention("help", user=GRACE)
    await sandbox.message("hello")
    await sandbox.courier.settled()
    assert bolt == [("app_mention", f"<@{BOT}> help"), ("message", "hello")]
    [asked, answered] = sandbox.messages(GENERAL)
    assert (answered["text"], answered["thread_ts"]) == ("yes?", asked["ts"])
    own = sandbox.courier.deliveries[-1].payload["event"]
    assert (own["text"], own["bot_id"]) == ("yes?", "B0INTERACT"), "Slack tells a bot of its own direct messages too"


async def test_bolt_hears_a_press_and_replaces_the_message(
    sandbox: SlackSandbox, bolt: list[Any], slack: AsyncWebClient
) -> None:
    await slack.chat_postMessage(channel=GENERAL, text="press", blocks=BUTTONS)
    await sandbox.click("Go")
    assert bolt == [("action", "opaque")]
    [message] = sandbox.messages(GENERAL)
    assert (message["text"], "blocks" in message, "edited" in message) == ("pressed", False, True)


async def test_bolt_opens_a_form_finds_fault_with_it_and_takes_it(sandbox: SlackSandbox, bolt: list[Any]) -> None:
    await sandbox.command("/form")
    await sandbox.submit({"title": "ab"})
    view = sandbox.views.opened(ADA)
    assert view is not None
    assert view["errors"] == {"title": "too short"}
    await sandbox.submit({"title": "abc"})
    assert sandbox.views.opened(ADA) is None
    assert bolt == [("view", "ab"), ("view", "abc")]


async def test_a_bot_that_is_connected_by_socket_is_told_there(sandbox: SlackSandbox, slack: AsyncWebClient, bot: Bot) -> None:
    app, heard = _bolt(sandbox, slack)
    handler = AsyncSocketModeHandler(app, sandbox.app_token.reveal(), ping_interval=0.05)
    await handler.connect_async()
    try:
        await until(lambda: sandbox.sockets.connected)
        assert (await sandbox.command("/calendar", "today")).answer == {"text": "working"}
        assert (await sandbox.mention("help")).status == 200
        await slack.chat_postMessage(channel=GENERAL, text="press", blocks=BUTTONS)
        await sandbox.click("go")
        assert heard == [("command", "today"), ("app_mention", f"<@{BOT}> help"), ("action", "opaque")]
        assert bot.told == [], "and not by HTTP"
    finally:
        await handler.close_async()
    await until(lambda: not sandbox.sockets.connected)
    await sandbox.command("/calendar")
    assert len(bot.told) == 1


async def until(true: Any) -> None:
    async with asyncio.timeout(5):
        while not true():
            await asyncio.sleep(0.01)


async def test_only_a_ticket_opens_a_socket_and_only_once(sandbox: SlackSandbox, slack: AsyncWebClient) -> None:
    url = (await slack.apps_connections_open(app_token=sandbox.app_token.reveal()))["url"]
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket:
        assert (await socket.receive_json())["type"] == "hello"
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(url)
        await sandbox.sockets.disconnect()
        assert (await socket.receive_json())["type"] == "disconnect"


# As it goes over the wire


async def test_every_delivery_is_signed_as_slack_signs(sandbox: SlackSandbox, bot: Bot, clock: MovableClock) -> None:
    for deed in (sandbox.command("/x"), sandbox.mention("x"), sandbox.message("x")):
        await deed
    theirs = SignatureVerifier(sandbox.signing_secret.reveal())
    for told in bot.told:
        assert theirs.is_valid_request(told.body, told.headers)
        assert verify([sandbox.signing_secret], told.headers, told.body, clock.now().timestamp()) is Verdict.GENUINE
    envelopes = [read(told.body, told.headers["X-Slack-Request-Timestamp"]) for told in bot.told]
    assert [(envelope.kind, envelope.user) for envelope in envelopes] == [("command", ADA), ("event", ADA), ("event", ADA)]
    assert len({envelope.key for envelope in envelopes}) == 3


async def test_a_command_tells_what_slack_tells(sandbox: SlackSandbox, bot: Bot) -> None:
    await sandbox.command("/calendar", "today", user=GRACE, channel="#random")
    told = bot.told[0].content
    assert {name: told[name] for name in ("command", "text", "user_id", "user_name", "channel_id", "channel_name")} == {
        "command": "/calendar",
        "text": "today",
        "user_id": GRACE,
        "user_name": "grace",
        "channel_id": RANDOM,
        "channel_name": "random",
    }
    assert told["response_url"].startswith(f"{sandbox.address}response/")
    assert told["trigger_id"]


async def test_a_press_of_an_ephemeral_button_tells_no_message(sandbox: SlackSandbox, slack: AsyncWebClient, bot: Bot) -> None:
    await slack.chat_postEphemeral(channel=GENERAL, user=ADA, text="x", blocks=BUTTONS)
    with pytest.raises(ValueError, match="sees no button"):
        await sandbox.click("Go", user=GRACE)
    await sandbox.click("opaque")
    told = bot.told[0].content
    assert (told["container"]["is_ephemeral"], "message" in told, told["actions"][0]["value"]) == (True, False, "opaque")


async def test_the_newest_button_is_pressed_unless_a_message_is_named(
    sandbox: SlackSandbox, slack: AsyncWebClient, bot: Bot
) -> None:
    first = (await slack.chat_postMessage(channel=GENERAL, text="1", blocks=BUTTONS))["ts"]
    second = (await slack.chat_postMessage(channel=GENERAL, text="2", blocks=BUTTONS, thread_ts=first))["ts"]
    await sandbox.click("Go")
    await sandbox.click("Go", channel=GENERAL, ts=first)
    assert [told.content["container"]["message_ts"] for told in bot.told] == [second, first]
    assert bot.told[0].content["container"]["thread_ts"] == first


async def test_a_failed_event_is_delivered_again_with_its_number_and_reason(sandbox: SlackSandbox, bot: Bot) -> None:
    bot.answers.extend(web.Response(status=status) for status in (500, 503, 404))
    assert (await sandbox.mention("x")).status == 500
    await sandbox.courier.settled()
    assert len({told.body for told in bot.told}) == 1
    numbers = [(told.headers.get("X-Slack-Retry-Num"), told.headers.get("X-Slack-Retry-Reason")) for told in bot.told]
    assert numbers == [(None, None), ("1", "http_error"), ("2", "http_error"), ("3", "http_error")]
    assert [delivery.status for delivery in sandbox.courier.deliveries] == [500, 503, 404, 200]


async def test_delivering_ends_after_three_further_attempts_or_when_the_bot_says_so(sandbox: SlackSandbox, bot: Bot) -> None:
    bot.answers.extend(web.Response(status=500) for _ in range(4))
    await sandbox.mention("x")
    await sandbox.courier.settled()
    assert len(bot.told) == 4
    bot.answers.append(web.Response(status=500, headers={"X-Slack-No-Retry": "1"}))
    await sandbox.mention("y")
    await sandbox.courier.settled()
    assert len(bot.told) == 5
    bot.answers.extend([web.Response(status=500), web.Response(status=500, headers={"X-Slack-No-Retry": "1"})])
    await sandbox.mention("z")
    await sandbox.courier.settled()
    assert len(bot.told) == 7


async def test_commands_and_presses_are_not_delivered_again_but_their_failure_is_shown(sandbox: SlackSandbox, bot: Bot) -> None:
    bot.answers.append(web.Response(status=500))
    await sandbox.command("/calendar")
    await sandbox.courier.settled()
    [message] = sandbox.messages(GENERAL)
    assert (len(bot.told), message["only_for"]) == (1, ADA)
    assert message["text"] == "/calendar failed with the error “dispatch_failed”"


async def test_a_bot_that_is_away_is_waited_for(sandbox: SlackSandbox, bot: Bot) -> None:
    url, sandbox.courier.url = bot.url, "http://127.0.0.1:1/"
    delivery = await sandbox.mention("x")
    sandbox.courier.url = url
    await sandbox.courier.settled()
    assert (delivery.status, delivery.reason) == (0, "connection_failed")
    assert [told.headers["X-Slack-Retry-Reason"] for told in bot.told] == ["connection_failed"]


# Response URLs


async def respond(sandbox: SlackSandbox, url: str, **body: Any) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.post(url, json=body) as answer:
        return answer.status, await answer.text()


async def test_a_response_url_answers_the_person_or_everybody(sandbox: SlackSandbox, bot: Bot) -> None:
    await sandbox.command("/calendar", channel=RANDOM)
    url = bot.told[0].content["response_url"]
    assert await respond(sandbox, url, text="for you") == (200, "ok")
    await respond(sandbox, url, text="for all", response_type="in_channel", blocks=BUTTONS)
    assert [(message["text"], message["only_for"]) for message in sandbox.messages(RANDOM)] == [
        ("for you", ADA),
        ("for all", ""),
    ]
    assert (await respond(sandbox, url, text="x", blocks=[{"type": "odd"}]))[0] == 400


async def test_a_response_url_works_five_times_within_thirty_minutes(
    sandbox: SlackSandbox, bot: Bot, clock: MovableClock
) -> None:
    await sandbox.command("/one")
    await sandbox.command("/two")
    one, two = (told.content["response_url"] for told in bot.told)
    assert [(await respond(sandbox, one, text="x"))[0] for _ in range(6)] == [200] * 5 + [404]
    clock.skip(1801)
    status, body = await respond(sandbox, two, text="x")
    assert (status, json.loads(body)["error"]) == (404, "expired_url")
    assert (await respond(sandbox, f"{sandbox.address}response/guessed", text="x"))[0] == 404


async def test_a_buttons_message_can_be_deleted_through_its_response_url(
    sandbox: SlackSandbox, slack: AsyncWebClient, bot: Bot
) -> None:
    await slack.chat_postEphemeral(channel=GENERAL, user=ADA, text="x", blocks=BUTTONS)
    await sandbox.click("Go")
    await respond(sandbox, bot.told[0].content["response_url"], delete_original=True)
    assert sandbox.messages(GENERAL) == []


# What people can't do


async def test_people_only_act_where_they_are(sandbox: SlackSandbox, bot: Bot) -> None:
    for deed in (
        sandbox.command("/x", channel=ARCHIVED),
        sandbox.command("/x", user="U0NOBODY"),
        sandbox.command("/x", channel="#nowhere"),
        sandbox.mention("x", channel=RANDOM),
        sandbox.message("x", user=BOT),
        sandbox.message("x", user="U0GUEST", channel=PRIVATE),
        sandbox.submit({}),
        sandbox.click("Go"),
    ):
        with pytest.raises(ValueError):
            await deed
    assert bot.told == []


async def test_what_is_said_among_people_is_not_told_to_the_bot(sandbox: SlackSandbox, bot: Bot) -> None:
    assert await sandbox.message("lunch?", channel=GENERAL) is None
    assert ([message["text"] for message in sandbox.messages("#general")], bot.told) == (["lunch?"], [])


async def test_forms_hold_what_was_chosen_and_refuse_what_slack_would(
    sandbox: SlackSandbox, slack: AsyncWebClient, bot: Bot
) -> None:
    options = [{"text": plain(each), "value": each.lower()} for each in ("Red", "Green")]
    select = {"type": "static_select", "action_id": "value", "options": options, "initial_option": options[0]}
    color = {"type": "input", "block_id": "color", "label": plain("Color"), "element": select, "optional": True}
    view = {**MODAL, "blocks": [*MODAL["blocks"], color]}
    await slack.views_open(trigger_id=sandbox.views.trigger(ADA), view=view)
    for wrong in ({}, {"title": ""}, {"title": "x", "size": "1"}, {"title": "x", "color": "blue"}):
        with pytest.raises(ValueError):
            await sandbox.submit(wrong)
    await sandbox.submit({"title": "x"})
    assert bot.told[0].content["view"]["state"]["values"] == {
        "title": {"value": {"type": "plain_text_input", "value": "x"}},
        "color": {"value": {"type": "static_select", "selected_option": options[0]}},
    }


async def test_a_button_within_a_form_tells_what_is_entered_so_far_and_it_stays_entered(
    sandbox: SlackSandbox, slack: AsyncWebClient, bot: Bot
) -> None:
    view = {**MODAL, "blocks": [*MODAL["blocks"], actions(button(action_id="preview"))]}
    await slack.views_open(trigger_id=sandbox.views.trigger(ADA), view=view)
    await sandbox.press_form("preview", {})
    await sandbox.press_form("Go", {"title": "x"})
    pressed = [told.content for told in bot.told]
    entered = [told["view"]["state"]["values"]["title"]["value"]["value"] for told in pressed]
    assert entered == [None, "x"], "Slack asks for what is needed only when the form is sent"
    assert pressed[1]["container"] == {"type": "view", "view_id": pressed[1]["view"]["id"]}
    assert ("response_url" in pressed[1], "entered" in pressed[1]["view"]) == (False, False)
    await sandbox.submit({})
    assert bot.told[2].content["view"]["state"]["values"]["title"]["value"]["value"] == "x"
    with pytest.raises(ValueError, match="no form open"):
        await sandbox.press_form("preview", {})


# From another process


async def test_another_process_can_act_and_look(sandbox: SlackSandbox, session: aiohttp.ClientSession, bot: Bot) -> None:
    control = f"{sandbox.address}_sandbox/"
    bot.answers.append(web.json_response({"text": "hi", "blocks": BUTTONS}))
    async with session.post(f"{control}command", json={"command": "/calendar", "text": "today"}) as answer:
        assert (answer.status, (await answer.json())["status"]) == (200, 200)
    await session.post(f"{control}click", json={"button": "Go"})
    await session.post(f"{control}mention", json={"text": "x", "user": GRACE})
    await session.post(f"{control}message", json={"text": "x"})
    await session.post(f"{control}event", json={"event": {"type": "app_uninstalled"}})
    kinds = [told.content.get("type", "command") for told in bot.told]
    assert kinds == ["command", "block_actions", "event_callback", "event_callback", "event_callback"]
    async with session.get(f"{control}messages", params={"channel": GENERAL}) as answer:
        assert [message["text"] for message in await answer.json()] == ["hi", f"<@{BOT}> x"]


@pytest.mark.parametrize(
    ("deed", "told", "status"),
    [
        ("command", {}, 400),
        ("command", {"command": "/x", "shout": True}, 400),
        ("command", {"command": 7}, 400),
        ("click", {"button": "Go"}, 409),
        ("submit", {"values": {}}, 409),
        ("shout", {}, 404),
    ],
)
async def test_what_another_process_can_not_do_is_said_so(
    sandbox: SlackSandbox, session: aiohttp.ClientSession, deed: str, told: Any, status: int
) -> None:
    async with session.post(f"{sandbox.address}_sandbox/{deed}", json=told) as answer:
        assert answer.status == status


async def test_before_its_address_is_known_nobody_gets_a_response_url(sandbox: SlackSandbox) -> None:
    sandbox.address = ""
    with pytest.raises(RuntimeError):
        await sandbox.command("/x")
