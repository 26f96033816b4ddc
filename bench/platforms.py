"""What people ask on. A subject is on one of them, and never meets it: its stand-in is asked instead."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bench import slack_requests, teams_requests
from bench.crowd import Crowd

Write = Callable[[int, float], bytes]
"""A whole HTTP request, from its number and the time."""


@dataclass(frozen=True)
class Platform:
    """`kinds` are what it can send. The rest is told the address of its stand-in, with a slash at its end."""

    name: str
    stand_in: str  # a module
    kinds: Sequence[str]
    writers: Callable[[str, Crowd], Mapping[str, Write]]
    settings: Callable[[str], Mapping[str, str]]

    @property
    def first(self) -> str:
        """The kind that a subject is tried with when it starts."""
        return self.kinds[0]


SLACK = Platform("slack", "bench.slack_api", ("command", "event"), slack_requests.writers, slack_requests.settings)
TEAMS = Platform("teams", "bench.teams_api", ("teams",), teams_requests.writers, teams_requests.settings)
PLATFORMS = {platform.name: platform for platform in (SLACK, TEAMS)}
BY_KIND = {kind: platform for platform in PLATFORMS.values() for kind in platform.kinds}
