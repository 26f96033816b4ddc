"""The command line, as somebody types it."""

import json
import os
import pty
import re
import select
import signal
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

import pytest

from adapters import ADAPTERS
from tests.acceptance.fork_server import the_fork_server
from tests.acceptance.forked_command import interact
from tests.bot.command_line import environment, python

CANARY = "CANARY-token-7f3a"
COMMANDS = {"audit", "run", "say", "chat", "check", "preview", "manifest", "migrate", "deliveries", "keys", "panic"}
LINES = ("audit list", "chat", "deliveries", "keys status", "manifest teams", "migrate", "panic", "preview ping", "say ping")


def test_the_help_tells_of_every_command(tmp_path: Path) -> None:
    told = re.findall(r"^  (\w+)  +(\S.*)$", interact(tmp_path, "--help").stdout.partition("Commands:")[2], re.MULTILINE)
    assert {name for name, _ in told} == COMMANDS
    assert all(about.endswith(".") for _, about in told), "each help fits its line"


def test_the_version_is_told(tmp_path: Path) -> None:
    assert re.fullmatch(r"interact, version \d+\.\d+\.\d+\n", interact(tmp_path, "--version").stdout)


@pytest.mark.parametrize("command", [("run",), ("say", "ping")])
def test_every_wrong_setting_is_told_on_a_line_and_nothing_else(tmp_path: Path, command: tuple[str, ...]) -> None:
    done = interact(tmp_path, *command, SLACK_SIGNING_SECRET=CANARY, SANDBOX="minesweeper")
    assert done.returncode == 2
    assert [line.split()[0] for line in done.stderr.splitlines()] == ["SLACK_BOT_TOKEN", "SANDBOX"]
    assert CANARY not in done.stdout + done.stderr


def test_one_question_gets_one_answer(tmp_path: Path) -> None:
    done = interact(tmp_path, "say", "ping", "hello", "--there", "-x")
    assert (done.returncode, done.stdout, done.stderr) == (0, "pong hello --there -x\n", "")


def test_what_is_not_understood_is_told_and_counts_as_failure(tmp_path: Path) -> None:
    done = interact(tmp_path, "say", "nonsense")
    assert (done.returncode, done.stderr) == (1, "")
    assert "help" in done.stdout


def test_the_question_may_come_through_a_pipe(tmp_path: Path) -> None:
    assert interact(tmp_path, "say", "-", stdin="ping hello\n").stdout == "pong hello\n"


def test_a_sandbox_answers_without_any_account(tmp_path: Path) -> None:
    done = interact(tmp_path, "say", "calendar today", "--plain")
    assert (done.returncode, done.stderr) == (0, "")
    assert "today" in done.stdout


def test_one_line_loads_only_the_services_that_it_needs(tmp_path: Path) -> None:
    """Their SDKs take most of the time."""
    sdks = "googleapiclient,notion_client,hubspot,openai,anthropic,google.genai,perplexity,pydantic_ai"
    told = python(tmp_path, "-c", LOADED_BY_SAYING, sdks, "calendar today", "help", "no such thing").stderr
    assert told.splitlines() == ["calendar today loads googleapiclient", "help loads", "no such thing loads"]


def test_the_manifest_is_printed_for_socket_mode_or_for_an_address(tmp_path: Path) -> None:
    assert "socket_mode_enabled: true" in interact(tmp_path, "manifest", "slack").stdout
    served = interact(tmp_path, "manifest", "slack", "--url", "https://bot.acme.test")
    assert "https://bot.acme.test/slack/events" in served.stdout
    refused = interact(tmp_path, "manifest", "slack", "--url", "http://bot.acme.test")
    assert (refused.returncode, "https" in refused.stderr) == (2, True)


LOADED_BY_SAYING = """
import os, sys
import bot.terminal.say
from bot.__main__ import main
for words in sys.argv[2:]:
    if os.fork() == 0:
        try:
            main(["say", words])
        finally:
            print(words, "loads", *(name for name in sys.argv[1].split(",") if name in sys.modules), file=sys.stderr)
    os.wait()
"""

BEFORE_THE_SETTINGS = """
import os, pty, sys
import aiohttp.web, pydantic_settings, sqlalchemy.ext.asyncio, adapters, commands, storage.tables  # which know no bot
from bot.__main__ import main
ours, theirs = pty.openpty()
os.dup2(theirs, 0)
os.dup2(theirs, 1)  # a chat begins at a terminal only
children = []
for words in sys.argv[1:]:
    if (child := os.fork()) == 0:
        main(words.split())
    children.append(child)
for words, child in zip(sys.argv[1:], children):
    print(words, "ends with", os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), file=sys.stderr)
"""

LOADED = """
import sys
from bot.__main__ import main
main(sys.argv[2:], standalone_mode=False)
print(*(name for name in sys.argv[1].split(",") if name in sys.modules), file=sys.stderr)
"""


def test_a_manifest_is_printed_without_the_bot(tmp_path: Path) -> None:
    heavy = "slack_bolt,slack_sdk,sqlalchemy,rich,prompt_toolkit,uvloop"
    assert python(tmp_path, "-c", LOADED, heavy, "manifest", "slack").stderr.split() == []


def test_what_a_command_imports_it_finds_in_a_fresh_python(tmp_path: Path) -> None:
    """Elsewhere they run where nearly all is imported. These end at the settings, read once a command has imported its own."""
    done = python(tmp_path, "-c", BEFORE_THE_SETTINGS, "check", *LINES, SANDBOX="minesweeper")
    ended = [line for line in done.stderr.splitlines() if " ends with " in line]
    assert ended == ["check ends with 1", *(f"{line} ends with 2" for line in LINES)], done.stderr
    assert "Traceback" not in done.stderr


def test_deliveries_are_listed_and_replayed_by_their_key(tmp_path: Path) -> None:
    assert interact(tmp_path, "deliveries", "--state", "dead", "--json").stdout == "[]\n"
    unknown = interact(tmp_path, "deliveries", "replay", "slack:unknown")
    assert (unknown.returncode, "slack" in unknown.stdout) == (1, False)


def test_a_database_that_can_not_be_used_is_told_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = interact(tmp_path, "deliveries", DATABASE_URL=f"sqlite:///{tmp_path}/file/interact.sqlite")
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert "Traceback" not in done.stderr


def test_a_sandbox_passes_its_check(tmp_path: Path) -> None:
    done = interact(tmp_path, "check", "--json", SANDBOX="")
    assert done.returncode == 0, done.stdout
    states = {finding["name"]: finding["state"] for finding in json.loads(done.stdout)}
    assert states == {
        "Settings": "ok",
        "Database": "ok",
        "Keyring": "ok",
        "Port": "ok",
        "Sandbox port": "ok",
        "Slack": "off",
        "Microsoft Teams": "off",
        "PUBLIC_URL": "off",
        **{adapter.title: "ok" for adapter in ADAPTERS},
    }


def test_a_check_names_what_is_wrong_with_the_settings(tmp_path: Path) -> None:
    done = interact(tmp_path, "check", SLACK_SIGNING_SECRET=CANARY, TIMEZONE="Mars")
    assert done.returncode == 1
    assert done.stdout.splitlines()[0].startswith("✗ Settings: TIMEZONE")
    assert CANARY not in done.stdout + done.stderr


def test_a_chat_needs_a_terminal(tmp_path: Path) -> None:
    done = interact(tmp_path, "chat")
    assert (done.returncode, "interact say" in done.stderr) == (2, True)


def test_a_chat_at_a_terminal_answers_remembers_and_ends(tmp_path: Path) -> None:
    with chat_at_a_terminal(tmp_path) as (chat, terminal):
        assert "Ctrl-D leaves" in shown_until("›", terminal)
        os.write(terminal, b"ping hello\r")
        shown_until("pong hello.*›", terminal)
        os.write(terminal, b"\x04")
        assert int(chat.readline()) == 0
    history = tmp_path / "data" / "interact" / "history"
    assert "+ping hello" in history.read_text()
    assert stat.S_IMODE(history.stat().st_mode) == 0o600


@contextmanager
def chat_at_a_terminal(home: Path) -> Iterator[tuple[TextIO, int]]:
    """`interact chat`: where its exit code is told, and the end of the terminal at which a person sits."""
    ours, theirs = pty.openpty()
    settings = environment(home, TERM="xterm", XDG_DATA_HOME=str(home / "data"))
    with the_fork_server().ask(("chat",), settings, home, (theirs, theirs, theirs)) as connection:
        connection.settimeout(60)
        told = connection.makefile("r")
        number = int(told.readline())
        try:
            yield told, ours
        finally:
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
            os.close(theirs)
            os.close(ours)


def shown_until(pattern: str, terminal: int) -> str:
    """What the terminal shows, up to there."""
    shown = ""
    while not re.search(pattern, shown, re.DOTALL):
        assert select.select([terminal], [], [], 60)[0], shown
        shown += os.read(terminal, 65536).decode(errors="replace")
    return shown
