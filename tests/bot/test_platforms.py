"""A platform that is off costs nothing: what belongs to it is not even imported. Nor is what belongs to the terminal."""

import json
import subprocess
import sys
from pathlib import Path

from tests.bot.command_line import environment

OPENED = """
import asyncio, json, os, sys
import aiohttp.web, pydantic_settings, sqlmodel, sqlalchemy.ext.asyncio, adapters, commands

async def main():
    from bot.__main__ import _plan
    from bot.app import open_house
    import bot.run
    async with open_house(_plan()):
        print(json.dumps([name for name in names if name in sys.modules]), flush=True)

names = sys.argv[2:]
for given in json.loads(sys.argv[1]):
    if os.fork() == 0:
        os.environ.update(given)
        asyncio.run(main())
        os._exit(0)
    os.wait()
"""
SLACK = {"SLACK_BOT_TOKEN": "CANARY-token", "SLACK_SIGNING_SECRET": "CANARY-secret", "SLACK_BASE_URL": "http://127.0.0.1:9/"}
TEAMS = {
    "TEAMS_APP_ID": "0F3C5A72-9d1e-4b7a-8c55-6e2d41a0b9f8",
    "TEAMS_APP_PASSWORD": "CANARY-password",
    "TEAMS_TENANT_ID": "9f4c6d0e-7a7c-4a65-9df3-0cf2b5a0e1de",
}
TEAMS |= {"TEAMS_OPENID_METADATA_URL": "http://127.0.0.1:9/", "TEAMS_LOGIN_URL": "http://127.0.0.1:9/"}
OF_SLACK = ["slack_bolt", "bot.slack.app", "bot.slack.sandbox"]
OF_TEAMS = ["botbuilder.core", "jwt", "bot.teams.app", "bot.teams.connector", "bot.teams.sandbox"]


OF_THE_TERMINAL = ["prompt_toolkit", "bot.terminal.chat"]  # rich comes with httpx, for that one's own command line
LOADED: list[tuple[dict[str, str], list[str]]] = [
    (SLACK, ["slack_bolt", "bot.slack.app"]),
    (TEAMS, ["botbuilder.core", "jwt", "bot.teams.app", "bot.teams.connector"]),
    (SLACK | TEAMS, ["slack_bolt", "bot.slack.app", "botbuilder.core", "jwt", "bot.teams.app", "bot.teams.connector"]),
    ({}, OF_SLACK + OF_TEAMS),  # the sandbox
]


def test_only_what_is_switched_on_is_loaded(tmp_path: Path) -> None:
    """In a child for each setting, of a process that has loaded what they all need."""
    databases = [{"DATABASE_URL": f"sqlite:///{tmp_path / str(number)}/interact.sqlite"} for number in range(len(LOADED))]
    given = json.dumps([settings | database for (settings, _), database in zip(LOADED, databases, strict=True)])
    command = [sys.executable, "-c", OPENED, given, *OF_SLACK, *OF_TEAMS, *OF_THE_TERMINAL]
    settings = environment(tmp_path, PYTHONPATH=str(Path(__file__).parents[2]))
    done = subprocess.run(command, env=settings, cwd=tmp_path, capture_output=True, text=True, timeout=240, check=False)

    assert [json.loads(line) for line in done.stdout.splitlines()] == [loaded for _, loaded in LOADED], done.stderr
