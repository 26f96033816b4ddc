"""A conversation in which a model is asked: what was said there, what hangs on it, and what may not be read."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from adapters.errors import Refused
from commands.talk import Attached, Said, Talk

BEGAN = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


class Chatter:
    """`files` are by name what hangs on messages; `fetched` are the names of those that were asked for."""

    def __init__(self) -> None:
        self.said: list[Said] = []
        self.elsewhere: list[Said] = []
        self.files: dict[str, bytes] = {}
        self.fetched: list[str] = []
        self.refuses = ""  # why it may not be read
        self.since: list[datetime] = []
        self.in_thread = True

    def says(self, author: str, text: str, *attached: Attached, own: bool = False) -> Said:
        at = BEGAN + timedelta(minutes=len(self.said))
        said = Said(f"m{len(self.said)}", author, at, text, attached=attached, own=own)
        self.said.append(said)
        return said

    def file(self, name: str, mime: str, content: bytes, size: int | None = None) -> Attached:
        """`size` is what the platform tells, 0 where it tells nothing."""
        self.files[name] = content
        return Attached(name, mime, len(content) if size is None else size, name)

    def talk(self, asking: Said | None = None) -> Talk:
        async def asked() -> Said | None:
            return asking

        return Talk(self.in_thread, self._thread, self._since, self._message, asked, self._fetch)

    async def _thread(self) -> list[Said]:
        return list(self._read())

    async def _since(self, moment: datetime) -> list[Said]:
        self.since.append(moment)
        return [each for each in self._read() if each.at >= moment]

    async def _message(self, id: str) -> Said:
        return next(each for each in (*self.said, *self.elsewhere) if each.id == id)

    async def _fetch(self, attached: Attached) -> bytes:
        if attached.ref not in self.files:
            raise Refused(f"“{attached.name}” was deleted.")
        self.fetched.append(attached.name)
        return self.files[attached.ref]

    def _read(self) -> Sequence[Said]:
        if self.refuses:
            raise Refused(self.refuses)
        return self.said
