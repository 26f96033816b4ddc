"""The house keeps its shape: imports go down only, and each floor knows no more than it must."""

import ast
import functools
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FLOORS = ("adapters", "storage", "commands", "bot")
MAY_IMPORT = {"adapters": {"adapters"}, "storage": {"storage"}, "commands": {"adapters", "commands"}, "bot": set(FLOORS)}
PLATFORM_SDKS = {
    "slack_bolt": ("bot/slack", "adapters/slack"),
    "slack_sdk": ("bot/slack", "adapters/slack"),
    "botbuilder": ("bot/teams/listen/", "adapters/teams"),
    "botframework": ("bot/teams/listen/", "adapters/teams"),
    "msrest": ("bot/teams/listen/", "adapters/teams"),
}
NOT_IN_COMMANDS = {"aiohttp", "sqlalchemy", "sqlmodel", "googleapiclient", "httplib2", "slack_sdk", "slack_bolt", "json"}
SHARED_BY_ADAPTERS = {path.stem for path in (ROOT / "adapters").glob("*.py")}


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute here"
            yield node.module or ""


@functools.cache
def every_import() -> list[tuple[str, str]]:
    files = [path for floor in FLOORS for path in sorted((ROOT / floor).rglob("*.py"))]
    return [(str(path.relative_to(ROOT)), name) for path in files for name in imports(path)]


def upward(file: str, name: str) -> bool:
    return name.split(".")[0] in FLOORS and name.split(".")[0] not in MAY_IMPORT[file.split("/")[0]]


def sideways(file: str, name: str) -> bool:
    """Whether one adapter's folder looks into another's."""
    own, theirs = file.split("/"), name.split(".")
    return (
        own[0] == theirs[0] == "adapters"
        and len(own) > 2
        and len(theirs) > 1
        and theirs[1] not in {own[1], *SHARED_BY_ADAPTERS}
    )


def test_imports_go_down_only() -> None:
    assert [each for each in every_import() if upward(*each)] == []


def test_no_adapter_imports_another() -> None:
    assert [each for each in every_import() if sideways(*each)] == []


def test_platform_sdks_stay_in_their_folders() -> None:
    offenders = [
        (file, name)
        for file, name in every_import()
        if name.split(".")[0] in PLATFORM_SDKS and not file.startswith(PLATFORM_SDKS[name.split(".")[0]])
    ]
    assert offenders == []


def test_commands_know_no_transport_and_no_vendor() -> None:
    assert [
        (file, name) for file, name in every_import() if file.startswith("commands/") and name.split(".")[0] in NOT_IN_COMMANDS
    ] == []


def test_no_module_is_named_after_nothing() -> None:
    names = {path.stem for floor in FLOORS for path in (ROOT / floor).rglob("*.py")}
    assert names.isdisjoint({"utils", "util", "helpers", "helper", "manager", "misc", "common"})


@pytest.mark.parametrize(
    ("file", "name", "wrong"),
    [
        ("adapters/notion/client.py", "commands.reply", upward),
        ("storage/inbox.py", "adapters.base", upward),
        ("commands/calendar.py", "bot.app", upward),
        ("adapters/notion/client.py", "adapters.hubspot.client", sideways),
    ],
)
def test_a_wrong_import_would_be_noticed(file: str, name: str, wrong: object) -> None:
    assert callable(wrong)
    assert wrong(file, name)
