"""A command's options become a card to fill in, and what was filled in becomes arguments."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import pytest

import commands
from bot.teams.form import COMMAND, PREVIEW, Form, form_card, read_form, task
from bot.teams.render import Message
from bot.teams.sandbox.cards import wrong_in_card
from bot.teams.sandbox.forms import filled
from commands.catalog import subjects
from commands.command import Command, command
from commands.reply import Reply
from tests.bot.teams.test_render import LIVING, is_dead, runs

EVERY = [command for subject in subjects(commands.SUBJECTS) for command in subject.commands]
NAMES: list[str] = []

each_command = pytest.mark.parametrize("command", EVERY, ids=lambda command: command.name)


@command
async def book(
    title: str,
    size: Annotated[Literal["small", "large"], "how large"],
    colour: Literal["red", "blue"] = "red",
    guest_names: Annotated[list[str], "who comes"] = NAMES,
    minutes: Annotated[int, "how long"] = 30,
    video: Annotated[bool, "with a video call"] = False,
) -> Reply:
    """Try every kind of option."""
    return Reply(f"{title} {size} {colour} {guest_names} {minutes} {video}")


def fields(card: dict[str, Any]) -> dict[str, Any]:
    return {each["id"]: {name: value for name, value in each.items() if name != "id"} for each in card["body"] if "id" in each}


def test_each_kind_of_option_has_its_field() -> None:
    choices = [{"title": "small", "value": "small"}, {"title": "large", "value": "large"}]
    known = fields(form_card(book, {"title": "Lunch", "guest_names": ["a", "b"]}))
    text = {"type": "Input.Text", "maxLength": 3000}
    assert known.pop("colour")["value"] == "red", "its default is chosen"
    assert known == {
        "title": {**text, "label": "Title", "isRequired": True, "errorMessage": "Title is needed.", "value": "Lunch"},
        "size": {
            "type": "Input.ChoiceSet",
            "label": "Size",
            "isRequired": True,
            "errorMessage": "Size is needed.",
            "choices": choices,
            "style": "compact",
            "placeholder": "how large",
        },
        "guest_names": {**text, "label": "Guest names", "placeholder": "who comes", "value": "a, b"},
        "minutes": {**text, "label": "Minutes", "placeholder": "how long; 30 if left empty"},
        "video": {
            "type": "Input.Toggle",
            "label": "Video",
            "title": "With a video call",
            "valueOn": "true",
            "valueOff": "false",
            "value": "false",
        },
    }


@pytest.mark.parametrize(("given", "shown"), [(True, "true"), ("true", "true"), (False, "false"), (None, "false")])
def test_a_switch_stands_as_it_was_left(given: Any, shown: str) -> None:
    assert fields(form_card(book, {"video": given}))["video"]["value"] == shown


def test_what_is_wrong_is_told_below_its_field_and_the_rest_on_top() -> None:
    body = form_card(book, {}, {"size": "size: is too large", "": "Nothing fits."})["body"]
    said = [(each["id"] if "id" in each else each["inlines"][0]["text"]) for each in body[:4]]
    assert said == ["Nothing fits.", "title", "size", "size: is too large"]
    assert {run["color"] for each in body for run in each.get("inlines", ())} == {"Attention"}


@pytest.mark.parametrize("text", LIVING)
def test_what_is_told_as_wrong_is_not_parsed(text: str) -> None:
    card = form_card(book, {}, {"title": text})
    assert "".join(run["text"] for run in runs([Message("", card)])) == text
    assert all(is_dead(run["text"]) for run in runs([Message("", card)]))


@each_command
def test_teams_takes_the_form_of_every_command(command: Command) -> None:
    card = form_card(command, {}, {option.name: "is wrong" for option in command.options})
    assert list(wrong_in_card(card)) == []
    assert set(fields(card)) == {option.name for option in command.options}
    assert [action["title"] for action in card["actions"]] == ["Run", *(["Preview"] if command.writes else [])]


@each_command
def test_no_option_has_a_name_that_the_form_needs_itself(command: Command) -> None:
    """Teams sends fields and data as one object; `msteams` in it is its own."""
    assert {option.name for option in command.options}.isdisjoint({COMMAND, PREVIEW, "msteams"})


def test_a_form_is_read_back_as_it_was_filled_in() -> None:
    card = form_card(book, {"title": "Lunch"})
    [run] = card["actions"]
    sent = {**filled(card, {"size": "large", "guest_names": "x, y"}), **run["data"]}
    form = read_form(sent)
    assert form == Form(
        book.name, {"title": "Lunch", "size": "large", "colour": "red", "guest_names": "x, y", "video": "false"}
    )
    meant = {"title": "Lunch", "size": "large", "colour": "red", "guest_names": ["x", "y"], "minutes": 30, "video": False}
    assert book.validate(form.arguments, datetime(2026, 11, 23, tzinfo=UTC)) == meant


def test_fields_left_empty_are_left_out() -> None:
    assert read_form({"form": "ping", "text": "", "more": " "}) == Form("ping", {})


@pytest.mark.parametrize(("sent", "only_seen"), [(True, True), (False, False), ("true", False), (None, False)])
def test_only_its_button_makes_a_form_a_preview(sent: Any, only_seen: bool) -> None:
    assert read_form({"form": "ping", "text": "x", PREVIEW: sent}) == Form("ping", {"text": "x"}, only_seen)


@pytest.mark.parametrize("value", [None, "ping", [], ["form"], {}, {"text": "x"}, {"form": 1}, 7])
def test_what_is_no_form_of_ours_is_refused(value: Any) -> None:
    with pytest.raises((KeyError, TypeError, ValueError, AttributeError)):
        read_form(value)


def test_a_task_holds_the_card_under_its_title() -> None:
    card = form_card(book, {})
    shown = task("Book", card)["task"]
    content = {"contentType": "application/vnd.microsoft.card.adaptive", "content": card}
    assert (shown["type"], shown["value"]["title"], shown["value"]["card"]) == ("continue", "Book", content)


def test_what_a_client_sends_along_is_read_as_text_or_left_out() -> None:
    sent = {"form": "ping", "minutes": 30, "video": True, "guests": None, "msteams": {"type": "task/fetch"}, "list": ["x"]}

    assert read_form(sent) == Form("ping", {"minutes": "30", "video": "true"})
