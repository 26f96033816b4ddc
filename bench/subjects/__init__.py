"""What is measured. Each subject is a program that takes its settings from the environment, and listens on POST /slack/events."""

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
SUBJECTS = (FLOOR, PLAIN_BOLT, BOT)
