"""What a call was told is read by people: nothing of the machine's is in it."""

import json
from datetime import UTC, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import pytest

from bot.arguments import Arguments
from commands import SUBJECTS
from commands.catalog import Catalog, Subject, subjects
from commands.command import command
from commands.option import HIDDEN
from commands.reply import Reply

NOW = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
BERLIN = Arguments(Catalog(subjects(SUBJECTS), lambda _: True), NOW.astimezone(ZoneInfo("Europe/Berlin")))
STATE = {"title": "CANARY-hidden", "start": "2026-11-24T09:00:00+00:00"}


@pytest.mark.parametrize(
    ("command", "arguments", "said"),
    [
        (
            "calendar create",
            {
                "title": "Lunch",
                "start": "2026-11-24T09:00:00+00:00",
                "minutes": 30,
                "guests": ["a@b.test", "c@d.t"],
                "place": "",
            },
            "title: Lunch, start: Tuesday 24 November, 10:00, guests: a@b.test, c@d.t",
        ),
        ("calendar create", {"title": "Lunch", "video": False}, "title: Lunch"),
        ("calendar create", {"title": "Lunch", "video": True}, "title: Lunch, video: yes"),
        ("calendar move", {"meeting": "next", "left": STATE, "was": STATE}, "meeting: next"),
        ("a command of the past", {"left": STATE, "loud": False, "many_words": [1, "x"]}, "loud: no, many words: 1, x"),
        ("a command of the past", {"at": "2027-02-30T09:00:00Z", "on": "2027-01-02T23:30:00Z"}, None),
        ("people add", {"id": "slack:T1:U1", "name": ""}, "id: slack:T1:U1"),
        ("ping", {}, ""),
    ],
)
def test_arguments_are_said_in_the_readers_words(command: str, arguments: dict[str, Any], said: str | None) -> None:
    told = BERLIN.in_words(command, json.dumps(arguments))
    assert told == (said if said is not None else "at: 2027-02-30T09:00:00Z, on: Sunday 3 January 2027, 00:30")


def test_of_what_was_cut_off_the_rest_is_said_wherever_the_cut_is() -> None:
    whole = json.dumps({"meeting": 'say "next", or é', "start": "2026-11-24T09:00:00+00:00", "left": STATE})
    for end in range(1, len(whole)):
        told = BERLIN.in_words("calendar move", whole[:end])
        assert "CANARY" not in told
        assert "{" not in told
    assert BERLIN.in_words("calendar move", whole[:-5]) == 'meeting: say "next", or é, start: Tuesday 24 November, 10:00'
    assert BERLIN.in_words("calendar move", '{"meeting": "a long o') == "meeting: a long o…"


@command
async def keep(words: str, left: Annotated[str, HIDDEN] = "") -> Reply:
    """Keep something."""
    return Reply(words + left)


def test_what_the_bot_filled_in_itself_is_not_said() -> None:
    arguments = Arguments(Catalog([Subject("keep", "", (keep,))], lambda _: True), NOW)
    assert arguments.in_words(keep.name, '{"words": "some", "left": "CANARY-hidden"}') == "words: some"


@pytest.mark.parametrize("arguments", ["", "words", "[1]", "null"])
def test_what_is_no_json_of_ours_stays_as_it_is(arguments: str) -> None:
    assert BERLIN.in_words("ping", arguments) == arguments
