"""Tries each service, as the person who wants to know, and the bot's own parts."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

from adapters.base import Client
from adapters.errors import NeedsConnection, Refused, Unavailable, Unknown
from bot.clients import Clients
from commands.call import Actor, Place
from commands.status import Check, Health
from storage.errors import StorageError

_TIMEOUT = 5.0  # seconds that one check may take


class Checks:
    """Tries each service, as the person who wants to know, and the bot's own parts."""

    def __init__(self, clients: Clients, own: Mapping[str, Callable[[], Awaitable[str]]]) -> None:
        self._clients = clients
        self._own = own

    def of(self, actor: Actor, place: Place) -> Health:
        return Health(lambda: self._run(actor, place.conversation))

    async def _run(self, actor: Actor, conversation: str) -> AsyncIterator[Check]:
        """All at once; each is told as soon as it is known."""
        own = [_checked(name, name, check) for name, check in self._own.items()]
        services = [self._service(need, actor, conversation) for need in self._clients.services]
        for done in asyncio.as_completed([*own, *services]):
            yield await done

    async def _service(self, need: type[Client], actor: Actor, conversation: str) -> Check:
        adapter = self._clients.services[need].adapter

        async def check() -> str:
            await adapter.check(await self._clients.open(need, actor, conversation, "check"))
            return ""

        return await _checked(adapter.name, adapter.title, check)


async def _checked(name: str, title: str, check: Callable[[], Awaitable[str]]) -> Check:
    began = time.perf_counter()
    try:
        async with asyncio.timeout(_TIMEOUT):
            said = await check()
    except NeedsConnection:
        return Check(name, title, "not connected", "")
    except (Refused, Unknown) as error:
        return Check(name, title, "refused", str(error))
    except (Unavailable, TimeoutError, StorageError) as error:
        return Check(name, title, "unavailable", str(error))
    return Check(name, title, "ok", said or f"{(time.perf_counter() - began) * 1000:.0f} ms")
