"""Where the audit's chain ends, told to the log every day: there it stands outside of the database that could be changed."""

import logging

from storage.audit import Audit

_LOG = logging.getLogger(__name__)
_DAY = 86400.0  # seconds


class Heads:
    """`interact audit verify --head HASH` tells whether the chain still holds what was told."""

    def __init__(self, audit: Audit) -> None:
        self._audit = audit
        self._told = -1.0  # days since the epoch

    async def tell(self, now: float) -> int:
        """Once a day, and at the start, where there is one; says how often. Raises StorageError."""
        day = now // _DAY
        if day == self._told:
            return 0
        head = await self._audit.head()
        if not head.number:  # there is nothing yet
            return 0
        _LOG.info("the audit ends with number %d, %s", head.number, head.hash)
        self._told = day
        return 1
