"""Slack's manifest is made from the commands, and Slack would take it."""

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from bot.slack.manifest import EVENTS, SCOPES, manifest, to_yaml
from commands import SUBJECTS as MODULES
from commands.catalog import Subject, subjects
from commands.command import Command, command
from commands.reply import Reply

patient = settings(deadline=None)
ROOT = Path(__file__).parents[3]
SPECS = Path(os.environ.get("INTERACT_SPECS") or ROOT.parent / "shared" / "specs")
SCHEMA = SPECS / "slack-manifest.schema.2.0.0.json"
PUBLIC = "https://bot.acme.test"
# What each event asks for: https://docs.slack.dev/reference/events
EVENT_SCOPES = {"app_mention": "app_mentions:read", "message.im": "im:history", "user_change": "users:read"}
FREE_EVENTS = {"app_home_opened", "app_uninstalled", "tokens_revoked"}
# The bot scopes there are, as far as a bot like this one could want them: https://docs.slack.dev/reference/scopes
KNOWN_SCOPES = {
    *("app_mentions:read", "assistant:write", "channels:history", "channels:join", "channels:read", "chat:write"),
    *("chat:write.public", "commands", "files:read", "files:write", "groups:history", "groups:read", "im:history", "im:read"),
    *("im:write", "links:read", "links:write", "metadata.message:read", "mpim:history", "mpim:read", "mpim:write"),
    *("pins:read", "reactions:read", "reactions:write", "team:read", "usergroups:read", "users:read", "users:read.email"),
}


@command
async def today(day: str = "today") -> Reply:
    """Show your meetings of one day."""
    return Reply(day)


@command(undo="calendar cancel")
async def create(title: str, minutes: int = 30) -> Reply:
    """Put a meeting on your calendar."""
    return Reply(f"{title} {minutes}")


@command
async def test_manifest(text: str) -> Reply:
    """Ask anything."""
    return Reply(text)


def subject(name: str, *commands: Command, about: str = "Your calendar.") -> Subject:
    return Subject(name, about, commands or (today,))


SUBJECTS = (subject("calendar", today, create), subject("ask", test_manifest, about="Ask anything."))


def slash_commands(made: dict[str, Any]) -> list[dict[str, Any]]:
    commands: list[dict[str, Any]] = made["features"]["slash_commands"]
    return commands


def addresses(value: Any) -> list[str]:
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value
        return [address for each in inner for address in addresses(each)]
    return [value] if isinstance(value, str) and re.match(r"\w+:/", value) else []


def test_each_subject_is_a_slash_command_beside_the_bots_own() -> None:
    own, calendar, ask = slash_commands(manifest(SUBJECTS, PUBLIC))
    assert own["command"] == "/interact"
    assert calendar == {
        "command": "/calendar",
        "url": "https://bot.acme.test/slack/events",
        "description": "Your calendar.",
        "usage_hint": "today | create",
        "should_escape": True,
    }
    assert (ask["command"], ask["description"]) == ("/ask", "Ask anything.")


def test_what_is_pressed_and_never_typed_takes_no_name_of_its_own() -> None:
    pressed = Command(**{**vars(today), "pressed": True})
    made = manifest([subject("approve", pressed), subject("calendar", pressed, create)], None)

    assert [each["command"] for each in slash_commands(made)] == ["/interact", "/calendar"]
    assert {"/confirm", "/dismiss", "/settle"}.isdisjoint(
        each["command"] for each in slash_commands(manifest(subjects(MODULES), None))
    )


def test_a_command_for_messages_is_in_the_menu_of_each() -> None:
    saved = Command(**{**vars(today), "shortcut": "Save message to Notion", "about": "x" * 200})
    [made] = manifest([subject("notion", saved, create)], None)["features"]["shortcuts"]
    assert made == {"name": "Save message to Notion", "type": "message", "callback_id": saved.name, "description": "x" * 150}
    assert "shortcuts" not in manifest(SUBJECTS, None)["features"], "an empty list is refused"


@pytest.mark.parametrize(("name", "number"), [("x" * 25, 1), ("Save", 11)])
def test_shortcuts_that_slack_would_not_take_are_refused(name: str, number: int) -> None:
    with pytest.raises(ValueError):
        manifest([subject("notion", *[Command(**{**vars(today), "shortcut": name})] * number)], None)


def test_a_command_without_a_verb_hints_at_its_options() -> None:
    @command
    async def ping(loudly: bool = False) -> Reply:
        """Answer."""
        return Reply(str(loudly))

    verbless = Command(**{**vars(ping), "subject": "ping", "verb": ""})
    assert slash_commands(manifest([subject("ping", verbless)], None))[1]["usage_hint"] == "[loudly=no]"


def test_with_a_public_address_slack_delivers_there() -> None:
    settings = manifest(SUBJECTS, "https://bot.acme.test/")["settings"]
    assert settings["event_subscriptions"]["request_url"] == "https://bot.acme.test/slack/events"
    assert settings["interactivity"] == {"is_enabled": True, "request_url": "https://bot.acme.test/slack/events"}
    assert settings["socket_mode_enabled"] is False


def test_without_one_the_bot_comes_to_slack_and_no_address_is_named() -> None:
    made = manifest(SUBJECTS, None)
    assert made["settings"]["socket_mode_enabled"] is True
    assert addresses(made) == []


def test_with_one_slack_sends_browsers_back_there_and_without_one_nowhere() -> None:
    made = manifest(SUBJECTS, "https://bot.acme.test/")["oauth_config"]["redirect_urls"]
    assert made == ["https://bot.acme.test/slack/oauth_redirect", "https://bot.acme.test/signin/slack/callback"]
    assert "redirect_urls" not in manifest(SUBJECTS, None)["oauth_config"]


def test_people_can_write_to_the_bot_and_look_at_its_home() -> None:
    home = manifest(SUBJECTS, None)["features"]["app_home"]
    assert home["home_tab_enabled"]
    assert (home["messages_tab_enabled"], home["messages_tab_read_only_enabled"]) == (True, False)


@pytest.mark.parametrize("url", ["http://bot.acme.test", "bot.acme.test", "https://", "https://bot.acme.test/ x", "ftp://x"])
def test_an_address_that_slack_would_not_deliver_to_is_refused(url: str) -> None:
    with pytest.raises(ValueError):
        manifest(SUBJECTS, url)


@pytest.mark.parametrize("name", ["Calendar", "google calendar", "", "kalender/heute", "é", "x" * 32])
def test_a_subject_that_can_not_be_a_slash_command_is_refused(name: str) -> None:
    with pytest.raises(ValueError):
        manifest([subject(name)], None)


def test_more_commands_than_slack_takes_are_refused() -> None:
    assert len(slash_commands(manifest([subject(f"s{n}") for n in range(49)], None))) == 50
    with pytest.raises(ValueError):
        manifest([subject(f"s{n}") for n in range(50)], None)


def test_slacks_own_commands_are_left_to_slack() -> None:
    made = manifest([subject("status"), subject("remind"), subject("calendar")], None)
    assert [each["command"] for each in slash_commands(made)] == ["/interact", "/calendar"]


def test_texts_are_no_longer_than_slack_takes() -> None:
    long = [subject("long", *[Command(**{**vars(today), "verb": f"verb-{n}"}) for n in range(200)], about="x" * 3000)]
    [_, made] = slash_commands(manifest(long, None))
    assert (len(made["usage_hint"]), len(made["description"])) == (1000, 2000)
    assert slash_commands(manifest([subject("bare", about="")], None))[1]["description"] == "bare"


def test_scopes_are_known_and_suffice_for_the_events() -> None:
    assert set(SCOPES) <= KNOWN_SCOPES
    assert list(SCOPES) == sorted(set(SCOPES))
    assert {EVENT_SCOPES[event] for event in EVENTS if event not in FREE_EVENTS} <= set(SCOPES)


@pytest.mark.parametrize("public_url", [PUBLIC, None])
def test_slacks_own_schema_takes_it(public_url: str | None) -> None:
    if not SCHEMA.exists():
        pytest.skip(f"{SCHEMA.name} is not here: set INTERACT_SPECS to the folder that holds it")
    schema = Draft7Validator(json.loads(SCHEMA.read_text("utf-8")))
    assert [error.message for error in schema.iter_errors(manifest(SUBJECTS, public_url))] == []
    saving = Command(**{**vars(today), "shortcut": "x" * 24, "about": "y" * 200})
    assert [error.message for error in schema.iter_errors(manifest([subject("save", saving)], public_url))] == []
    broken = manifest(SUBJECTS, public_url)
    broken["features"]["slash_commands"][0]["command"] = "interact"
    assert list(schema.iter_errors(broken)) != [], "the schema does look"


JSON = st.recursive(
    st.booleans() | st.integers() | st.text(),
    lambda each: st.lists(each, max_size=3) | st.dictionaries(st.from_regex(r"[a-z_]{1,8}", fullmatch=True), each, max_size=3),
    max_leaves=8,
)


@patient
@given(st.dictionaries(st.text(), JSON))
def test_the_yaml_reads_back_as_it_was_meant(value: dict[str, Any]) -> None:
    assert yaml.safe_load(to_yaml(value) or "{}") == value


def test_the_yaml_is_plain_to_read() -> None:
    assert to_yaml(manifest(SUBJECTS, PUBLIC)).splitlines()[:16] == [
        "_metadata:",
        "  major_version: 2",
        "  minor_version: 1",
        "display_information:",
        "  name: Interact",
        '  description: "Ask in a channel, and it is done as you: what is on, who has time, meetings made and moved."',
        manifest_line("long_description"),
        '  background_color: "#1f2a44"',
        "features:",
        "  app_home:",
        "    home_tab_enabled: true",
        "    messages_tab_enabled: true",
        "    messages_tab_read_only_enabled: false",
        "  bot_user:",
        "    display_name: Interact",
        "    always_online: true",
    ]


def test_the_file_at_the_root_is_what_the_commands_make_of_it() -> None:
    made = to_yaml(manifest(subjects(MODULES), None))
    assert (ROOT / "manifest.yml").read_text("utf-8") == made, "run: interact manifest slack > manifest.yml"


def manifest_line(name: str) -> str:
    return f"  {name}: {json.dumps(manifest(SUBJECTS, None)['display_information'][name])}"
