"""The four errors of the house. Each is named after what happens next, and its text is written for the person."""


class NeedsConnection(Exception):
    """The person has no working connection to this service. Next: they are offered to connect."""

    def __init__(self, service: str, text: str = "") -> None:
        super().__init__(text or f"{service} is not connected yet.")
        self.service = service


class Unavailable(Exception):
    """The service can't answer now. Next: the worker tries again, after `retry_after` seconds if the service named a time.

    `acted`: the service may have done what it was asked, for an answer was lost. Trying again does no harm then.
    """

    def __init__(self, text: str, retry_after: float | None = None, acted: bool = False) -> None:
        super().__init__(text)
        self.retry_after = retry_after
        self.acted = acted


class Refused(Exception):
    """The service understood and said no. Next: the person is told why.

    `acted`: it has done what it was asked nevertheless, but what it answered is of no use.
    """

    def __init__(self, text: str, acted: bool = False) -> None:
        super().__init__(text)
        self.acted = acted


class Unknown(Exception):
    """A write may or may not have happened. Next: it is looked up by its idempotency key; never a blind second try."""


OURS = (NeedsConnection, Unavailable, Refused, Unknown)


def ours_in(error: BaseException) -> Exception | None:
    """The error of the house that an SDK has wrapped in one of its own, or None."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, OURS):
            return seen
        seen = seen.__cause__ or seen.__context__
    return None
