"""What people are called, and who can be asked something: as their platform tells it."""

from collections.abc import Mapping
from typing import Protocol

from adapters.errors import Refused, Unavailable
from bot.actors import actor_of
from bot.clock import Clock
from bot.ruling import ADMINS, CHANNEL
from commands.call import Actor, Place

_FRESH = 600.0  # seconds for which a name is taken as it was
_MOST = 10_000


class Register(Protocol):
    """What is asked of a platform; see `bot.platform.Platform`."""

    async def known(self, actor: Actor) -> Actor | None: ...

    async def room(self, place: Place) -> object: ...


class Directory:
    """`platforms` is filled once they are open."""

    def __init__(self, platforms: Mapping[str, Register], clock: Clock) -> None:
        self._platforms = platforms
        self._clock = clock
        self._names: dict[str, tuple[float, str]] = {}

    async def name(self, key: str) -> str:
        """What the person with this key is called; “a person (U0ADA)” where that is not told. Raises StorageError."""
        until, name = self._names.get(key, (0.0, ""))
        if self._clock.time() < until:
            return name
        actor = actor_of(key)
        try:
            known = await self._known(actor)
        except Unavailable:
            return _nameless(actor)  # not remembered: it may be told in a moment
        if len(self._names) >= _MOST:
            self._names.clear()
        name = (known and known.name) or _nameless(actor)
        self._names[key] = (self._clock.time() + _FRESH, name)
        return name

    async def vouch(self, by: str, actor: Actor) -> None:
        """`by` is who would have to confirm something, as in a rule, in the tenant of this person.

        Raises Refused where they could not be asked; Unavailable, StorageError.
        """
        platform = self._platforms.get(actor.platform)
        if by == ADMINS:
            return
        if platform is None:
            raise Refused("From here, nobody else can be asked to confirm anything.")
        if by.startswith(CHANNEL):
            await platform.room(Place(actor.platform, actor.tenant, by.removeprefix(CHANNEL)))
        elif await self._known(actor_of(by)) is None:
            who = _nameless(actor_of(by))
            raise Refused(f"I can't ask {who} to confirm anything: they are no member here, or have never written to me.")

    async def _known(self, actor: Actor) -> Actor | None:
        platform = self._platforms.get(actor.platform)
        return await platform.known(actor) if platform else None


def _nameless(actor: Actor) -> str:
    return f"a person ({actor.user})"
