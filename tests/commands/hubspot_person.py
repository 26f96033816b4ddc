"""Ana, who types HubSpot's commands, and the stand-in that answers them over HTTP."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from adapters.base import Access, Secret, Service
from adapters.errors import Refused
from adapters.http import Http, pooled_session
from adapters.hubspot import ADAPTER
from adapters.hubspot.client import HubSpot
from adapters.hubspot.sandbox import HubSpotSandbox
from commands import hubspot
from commands.talk import Said, Talk
from tests.adapters.servers import serving
from tests.adapters.switched_on import MONDAY, Played
from tests.commands.asker import Asker, commands_of

BERLIN = ZoneInfo("Europe/Berlin")
COMMANDS = commands_of(hubspot)


@dataclass
class Thread:
    """What was said where Ana asks."""

    said: list[Said] = field(default_factory=list)
    asking: Said | None = None

    def talk(self) -> Talk:
        return Talk(bool(self.said), self._thread, self._since, self._message, self._asking, self._fetch)

    async def _thread(self) -> list[Said]:
        return self.said

    async def _asking(self) -> Said | None:
        return self.asking

    async def _message(self, id: str) -> Said:
        if id != "m-7":
            raise Refused("There is no such message here.")
        return Said("m-7", "Tom", MONDAY, "They want **two** years.", "https://acme.slack.test/m-7")

    async def _since(self, moment: datetime) -> list[Said]:
        raise AssertionError("nobody asked for that")

    async def _fetch(self, attached: object) -> bytes:
        raise AssertionError("nobody asked for that")


class Person(Played, Asker):
    """Ana in Berlin, on Monday 23 November 2026 at 09:05."""

    commands = COMMANDS
    sandbox: HubSpotSandbox
    now = MONDAY.astimezone(BERLIN)

    def __init__(self, sandbox: HubSpotSandbox, service: Service) -> None:
        super().__init__()
        self.sandbox = sandbox
        self.service = service
        self.thread = Thread()
        self._token = sandbox.grant("ana@acme.test")

    def open(self, call: str = "call-0", again: bool = False) -> HubSpot:
        client = self.service.open(Access(call, Secret(self._token), BERLIN, lambda: MONDAY, "T1", again, MONDAY))
        assert isinstance(client, HubSpot)
        return client

    def given(self, call: str, again: bool) -> Mapping[str, object]:
        return {"hubspot": self.open(call, again), "talk": self.thread.talk()}

    @property
    def state(self) -> Any:
        """All that she can see in HubSpot."""
        return self.sandbox.state("ana@acme.test")

    @property
    def changes(self) -> int:
        return self.sandbox.changes("ana@acme.test")


def said(id: str, author: str, text: str, minutes: int = 0, own: bool = False) -> Said:
    return Said(id, author, MONDAY + timedelta(minutes=minutes), text, f"https://acme.slack.test/{id}", own=own)


@asynccontextmanager
async def staged() -> AsyncIterator[Person]:
    """Waiting before another attempt takes no time."""
    sandbox = HubSpotSandbox(lambda: MONDAY)
    async with serving(sandbox.app) as address, pooled_session() as session:
        url = f"{address}/"
        yield Person(sandbox, Service(ADAPTER, url, Http(session, sleep=_at_once), HubSpot.load(url)))


async def _at_once(seconds: float) -> None:
    pass
