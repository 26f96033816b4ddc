"""Tries each service, as the person who wants to know, and the bot's own parts."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import replace

from adapters.base import Client
from adapters.errors import NeedsConnection, Refused, Unavailable, Unknown
from bot.clients import Clients
from bot.masking import masked
from commands.call import Actor, Place
from commands.integrations import USABLE, Integration, details
from commands.status import Check, Health
from storage.errors import StorageError

_TIMEOUT = 5.0
_LATE = "There was no answer in time."

Every = Callable[[Actor, Place], Awaitable[Sequence[Integration]]]
"""How somebody stands with each service, from where they ask."""

Test = Callable[[Actor, Integration], Awaitable[bool]]
"""Tries the account that is connected, and notes what came of it. False: none is, whatever else serves them."""


class Checks:
    """`own` are the bot's own parts, by how people call them; `timeout` is how many seconds one check may take."""

    def __init__(
        self,
        clients: Clients,
        every: Every,
        test: Test,
        own: Mapping[str, Callable[[], Awaitable[str]]],
        timeout: float = _TIMEOUT,
    ) -> None:
        self._clients = clients
        self._needs = {service.adapter.name: need for need, service in clients.services.items()}
        self._every = every
        self._test = test
        self._own = own
        self._timeout = timeout

    def of(self, actor: Actor, place: Place) -> Health:
        return Health(lambda: self._run(actor, place))

    async def _run(self, actor: Actor, place: Place) -> AsyncIterator[Check]:
        """All at once; each is told as soon as it is known. Raises StorageError."""
        services = [self._service(each, actor, place) for each in await self._every(actor, place)]
        for done in asyncio.as_completed([*services, *(self._part(name, check) for name, check in self._own.items())]):
            yield await done

    async def _service(self, integration: Integration, actor: Actor, place: Place) -> Check:
        """Only what is in use is tried: of the rest it is known how it stands."""
        detail = ""
        if integration.state in USABLE:
            try:
                async with asyncio.timeout(self._timeout):
                    integration, detail = await self._tried(integration, actor, place)
            except NeedsConnection as error:
                integration = replace(integration, state="needs reconnect", error=str(error))
            except (Refused, Unknown, Unavailable, StorageError) as error:
                integration = replace(integration, state="provider problem", error=str(error))
            except TimeoutError:
                integration = replace(integration, state="provider problem", error=_LATE)
        seen = replace(integration, account=masked(integration.account))  # whoever is in the channel sees it
        return Check(integration.name, integration.title, integration.state, details(seen) or detail)

    async def _tried(self, integration: Integration, actor: Actor, place: Place) -> tuple[Integration, str]:
        """How it stands then, and how long the service took, where that is known."""
        if await self._test(actor, integration):
            return next(each for each in await self._every(actor, place) if each.name == integration.name), ""
        began = time.perf_counter()
        await self._ask(self._needs[integration.name], actor, place)
        return integration, _took(began)

    async def _ask(self, need: type[Client], actor: Actor, place: Place) -> None:
        """As a call would: a token that is turned down is renewed once."""
        check = self._clients.services[need].adapter.check
        client = (await self._clients.open(need, actor, place.conversation, "check")).client
        try:
            await check(client)
        except NeedsConnection:
            if not await self._clients.renew(client, actor, place.conversation):
                raise
            await check((await self._clients.open(need, actor, place.conversation, "check")).client)

    async def _part(self, name: str, check: Callable[[], Awaitable[str]]) -> Check:
        began = time.perf_counter()
        try:
            async with asyncio.timeout(self._timeout):
                said = await check()
        except (NeedsConnection, Refused, Unknown) as error:
            return Check(name, name, "refused", str(error))
        except (Unavailable, StorageError) as error:
            return Check(name, name, "unavailable", str(error))
        except TimeoutError:
            return Check(name, name, "unavailable", _LATE)
        return Check(name, name, "ok", said or _took(began))


def _took(began: float) -> str:
    return f"{(time.perf_counter() - began) * 1000:.0f} ms"
