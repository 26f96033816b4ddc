"""Somebody who uses Notion's commands: as typed and as pressed, in a channel with its default and its talk."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from commands import notion
from commands.preferences import Chosen, Preferences
from commands.talk import Attached, Said, Talk
from tests.adapters.notion.stage import Stage
from tests.commands.asker import Asker, commands_of

COMMANDS = commands_of(notion)


class Channel:
    """What has been chosen and said there. Of `said`, all is one thread; `asking` is the message that asks."""

    def __init__(self) -> None:
        self.chosen: dict[str, str] = {}
        self.said: list[Said] = []
        self.elsewhere: list[Said] = []
        self.asking: Said | None = None
        self.in_thread = True

    def says(self, author: str, text: str, *files: str) -> Said:
        at = datetime(2026, 11, 23, 7, 30, tzinfo=UTC) + timedelta(minutes=len(self.said))
        attached = tuple(Attached(name, "application/pdf", 10, "F1") for name in files)
        said = Said(f"m{len(self.said)}", author, at, text, f"https://chat.test/p{len(self.said)}", attached)
        self.said.append(said)
        return said

    @property
    def preferences(self) -> Preferences:
        return Preferences(here=Chosen(self._get, self._put), mine=Chosen(self._get, self._put))

    @property
    def talk(self) -> Talk:
        return Talk(self.in_thread, self._thread, self._since, self._message, self._asking, self._fetch)

    async def _get(self, name: str) -> str:
        return self.chosen.get(name, "")

    async def _put(self, name: str, value: str) -> None:
        self.chosen = (
            {**self.chosen, name: value} if value else {each: self.chosen[each] for each in self.chosen if each != name}
        )

    async def _thread(self) -> list[Said]:
        return list(self.said)

    async def _since(self, moment: datetime) -> list[Said]:
        return [each for each in self.said if each.at >= moment]

    async def _message(self, id: str) -> Said:
        return next(each for each in (*self.said, *self.elsewhere) if each.id == id)

    async def _asking(self) -> Said | None:
        return self.asking

    async def _fetch(self, attached: Attached) -> bytes:
        raise NotImplementedError


class Person(Asker):
    """Ana in Berlin, on Monday 23 November 2026 at 09:05."""

    commands = COMMANDS

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        self.stage = stage
        self.channel = Channel()

    @property
    def now(self) -> datetime:
        return self.stage.open().now

    def given(self, call: str, again: bool) -> Mapping[str, object]:
        client = self.stage.open(call=call, again=again)
        return {"notion": client, "preferences": self.channel.preferences, "talk": self.channel.talk}
