"""The present, as something that is passed in."""

import time
from datetime import UTC, datetime


class Clock:
    """The system's clock. Tests bring their own."""

    def time(self) -> float:
        """Seconds since the epoch."""
        return time.time()

    def now(self) -> datetime:
        """The present, aware, in UTC."""
        return datetime.fromtimestamp(self.time(), UTC)
