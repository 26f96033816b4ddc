"""Several drills in one town, one after the other: starting its processes takes longer than most of them do."""

from collections.abc import Awaitable, Callable, Iterable, Mapping

from tests.drills.town import Town

Drill = Callable[[Town], Awaitable[str]]
"""Does something to the town, and gives the case that its account is noted by."""


async def series(town: Town, drills: Iterable[Drill]) -> Mapping[str, Mapping[str, float]]:
    """What there may be none of, by the case in which there was some: so it should be empty."""
    accounts = [await town.account(await drill(town)) for drill in drills]
    return {account.case: account.faults for account in accounts if account.faults}
