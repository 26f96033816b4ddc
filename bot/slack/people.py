"""Who people are, as Slack tells it: their name, their time zone, and whether they belong to the workspace."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import Clock
from bot.slack.api import ask
from bot.slack.errors import FAILURES, code, passing, unavailable

_FRESH = 3600.0  # seconds for which a profile is taken as it was
_MOST = 10_000


@dataclass(frozen=True)
class Person:
    """`member` is False for guests and for people of other workspaces, who don't get to drive the bot."""

    name: str
    zone: str
    member: bool


class People:
    """Looks people up with `users.info`, and remembers them for an hour: https://docs.slack.dev/reference/methods/users.info/."""

    def __init__(self, client: AsyncWebClient, zone: str, clock: Clock) -> None:
        self._client = client
        self._zone = zone
        self._clock = clock
        self._known: dict[tuple[str, str], tuple[float, Person]] = {}

    async def find(self, team: str, user: str) -> Person:
        """Raises Unavailable when Slack can't say now. Where the bot may not look, people are taken as members."""
        until, person = self._known.get((team, user), (0.0, None))
        if person and self._clock.time() < until:
            return person
        person = await self._asked(team, user)
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[team, user] = (self._clock.time() + _FRESH, person)
        return person

    async def _asked(self, team: str, user: str) -> Person:
        try:
            profile = (await ask(self._client, "users.info", user=user))["user"]
        except FAILURES as error:
            if passing(error):
                raise unavailable(error, self._clock.time()) from None
            return Person("", self._zone, member=code(error) == "missing_scope")
        outside = profile.get("is_restricted") or profile.get("is_stranger") or profile.get("team_id", team) != team
        return Person(profile.get("real_name") or profile.get("name") or "", self._valid(profile.get("tz")), not outside)

    def _valid(self, zone: object) -> str:
        try:
            return ZoneInfo(str(zone)).key if zone else self._zone
        except (ValueError, OSError, KeyError):
            return self._zone
