"""An answer that is written while it comes: of each reply only what is new."""

from collections.abc import Callable
from dataclasses import replace

from bot.terminal.plain import set_in
from bot.text import clean
from commands.reply import Reply


def streams(reply: Reply) -> bool:
    """Whether more of it follows, and what there is can be written already."""
    return reply.partial and bool(reply.prose)


class Stream:
    """Its Markdown is written as it is: what it means is known only at its end, and what is written stands."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._written = ""

    @property
    def begun(self) -> bool:
        return bool(self._written)

    def show(self, reply: Reply) -> None:
        """Writes what is new. What does not go on where the last reply ended begins anew, below it."""
        told = "\n".join(filter(None, (clean(reply.text).strip(), set_in(clean(reply.prose)))))
        if not told.startswith(self._written):
            self.close()
        if new := told[len(self._written) :]:
            self._write(new)
        self._written = told

    def end(self, reply: Reply) -> Reply:
        """Writes what is new in the last reply, and gives back what of it is still to be shown."""
        if not reply.prose:
            self.close()
            return reply
        self.show(reply)
        self.close()
        return replace(reply, text="", prose="")

    def close(self) -> None:
        """Whatever is written next begins a line."""
        if self._written and not self._written.endswith("\n"):
            self._write("\n")
        self._written = ""
