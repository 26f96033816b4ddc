"""A process that was hardened leaves no copy of its memory behind."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bot.command_line import python as run

LIMITS = """
import ctypes, resource
from bot.hardening import harden
harden()
print(resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))
"""
WRITING = """
from pathlib import Path
from bot.hardening import harden
harden()
Path("folder").mkdir()
Path("folder", "file").touch()
"""
CRASH = """
import os, resource
from bot.hardening import harden
most = resource.getrlimit(resource.RLIMIT_CORE)[1]
resource.setrlimit(resource.RLIMIT_CORE, (most, most))
harden()
os.abort()
"""
COMMAND = """
import sys
from bot import hardening
from bot.__main__ import main
hardening.harden = lambda: print("hardened")
main(sys.argv[1:])
"""


def python(code: str, folder: Path) -> "subprocess.Popen[str]":
    environment = {"PYTHONPATH": str(Path(__file__).parents[2]), "PATH": os.environ["PATH"]}
    return subprocess.Popen([sys.executable, "-c", code], cwd=folder, env=environment, stdout=subprocess.PIPE, text=True)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such switch")
def test_no_core_file_may_be_written_and_no_other_process_may_look_in(tmp_path: Path) -> None:
    said, _ = python(LIMITS, tmp_path).communicate(timeout=60)
    assert said == "(0, 0) 0\n"


def test_what_it_writes_is_nobody_else_s(tmp_path: Path) -> None:
    python(WRITING, tmp_path).communicate(timeout=60)
    written = [tmp_path / "folder", tmp_path / "folder/file"]
    assert [each.stat().st_mode & 0o777 for each in written] == [0o700, 0o600]


def test_a_crash_leaves_no_core_file(tmp_path: Path) -> None:
    with python(CRASH, tmp_path) as process:
        _, status = os.waitpid(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert os.WTERMSIG(status) == signal.SIGABRT
    assert not os.WCOREDUMP(status)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", [("keys", "status"), ("panic", "--yes"), ("migrate",), ("deliveries",), ("say", "help")])
def test_every_command_is_hardened_for_any_may_be_the_first_to_write(command: tuple[str, ...], tmp_path: Path) -> None:
    done = run(tmp_path, "-c", COMMAND, *command)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("hardened\n")
