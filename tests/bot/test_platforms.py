"""A platform that is off costs nothing: what belongs to it is not even imported."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

OPENED = """
import asyncio, sys
from adapters import ADAPTERS
from bot.app import open_house
from bot.clock import Clock
from bot.plan import Plan
from bot.settings import load
from commands import SUBJECTS
from commands.catalog import subjects

async def main():
    settings, services, credentials = load(ADAPTERS)
    async with open_house(Plan(settings, services, credentials, ADAPTERS, subjects(SUBJECTS), Clock())):
        print(*(name for name in sys.argv[1:] if name in sys.modules))

asyncio.run(main())
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


@pytest.mark.parametrize(
    ("given", "loaded"),
    [
        (SLACK, ["slack_bolt", "bot.slack.app"]),
        (TEAMS, ["botbuilder.core", "jwt", "bot.teams.app", "bot.teams.connector"]),
        (SLACK | TEAMS, ["slack_bolt", "bot.slack.app", "botbuilder.core", "jwt", "bot.teams.app", "bot.teams.connector"]),
        ({}, OF_SLACK + OF_TEAMS),
    ],
    ids=["Slack alone", "Teams alone", "both", "the sandbox"],
)
def test_only_what_is_switched_on_is_loaded(given: dict[str, str], loaded: list[str], tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parents[2]), "HOME": str(tmp_path)}
    environment |= {"PORT": "0", "SANDBOX_PORT": "0", **given}
    command = [sys.executable, "-c", OPENED, *OF_SLACK, *OF_TEAMS]
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)

    assert done.stdout.split() == loaded, done.stderr
