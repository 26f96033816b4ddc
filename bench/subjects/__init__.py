"""What is measured: programs that take their settings from the environment, and listen where their platform sends to."""

from dataclasses import dataclass

from bench.platforms import SLACK, TEAMS, Platform


@dataclass(frozen=True)
class Subject:
    """`arguments` follow `python`."""

    name: str
    title: str
    arguments: tuple[str, ...]
    platform: Platform


RUN = ("-m", "bot", "run")
_FLOOR, _BOT = "floor: bare aiohttp", "**this bot**"

SLACK_FLOOR = Subject("slack_floor", _FLOOR, ("-m", "bench.subjects.slack_floor"), SLACK)
PLAIN_BOLT = Subject("plain_bolt", "plain Bolt", ("-m", "bench.subjects.plain_bolt"), SLACK)
SLACK_BOT = Subject("slack_bot", _BOT, RUN, SLACK)
TEAMS_FLOOR = Subject("teams_floor", _FLOOR, ("-m", "bench.subjects.teams_floor"), TEAMS)
PLAIN_BOTBUILDER = Subject("plain_botbuilder", "plain botbuilder", ("-m", "bench.subjects.plain_botbuilder"), TEAMS)
TEAMS_BOT = Subject("teams_bot", _BOT, RUN, TEAMS)
BOTS = (SLACK_BOT, TEAMS_BOT)
SUBJECTS = (SLACK_FLOOR, PLAIN_BOLT, SLACK_BOT, TEAMS_FLOOR, PLAIN_BOTBUILDER, TEAMS_BOT)


def profiled(platform: Platform) -> Subject:
    return Subject("profiled", "this bot, profiled", ("-m", "bench.subjects.profiled"), platform)
