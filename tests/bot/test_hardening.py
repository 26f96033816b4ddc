"""A process that was hardened leaves no copy of its memory behind."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

LIMITS = """
import ctypes, resource
from bot.hardening import harden
harden()
print(resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))
"""
CRASH = """
import os, resource
from bot.hardening import harden
most = resource.getrlimit(resource.RLIMIT_CORE)[1]
resource.setrlimit(resource.RLIMIT_CORE, (most, most))
harden()
os.abort()
"""


def python(code: str, folder: Path) -> "subprocess.Popen[str]":
    environment = {"PYTHONPATH": str(Path(__file__).parents[2]), "PATH": os.environ["PATH"]}
    return subprocess.Popen([sys.executable, "-c", code], cwd=folder, env=environment, stdout=subprocess.PIPE, text=True)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such switch")
def test_no_core_file_may_be_written_and_no_other_process_may_look_in(tmp_path: Path) -> None:
    said, _ = python(LIMITS, tmp_path).communicate(timeout=60)
    assert said == "(0, 0) 0\n"


def test_a_crash_leaves_no_core_file(tmp_path: Path) -> None:
    with python(CRASH, tmp_path) as process:
        _, status = os.waitpid(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert os.WTERMSIG(status) == signal.SIGABRT
    assert not os.WCOREDUMP(status)
    assert list(tmp_path.iterdir()) == []
