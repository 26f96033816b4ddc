"""The workspaces that the bot is in, and the way to each."""

import asyncio
import logging
from collections.abc import Sequence

from adapters.base import Secret
from adapters.errors import Refused, Unavailable
from adapters.http import Http
from bot.clock import Clock
from bot.slack.api import Json, SlackError, WebApi
from bot.slack.rotation import ExpiredError, Rotation
from storage.errors import StorageError
from storage.installations import Installation
from storage.sealing import SealError

_LOG = logging.getLogger(__name__)
_PLATFORM = "slack"
_FRESH = 60.0  # seconds for which a token is used without looking whether there is another
_MOST = 10_000


class NotInstalledError(Exception):
    """The bot is not in this workspace, or not any more."""


class Workspaces:
    """`token` is the one of the settings, for the workspace that it is of; the others have installed the bot themselves.

    Without a `rotation` there are no others: what comes from elsewhere comes from strangers in a shared channel.
    """

    def __init__(self, http: Http, base_url: str, token: Secret, rotation: Rotation | None, clock: Clock) -> None:
        self._http = http
        self._base_url = base_url
        self._own = WebApi(http, token, base_url) if token else None
        self._rotation = rotation
        self._clock = clock
        self._asking = asyncio.Lock()
        self._identity: Json = {}
        self._known: dict[str, tuple[float, WebApi]] = {}

    async def api(self, team: str) -> WebApi:
        """The way to a workspace. Raises NotInstalledError, Unavailable."""
        if self._own and (not self._rotation or team == (await self._identified())["team_id"]):
            return self._own
        until, api = self._known.get(team, (0.0, None))
        if api and self._clock.time() < until:
            return api
        return await self._installed(team)

    async def check(self) -> str:
        """Says as whom the bot is known where; asks anew. Raises Refused, Unavailable."""
        if not self._own:
            return f"in {len(await self._all())} workspaces"
        try:
            known = await self._own.read("auth.test")
        except SlackError as error:
            raise Refused(f"Slack does not accept the bot's token: {error}.") from None
        return f"as @{known['user']} in {known['team']}"

    async def is_newer(self, team: str, moment: float) -> bool:
        """Whether the bot was installed there after this moment, in seconds since the epoch. Raises Unavailable."""
        found = await self._found(team)
        return found is not None and found.installed > moment

    def forget(self, team: str) -> None:
        """What is known of a workspace is looked up again."""
        self._known.pop(team, None)

    async def _identified(self) -> Json:
        """As whom the token of the settings is known. Slack is asked once. Raises Unavailable."""
        async with self._asking:
            if self._own and not self._identity:
                try:
                    self._identity = await self._own.read("auth.test")
                except SlackError as error:  # the others are not to suffer from it
                    _LOG.error("Slack does not accept the token of the settings: %s", error)
                    self._identity = {"team_id": ""}
        return self._identity

    async def _installed(self, team: str) -> WebApi:
        found = await self._found(team)
        if not (found and self._rotation):
            raise NotInstalledError(team)
        try:
            fresh = await self._rotation.fresh(found)
        except ExpiredError:
            raise NotInstalledError(team) from None
        except (StorageError, SealError) as error:
            raise Unavailable(str(error)) from None
        if len(self._known) >= _MOST:
            self._known.clear()
        api = WebApi(self._http, Secret(fresh.secrets["access"]), self._base_url)
        self._known[team] = (self._clock.time() + _FRESH, api)
        return api

    async def _all(self) -> Sequence[Installation]:
        try:
            every = await self._rotation.installations.list() if self._rotation else []
        except StorageError as error:
            raise Unavailable(str(error)) from None
        return [each for each in every if each.platform == _PLATFORM]

    async def _found(self, team: str) -> Installation | None:
        try:
            return await self._rotation.installations.find(_PLATFORM, team) if self._rotation else None
        except (StorageError, SealError) as error:
            raise Unavailable(str(error)) from None
