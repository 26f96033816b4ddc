"""The sandbox's Web API, called by Slack's own client: it answers, and refuses, as Slack documents."""

import json
from collections.abc import Awaitable
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.manifest import SCOPES
from bot.slack.render import POSTING, render
from bot.slack.sandbox import SlackSandbox
from bot.slack.sandbox.workspace import ADA, ARCHIVED, BOT, GENERAL, GRACE, GUEST, LINUS, OTHER_TEAM, PRIVATE, RANDOM
from commands.reply import Button, Field, Item, Reply
from tests.bot.slack.conftest import MovableClock

MODAL = {
    "type": "modal",
    "callback_id": "form",
    "title": {"type": "plain_text", "text": "New"},
    "submit": {"type": "plain_text", "text": "Go"},
    "blocks": [
        {
            "type": "input",
            "block_id": "title",
            "label": {"type": "plain_text", "text": "Title"},
            "element": {"type": "plain_text_input", "action_id": "value"},
        }
    ],
}


async def error_of(call: Awaitable[Any]) -> str:
    with pytest.raises(SlackApiError) as raised:
        await call
    return str(raised.value.response["error"])


# Tokens


async def test_the_bot_is_told_who_it_is(slack: AsyncWebClient) -> None:
    known = await slack.auth_test()
    assert (known["user_id"], known["team_id"], known["bot_id"]) == (BOT, "T0SANDBOX", "B0INTERACT")


@pytest.mark.parametrize(("token", "error"), [(None, "not_authed"), ("xoxb-wrong", "invalid_auth")])
async def test_other_tokens_are_refused(
    sandbox: SlackSandbox, session: aiohttp.ClientSession, token: str | None, error: str
) -> None:
    stranger = AsyncWebClient(token, base_url=sandbox.api_url, session=session)
    assert await error_of(stranger.auth_test()) == error


async def test_each_kind_of_token_opens_its_own_doors(sandbox: SlackSandbox, slack: AsyncWebClient) -> None:
    app_token = sandbox.app_token.reveal()
    assert (await slack.apps_connections_open(app_token=app_token))["url"].startswith("ws://127.0.0.1:")
    assert await error_of(slack.apps_connections_open(app_token=sandbox.bot_token.reveal())) == "not_allowed_token_type"
    assert await error_of(slack.auth_test(token=app_token)) == "not_allowed_token_type"


async def test_each_answer_tells_the_scopes_of_the_token(slack: AsyncWebClient) -> None:
    assert (await slack.auth_test()).headers["X-OAuth-Scopes"].split(",") == list(SCOPES)


async def test_a_method_needs_its_scope(sandbox: SlackSandbox, slack: AsyncWebClient) -> None:
    sandbox.api.scopes.discard("users:read")
    with pytest.raises(SlackApiError) as raised:
        await slack.users_info(user=ADA)
    assert (raised.value.response["error"], raised.value.response["needed"]) == ("missing_scope", "users:read")


async def test_methods_that_do_not_exist_are_said_not_to(slack: AsyncWebClient) -> None:
    assert await error_of(slack.api_call("chat.shout")) == "unknown_method"


# Messages


async def test_what_is_posted_stands_in_the_channel(sandbox: SlackSandbox, slack: AsyncWebClient) -> None:
    posted = await slack.chat_postMessage(channel=GENERAL, text="hello", blocks=[{"type": "divider"}])
    [message] = sandbox.messages(GENERAL)
    assert (message["ts"], message["text"], message["user"], message["only_for"]) == (posted["ts"], "hello", BOT, "")
    assert message["blocks"][0]["type"] == "divider"
    assert message["blocks"][0]["block_id"]


async def test_stamps_are_never_the_same_twice(slack: AsyncWebClient) -> None:
    stamps = [(await slack.chat_postMessage(channel=GENERAL, text=str(n)))["ts"] for n in range(5)]
    assert stamps == sorted(set(stamps))


async def test_metadata_is_kept_and_shown_to_who_asks_for_it(slack: AsyncWebClient) -> None:
    metadata = {"event_type": "interact_reply", "event_payload": {"call": "c1", "part": 0}}
    await slack.chat_postMessage(channel=GENERAL, text="x", metadata=metadata)
    asked = await slack.conversations_history(channel=GENERAL, include_all_metadata=True)
    assert asked["messages"][0]["metadata"] == metadata
    assert "metadata" not in (await slack.conversations_history(channel=GENERAL))["messages"][0]


@pytest.mark.parametrize(
    ("metadata", "error"),
    [("{", "invalid_metadata_format"), ([], "invalid_metadata_format"), ({"event_type": "x"}, "invalid_metadata_schema")],
)
async def test_metadata_has_its_form(slack: AsyncWebClient, metadata: Any, error: str) -> None:
    assert await error_of(slack.chat_postMessage(channel=GENERAL, text="x", metadata=metadata)) == error


async def test_a_thread_is_read_oldest_first_and_its_replies_stay_out_of_the_history(slack: AsyncWebClient) -> None:
    parent = (await slack.chat_postMessage(channel=GENERAL, text="parent"))["ts"]
    for text in ("one", "two"):
        await slack.chat_postMessage(channel=GENERAL, text=text, thread_ts=parent)
    thread = (await slack.conversations_replies(channel=GENERAL, ts=parent))["messages"]
    assert [message["text"] for message in thread] == ["parent", "one", "two"]
    [top] = (await slack.conversations_history(channel=GENERAL))["messages"]
    assert (top["text"], top["reply_count"], top["thread_ts"]) == ("parent", 2, parent)
    assert await error_of(slack.conversations_replies(channel=GENERAL, ts="1.1")) == "thread_not_found"


async def test_history_comes_newest_first_page_by_page(slack: AsyncWebClient) -> None:
    stamps = [(await slack.chat_postMessage(channel=GENERAL, text=str(n)))["ts"] for n in range(5)]
    texts, cursor = [], ""
    while True:
        page = await slack.conversations_history(channel=GENERAL, limit=2, cursor=cursor)
        texts.append([message["text"] for message in page["messages"]])
        cursor = page["response_metadata"]["next_cursor"]
        if not cursor:
            break
    assert texts == [["4", "3"], ["2", "1"], ["0"]]
    between = await slack.conversations_history(channel=GENERAL, oldest=stamps[1], latest=stamps[3])
    assert [message["text"] for message in between["messages"]] == ["2"]
    inclusive = await slack.conversations_history(channel=GENERAL, oldest=stamps[1], latest=stamps[3], inclusive=True)
    assert len(inclusive["messages"]) == 3
    assert await error_of(slack.conversations_history(channel=GENERAL, cursor="odd")) == "invalid_cursor"


async def test_the_bot_changes_and_deletes_its_own_messages_only(sandbox: SlackSandbox, slack: AsyncWebClient) -> None:
    mine = (await slack.chat_postMessage(channel=GENERAL, text="working"))["ts"]
    assert (await slack.chat_update(channel=GENERAL, ts=mine, text="done"))["text"] == "done"
    assert "edited" in sandbox.messages(GENERAL)[0]
    await sandbox.message("mine", channel=GENERAL)
    theirs = sandbox.messages(GENERAL)[1]["ts"]
    assert await error_of(slack.chat_update(channel=GENERAL, ts=theirs, text="x")) == "cant_update_message"
    assert await error_of(slack.chat_delete(channel=GENERAL, ts=theirs)) == "cant_delete_message"
    assert await error_of(slack.chat_update(channel=GENERAL, ts="1.1", text="x")) == "message_not_found"
    await slack.chat_delete(channel=GENERAL, ts=mine)
    assert [message["text"] for message in sandbox.messages(GENERAL)] == ["mine"]


async def test_what_is_ephemeral_is_seen_by_one_person_and_by_no_method(sandbox: SlackSandbox, slack: AsyncWebClient) -> None:
    ts = (await slack.chat_postEphemeral(channel=GENERAL, user=GRACE, text="psst"))["message_ts"]
    assert sandbox.messages(GENERAL)[0]["only_for"] == GRACE
    assert (await slack.conversations_history(channel=GENERAL))["messages"] == []
    assert await error_of(slack.chat_update(channel=GENERAL, ts=ts, text="x")) == "message_not_found"
    assert await error_of(slack.chat_postEphemeral(channel=RANDOM, user=ADA, text="x")) == "not_in_channel"
    assert await error_of(slack.chat_postEphemeral(channel=GENERAL, user="U0NOBODY", text="x")) == "user_not_in_channel"


@pytest.mark.parametrize(
    ("channel", "error"), [("C0NOWHERE", "channel_not_found"), (PRIVATE, "channel_not_found"), (ARCHIVED, "is_archived")]
)
async def test_not_every_channel_can_be_posted_in(slack: AsyncWebClient, channel: str, error: str) -> None:
    assert await error_of(slack.chat_postMessage(channel=channel, text="x")) == error


async def test_public_channels_can_be_posted_in_but_not_read_from_outside(slack: AsyncWebClient) -> None:
    await slack.chat_postMessage(channel=RANDOM, text="x")
    assert await error_of(slack.conversations_history(channel=RANDOM)) == "not_in_channel"
    assert await error_of(slack.conversations_history(channel=PRIVATE)) == "channel_not_found"


async def test_a_message_says_something_and_not_too_much(slack: AsyncWebClient) -> None:
    assert await error_of(slack.api_call("chat.postMessage", json={"channel": GENERAL, "text": " "})) == "no_text"
    assert await error_of(slack.chat_postMessage(channel=GENERAL, text="x" * 40_001)) == "msg_too_long"
    ts = (await slack.chat_postMessage(channel=GENERAL, text="x" * 40_000))["ts"]
    assert await error_of(slack.chat_update(channel=GENERAL, ts=ts, text="x" * 4_001)) == "msg_too_long"


async def test_a_permalink_leads_to_the_message(slack: AsyncWebClient) -> None:
    ts = (await slack.chat_postMessage(channel=GENERAL, text="x"))["ts"]
    link = (await slack.chat_getPermalink(channel=GENERAL, message_ts=ts))["permalink"]
    assert link == f"https://sandbox.slack.com/archives/{GENERAL}/p{ts.replace('.', '')}"


# Blocks: https://docs.slack.dev/reference/block-kit


def plain(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}


def button(**changed: Any) -> dict[str, Any]:
    return {"type": "button", "text": plain("Go"), "action_id": "go", **changed}


def actions(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements)}


def rich(*runs: dict[str, Any]) -> dict[str, Any]:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(runs)}]}


WRONG_BLOCKS = [
    [{"type": "video"}],
    [{"type": "section"}],
    [{"type": "section", "text": plain("")}],
    [{"type": "section", "text": plain("x" * 3001)}],
    [{"type": "section", "text": {"type": "markdown", "text": "x"}}],
    [{"type": "section", "text": {**plain("x"), "verbatim": True}}],
    [{"type": "section", "fields": [plain("x")] * 11}],
    [{"type": "section", "fields": [plain("x" * 2001)]}],
    [{"type": "header", "text": plain("x" * 151)}],
    [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}],
    [{"type": "image", "image_url": "javascript:1", "alt_text": "x"}],
    [{"type": "image", "image_url": "https://a.test", "alt_text": ""}],
    [{"type": "image", "image_url": "https://a.test", "alt_text": "x" * 2001}],
    [{"type": "context", "elements": []}],
    [actions()],
    [actions(*(button(action_id=str(n)) for n in range(26)))],
    [actions(button(text=plain("x" * 76)))],
    [actions(button(value="x" * 2001))],
    [actions(button(style="loud"))],
    [actions(button(url="x:y"))],
    [actions(button()), actions(button())],
    [actions({"type": "static_select", "action_id": "s"})],
    [rich()],
    [rich({"type": "text", "text": ""})],
    [rich({"type": "marquee", "text": "x"})],
    [rich({"type": "link", "url": "nowhere"})],
    [{"type": "rich_text", "elements": [{"type": "rich_text_list", "style": "dots", "elements": [rich()["elements"][0]]}]}],
    [{"type": "divider", "block_id": "b"}] * 2,
    [{"type": "divider"}] * 51,
    ["divider"],
    {"type": "divider"},
]


@pytest.mark.parametrize("blocks", WRONG_BLOCKS, ids=lambda blocks: json.dumps(blocks)[:60])
async def test_blocks_beyond_the_limits_are_refused(slack: AsyncWebClient, blocks: Any) -> None:
    with pytest.raises(SlackApiError) as raised:
        await slack.chat_postMessage(channel=GENERAL, text="x", blocks=blocks)
    assert raised.value.response["error"] == "invalid_blocks"
    assert raised.value.response["response_metadata"]["messages"], "and it is said why"


async def test_too_much_in_all_blocks_together_is_refused(slack: AsyncWebClient) -> None:
    section = {"type": "section", "text": plain("x" * 2900)}
    await slack.chat_postMessage(channel=GENERAL, text="x", blocks=[section] * 4)
    assert await error_of(slack.chat_postMessage(channel=GENERAL, text="x", blocks=[section] * 5)) == "msg_blocks_too_long"


async def test_everything_that_the_renderer_draws_is_taken(sandbox: SlackSandbox, slack: AsyncWebClient) -> None:
    everything = (Button("Go <now>", "a b", style="danger"), Button("Page", url="https://a.test"))
    items = tuple(Item(f"item {n} " * n, "detail " * n, "https://a.test", everything) for n in range(40))
    reply = Reply(
        "*hello* <!channel> " * 2000, items, (Field("x" * 300, "y" * 3000),) * 12, everything * 20, "https://a.test/x.png"
    )
    messages = render(reply, [f"id{n}" for n, _ in enumerate(reply.pressed)])
    for message in messages:
        await slack.chat_postMessage(channel=GENERAL, text=message.text, blocks=message.blocks, **POSTING)
    assert len(sandbox.messages(GENERAL)) == len(messages) > 10
    first = sandbox.messages(GENERAL)[0]["ts"]
    await slack.chat_update(channel=GENERAL, ts=first, text=messages[1].text, blocks=messages[1].blocks)


# People and conversations


async def test_people_have_names_zones_and_standing(slack: AsyncWebClient) -> None:
    ada = (await slack.users_info(user=ADA))["user"]
    assert (ada["real_name"], ada["tz"], ada["is_restricted"]) == ("Ada Lovelace", "Europe/London", False)
    assert (await slack.users_info(user=GUEST))["user"]["is_restricted"] is True
    assert (await slack.users_info(user=BOT))["user"]["is_bot"] is True
    assert await error_of(slack.users_info(user="U0NOBODY")) == "user_not_found"
    assert len((await slack.users_list())["members"]) == 4


async def test_direct_messages_are_opened_once(sandbox: SlackSandbox, slack: AsyncWebClient) -> None:
    opened = await slack.conversations_open(users=ADA)
    again = await slack.conversations_open(users=ADA)
    assert (opened["already_open"], again["already_open"]) == (False, True)
    assert opened["channel"]["id"] == again["channel"]["id"]
    assert (await slack.chat_postMessage(channel=ADA, text="hi"))["channel"] == opened["channel"]["id"]
    await sandbox.courier.settled()
    assert await error_of(slack.conversations_open(users="U0NOBODY")) == "user_not_found"


async def test_conversations_tell_who_is_in_them(sandbox: SlackSandbox, slack: AsyncWebClient) -> None:
    sandbox.api.scopes.update(("channels:read", "groups:read"))
    general = (await slack.conversations_info(channel=GENERAL))["channel"]
    assert (general["name"], general["is_member"], general["is_archived"]) == ("general", True, False)
    assert (await slack.conversations_members(channel=GENERAL))["members"] == sorted([ADA, BOT, GRACE, GUEST])
    names = {channel.get("name") for channel in (await slack.conversations_list(exclude_archived=True))["channels"]}
    assert names == {"general", "random"}
    assert await error_of(slack.conversations_info(channel=PRIVATE)) == "channel_not_found"


# Forms


async def test_a_trigger_opens_one_form_within_three_seconds(
    sandbox: SlackSandbox, slack: AsyncWebClient, clock: MovableClock
) -> None:
    trigger, late = sandbox.views.trigger(ADA), sandbox.views.trigger(ADA)
    view = (await slack.views_open(trigger_id=trigger, view=MODAL))["view"]
    assert sandbox.views.opened(ADA) == view
    assert await error_of(slack.views_open(trigger_id=trigger, view=MODAL)) == "exchanged_trigger_id"
    assert await error_of(slack.views_open(trigger_id="x", view=MODAL)) == "invalid_trigger_id"
    clock.skip(3.1)
    assert await error_of(slack.views_open(trigger_id=late, view=MODAL)) == "expired_trigger_id"


async def test_forms_are_stacked_changed_and_published(sandbox: SlackSandbox, slack: AsyncWebClient) -> None:
    for _ in range(3):
        view = (await slack.views_push(trigger_id=sandbox.views.trigger(ADA), view=MODAL))["view"]
    assert await error_of(slack.views_push(trigger_id=sandbox.views.trigger(ADA), view=MODAL)) == "push_limit_reached"
    changed = (await slack.views_update(view_id=view["id"], hash=view["hash"], view=MODAL))["view"]
    assert await error_of(slack.views_update(view_id=view["id"], hash=view["hash"], view=MODAL)) == "hash_conflict"
    assert (changed["id"], sandbox.views.opened(ADA)) == (view["id"], changed)
    await slack.views_publish(user_id=ADA, view={"type": "home", "blocks": [{"type": "divider"}]})
    assert sandbox.views.homes[ADA]["type"] == "home"


@pytest.mark.parametrize(
    "changed",
    [
        {"type": "home"},
        {"title": plain("x" * 25)},
        {"title": None},
        {"submit": None},
        {"private_metadata": "x" * 3001},
        {"blocks": [{"type": "input", "label": plain("x"), "element": {"type": "static_select", "options": []}}]},
    ],
    ids=str,
)
async def test_forms_that_slack_would_not_open_are_refused(
    sandbox: SlackSandbox, slack: AsyncWebClient, changed: dict[str, Any]
) -> None:
    view = {**MODAL, **changed}
    error = await error_of(slack.views_open(trigger_id=sandbox.views.trigger(ADA), view=view))
    assert error in ("invalid_arguments", "invalid_blocks")


# Faults


async def test_a_channel_takes_a_message_a_second_when_that_is_asked_for(
    sandbox: SlackSandbox, slack: AsyncWebClient, clock: MovableClock
) -> None:
    sandbox.server.paced = True
    await slack.chat_postMessage(channel=GENERAL, text="one")
    with pytest.raises(SlackApiError) as raised:
        await slack.chat_postMessage(channel=GENERAL, text="two")
    answer = raised.value.response
    assert (answer.status_code, answer["error"], answer.headers["Retry-After"]) == (429, "ratelimited", "1")
    clock.skip(1)
    await slack.chat_postMessage(channel=GENERAL, text="two")


async def test_refusals_happen_as_often_as_was_asked_for(
    sandbox: SlackSandbox, slack: AsyncWebClient, session: aiohttp.ClientSession
) -> None:
    sandbox.refuse("chat.*", "is_archived", times=2)
    wanted = {"method": "users.info", "error": "token_revoked"}
    assert (await session.post(f"{sandbox.address}_sandbox/errors", json=wanted)).status == 200
    for _ in range(2):
        assert await error_of(slack.chat_postMessage(channel=GENERAL, text="x")) == "is_archived"
    await slack.chat_postMessage(channel=GENERAL, text="x")
    assert await error_of(slack.users_info(user=ADA)) == "token_revoked"


async def test_the_faults_of_every_sandbox_speak_slacks_language_here(
    sandbox: SlackSandbox, slack: AsyncWebClient, session: aiohttp.ClientSession
) -> None:
    faults = [
        {"kind": "status", "status": 429, "retry_after": "7", "path": "/api/"},
        {"kind": "status", "status": 503, "path": "/api/"},
    ]
    await session.post(f"{sandbox.address}_sandbox/faults", json=faults)
    with pytest.raises(SlackApiError) as limited:
        await slack.auth_test()
    assert (limited.value.response["error"], limited.value.response.headers["Retry-After"]) == ("ratelimited", "7")
    assert await error_of(slack.auth_test()) == "service_unavailable"
    assert [entry.status for entry in sandbox.journal] == [429, 503]
    assert sandbox.bot_token.reveal() not in str(list(sandbox.journal))


@pytest.mark.parametrize(("body", "error"), [("{", "invalid_json"), ("[]", "json_not_object")])
async def test_a_body_that_makes_no_sense_is_refused(
    sandbox: SlackSandbox, session: aiohttp.ClientSession, body: str, error: str
) -> None:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {sandbox.bot_token.reveal()}"}
    answer = await session.post(f"{sandbox.api_url}chat.postMessage", data=body, headers=headers)
    assert (await answer.json())["error"] == error


# Tokens of several workspaces


async def test_a_token_that_was_revoked_opens_nothing(sandbox: SlackSandbox, slack: AsyncWebClient) -> None:
    assert (await slack.auth_revoke())["revoked"] is True
    assert await error_of(slack.auth_test()) == "invalid_auth"


async def test_a_refresh_token_works_once_and_a_token_for_twelve_hours(
    sandbox: SlackSandbox, session: aiohttp.ClientSession, clock: MovableClock
) -> None:
    client = {"client_id": sandbox.client_id, "client_secret": sandbox.client_secret}
    back = sandbox.install(f"{sandbox.address}oauth/v2/authorize?{urlencode(WANTED | client)}", OTHER_TEAM)
    [code] = parse_qs(urlsplit(back).query)["code"]
    first = await access(sandbox, session, **client, code=code, redirect_uri=WANTED["redirect_uri"])
    second = await access(sandbox, session, **client, grant_type="refresh_token", refresh_token=first["refresh_token"])
    third = await access(sandbox, session, **client, grant_type="refresh_token", refresh_token=first["refresh_token"])
    elsewhere = AsyncWebClient(second["access_token"], base_url=sandbox.api_url, session=session)

    assert (first["team"], second["expires_in"]) == ({"id": OTHER_TEAM, "name": "Elsewhere"}, 43_200)
    assert third["error"] == "invalid_refresh_token"
    assert (await elsewhere.auth_test())["team_id"] == OTHER_TEAM
    assert (await elsewhere.users_info(user=LINUS))["user"]["team_id"] == OTHER_TEAM
    assert await error_of(elsewhere.users_info(user=ADA)) == "user_not_found"
    clock.skip(43_201)
    assert await error_of(elsewhere.auth_test()) == "token_expired"


async def access(sandbox: SlackSandbox, session: aiohttp.ClientSession, **fields: str) -> dict[str, Any]:
    async with session.post(f"{sandbox.api_url}oauth.v2.access", data=fields) as answer:
        return dict(await answer.json())


WANTED = {"redirect_uri": "http://127.0.0.1:9/slack/oauth_redirect", "scope": "chat:write", "state": "s"}
