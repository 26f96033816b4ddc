"""Bot tokens that expire are exchanged ahead of that, once, however many processes there are."""

import logging
from collections.abc import Mapping

from adapters.base import Secret
from adapters.errors import Unavailable, Unknown
from bot.clock import Clock
from bot.slack.api import SlackError
from bot.slack.oauth import OAuth
from storage.installations import Installation, Installations

_LOG = logging.getLogger(__name__)
_AHEAD = 2 * 3600.0  # seconds before its end at which a token is exchanged; until then the former is good
_LEASE = 60.0  # seconds: longer than a request may take
_SOON = 2.0  # seconds


class ExpiredError(Exception):
    """The workspace has to install the bot again."""


class Rotation:
    """`holder` is this process's name, as no other's is."""

    def __init__(self, installations: Installations, oauth: OAuth, holder: str, clock: Clock) -> None:
        self.installations = installations
        self._oauth = oauth
        self._holder = holder
        self._clock = clock
        self._unstored: dict[tuple[str, int], tuple[Mapping[str, str], float]] = {}

    async def fresh(self, of: Installation) -> Installation:
        """With a token that is good for a while. Raises Unavailable, ExpiredError, StorageError."""
        if not of.expires or of.expires - self._clock.time() > _AHEAD:
            return of
        if not await self.installations.lease(of, self._holder, _LEASE):
            return self._meanwhile(await self._again(of))
        try:
            return await self._exchanged(of)
        except (Unavailable, Unknown) as error:
            _LOG.warning("the token of workspace %s was not exchanged: %s", of.tenant, error)
            await self.installations.release(of, self._holder)
            return self._meanwhile(of)

    async def _exchanged(self, of: Installation) -> Installation:
        """The new token is kept here until it is stored, for the former can't be exchanged again."""
        key = of.tenant, of.version
        try:
            secrets, expires = self._unstored.get(key) or await self._granted(of)
        except SlackError as error:
            return await self._refused(of, error)
        self._unstored[key] = secrets, expires
        renewed = await self.installations.renew(of, self._holder, secrets, expires)
        del self._unstored[key]
        return renewed or await self._again(of)

    async def _granted(self, of: Installation) -> tuple[Mapping[str, str], float]:
        granted = await self._oauth.refresh(Secret(of.secrets["refresh"]))
        return granted.secrets, self._clock.time() + granted.lifetime if granted.lifetime else 0.0

    async def _refused(self, of: Installation, error: SlackError) -> Installation:
        """Perhaps somebody else has exchanged it."""
        now = await self._again(of)
        if now.version == of.version:
            _LOG.error("Slack does not exchange the token of workspace %s (%s): install the bot there again", of.tenant, error)
            await self.installations.release(of, self._holder)
            if of.expires <= self._clock.time():
                raise ExpiredError(of.tenant)
        return now

    async def _again(self, of: Installation) -> Installation:
        now = await self.installations.find(of.platform, of.tenant)
        if not now:
            raise ExpiredError(of.tenant)
        return now

    def _meanwhile(self, of: Installation) -> Installation:
        """As long as the former token lasts."""
        if of.expires <= self._clock.time():
            raise Unavailable("The token of this Slack workspace is being exchanged.", _SOON)
        return of
