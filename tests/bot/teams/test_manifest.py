"""Teams' manifest is made from the commands, and Teams would take it."""

import json
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import pytest
from jsonschema import Draft4Validator

from bot.teams.manifest import READS, manifest
from bot.teams.shortcuts import command_of
from commands import SUBJECTS as MODULES
from commands.catalog import Subject, subjects
from commands.command import Command, command
from commands.reply import Reply

ROOT = Path(__file__).parents[3]
SPECS = Path(os.environ.get("INTERACT_SPECS") or ROOT.parent / "shared" / "specs")
SCHEMA = "teams-manifest.schema*.json"
APP = "0f3c5a72-9d1e-4b7a-8c55-6e2d41a0b9f8"
PUBLIC = "https://bot.acme.test"
# Every field that we use, and how many characters it takes at most: read off the schema that "$schema" names, 1.29.
LONGEST = {
    "$schema": 2048,
    "manifestVersion": 4,
    "version": 256,
    "id": 36,
    "developer.name": 32,
    **dict.fromkeys(["developer.websiteUrl", "developer.privacyUrl", "developer.termsOfUseUrl"], 2048),
    "name.short": 30,
    "name.full": 100,
    "description.short": 80,
    "description.full": 4000,
    **dict.fromkeys(["icons.color", "icons.outline"], 2048),
    "accentColor": 7,
    "bots.botId": 36,
    "bots.commandLists.commands.title": 128,
    "bots.commandLists.commands.description": 4000,
    "composeExtensions.botId": 36,
    "composeExtensions.commands.id": 64,
    "composeExtensions.commands.title": 32,
    "composeExtensions.commands.description": 128,
    "composeExtensions.commands.parameters.name": 64,
    "composeExtensions.commands.parameters.title": 32,
    "composeExtensions.commands.parameters.description": 128,
    "validDomains": 2048,
    "webApplicationInfo.id": 36,
    "webApplicationInfo.resource": 2048,
    "authorization.permissions.resourceSpecific.name": 128,
}
CHOICES = {
    "bots.scopes": {"team", "personal", "groupChat", "copilot"},
    "bots.commandLists.scopes": {"team", "personal", "groupChat", "copilot"},
    "composeExtensions.commands.type": {"query", "action"},
    "composeExtensions.commands.context": {"compose", "commandBox", "message"},
    "composeExtensions.commands.parameters.inputType": {"text", "textarea", "number", "date", "time", "toggle", "choiceset"},
    "permissions": {"identity", "messageTeamMembers"},
    "authorization.permissions.resourceSpecific.type": {"Application", "Delegated"},
}
FLAGS = {"bots.supportsFiles", "composeExtensions.commands.initialRun", "composeExtensions.commands.fetchTask"}
MOST = {
    "bots": 1,
    "bots.scopes": 4,
    "bots.commandLists": 3,
    "bots.commandLists.scopes": 4,
    "bots.commandLists.commands": 10,  # 12 in the schema, 10 in the text about menus
    "composeExtensions": 1,
    "composeExtensions.commands": 10,
    "composeExtensions.commands.context": 3,
    "composeExtensions.commands.parameters": 5,
    "permissions": 2,
    "validDomains": 100,
    "authorization.permissions.resourceSpecific": 16,
}


@command(shortcut="Save message to Notion")
async def keep(message: str, into: str = "") -> Reply:
    """Keep a message."""
    return Reply(f"{message} {into}")


@command(lists=True)
async def find(words: Annotated[str, "what to look for"], since: str = "today") -> Reply:
    """Find meetings by words."""
    return Reply(f"{words} {since}")


@command(lists=True)
async def today(day: str = "today") -> Reply:
    """Show your meetings of one day."""
    return Reply(day)


@command(undo="calendar cancel")
async def create(title: str) -> Reply:
    """Put a meeting on your calendar."""
    return Reply(title)


def named(command: Command, subject: str, verb: str, **more: Any) -> Command:
    return replace(command, subject=subject, verb=verb, **more)


def subject(name: str, *commands: Command, about: str = "Your calendar.") -> Subject:
    return Subject(name, about, commands or (create,))


CALENDAR = subject("calendar", named(find, "calendar", "find"), named(today, "calendar", "today"), create)
SUBJECTS = (CALENDAR, subject("help", about="See what you can ask for."), subject("ping", about="Is it there?"))


def made(*subjects: Subject, app_id: str = APP, url: str | None = PUBLIC, version: str = "1.2.3") -> dict[str, Any]:
    return manifest(subjects or SUBJECTS, app_id, url, version)


def searches(*subjects: Subject) -> list[dict[str, Any]]:
    [extension] = made(*subjects)["composeExtensions"]
    commands: list[dict[str, Any]] = extension["commands"]
    return commands


def menus(*subjects: Subject) -> dict[str, list[str]]:
    lists = made(*subjects)["bots"][0]["commandLists"]
    return {scope: [each["title"] for each in one["commands"]] for one in lists for scope in one["scopes"]}


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Each value with the names that lead to it; a list also as itself."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield from leaves(each, f"{path}.{name}".lstrip("."))
        return
    yield path, value
    if isinstance(value, list):
        for each in value:
            yield from leaves(each, path)


def complaints(manifest: dict[str, Any]) -> list[str]:
    """What Teams would not take, by the tables above."""
    return [f"{path}: {value!r}" for path, value in leaves(manifest) if not taken(path, value)]


def taken(path: str, value: Any) -> bool:
    if isinstance(value, list):
        return len(value) <= MOST.get(path, 0)
    if path in CHOICES:
        return value in CHOICES[path]
    if path in FLAGS:
        return isinstance(value, bool)
    return isinstance(value, str) and 0 < len(value) <= LONGEST.get(path, 0)


def test_every_field_is_one_that_teams_knows_and_fits() -> None:
    assert complaints(made()) == []
    assert complaints(made(url=None)) == []
    assert complaints(made(*subjects(MODULES))) == []
    assert complaints(made() | {"slash_commands": ["/calendar"], "version": "1" * 257}) != [], "the tables do look"


def test_what_is_made_of_long_texts_and_many_commands_fits() -> None:
    listing = [named(find, "long", f"verb-{number}-{'x' * 18}", about="x" * 300) for number in range(10)]
    many = [subject(f"{number}-{'s' * 120}", create, about="y" * 5000) for number in range(30)]
    assert complaints(made(subject("long", *listing, about="z" * 5000), *many)) == []


def test_what_nobody_described_is_described_by_its_name() -> None:
    [search] = searches(bare := subject("bare", named(today, "bare", "today"), about=""))
    menu = made(bare)["bots"][0]["commandLists"][0]["commands"]
    assert (menu[0]["description"], search["parameters"][0]["description"]) == ("bare", "day")


def test_the_app_and_its_bot_are_the_same() -> None:
    app = made()
    assert {app["id"], app["bots"][0]["botId"], app["composeExtensions"][0]["botId"], app["webApplicationInfo"]["id"]} == {APP}


def test_people_find_the_subjects_in_the_menu_wherever_they_write_and_help_at_its_end() -> None:
    assert menus() == {scope: ["calendar", "ping", "help"] for scope in ("personal", "team", "groupChat")}


def test_what_is_pressed_and_never_typed_is_not_in_the_menu() -> None:
    pressed = named(create, "approve", "", pressed=True)

    assert menus(subject("approve", pressed), subject("calendar", pressed, create))["team"] == ["calendar", "help"]
    assert {"confirm", "dismiss", "settle"}.isdisjoint(menus(*subjects(MODULES))["team"])


def test_a_menu_shows_ten_at_most_and_help_among_them() -> None:
    crowded = menus(*(subject(f"s{number}") for number in range(30)))["team"]
    assert (len(crowded), crowded[0], crowded[-1]) == (10, "s0", "help")


def test_every_command_that_lists_can_be_searched_by_its_first_option() -> None:
    by_words, by_day = searches()
    assert by_words == {
        "id": "calendar.find",
        "type": "query",
        "title": "calendar find",
        "description": "Find meetings by words.",
        "context": ["compose", "commandBox"],
        "initialRun": False,
        "parameters": [{"name": "words", "title": "words", "description": "what to look for", "inputType": "text"}],
    }
    assert (by_day["id"], by_day["initialRun"], by_day["parameters"][0]["name"]) == ("calendar.today", True, "day")


def test_without_anything_to_search_there_is_no_message_extension() -> None:
    assert "composeExtensions" not in made(subject("calendar", create))


def test_the_real_commands_can_be_searched() -> None:
    ids = {each["id"] for each in searches(*subjects(MODULES))}
    assert ids >= {"calendar.find", "calendar.today", "calendar.week"}


def test_a_command_with_a_shortcut_is_in_the_menu_of_each_message() -> None:
    [action] = searches(subject("notion", named(keep, "notion", "save-message")))

    assert action == {
        "id": "message.notion.save-message",
        "type": "action",
        "title": "Save message to Notion",
        "description": "Keep a message.",
        "context": ["message"],
        "fetchTask": True,
    }
    assert command_of(action["id"]) == "notion save-message"


def test_one_that_is_both_is_there_twice_under_ids_of_their_own() -> None:
    both = replace(named(find, "notion", "find"), shortcut="Find it")

    assert [each["id"] for each in searches(subject("notion", both))] == ["notion.find", "message.notion.find"]


def test_searches_and_shortcuts_share_ten_places() -> None:
    every = [named(find, "many", f"find{number}") for number in range(9)]
    kept = [named(keep, "many", f"keep{number}") for number in range(2)]
    assert len(searches(subject("many", *every, kept[0]))) == 10
    with pytest.raises(ValueError, match=r"many find8, Save message to Notion, Save message to Notion"):
        made(subject("many", *every, *kept))


def test_a_shortcut_whose_name_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="32"):
        made(subject("notion", replace(keep, shortcut="x" * 33)))


def test_more_searches_than_teams_takes_are_refused_by_their_names() -> None:
    every = [named(find, "many", f"find{number}") for number in range(11)]
    assert len(searches(subject("many", *every[:10]))) == 10
    with pytest.raises(ValueError, match=r"many find0, many find1, .*many find10"):
        made(subject("many", *every))


@pytest.mark.parametrize(("longest", "too_long"), [("x" * 128, "x" * 129), ("x", "")])
def test_a_subject_that_the_menu_has_no_room_for_is_refused(longest: str, too_long: str) -> None:
    assert menus(subject(longest))["team"] == [longest, "help"]
    with pytest.raises(ValueError):
        made(subject(too_long))


def test_a_search_whose_name_does_not_fit_is_refused() -> None:
    [fits] = searches(subject("s", named(find, "s", "v" * 30)))
    assert len(fits["title"]) == 32
    with pytest.raises(ValueError, match="32"):
        made(subject("s", named(find, "s", "v" * 31)))


def test_texts_that_are_too_long_end_in_an_ellipsis() -> None:
    [search] = searches(subject("s", named(find, "s", "find", about="x" * 129), about="y" * 129))
    menu = made(subject("s", about="y" * 129))["bots"][0]["commandLists"][0]["commands"]
    assert (search["description"], menu[0]["description"]) == (f"{'x' * 127}…", f"{'y' * 127}…")
    assert searches(subject("s", named(find, "s", "find", about="x" * 128)))[0]["description"] == "x" * 128


@pytest.mark.parametrize("app_id", ["", "abc", APP[:-1], f"{APP}\n", f"{{{APP}}}", APP.replace("0", "g"), f"28:{APP}"])
def test_what_is_no_app_id_is_refused(app_id: str) -> None:
    assert made(app_id=APP.upper())["id"] == APP.upper()
    with pytest.raises(ValueError, match="Microsoft App ID"):
        made(app_id=app_id)


@pytest.mark.parametrize("version", ["", "1", "1.2", "1.2.3.4", "01.2.3", "1.2.3-beta", "1.2.3\n", "v1.2.3"])
def test_a_version_that_teams_does_not_take_is_refused(version: str) -> None:
    assert made(version="0.10.200")["version"] == "0.10.200"
    with pytest.raises(ValueError, match="version"):
        made(version=version)


@pytest.mark.parametrize(
    "url",
    [
        *("http://bot.acme.test", "bot.acme.test", "https://", "https://localhost", "https://bot.acme.test/ x", "ftp://x.test"),
        *("https://*.acme.test", "https://user@bot.acme.test", "https://[::1]/", f"https://bot.acme.test/{'x' * 2048}"),
    ],
)
def test_an_address_that_is_not_public_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="https://"):
        made(url=url)


def test_a_public_address_is_where_links_lead_and_its_host_is_the_only_one_trusted() -> None:
    app = made(url="https://Bot.Acme.test:8443/interact/")
    assert app["validDomains"] == ["bot.acme.test"]
    assert app["developer"]["websiteUrl"] == "https://Bot.Acme.test:8443"


def test_without_one_no_host_is_trusted() -> None:
    app = made(url=None)
    assert app["validDomains"] == []
    assert re.fullmatch(r"https://www\.example\.com", app["developer"]["privacyUrl"])


def test_the_bot_may_look_whether_its_answer_was_sent_already() -> None:
    app = made()
    assert [(each["name"], each["type"]) for each in app["authorization"]["permissions"]["resourceSpecific"]] == [
        (name, "Application") for name in READS
    ]
    assert app["webApplicationInfo"]["resource"], "without one, consent fails"


@pytest.mark.parametrize("url", [PUBLIC, None])
def test_microsofts_own_schema_takes_it(url: str | None) -> None:
    files = sorted(SPECS.glob(SCHEMA))
    if not files:
        pytest.skip(f"{SCHEMA} is not here: set INTERACT_SPECS to the folder that holds it")
    schema = Draft4Validator(json.loads(files[-1].read_text("utf-8")))
    app = made(*subjects(MODULES), url=url)
    assert [error.message for error in schema.iter_errors(app)] == []
    app["bots"][0]["botId"] = "bot"
    assert list(schema.iter_errors(app)) != [], "the schema does look"


def test_without_looking_no_right_to_read_is_asked_for() -> None:
    made = manifest(subjects(MODULES), APP, None, "1.0.0", look=False)

    assert "authorization" not in made
    assert "webApplicationInfo" not in made
