"""What is off costs nothing: what belongs to a platform or a service is imported where that is on, and nowhere else.

Nor is what belongs to the terminal.
"""

import json
import subprocess
import sys
from importlib.util import find_spec
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
OF_GOOGLE = ["googleapiclient", "httplib2"]
OF_STAND_INS = ["adapters.google_calendar.sandbox", "adapters.sandbox", "adapters.sandbox_authorization", "dateutil"]
OF_PAGES = ["bot.web.site", "jinja2"]
OF_WHAT_IS_OFF = [
    "notion_client",
    "hubspot",
    "openai",
    "anthropic",
    "google.genai",
    "perplexity",
    "pydantic_ai",
    "genai_prices",
]
NAMES = [*OF_SLACK, *OF_TEAMS, *OF_GOOGLE, *OF_STAND_INS, *OF_PAGES, *OF_WHAT_IS_OFF, *OF_THE_TERMINAL]
REAL = {"SANDBOX": ""}
LOADED: list[tuple[dict[str, str], list[str]]] = [
    (SLACK | REAL, ["slack_bolt", "bot.slack.app"]),
    (TEAMS | REAL, ["botbuilder.core", "jwt", "bot.teams.app", "bot.teams.connector"]),
    (SLACK | TEAMS | REAL, ["slack_bolt", "bot.slack.app", "botbuilder.core", "jwt", "bot.teams.app", "bot.teams.connector"]),
    ({}, OF_SLACK + OF_TEAMS + OF_GOOGLE + OF_STAND_INS + OF_PAGES),
]


def test_only_what_is_switched_on_is_loaded(tmp_path: Path) -> None:
    """In a child for each setting, of a process that has loaded what they all need."""
    databases = [{"DATABASE_URL": f"sqlite:///{tmp_path / str(number)}/interact.sqlite"} for number in range(len(LOADED))]
    given = json.dumps([settings | database for (settings, _), database in zip(LOADED, databases, strict=True)])
    command = [sys.executable, "-c", OPENED, given, *NAMES]
    settings = environment(tmp_path, PYTHONPATH=str(Path(__file__).parents[2]))
    done = subprocess.run(command, env=settings, cwd=tmp_path, capture_output=True, text=True, timeout=240, check=False)

    assert [json.loads(line) for line in done.stdout.splitlines()] == [loaded for _, loaded in LOADED], done.stderr


def test_what_must_not_be_loaded_is_there_to_load() -> None:
    """Else nothing would be promised above of a library that has another name by now."""
    assert [name for name in NAMES if find_spec(name) is None] == []
