"""What is measured: programs that take their settings from the environment, and listen on `POST /slack/events`."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Subject:
    """`arguments` follow `python`."""

    name: str
    title: str
    arguments: tuple[str, ...]


FLOOR = Subject("floor", "floor: bare aiohttp", ("-m", "bench.subjects.floor"))
PLAIN_BOLT = Subject("plain_bolt", "plain Bolt", ("-m", "bench.subjects.plain_bolt"))
BOT = Subject("bot", "**this bot**", ("-m", "bot", "run"))
PROFILED = Subject("profiled", "this bot, profiled", ("-m", "bench.subjects.profiled"))
SUBJECTS = (FLOOR, PLAIN_BOLT, BOT)
