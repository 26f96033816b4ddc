"""The process that forks, which `fork_server` starts and speaks to: `python -m tests.acceptance.forking <folder>`."""

import gc
import json
import os
import select
import shutil
import signal
import socket
import sys
import warnings
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

from adapters import ADAPTERS
from bot.__main__ import main
from tests.acceptance import typing_lines
from tests.acceptance.fork_server import HOLD, SOCKET, alone

_IMPORTED = (
    *("bot.__main__", "bot.run", "bot.terminal.say", "bot.check", "bot.web.providers", "bot.web.site"),
    *("bot.slack.app", "bot.slack.install", "bot.slack.listen", "bot.teams.app", "bot.teams.listen"),
    *("googleapiclient.discovery", "httplib2", "sqlalchemy.dialects.sqlite.aiosqlite", "uvloop"),
    *("psycopg", "sqlalchemy.dialects.postgresql.psycopg", "storage.key_rotation", "storage.states"),
)


def _serve(folder: Path) -> None:
    """Returns in each bot's process, and once nobody holds the server any more."""
    for name in _IMPORTED:
        import_module(name)
    for adapter in ADAPTERS:
        adapter.client.load("http://127.0.0.1:9/")
    gc.freeze()  # so that no child copies it for a look
    signal.signal(signal.SIGCHLD, _reap)
    holders: set[socket.socket] = set()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(folder / SOCKET))
        listener.listen(64)
        if os.fork():
            os._exit(0)
        os.setsid()
        while not _is_over(folder, holders):
            if listener not in select.select([listener, *holders], [], [])[0]:
                continue
            connection, _ = listener.accept()
            request, files = _received(connection)
            if request == HOLD:
                holders.add(connection)
            elif _has_forked(connection, files):
                listener.close()
                for each in holders:
                    each.close()
                _keep(connection, json.loads(request), files)
                return


def _received(connection: socket.socket) -> tuple[bytes, Sequence[int]]:
    """A line, and the open files that came with it."""
    line, files, *_ = socket.recv_fds(connection, 2**16, 3)
    while line[-1:] != b"\n" and (more := connection.recv(2**16)):
        line += more
    return line, files


def _is_over(folder: Path, holders: set[socket.socket]) -> bool:
    """Whoever comes in the next moment finds no socket, and starts another."""
    ended = set(select.select(list(holders), [], [], 0)[0])  # a holder says nothing more until it ends
    holders -= ended
    if not ended or holders:
        return False
    with alone():
        shutil.rmtree(folder)
    return True


def _has_forked(connection: socket.socket, files: Sequence[int]) -> bool:
    """True in the child; in the server the connection and the files are closed."""
    if os.fork() == 0:
        return True
    connection.close()
    _close(files)
    return False


def _close(files: Sequence[int]) -> None:
    for each in files:
        os.close(each)


def _reap(*_: object) -> None:
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _keep(connection: socket.socket, request: Mapping[str, Any], files: Sequence[int]) -> None:
    """Forks the bot, tells its number, and tells how it ended. Returns in the bot's process."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    if (bot := os.fork()) == 0:
        connection.close()
        _become_bot(request["arguments"], request["environment"], Path(request["folder"]), files)
        return
    _close(files)
    connection.sendall(f"{bot}\n".encode())
    code = os.waitstatus_to_exitcode(os.waitpid(bot, 0)[1])
    with suppress(OSError):  # the test is over
        connection.sendall(f"{code}\n".encode())
    os._exit(0)


def _become_bot(arguments: Sequence[str], environment: Mapping[str, str], folder: Path, files: Sequence[int]) -> None:
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    for number, file in enumerate(files):
        os.dup2(file, number)
    _close(files)
    sys.stdin, sys.stdout = os.fdopen(0, closefd=False), os.fdopen(1, "w", closefd=False)  # as Python makes them for such files
    sys.stderr = os.fdopen(2, "w", buffering=1, errors="backslashreplace", closefd=False)
    if "ResourceWarning" in environment.get("PYTHONWARNINGS", ""):  # which Python reads at its start alone
        warnings.simplefilter("error", ResourceWarning)
    sys.argv = ["interact", *arguments]
    if drill := environment.get("DRILL"):
        import_module("tests.drills.inside").change(drill)


if __name__ == "__main__":
    _serve(Path(sys.argv[1]))
    match sys.argv:
        case ["interact", "-"]:
            typing_lines.answer()
        case ["interact", "-c", code, *rest]:
            sys.argv = ["-c", *rest]
            exec(code, {"__name__": "__main__"})  # noqa: S102 - as `python -c` does, of a test's own code
        case ["interact", *_]:
            main(prog_name="interact")
