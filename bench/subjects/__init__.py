"""What is measured: programs that take their settings from the environment, and listen where their platform sends to."""

from dataclasses import dataclass, replace

from bench.platforms import SLACK, TEAMS, Platform


@dataclass(frozen=True)
class Subject:
    """`arguments` follow `python`. `database` is "sqlite" or "postgresql"; a `full` one holds what was done long ago.

    `share` is how much of a core each of its processes gets at most, once it is started.
    """

    name: str
    title: str
    arguments: tuple[str, ...]
    platform: Platform
    database: str = "sqlite"
    processes: int = 1
    full: bool = False
    share: float = 1.0


RUN = ("-m", "bot", "run")
_FLOOR, _BOT = "floor: bare aiohttp", "**this bot**"

SLACK_FLOOR = Subject("slack_floor", _FLOOR, ("-m", "bench.subjects.slack_floor"), SLACK)
PLAIN_BOLT = Subject("plain_bolt", "plain Bolt", ("-m", "bench.subjects.plain_bolt"), SLACK)
BOLT_ONE_SESSION = Subject("bolt_one_session", "Bolt, one session", ("-m", "bench.subjects.bolt_one_session"), SLACK)
SLACK_BOT = Subject("slack_bot", _BOT, RUN, SLACK)
TEAMS_FLOOR = Subject("teams_floor", _FLOOR, ("-m", "bench.subjects.teams_floor"), TEAMS)
PLAIN_BOTBUILDER = Subject("plain_botbuilder", "plain botbuilder", ("-m", "bench.subjects.plain_botbuilder"), TEAMS)
TEAMS_BOT = Subject("teams_bot", _BOT, RUN, TEAMS)
BOTS = (SLACK_BOT, TEAMS_BOT)
"""These, and only these, are held against the others on their platform."""

ON_SQLITE = Subject("sqlite", "SQLite", RUN, SLACK)
ON_POSTGRES = Subject("postgresql", "PostgreSQL", RUN, SLACK, "postgresql")
FULL_SQLITE = Subject("full_sqlite", "SQLite, a million old rows", RUN, SLACK, full=True)
FULL_POSTGRES = Subject("full_postgresql", "PostgreSQL, a million old rows", RUN, SLACK, "postgresql", full=True)
ON_DATABASES = (ON_SQLITE, ON_POSTGRES, FULL_SQLITE, FULL_POSTGRES)

TWO_PROCESSES = Subject("two_processes", "PostgreSQL, two processes", RUN, SLACK, "postgresql", processes=2)
HALF_A_CORE = replace(ON_POSTGRES, name="half_a_core", title="PostgreSQL, half a core", share=0.5)
HALF_A_CORE_EACH = replace(TWO_PROCESSES, name="half_a_core_each", title="PostgreSQL, two, half a core each", share=0.5)
SIDE_BY_SIDE = (TWO_PROCESSES, HALF_A_CORE, HALF_A_CORE_EACH)

SUBJECTS = (SLACK_FLOOR, PLAIN_BOLT, BOLT_ONE_SESSION, SLACK_BOT, TEAMS_FLOOR, PLAIN_BOTBUILDER, TEAMS_BOT)


def grown(commands: int) -> Subject:
    """With so many commands registered."""
    return Subject("grown", f"{commands} commands", ("-m", "bench.subjects.grown", str(commands)), SLACK)


def profiled(platform: Platform) -> Subject:
    return Subject("profiled", "this bot, profiled", ("-m", "bench.subjects.profiled"), platform)
