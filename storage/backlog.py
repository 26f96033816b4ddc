"""What the event loop has asked of the writer, until it is written."""

from storage.operations import Conclude, Intend, Operation, Probe, Put
from storage.statements import Arrival


class Backlog:
    """Belongs to the writer's thread."""

    def __init__(self) -> None:
        self.puts: list[Put] = []
        self.probes: list[Probe] = []
        self.intents: list[Intend] = []
        self.conclusions: list[Conclude] = []
        self.repeats: list[Arrival] = []  # of what was put in: the audit is to note that they came again

    def __bool__(self) -> bool:
        return bool(self.puts or self.probes or self.intents or self.conclusions or self.repeats)

    def add(self, operation: Operation | None) -> None:
        match operation:
            case Put():
                self.puts.append(operation)
            case Probe():
                self.probes.append(operation)
            case Intend():
                self.intents.append(operation)
            case Conclude():
                self.conclusions.append(operation)

    def first(self) -> "Backlog":
        """What somebody waits for to acknowledge, alone. It is the same that is here: cleared there, it is cleared here."""
        first = Backlog()
        first.puts, first.probes = self.puts, self.probes
        return first

    def clear(self) -> None:
        for asked in (self.puts, self.probes, self.intents, self.conclusions, self.repeats):
            asked.clear()

    def try_again(self) -> list[Probe]:
        """After a failure: probes are given up, and puts whose callers were refused meanwhile; the rest stays.

        What was to be committed may have been, so the next try looks for what it left.
        """
        self.puts = [put for put in self.puts if not put.done.done()]
        kept: list[Put | Intend | Conclude] = [*self.puts, *self.intents, *self.conclusions]
        for operation in kept:
            operation.tries += 1
        probes, self.probes = self.probes, []
        return probes

    def give_up(self) -> list[Operation]:
        """Empties it. Deliveries that were to be concluded come back when their leases run out."""
        given_up: list[Operation] = [*self.puts, *self.probes, *self.intents, *self.conclusions]
        self.clear()
        return given_up
