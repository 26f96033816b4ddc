"""Who people are, as Slack tells it: their name, their time zone, and whether they belong to the workspace."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.clock import Clock
from bot.slack.api import SlackError
from bot.slack.workspaces import Workspaces

_FRESH = 3600.0  # seconds for which a profile is taken as it was
_MOST = 10_000


@dataclass(frozen=True)
class Person:
    """`member` is False for guests and for people of other workspaces, who don't get to drive the bot. `bot`: nobody at all."""

    name: str
    zone: str
    member: bool
    bot: bool = False


class People:
    """Looks people up with `users.info`, and remembers them for an hour: https://docs.slack.dev/reference/methods/users.info/."""

    def __init__(self, workspaces: Workspaces, zone: str, clock: Clock) -> None:
        self._workspaces = workspaces
        self._zone = zone
        self._clock = clock
        self._known: dict[tuple[str, str], tuple[float, Person]] = {}

    async def find(self, team: str, user: str) -> Person:
        """Raises Unavailable, NotInstalledError. Where the bot may not look, people are taken as members."""
        until, person = self._known.get((team, user), (0.0, None))
        if person and self._clock.time() < until:
            return person
        person = await self._asked(team, user)
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[team, user] = (self._clock.time() + _FRESH, person)
        return person

    async def _asked(self, team: str, user: str) -> Person:
        api = await self._workspaces.api(team)
        try:
            profile = (await api.read("users.info", user=user))["user"]
        except SlackError as error:
            return Person("", self._zone, member=str(error) == "missing_scope")
        outside = profile.get("is_restricted") or profile.get("is_stranger") or profile.get("team_id", team) != team
        name = profile.get("real_name") or profile.get("name") or ""
        return Person(name, self._valid(profile.get("tz")), not outside, bot=bool(profile.get("is_bot")))

    def _valid(self, zone: object) -> str:
        try:
            return ZoneInfo(str(zone)).key if zone else self._zone
        except (ValueError, OSError, KeyError):
            return self._zone
