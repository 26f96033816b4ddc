"""The image is made of what there is, holds what is needed, and runs as nobody special."""

import json
import os
import re
import socket
import subprocess
import sys
import tomllib
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from bot.app import _DRAIN
from bot.refreshing import LEASE
from tests.deploy.files import ROOT, instructions, read, read_yaml, settings

PROBE = ROOT / "deploy/probe.py"


def said(word: str) -> list[str]:
    return [rest for name, rest in instructions() if name == word]


def copied() -> list[str]:
    """What comes from the project."""
    return [source for rest in said("COPY") if not rest.startswith("--from") for source in rest.split()[:-1]]


def test_all_that_is_copied_is_there_and_reaches_the_build() -> None:
    let_in = {line.removeprefix("!") for line in read(".dockerignore").splitlines() if line.startswith("!")}

    assert [source for source in copied() if not (ROOT / source).exists()] == []
    assert set(copied()) == let_in


def test_all_packages_of_the_bot_are_in_it() -> None:
    build = tomllib.loads(read("pyproject.toml"))["tool"]["hatch"]["build"]

    assert set(build["targets"]["wheel"]["packages"]) <= set(copied())


def test_what_is_installed_is_what_the_lock_says() -> None:
    syncs = [rest for rest in said("RUN") if rest.startswith("uv sync")]

    assert len(syncs) == 2
    assert all({"--frozen", "--no-dev", "--no-editable"} <= set(sync.split()) for sync in syncs)


def test_its_python_is_one_that_the_project_takes() -> None:
    [version] = re.findall(r"^PYTHON=python:(3\.\d+)-slim", said("ARG")[0])

    assert version in ("3.11", "3.12", "3.13")
    assert {rest.split()[0] for rest in said("FROM")} == {"${PYTHON}"}, "what is built names its Python by its path"


def test_it_runs_as_a_user_without_rights_and_gets_its_signals_itself() -> None:
    assert said("USER") == ["10001:10001"]
    assert [json.loads(rest) for rest in (*said("ENTRYPOINT"), *said("CMD"))] == [["interact"], ["run"]]
    assert said("STOPSIGNAL") == ["SIGTERM"]


def test_it_makes_no_volume_that_would_be_thrown_away_with_the_keys_in_it() -> None:
    assert said("VOLUME") == []


def test_no_setting_of_its_own_overrules_a_mounted_file_but_the_address() -> None:
    given = {pair.split("=")[0] for rest in said("ENV") for pair in rest.split()}

    assert given & settings() == {"HOST"}


def test_descriptions_of_the_google_services_that_are_used_stay_in_it() -> None:
    built = {
        match
        for path in (ROOT / "adapters").rglob("*.py")
        for match in re.findall(r'build\("(\w+)", "(\w+)"', path.read_text())
    }
    [rest] = [rest for rest in said("RUN") if rest.startswith("find")]

    assert built
    assert set(re.findall(r"! -name (\S+)", rest)) == {f"{name}.{version}.json" for name, version in built}


def test_there_is_time_to_finish_what_is_under_way() -> None:
    bot = read_yaml("compose.yaml")["x-bot"]

    assert int(bot["stop_grace_period"].removesuffix("s")) >= 3 * _DRAIN + LEASE


@pytest.mark.parametrize(("status", "code"), [(200, 0), (503, 1)])
def test_the_probe_says_whether_the_bot_is_ready(status: int, code: int) -> None:
    class Readiness(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/readyz" else 404)
            self.end_headers()

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Readiness) as server:
        Thread(target=server.handle_request, daemon=True).start()
        assert probed(server.server_port) == (code, "")


def test_the_probe_says_no_where_nobody_answers() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        assert probed(taken.getsockname()[1]) == (1, "")


def probed(port: int) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, str(PROBE)],
        env={**os.environ, "PORT": str(port)},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr
