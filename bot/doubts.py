"""Writes of which nobody knows yet whether they happened."""

from adapters.errors import Unavailable, Unknown


class Sought(Unavailable):
    """It may have happened: the next attempt looks for it."""

    def __init__(self, error: Exception, retry_after: float | None) -> None:
        super().__init__(str(error), retry_after, acted=True)


class Unsettled(Unknown):
    """Not even looking could tell. `effect` is the id under which the write is kept."""

    def __init__(self, error: Exception, effect: str) -> None:
        super().__init__(str(error))
        self.effect = effect
