from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import pytest

from commands import help as help_file
from commands import ping as ping_file
from commands.catalog import Catalog, Subject, subjects
from commands.command import Command, command
from commands.help import help
from commands.reply import Field, Item, Reply
from commands.rules import Ruling
from commands.usage import Choice, UsageError


@command(example="test-help water roses", irreversible=True)
async def water(plants: Annotated[list[str], "which plants"], how: Literal["much", "little"] = "much") -> Reply:
    """Water your plants."""
    return Reply("")


@command(example="test-help plant a rose", undo="test-help water")
async def plant(name: str, litres: Annotated[int, "how much water"] = 3, note: str = "") -> Reply:
    """Plant something."""
    return Reply("")


GARDEN = Subject("test-help", "Your garden.", (water, plant))
CATALOG = Catalog([GARDEN, *subjects([help_file, ping_file])], lambda _: True)


async def refusal(command: Command) -> str:
    """As if somebody had allowed planting again meanwhile."""
    return "" if command is plant else f"Rule k7 forbids “{command.name}”."


async def unasked(*_: object) -> Any:
    raise AssertionError


RULING = Ruling("", unasked, unasked, unasked, unasked, unasked, unasked, unasked, refusal, unasked)


async def explained(words: str = "", catalog: Catalog = CATALOG) -> Reply:
    given = {"catalog": catalog, "ruling": RULING}
    [reply] = [reply async for reply in help.run({"words": words}, given, datetime.now(UTC))]
    assert isinstance(reply, Reply)
    return reply


async def test_help_names_every_subject_and_a_few_examples_of_what_can_be_tried_without_harm() -> None:
    assert await explained() == Reply(
        "This is what I can help with. Try “help ping”, “ping hello”.",
        items=(
            Item("test-help", "Your garden."),
            Item("help", "See what you can ask for."),
            Item("ping", "See whether the bot is there."),
        ),
    )


@pytest.mark.parametrize("words", ["test-help", "/TEST-HELP", " test_help "])
async def test_help_for_a_subject_shows_how_each_command_is_used(words: str) -> None:
    assert await explained(words) == Reply(
        "test-help: Your garden.",
        items=(
            Item("test-help water <plants> [how=much|little]", "Water your plants. For example: test-help water roses"),
            Item("test-help plant <name> [litres=3] [note=…]", "Plant something. For example: test-help plant a rose"),
        ),
    )


async def test_help_for_a_command_explains_its_options() -> None:
    assert await explained("test-help plant") == Reply(
        "Plant something. It can be undone. Add --dry-run to see what it would do.\n"
        "Usage: test-help plant <name> [litres=3] [note=…]\nExample: test-help plant a rose",
        fields=(
            Field("name", "required"),
            Field("litres", "how much water; 3 if left out"),
            Field("note", "may be left out"),
        ),
    )


async def test_help_says_what_an_option_takes_and_what_is_for_good() -> None:
    reply = await explained("test-help water")

    assert reply.text.startswith("Water your plants. It can't be undone.")
    assert reply.fields == (
        Field("plants", "which plants; several, with commas between; required"),
        Field("how", "one of much, little; much if left out"),
    )


async def test_help_for_a_subject_that_is_a_command_explains_the_command() -> None:
    assert (await explained("ping")).text.startswith("Answer “pong”")
    assert (await explained("help")).text.startswith("Show what you can ask for")


async def test_help_shows_only_what_this_person_can_run() -> None:
    catalog = Catalog([GARDEN, *subjects([help_file])], lambda each: each is not water)

    assert [item.title for item in (await explained("test-help", catalog)).items] == [plant.usage]


async def test_help_for_what_a_rule_forbids_says_which() -> None:
    some, none = CATALOG.only(lambda each: each is not water), CATALOG.only(lambda each: each not in (water, plant))

    assert await explained("/Test_help water roses", some) == Reply("Rule k7 forbids “test-help water”.", private=True)
    assert (await explained("test-help", some)).items[0].title == plant.usage
    assert await explained("test-help", none) == Reply("Rule k7 forbids “test-help water”.", private=True)
    with pytest.raises(UsageError, match="not open to you"):
        await explained("test-help plant", none)


@pytest.mark.parametrize(
    ("words", "said", "choice"),
    [
        ("pinf", "Did you mean “ping”?", Choice("ping", "ping")),
        ("test-help watr", "Did you mean “test-help water”?", Choice("test-help water", "test-help water")),
        ("xylophone", "I don't know “xylophone”. “help” shows what I can do.", Choice("help", "")),
        (
            "test-help zzz",
            "I don't know “test-help zzz”. “help test-help” shows what I can do.",
            Choice("help test-help", "test-help"),
        ),
    ],
)
async def test_help_offers_what_else_it_can_explain(words: str, said: str, choice: Choice) -> None:
    with pytest.raises(UsageError) as caught:
        await explained(words)

    assert str(caught.value) == said
    assert (caught.value.command, caught.value.option, caught.value.choices) == ("help", "words", (choice,))
    assert await explained(choice.value)
