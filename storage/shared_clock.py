"""One time for all processes: that of the server they share."""

from collections.abc import Callable

SERVER_TIME = "SELECT CAST(extract(epoch FROM clock_timestamp()) AS DOUBLE PRECISION)"  # PostgreSQL's
_SLOWEST = 1.0  # seconds that the server may take to tell its time: what took longer tells too little


class SharedClock:
    """Seconds since the epoch, as PostgreSQL's server has them: leases hold whatever the clocks of the processes say.

    `now` is this process's own time. Until the server has told its time it is the one that counts; with SQLite, or where it
    does not follow the server, it always is.
    """

    def __init__(self, now: Callable[[], float], follows: bool = True) -> None:
        self.follows = follows
        self._now = now
        self._offset = 0.0
        self.is_set = not follows  # leases are not to be judged before

    def __call__(self) -> float:
        return self._now() + self._offset

    def shared(self, at: float) -> float:
        """What this process calls `at`, as all call it."""
        return at + self._offset

    def follow_nobody(self) -> None:
        """There is no server: this process's own time counts."""
        self.follows, self.is_set = False, True

    def measure(self, ask: Callable[[], float]) -> bool:
        """`ask` gives the server's time. To be done often: this process's clock may be set anew at any time.

        False: it took so long that this one is left as it was.
        """
        before = self._now()
        theirs = ask()
        after = self._now()
        if not 0 <= after - before <= _SLOWEST:
            return False
        self._offset = theirs - (before + after) / 2
        self.is_set = True
        return True
