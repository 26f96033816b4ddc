"""What people said in Slack is read as the bot, and reads as it did there."""

import threading
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adapters.errors import Refused
from bot.slack.markdown import markdown
from bot.slack.said import said as said_of
from bot.slack.sandbox.workspace import ADA, BOT, GENERAL, GRACE, RANDOM, TEAM
from commands.call import Place
from commands.talk import Attached, Said
from tests.bot.slack.stage import Stage, stage

ROOM = Place("slack", TEAM, GENERAL)


@pytest.fixture
async def slack() -> AsyncIterator[Stage]:
    async with stage() as opened:
        yield opened


def rich(*elements: Any) -> dict[str, Any]:
    return {"text": "fallback", "blocks": [{"type": "rich_text", "elements": list(elements)}]}


def section(*runs: Any, type: str = "rich_text_section") -> dict[str, Any]:
    return {"type": type, "elements": [{"type": "text", "text": run} if isinstance(run, str) else run for run in runs]}


def run(text: str, **style: bool) -> dict[str, Any]:
    return {"type": "text", "text": text, "style": style}


@pytest.mark.parametrize(
    ("message", "wanted"),
    [
        (
            rich(section("a ", run("b ", bold=True), run("c", italic=True, strike=True), run("x*y", code=True))),
            "a **b** ~~*c*~~`x*y`",
        ),
        (rich(section({"type": "user", "user_id": "U1"}, " in ", {"type": "channel", "channel_id": "C1"})), "@Ann in #C1"),
        (rich(section({"type": "link", "url": "https://a.test/x", "text": "it"})), "[it](<https://a.test/x>)"),
        (rich(section({"type": "broadcast", "range": "here"}, {"type": "emoji", "name": "tada"})), "@here:tada:"),
        (rich(section("x = [1]", type="rich_text_preformatted")), "```\nx = [1]\n```"),
        (rich(section("a\nb", type="rich_text_quote")), "> a\n> b"),
        (
            rich({"type": "rich_text_list", "style": "ordered", "offset": 2, "elements": [section("a"), section("b")]}),
            "3. a\n4. b",
        ),
        (rich({"type": "rich_text_list", "style": "bullet", "indent": 1, "elements": [section("a")]}), "   - a"),
        ({"text": "<@U1> says *hi* &lt;b&gt; <https://a.test|there>"}, "@Ann says \\*hi\\* \\<b\\> there"),
        ({"text": ""}, ""),
        (rich(section("[not](https://evil.test) a link")), "\\[not\\](https://evil.test) a link"),
    ],
)
def test_a_message_reads_as_it_did(message: dict[str, Any], wanted: str) -> None:
    assert markdown(message, lambda who: {"U1": "Ann"}.get(who, who)) == wanted


async def test_a_thread_is_read_from_the_message_that_began_it(slack: Stage) -> None:
    began = slack.slack.workspace.post(GENERAL, ADA, "Shall we?")
    for number in range(3):
        slack.slack.workspace.post(GENERAL, (GRACE, BOT)[number % 2], f"reply {number}", thread_ts=began.ts)
    said = await slack.platform.thread(Place("slack", TEAM, GENERAL, began.ts))
    assert [(each.author, each.text, each.own) for each in said] == [
        ("Ada Lovelace", "Shall we?", False),
        ("Grace Hopper", "reply 0", False),
        ("Interact", "reply 1", True),
        ("Grace Hopper", "reply 2", False),
    ]
    assert said[1].url.startswith("https://sandbox.slack.com/archives/C0GENERAL/p")
    assert f"thread_ts={began.ts}" in said[1].url


async def test_what_no_text_can_hold_is_read_as_a_sign_that_stands_for_it(slack: Stage) -> None:
    began = slack.slack.workspace.post(GENERAL, ADA, "a\ud83d and \0")
    said = await slack.platform.thread(Place("slack", TEAM, GENERAL, began.ts))
    assert [each.text for each in said] == ["a\ufffd and \ufffd"]


async def test_of_a_long_thread_the_newest_are_read_and_what_it_began_with(slack: Stage) -> None:
    began = slack.slack.workspace.post(GENERAL, ADA, "0")
    for number in range(1, 620):
        slack.slack.workspace.post(GENERAL, GRACE, str(number), thread_ts=began.ts)
    said = await slack.platform.thread(Place("slack", TEAM, GENERAL, began.ts))
    assert [each.text for each in said] == ["0", *(str(number) for number in range(121, 620))]
    assert said[0].omitted == "This thread is long: I read what began it, and the newest 499 replies."


async def test_a_channel_is_read_since_a_moment_with_the_threads_begun_since(slack: Stage) -> None:
    workspace = slack.slack.workspace
    before = workspace.post(GENERAL, ADA, "before")
    since = datetime.now(UTC)
    for number in range(450):
        workspace.post(GENERAL, ADA, str(number))
    began = workspace.post(GENERAL, ADA, "a topic")
    workspace.post(GENERAL, ADA, "last")
    workspace.post(GENERAL, GRACE, "in a thread", thread_ts=began.ts)
    workspace.post(GENERAL, GRACE, "in an old thread", thread_ts=before.ts)
    said = await slack.platform.history(ROOM, since)
    assert [each.text for each in said] == [*map(str, range(450)), "a topic", "last", "in a thread"]
    assert all(each.at >= since - timedelta(seconds=1) for each in said)
    assert [each.omitted for each in said if each.omitted] == []


async def test_who_came_and_went_was_not_said(slack: Stage) -> None:
    slack.slack.workspace.post(GENERAL, ADA, "<@U0ADA> has joined the channel", subtype="channel_join")
    slack.slack.workspace.post(GENERAL, ADA, "look", subtype="file_share")
    said = await slack.platform.history(ROOM, datetime.now(UTC) - timedelta(minutes=1))
    assert [each.text for each in said] == ["look"]


async def test_one_message_is_found_by_its_timestamp_and_its_link_even_in_a_thread(slack: Stage) -> None:
    began = slack.slack.workspace.post(GENERAL, ADA, "Shall we?")
    reply = slack.slack.workspace.post(GENERAL, GRACE, "yes", thread_ts=began.ts)
    link = f"https://sandbox.slack.com/archives/{GENERAL}/p{began.ts.replace('.', '')}"
    for id, text in ((began.ts, "Shall we?"), (link, "Shall we?"), (reply.ts, "yes")):
        assert (await slack.platform.message(ROOM, id)).text == text


@pytest.mark.parametrize(
    ("id", "why"),
    [
        ("1000000000.000001", "can't find that message"),
        ("yesterday’s", "no message's link"),
        ("https://sandbox.slack.com/archives/C0RANDOM/p1000000000000001", "in another conversation"),
    ],
)
async def test_another_conversations_message_is_not_read_here(slack: Stage, id: str, why: str) -> None:
    with pytest.raises(Refused, match=why):
        await slack.platform.message(ROOM, id)


async def test_where_the_bot_is_not_it_says_how_to_let_it_in(slack: Stage) -> None:
    with pytest.raises(Refused, match="/invite @Interact"):
        await slack.platform.history(Place("slack", TEAM, RANDOM), datetime.now(UTC))


async def test_without_the_scope_it_says_who_has_to_act(slack: Stage) -> None:
    slack.slack.api.scopes -= {"channels:history"}
    with pytest.raises(Refused, match="newest manifest"):
        await slack.platform.history(ROOM, datetime.now(UTC))


async def test_outside_a_thread_there_is_none(slack: Stage) -> None:
    assert not slack.platform.in_thread(ROOM)
    with pytest.raises(Refused, match="This is no thread"):
        await slack.platform.thread(ROOM)


async def test_of_many_threads_those_are_read_in_which_somebody_spoke_last(slack: Stage) -> None:
    workspace = slack.slack.workspace
    began = [workspace.post(GENERAL, ADA, f"topic {number}").ts for number in range(25)]
    for number, ts in enumerate(reversed(began)):
        workspace.post(GENERAL, GRACE, f"reply {number}", thread_ts=ts)
    said = await slack.platform.history(ROOM, datetime.now(UTC) - timedelta(minutes=1))

    assert [each.text for each in said] == [*(f"topic {n}" for n in range(25)), *(f"reply {n}" for n in range(5, 25))]
    assert said[0].omitted == "There are many threads: I read the 20 in which somebody spoke last."


async def test_of_a_busy_channel_the_newest_are_read_and_it_is_said(slack: Stage) -> None:
    for number in range(620):
        slack.slack.workspace.post(GENERAL, ADA, str(number))
    said = await slack.platform.history(ROOM, datetime.now(UTC) - timedelta(minutes=1))

    assert (len(said), said[-1].text) == (500, "619")
    assert said[0].omitted == "That is much: I read the newest 500 messages."


async def test_while_much_is_read_others_do_not_wait(slack: Stage) -> None:
    """What is asked of Slack meanwhile is the loop's; to read what it answers is not."""
    words = [run(f"word {number} ", bold=True) for number in range(400)]
    for _ in range(150):
        slack.slack.workspace.post(GENERAL, ADA, "x", blocks=[{"type": "rich_text", "elements": [section(*words)]}])
    threads: set[int] = set()

    def noting(*told: Any) -> Said:
        threads.add(threading.get_ident())
        return said_of(*told)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("bot.slack.history.said", noting)
        said = await slack.platform.history(ROOM, datetime.now(UTC) - timedelta(minutes=1))

    assert (len(said), threading.get_ident() in threads, len(threads)) == (150, False, 1)


async def test_a_chat_with_the_bot_is_one_thread_with_the_answers_that_stand_below_its_messages(slack: Stage) -> None:
    workspace = slack.slack.workspace
    direct = workspace.direct(ADA).id
    for number in range(40):
        asked = workspace.post(direct, ADA, f"question {number}")
        workspace.post(direct, BOT, f"answer {number}", thread_ts=asked.ts)
    place = Place("slack", TEAM, direct)

    assert slack.platform.in_thread(place)
    said = await slack.platform.thread(place)
    assert [each.text for each in said[-4:]] == ["question 38", "answer 38", "question 39", "answer 39"]
    assert (len(said), said[0].text) == (20, "question 30")
    assert said[0].omitted.startswith("Of this chat I read the newest 10 messages")


async def test_a_chat_of_two_others_is_theirs_alone(slack: Stage) -> None:
    with pytest.raises(Refused, match="chat of our own"):
        await slack.platform.thread(Place("slack", TEAM, "D0OTHERS"))


async def test_a_file_is_fetched_with_the_bots_token(slack: Stage) -> None:
    posted = slack.slack.workspace.post(GENERAL, ADA, "look")
    slack.slack.workspace.attach(posted, "plan.pdf", "application/pdf", b"%PDF CANARY")
    [said] = await slack.platform.history(ROOM, datetime.now(UTC) - timedelta(minutes=1))
    [attached] = said.attached
    assert (attached.name, attached.mime, attached.size) == ("plan.pdf", "application/pdf", 11)
    assert await slack.platform.fetch(ROOM, attached) == b"%PDF CANARY"


async def test_the_token_goes_nowhere_else(slack: Stage) -> None:
    before = len(slack.slack.journal)
    for ref in (
        "http://localhost.evil.test/x",
        "https://evil.test/files.slack.com",
        "file:///etc/passwd",
        "https://files.slack.com@evil.test/",
        "http://files.slack.com/x",
        "http://127.0.0.1:9/x",
    ):
        with pytest.raises(Refused, match="not kept in Slack"):
            await slack.platform.fetch(ROOM, Attached("x", "", 0, ref))
    assert len(slack.slack.journal) == before


async def test_a_file_that_slack_shows_a_sign_in_page_for_is_refused(slack: Stage) -> None:
    with pytest.raises(Refused, match="does not let me open"):
        await slack.platform.fetch(ROOM, Attached("x", "", 0, f"{slack.slack.address}files/F0/x"))
