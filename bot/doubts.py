"""Writes of which nobody knows yet whether they happened."""

from adapters.errors import Unavailable, Unknown


class Sought(Unavailable):
    """It could not be looked for yet. `effect` is the id under which the write of `command` is kept."""

    def __init__(self, error: Exception, retry_after: float | None, command: str, effect: str) -> None:
        super().__init__(str(error), retry_after)
        self.command = command
        self.effect = effect


class Unsettled(Unknown):
    """Not even looking could tell. `effect` is the id under which the write is kept."""

    def __init__(self, error: Exception, effect: str) -> None:
        super().__init__(str(error))
        self.effect = effect
