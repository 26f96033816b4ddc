"""What a search finds can be looked through, picked and posted."""

import html
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.dispatch import Dispatch
from bot.teams.search import results, told
from bot.text import clean
from commands import SUBJECTS
from commands.catalog import subjects
from commands.command import Command
from commands.reply import Button, Item, Reply
from tests.bot.conftest import ask

patient = settings(deadline=None)
LISTING = [command for subject in subjects(SUBJECTS) for command in subject.commands if command.lists]
MESSAGE = 28 * 1024  # bytes: https://learn.microsoft.com/microsoftteams/platform/bots/how-to/format-your-bot-messages
REVIEW = Item("Design review", "10:00 · Room 4", "https://calendar.acme.test/1")


def found(*items: Item) -> list[dict[str, Any]]:
    answer = results(Reply("What there is.", items))["composeExtension"]
    assert (answer["type"], answer["attachmentLayout"]) == ("result", "list")
    attachments: list[dict[str, Any]] = answer["attachments"]
    return attachments


def test_each_item_is_a_card_to_post_with_a_preview_to_pick_it_by() -> None:
    [attachment] = found(REVIEW)
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert attachment["content"]["type"] == "AdaptiveCard"
    posted = json.dumps(attachment["content"], ensure_ascii=False)
    assert all(part in posted for part in ("Design review", "10:00 · Room 4", "https://calendar.acme.test/1"))
    assert attachment["preview"] == {
        "contentType": "application/vnd.microsoft.card.thumbnail",
        "content": {"title": "Design review", "text": "10:00 · Room 4"},
    }


def test_an_item_without_details_has_a_title_only() -> None:
    assert found(Item("Alone"))[0]["preview"]["content"] == {"title": "Alone"}


def test_items_stay_in_their_order_and_there_are_no_more_than_teams_asks_for() -> None:
    many = found(*(Item(f"Meeting {number}") for number in range(40)))
    assert [each["preview"]["content"]["title"] for each in many] == [f"Meeting {number}" for number in range(25)]


def test_only_links_are_posted_with_it() -> None:
    """What a button would run is offered to the one who searched, and not to those who read the card."""
    buttons = (Button("Yes", "calendar respond", {"answer": "yes"}), Button("Join", url="https://meet.acme.test/1"))
    [attachment] = found(Item("Budget", buttons=buttons))
    posted = json.dumps(attachment)
    assert ("https://meet.acme.test/1" in posted, "Yes" in posted, "offer" in posted) == (True, False, False)


def test_what_is_not_markup_does_not_become_it() -> None:
    [attachment] = found(Item("R&D <b>", '<img src="https://evil.test/x"> & <a href="https://evil.test">more</a>'))
    content = attachment["preview"]["content"]
    assert content["title"] == "R&D <b>"
    assert content["text"].startswith('&lt;img src="https://evil.test/x"&gt; &amp; &lt;a ')


@patient
@given(st.text(max_size=400))
def test_the_preview_reads_as_it_was_written(text: str) -> None:
    shown = found(Item("x", text or "y"))[0]["preview"]["content"]["text"]
    assert not set(shown) & {"<", ">"}
    assert html.unescape(shown) == (clean(text or "y").strip() or "…")


def test_however_much_there_is_to_say_of_it_a_card_can_be_posted() -> None:
    [attachment] = found(Item("é" * 50_000, "<&>" * 50_000, f"https://calendar.acme.test/{'x' * 2500}"))
    assert len(json.dumps(attachment["content"], ensure_ascii=False).encode()) < MESSAGE
    assert len(attachment["preview"]["content"]["title"]) <= 200
    assert len(html.unescape(attachment["preview"]["content"]["text"])) <= 500


def test_words_are_told_in_the_place_of_results() -> None:
    assert told("Connect your calendar first.") == {
        "composeExtension": {"type": "message", "text": "Connect your calendar first."}
    }
    assert len(told("x" * 5000)["composeExtension"]["text"]) <= 500


@pytest.mark.parametrize("command", LISTING, ids=lambda command: command.name)
async def test_every_command_that_lists_finds_something_to_pick(dispatch: Dispatch, command: Command) -> None:
    reply = await ask(dispatch, command.example)
    assert len(found(*reply.items)) > 0, reply.text
