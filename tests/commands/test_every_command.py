"""What all commands promise. A new one is covered the day its file is listed; a file that nobody listed is noticed."""

import ast
import importlib
import inspect
import json
import re
import sys
import textwrap
from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any, get_type_hints
from zoneinfo import ZoneInfo

import pytest

import commands
from commands.assistant import Assistant
from commands.catalog import Catalog, Subject, subjects
from commands.command import Command
from commands.illustrator import Illustrator
from commands.parse import parse
from commands.preview import Preview
from commands.reply import Reply

NOW = datetime(2026, 11, 25, 8, 0, tzinfo=ZoneInfo("Europe/Berlin"))  # a Wednesday
SUBJECTS = subjects(commands.SUBJECTS)
CATALOG = Catalog(SUBJECTS, lambda _: True)
EVERY = [command for subject in SUBJECTS for command in subject.commands]
MAY_IMPORT = {"adapters", "commands", "pydantic"} | sys.stdlib_module_names
SLACK_COMMAND = re.compile(r"[a-z][a-z0-9-]{0,30}")  # with its slash 32 characters: https://docs.slack.dev/reference/manifests/

each_command = pytest.mark.parametrize("command", EVERY, ids=lambda command: command.name)
each_write = pytest.mark.parametrize("command", [each for each in EVERY if each.writes], ids=lambda command: command.name)
each_listing = pytest.mark.parametrize("command", [each for each in EVERY if each.lists], ids=lambda command: command.name)
each_subject = pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name)
each_module = pytest.mark.parametrize("module", commands.SUBJECTS, ids=lambda module: module.__name__)


def example_of(command: Command) -> dict[str, Any]:
    found, rest = CATALOG.find(command.example)
    assert found is command
    return command.validate(parse(command, rest), NOW)


def undone_with(command: Command) -> Iterator[ast.expr]:
    """What the function gives as `undo=` of its replies."""
    [function] = ast.parse(textwrap.dedent(inspect.getsource(command.function))).body
    assert isinstance(function, ast.AsyncFunctionDef)
    for node in (node for statement in function.body for node in ast.walk(statement)):
        if isinstance(node, ast.keyword) and node.arg == "undo":
            yield node.value


def imported(module: ModuleType) -> Iterator[str]:
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def test_every_file_with_commands_is_listed() -> None:
    files = {path.stem for path in Path(commands.__path__[0]).glob("*.py")} - {"__init__"}
    modules = [importlib.import_module(f"commands.{name}") for name in files]
    speaking = {each.function.__module__ for module in modules for each in vars(module).values() if isinstance(each, Command)}

    assert speaking == {module.__name__ for module in commands.SUBJECTS}


def test_no_two_commands_have_the_same_name() -> None:
    assert len({command.name for command in EVERY}) == len(EVERY)


@each_subject
def test_a_subject_has_one_line_about_it(subject: Subject) -> None:
    assert subject.about.endswith(".")


@each_subject
def test_a_subject_fits_as_a_slash_command(subject: Subject) -> None:
    assert SLACK_COMMAND.fullmatch(subject.name)


@each_subject
def test_a_subject_is_one_command_or_has_verbs_beside_which_one_may_stand_alone(subject: Subject) -> None:
    """Then it requires nothing, so that the subject's name is enough."""
    alone = [command for command in subject.commands if not command.verb]
    assert len(alone) <= 1
    assert not subject.verbs or not any(option.required for command in alone for option in command.options)


@each_module
def test_commands_know_no_platform_no_transport_and_no_database(module: ModuleType) -> None:
    assert {name.split(".")[0] for name in imported(module)} <= MAY_IMPORT


@each_command
def test_a_command_is_found_by_its_name(command: Command) -> None:
    assert CATALOG.find(f"/{command.name.upper()}") == (command, "")
    assert CATALOG.named(command.name) is command
    assert len(command.name) <= 32


@each_command
def test_the_first_line_of_the_docstring_is_a_sentence(command: Command) -> None:
    assert command.about.endswith(".")
    assert command.about[0].isupper()
    assert len(command.about) <= 75


@each_command
def test_the_example_works(command: Command) -> None:
    assert set(example_of(command)) == {option.name for option in (*command.options, *command.hidden)}


@each_command
def test_canonical_arguments_are_json_and_stay_as_they_are(command: Command) -> None:
    canonical = example_of(command)

    assert json.loads(json.dumps(canonical, allow_nan=False)) == canonical
    assert command.validate(canonical, NOW + timedelta(days=200), typed=False) == canonical


@each_command
def test_the_usage_names_every_option(command: Command) -> None:
    assert command.usage.startswith(command.name)
    for option in command.options:
        assert option.usage in command.usage
        assert re.fullmatch(r"[a-z][a-z0-9_]*", option.name)


@each_command
def test_an_option_that_may_be_left_out_says_what_it_is_for(command: Command) -> None:
    """A required one as well, where it takes more than a word: "start" and "title" speak for themselves."""
    silent = [option.name for option in command.options if not option.about and (not option.required or option.many)]

    assert silent == []


@each_command
def test_help_texts_are_short_and_continue_a_line(command: Command) -> None:
    for option in command.options:
        assert not option.about.endswith(".")
        assert len(option.about) <= 100


@each_command
def test_the_words_to_choose_from_are_words(command: Command) -> None:
    for option in command.options:
        assert all(isinstance(choice, str) and choice == choice.lower() for choice in option.choices)


@each_command
def test_the_signature_is_typed_and_async(command: Command) -> None:
    hints = get_type_hints(command.function)
    generator = inspect.isasyncgenfunction(command.function)

    assert set(inspect.signature(command.function).parameters) == set(hints) - {"return"}
    assert generator or inspect.iscoroutinefunction(command.function)
    assert hints["return"] in ([AsyncIterator[Reply], AsyncIterator[Preview | Reply]] if generator else [Reply])
    assert (hints["return"] == AsyncIterator[Preview | Reply]) <= command.writes  # only a write has something to preview


@each_command
def test_a_model_can_be_told_what_it_takes(command: Command) -> None:
    schema = command.model.model_json_schema()

    assert schema["type"] == "object"
    assert set(schema.get("properties", {})) == {option.name for option in (*command.options, *command.hidden)}


@each_write
def test_a_write_can_be_undone_or_not_but_says_which(command: Command) -> None:
    assert bool(command.undo) != command.irreversible


@each_write
def test_what_undoes_a_write_is_a_command_that_writes(command: Command) -> None:
    if command.undo:
        assert CATALOG.named(command.undo).writes


@each_write
def test_a_write_says_with_what_it_is_undone(command: Command) -> None:
    """As far as can be seen without running it: no unknown options, and no required one forgotten."""
    if not command.undo:
        return
    options = CATALOG.named(command.undo).options
    given = list(undone_with(command))
    assert given
    for value in given:
        if isinstance(value, ast.Dict):
            keys = {key.value for key in value.keys if isinstance(key, ast.Constant)}
            assert keys <= {option.name for option in options}
            assert None in value.keys or keys >= {option.name for option in options if option.required}


@each_listing
def test_a_command_that_lists_only_reads(command: Command) -> None:
    """It runs while people type."""
    assert not command.writes


@each_listing
def test_a_command_that_lists_is_searched_by_its_first_option_alone(command: Command) -> None:
    """That it does list something is seen in tests/bot/teams/test_search.py, where sandboxes answer."""
    first, *others = command.options
    assert first.type is str or not first.required
    assert not first.choices
    assert not any(option.required for option in others)


NAMES_SOMETHING = {"model", "vendor", "language", "message"}  # by a name, an id or a link: there is nothing private in it


@pytest.mark.parametrize(
    "command", [each for each in EVERY if {Assistant, Illustrator} & set(each.needs.values())], ids=lambda each: each.name
)
def test_what_people_say_to_a_model_is_private(command: Command) -> None:
    free = {option.name for option in command.options if option.type is str} - NAMES_SOMETHING

    assert {option.name for option in command.options if option.private} == free
