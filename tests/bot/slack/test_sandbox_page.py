"""The sandbox's page: a newcomer talks with the bot in a browser, and nothing that is said harms the page."""

import re
from html import unescape
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.render import render
from bot.slack.sandbox import SlackSandbox
from bot.slack.sandbox.workspace import ADA, BOT, GENERAL, GRACE, PRIVATE
from commands.reply import Button, Field, Item, Reply
from tests.bot.slack.conftest import Bot
from tests.bot.slack.test_render import PAYLOADS, everywhere, ids
from tests.bot.slack.test_sandbox import MODAL, actions, button

DIRECT = "D0ADA"


async def page(sandbox: SlackSandbox, session: aiohttp.ClientSession, **query: str) -> str:
    async with session.get(sandbox.address, params=query) as answer:
        assert answer.status == 200
        return await answer.text()


async def send(sandbox: SlackSandbox, session: aiohttp.ClientSession, form: str, **fields: str) -> str:
    """Opens the page and sends one of its forms, as a browser does; gives the page that comes back."""
    await page(sandbox, session)
    origin = {"Origin": sandbox.address.removesuffix("/slack/")}
    async with session.post(
        f"{sandbox.address}{form}", data={"user": ADA, "channel": DIRECT, **fields}, headers=origin
    ) as answer:
        assert [each.status for each in answer.history] == [303]
        return await answer.text()


def said(html: str) -> str:
    """The messages on a page, as they read."""
    return unescape(re.sub(r"<[^>]*>", " ", html.split('<ol id="messages"')[1].split('<div id="form"')[0]))


async def test_words_are_sent_to_the_bot_directly_or_as_a_mention(
    sandbox: SlackSandbox, session: aiohttp.ClientSession, bot: Bot
) -> None:
    assert "Nothing was said here yet." in await page(sandbox, session)
    assert "hello" in said(await send(sandbox, session, "say", text="hello"))
    assert "@interact help" in said(await send(sandbox, session, "say", text="help", channel=GENERAL, user=GRACE))
    events = [told.content["event"] for told in bot.told]
    assert [(event["type"], event["user"], event["text"]) for event in events] == [
        ("message", ADA, "hello"),
        ("app_mention", GRACE, f"<@{BOT}> help"),
    ]


async def test_what_begins_with_a_slash_is_a_command_and_its_answer_is_shown(
    sandbox: SlackSandbox, session: aiohttp.ClientSession, bot: Bot
) -> None:
    bot.answers.append(web.json_response({"text": "3 meetings"}))
    html = await send(sandbox, session, "say", text="/calendar  today")
    assert (bot.told[0].content["command"], bot.told[0].content["text"]) == ("/calendar", "today")
    assert re.search(r"/calendar  today .*3 meetings", said(html), re.DOTALL)
    assert "Only visible to you" in html
    assert "3 meetings" not in await page(sandbox, session, user=GRACE)


async def test_buttons_can_be_pressed_and_links_followed(
    sandbox: SlackSandbox, session: aiohttp.ClientSession, slack: AsyncWebClient, bot: Bot
) -> None:
    item = Item(
        "Standup", "at nine", "https://meet.test/1", (Button("Cancel", "x y"), Button("Join", url="https://meet.test/2"))
    )
    [message] = render(Reply("Today", (item,), (Field("Zone", "London"),)), ["opaque"])
    ts = (await slack.chat_postMessage(channel=ADA, text=message.text, blocks=message.blocks))["ts"]
    await sandbox.courier.settled()
    html = await page(sandbox, session)
    assert '<a href="https://meet.test/1" target=_blank rel="noopener noreferrer">Standup</a>' in html
    assert '<a class="button " href="https://meet.test/2"' in html
    assert re.search(r'<form method=post action=press>.*name=button value="press:0">Cancel</button>', html)
    await send(sandbox, session, "press", button="press:0", ts=ts)
    assert bot.told[-1].content["actions"][0]["value"] == "opaque"


async def test_forms_are_filled_in_on_the_page(
    sandbox: SlackSandbox, session: aiohttp.ClientSession, slack: AsyncWebClient, bot: Bot
) -> None:
    await slack.views_open(trigger_id=sandbox.views.trigger(ADA), view=MODAL)
    assert '<input type=text name="field:title" value="" required>' in await page(sandbox, session)
    bot.answers.append(web.json_response({"response_action": "errors", "errors": {"title": "too <short>"}}))
    html = await send(sandbox, session, "submit", **{"field:title": "ab"})
    assert "<strong role=alert>too &lt;short&gt;</strong>" in html
    html = await send(sandbox, session, "submit", **{"field:title": "abc"})
    assert "<form method=post action=submit" not in html
    assert bot.told[-1].content["view"]["state"]["values"]["title"]["value"]["value"] == "abc"


async def test_buttons_within_a_form_can_be_pressed_on_the_page_and_it_stays(
    sandbox: SlackSandbox, session: aiohttp.ClientSession, slack: AsyncWebClient, bot: Bot
) -> None:
    view = {**MODAL, "blocks": [*MODAL["blocks"], actions(button(action_id="preview"))]}
    await slack.views_open(trigger_id=sandbox.views.trigger(ADA), view=view)
    assert '<button formaction=press_form formnovalidate name=button value="preview">Go</button>' in await page(
        sandbox, session
    )
    html = await send(sandbox, session, "press_form", button="preview", **{"field:title": "<b>"})
    assert bot.told[-1].content["view"]["state"]["values"]["title"]["value"]["value"] == "<b>"
    assert '<input type=text name="field:title" value="&lt;b&gt;" required>' in html


async def test_a_form_can_be_closed_and_what_is_wrong_is_said(
    sandbox: SlackSandbox, session: aiohttp.ClientSession, slack: AsyncWebClient, bot: Bot
) -> None:
    await slack.views_open(trigger_id=sandbox.views.trigger(ADA), view=MODAL)
    assert "Title has to be filled in" in await send(sandbox, session, "submit")
    await send(sandbox, session, "close")
    assert (sandbox.views.opened(ADA), bot.told) == (None, [])
    assert "sees no button &#x27;&lt;b&gt;&#x27;" in await send(sandbox, session, "press", button="<b>")


async def test_the_home_tab_can_be_opened_and_its_buttons_pressed(
    sandbox: SlackSandbox, session: aiohttp.ClientSession, slack: AsyncWebClient, bot: Bot
) -> None:
    [message] = render(Reply("Your integrations", buttons=(Button("Test", "status"),)), ["o1"])
    await slack.views_publish(user_id=ADA, view={"type": "home", "blocks": message.blocks})
    home = await send(sandbox, session, "home")
    direct = await send(sandbox, session, "press", button="press:0", home="1")
    opened, pressed = (told.content for told in bot.told)

    assert "Your integrations" in said(home)
    assert "<input type=hidden name=home value=1>" in home
    assert "Your integrations" not in said(direct)
    assert (opened["event"]["type"], opened["event"]["tab"]) == ("app_home_opened", "home")
    assert (pressed["container"]["type"], pressed["actions"][0]["value"]) == ("view", "o1")
    assert not {"channel", "response_url", "message"} & set(pressed)


async def test_replies_stand_below_what_they_reply_to(
    sandbox: SlackSandbox, session: aiohttp.ClientSession, slack: AsyncWebClient
) -> None:
    first = (await slack.chat_postMessage(channel=GENERAL, text="first"))["ts"]
    await slack.chat_postMessage(channel=GENERAL, text="second")
    await slack.chat_postMessage(channel=GENERAL, text="reply", thread_ts=first)
    assert re.search("first.*reply.*second", said(await page(sandbox, session, channel=GENERAL)), re.DOTALL)


async def test_each_person_sees_their_own_channels(sandbox: SlackSandbox, session: aiohttp.ClientSession) -> None:
    assert "#private" in await page(sandbox, session)
    assert "#private" not in await page(sandbox, session, user="U0GUEST", channel=PRIVATE)
    for query in ({"user": "U0NOBODY"}, {"user": BOT}):
        async with session.get(sandbox.address, params=query) as answer:
            assert answer.status == 404


async def test_a_page_from_before_a_restart_leads_to_the_persons_own_messages(
    sandbox: SlackSandbox, session: aiohttp.ClientSession
) -> None:
    assert "Write to the bot" in await page(sandbox, session, channel="C0NOWHERE")


HARMFUL = re.compile(
    r"<script(?! nonce)|<svg|<img(?! src=\"https?:)| on\w+=|href=\"(?!https?:|\./\?)|javascript:[^<&]*\"", re.IGNORECASE
)


async def test_nothing_that_is_said_comes_alive_on_the_page(
    sandbox: SlackSandbox, session: aiohttp.ClientSession, slack: AsyncWebClient
) -> None:
    for payload in PAYLOADS:
        reply = everywhere(payload) if "127.0.0.1" not in payload else Reply(payload)  # Slack can fetch no picture there
        for message in render(reply, ids(reply)):
            await slack.chat_postMessage(channel=GENERAL, text=message.text, blocks=message.blocks)
        await sandbox.message(payload.encode(errors="replace").decode(), channel=GENERAL)
    html = await page(sandbox, session, channel=GENERAL, note="<script>alert(1)</script>")
    drawn = html.split("</style>")[1]
    tags = re.findall(r"<[^>]*>", drawn)
    assert [tag for tag in tags if HARMFUL.search(tag)] == []
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in drawn


async def test_the_page_forbids_what_it_does_not_need(sandbox: SlackSandbox, session: aiohttp.ClientSession) -> None:
    async with session.get(sandbox.address) as answer:
        policy = answer.headers["Content-Security-Policy"]
        nonce = re.search(r"'nonce-([\w-]+)'", policy)
        assert nonce is not None
        assert f'<script nonce="{nonce[1]}">' in await answer.text()
    assert "default-src 'none'" in policy
    assert "form-action 'self'; frame-ancestors 'none'" in policy


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.test"}, {"Origin": "null"}, {"Host": "evil.test"}])
async def test_another_site_can_not_use_the_page(
    sandbox: SlackSandbox, session: aiohttp.ClientSession, bot: Bot, headers: dict[str, Any]
) -> None:
    data = {"user": ADA, "channel": DIRECT, "text": "/calendar today"}
    async with session.post(f"{sandbox.address}say", data=data, headers=headers) as answer:
        assert answer.status == 403
    assert bot.told == []


async def test_an_answer_grows_on_the_page_and_its_button_is_there_meanwhile(
    sandbox: SlackSandbox, session: aiohttp.ClientSession, slack: AsyncWebClient
) -> None:
    await sandbox.mention("why")
    [asked] = sandbox.messages(GENERAL)
    stop = [{"type": "blocks", "blocks": [actions(button(text={"type": "plain_text", "text": "Stop"}))]}]
    begun = await slack.chat_startStream(
        channel=GENERAL, thread_ts=asked["ts"], chunks=stop, recipient_team_id="T0SANDBOX", recipient_user_id=ADA
    )
    await slack.chat_appendStream(channel=GENERAL, ts=begun["ts"], markdown_text="Because ")
    await slack.chat_appendStream(channel=GENERAL, ts=begun["ts"], markdown_text="<b>it is.")

    html = await page(sandbox, session, channel=GENERAL)
    assert "Because <b>it is." in said(html)
    assert "<b>it" not in html
    assert ("writing…" in html, ">Stop</button>" in html) == (True, True)
    await slack.chat_stopStream(channel=GENERAL, ts=begun["ts"])
    assert "writing…" not in await page(sandbox, session, channel=GENERAL)


async def test_each_message_has_a_menu_with_the_commands_for_messages(
    sandbox: SlackSandbox, session: aiohttp.ClientSession, bot: Bot
) -> None:
    sandbox.shortcuts |= {"notion save": "Save <message>"}
    await sandbox.mention("ship it")
    [message] = sandbox.messages(GENERAL)
    html = await page(sandbox, session, channel=GENERAL)
    assert '<button name=command value="notion save">Save &lt;message&gt;</button>' in html
    await send(sandbox, session, "shortcut", command="notion save", ts=message["ts"], channel=GENERAL)
    told = bot.told[-1].content
    assert (told["type"], told["callback_id"], told["message"]["ts"]) == ("message_action", "notion save", message["ts"])
    assert "no such message" in await send(sandbox, session, "shortcut", command="notion save", ts="1.1", channel=GENERAL)
