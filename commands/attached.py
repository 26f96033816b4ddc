"""What hangs on a message, as a model is told it."""

from dataclasses import dataclass

from adapters.chat import LARGEST, Document
from adapters.errors import Refused
from commands.talk import Attached, Said, Talk

_LONGEST = 200_000  # bytes of a text that is told as such
_TEXTS = ("text/", "application/json", "application/xml", "application/yaml")


@dataclass(frozen=True)
class Documents:
    """Pictures and documents; beside them what is plain text, as text; and what people are to know of what is not there."""

    files: tuple[Document, ...] = ()
    texts: str = ""
    notes: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.files or self.texts)


async def documents(talk: Talk, said: Said | None) -> Documents:
    """What hangs on this message. Raises Refused, Unavailable."""
    files: list[Document] = []
    texts: list[str] = []
    notes: list[str] = []
    room = LARGEST
    for attached in said.attached if said else ():
        content = await _fetched(talk, attached, room)
        room -= len(content)
        if not attached.mime.startswith(_TEXTS):
            files.append(Document(attached.name, attached.mime, content))
            continue
        texts.append(f"{attached.name}:\n{content[:_LONGEST].decode(errors='replace')}")
        if len(content) > _LONGEST:
            notes.append(f"“{attached.name}” is long: I read its first {_LONGEST // 1000} KB.")
    return Documents(tuple(files), "\n\n".join(texts), tuple(notes))


async def once_more(talk: Talk, said: Said | None) -> Documents:
    """What hangs on a message that was answered before; nothing, and a note, where it can't be had any more.

    Raises Unavailable.
    """
    try:
        return await documents(talk, said)
    except Refused as error:
        return Documents(notes=(f"I answered without the file from before. {error}",))


async def _fetched(talk: Talk, attached: Attached, room: int) -> bytes:
    """Not all platforms tell how large it is."""
    if attached.size <= room:
        content = await talk.fetch(attached)
        if len(content) <= room:
            return content
    most = LARGEST // 1_000_000
    raise Refused(f"“{attached.name}” is too large for me to read: all that is attached may have {most} MB together.")
