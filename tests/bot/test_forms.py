"""Whatever does not fit in a form is told at its field, for every command, on every platform."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import pytest

import commands
from bot.forms import faults
from bot.slack.sandbox.workspace import ADA as ADA_IN_SLACK
from bot.teams.envelope import read
from bot.teams.form import COMMAND, form_card
from bot.teams.invokes import Invokes
from bot.teams.listen import Listener
from bot.teams.sandbox.workspace import ADA
from bot.teams.teams import Teams
from commands.catalog import Catalog, subjects
from commands.command import Command, command
from commands.option import HIDDEN, Option
from commands.parse import parse
from commands.reply import Reply
from storage.inbox import Inbox
from storage.offers import Offers
from tests.bot.slack.several import several
from tests.bot.teams.stage import stage

NOW = datetime.now(UTC)
SUBJECTS = subjects(commands.SUBJECTS)
CATALOG = Catalog(SUBJECTS, lambda _: True)
COMMANDS = [command for subject in SUBJECTS for command in subject.commands if command.options]
ODD = ("no such thing ¿", "-1", "0", "99999999", "x" * 2999)


@dataclass(frozen=True)
class Case:
    """A form that is filled in well, but for one field. A field that holds nothing but a space is one left empty."""

    command: Command
    option: Option
    values: Mapping[str, str]

    def __str__(self) -> str:
        return f"{self.command.name}: {self.option.name}={self.values[self.option.name][:20]!r}"


@pytest.fixture
async def cases() -> list[Case]:
    """For each field the first odd value that does not fit, and for those that are needed, nothing."""
    found = []
    for each in COMMANDS:
        _, rest = CATALOG.find(each.example)
        well = parse(each, rest)
        for option in each.options:
            if option.choices or option.type is bool:
                continue  # people choose one of those that there are
            odd = [Case(each, option, {**well, option.name: value}) for value in ODD]
            found += [case for case in odd if await faults(each, case.values, NOW)][:1]
            found += [Case(each, option, {**well, option.name: " "})] if option.required else []
    assert len(found) >= 10
    assert {"calendar create", "calendar move"} <= {case.command.name for case in found}
    return found


async def test_slack_tells_it_at_the_field(tmp_path: Path, cases: list[Case]) -> None:
    untold = []
    async with several(tmp_path, subjects=SUBJECTS) as on:
        await on.sandbox.command("/calendar", "create")
        asked = await on.asked()
        assert asked
        assert asked.route["trigger_id"], "a command that was typed can open its form"
        for case in cases:
            route = {**asked.route, "trigger_id": on.sandbox.views.trigger(ADA_IN_SLACK)}
            assert await on.slack.open_form(replace(asked, route=route), case.command, {})
            answer = (await on.sandbox.submit(case.values)).answer
            if list(answer.get("errors", ())) != [case.option.name]:
                untold.append(f"{case}: {answer}")
    assert untold == []


async def test_teams_tells_it_at_the_field(tmp_path: Path, cases: list[Case]) -> None:
    untold = []
    async with stage(tmp_path) as on:
        loop = asyncio.get_running_loop()
        teams, inbox = loop.create_future(), Inbox(on.database, on.clock.time, "test")
        teams.set_result(Teams(Listener(), on.people, on.conversations, on.connector, on.sender, "UTC", on.clock))
        invokes = Invokes(inbox, Offers(on.database), CATALOG, teams, loop.create_future(), on.clock)
        for case in cases:
            activity = on.teams.activity("form", user=ADA, **{"value.data": {COMMAND: case.command.name, **case.values}})
            answer = await invokes.wrong(read(activity, json.dumps(activity).encode()))
            if told_below(answer) != [case.option.name]:
                untold.append(f"{case}: {answer}")
    assert untold == []


def told_below(answer: Mapping[str, Any]) -> list[str]:
    """The fields that have something red below them."""
    body = answer["task"]["value"]["card"]["content"]["body"] if answer else []
    red = [place for place, each in enumerate(body) for run in each.get("inlines", ()) if run.get("color") == "Attention"]
    return list(dict.fromkeys(body[place - 1].get("id", "") if place else "" for place in red))


@command
async def restore(day: Annotated[str, "which day"] = "", etag: Annotated[str, HIDDEN] = "") -> Reply:
    """Put something back."""
    return Reply(f"{day} {etag}")


@command
async def stroll(reckless: Annotated[int, HIDDEN]) -> Reply:
    """Take no words at all."""
    return Reply(str(reckless))


@pytest.mark.parametrize(("each", "field"), [(restore, "day"), (stroll, "")])
async def test_what_is_about_no_field_is_told_at_the_first(each: Command, field: str) -> None:
    wrong = await faults(each, {"nonsense": "1"}, NOW)

    assert list(wrong) == [field]


def test_what_only_the_bot_fills_in_is_in_no_form() -> None:
    hidden = [(each, option.name) for each in (*COMMANDS, restore) for option in each.hidden]

    assert (restore, "etag") in hidden
    assert [name for each, name in hidden if f'"{name}"' in json.dumps(form_card(each, {name: "x"}))] == []
