"""A command's options become a modal that Slack takes, with inputs that fit them."""

from typing import Annotated, Any, Literal

import pytest

import commands
from bot.slack.form import form_view
from bot.slack.sandbox.blocks import view_blocks
from bot.slack.sandbox.forms import inputs
from bot.slack.sandbox.people import buttons
from bot.slack.sandbox.workspace import ADA
from commands.catalog import subjects
from commands.command import Command, command
from commands.option import HIDDEN
from commands.reply import Reply
from tests.bot.slack.stage import stage

EVERY = [command for subject in subjects(commands.SUBJECTS) for command in subject.commands]


@command(undo="unbook")
async def book(
    title: str,
    colour: Literal["red", "blue"] = "red",
    minutes: Annotated[int, "how long"] = 30,
    video: Annotated[bool, "with a video call"] = False,
    etag: Annotated[str, HIDDEN] = "",
) -> Reply:
    """Try every kind of option."""
    return Reply(f"{title} {colour} {minutes} {video} {etag}")


@command(irreversible=True)
async def burn() -> Reply:
    """Take nothing, and do something for good."""
    return Reply("burnt")


@command
async def look() -> Reply:
    """Take nothing, and change nothing."""
    return Reply("looked")


def drawn(command: Command, **arguments: Any) -> dict[str, Any]:
    view = form_view(command, arguments, "C1", "")
    return {block["block_id"]: block["element"] for block in view["blocks"] if block["type"] == "input"}


async def test_slack_opens_the_form_of_every_command_and_it_previews_what_writes() -> None:
    async with stage() as on:
        for each in (*EVERY, book, burn, look):
            await on.client.views_open(
                trigger_id=on.slack.home.views.trigger(ADA), view=form_view(each, {"etag": "x"}, "C1", "")
            )
            view = on.slack.home.views.opened(ADA)
            assert view
            assert [block["block_id"] for block, _ in inputs(view)] == [option.name for option in each.options], each.name
            assert [button["action_id"] for button in buttons(view["blocks"])] == ["preview"] * each.writes, each.name


def test_each_kind_of_option_has_its_input() -> None:
    fields = drawn(book, title="Lunch")
    assert {name: element["type"] for name, element in fields.items()} == {
        "title": "plain_text_input",
        "colour": "static_select",
        "minutes": "plain_text_input",
        "video": "static_select",
    }
    assert (fields["title"]["initial_value"], "initial_value" in fields["minutes"]) == ("Lunch", False)
    assert [option["text"]["text"] for option in fields["video"]["options"]] == ["Yes", "No"]


@pytest.mark.parametrize(("given", "shown"), [(True, "true"), ("True", "true"), (False, "false"), (None, "false")])
def test_a_yes_or_no_stands_as_it_was_left(given: Any, shown: str) -> None:
    assert drawn(book, video=given)["video"]["initial_option"]["value"] == shown


async def test_a_form_without_fields_says_what_it_is_about() -> None:
    async with stage() as on:
        blocks = view_blocks(on.slack.workspace, form_view(look, {}, "C1", "")["blocks"])
    assert [block["text"]["text"] for block in blocks] == ["Take nothing, and change nothing."]
