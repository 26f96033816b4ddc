"""The fault list: what can go wrong with processes, storage and what comes in, and what there is to say of how it is tried."""

from typing import NamedTuple


class Fault(NamedTuple):
    """`note` says what its figures don't."""

    id: str
    what: str
    note: str = ""


FAULTS = (
    Fault("A1", "kill -9 before the inbox commits"),
    Fault("A2", "kill -9 between the commit and the 200"),
    Fault("A3", "kill -9 after the acknowledgement", "at each named place, and at random moments"),
    Fault("A4", "kill -9 during a read at a service"),
    Fault("A5", "kill -9 after a write at a service"),
    Fault("A6", "kill -9 after a message was sent", "while a service has its request, and at random moments"),
    Fault("A7", "kill -9 inside each fsync", "by strace"),
    Fault("A8", "SIGTERM under load", "each process ended with exit code 0"),
    Fault("A9", "SIGTERM, then SIGKILL within a second"),
    Fault("A10", "SIGSTOP for longer than the lease"),
    Fault("A11", "rolling deploy of two versions", "the newer one is this one with two steps more of the schema"),
    Fault("A12", "a migration killed, run twice, run by two"),
    Fault("A13", "downgrade", "works beside what only grew, is refused by what shrank"),
    Fault("A14", "out of memory during a 10 MiB reply", "by a memory cgroup; the bot takes 8 MiB of an answer at most"),
    Fault("B1", "SQLite locked by another"),
    Fault("B2", "disk full", "on a small disk of its own, for both databases"),
    Fault("B3", "no writes to the disk", "by strace (EROFS): a disk with open files can't be made read-only here"),
    Fault("B4", "fsync fails (EIO)", "by strace, for both databases"),
    Fault("B5", "a bit of the write-ahead log turned", "what was written after it is gone, so that an answer may come again"),
    Fault("B6", "an old backup put in place"),
    Fault("B7", "PostgreSQL restarted", "and in the soak every 5 to 40 s"),
    Fault("B8", "PostgreSQL killed or stopped in mid-commit", "and tests/storage/test_unknown.py"),
    Fault("B9", "no connections, timeouts, deadlocks", "and tests/storage/test_unknown.py, test_patience.py"),
    Fault("B10", "a server that takes no writes", "by `default_transaction_read_only`: there is no standby here"),
    Fault("B11", "packets between bot and PostgreSQL lost", "for 90 s, by iptables on loopback"),
    Fault(
        "B12",
        "a million old rows, 100,000 connected accounts",
        "with the rows a p99 of 41 ms beside 37; at a steady 50 a second 8 beside 3: more than twice (bench/README.md)",
    ),
    Fault("E1", "the same event four times at once to two processes"),
    Fault("E2", "out of order", "answered in the order in which it comes; of two clicks, tests/bot/test_done_once.py"),
    Fault("E3", "an event that comes much too late", "one that waited here, and one that Slack or Teams has kept for a day"),
    Fault("E4", "mutants of signatures", "401 for each; 401 or 403 for a good token of another service or tenant"),
    Fault("E5", "bodies too large, framings, packed requests"),
    Fault("E6", "JSON deep, doubled, out of range; fields missing"),
    Fault("E7", "text of all kinds: NUL, lone surrogates", "on every road that carries text; a button carries none"),
    Fault("E8", "markup in what people say", "of what services say, tests/bot/test_renderers.py"),
    Fault("E9", "bombs in shared files", "512 MB unpacked, shown to a stand-in model: read as text or refused, none is opened"),
    Fault("E10", "slow clients", "and tests/bot/test_receiving.py, tests/acceptance/test_slow_clients.py"),
    Fault("E11", "a burst", "five times 30,000 an hour, for 5 minutes"),
    Fault("E12", "one tenant floods", "with a backlog; thousands in one instant hold all up until they are acknowledged"),
    Fault("E13", "one platform can't be reached", "of services, see the 5 % of faults"),
    Fault("E14", "a response_url has run out when the answer is ready", "Teams gives none"),
    Fault("E15", "health endpoints during each case", "the column `green`; `wrong` counts what they say wrongly, or hang over"),
)
_IN_A_COLUMN = {"E15"}


def ids(case: str) -> set[str]:
    """Of the faults that a case is a figure for: "A3, A6: …"."""
    return set(case.partition(":")[0].split(", "))


def tried(fault: Fault, cases: set[str]) -> str:
    """Where its figure is, and what there is to say of it."""
    is_measured = fault.id in _IN_A_COLUMN or any(fault.id in ids(case) for case in cases)
    return "; ".join(filter(None, ("above" if is_measured else "**not in this run**", fault.note)))
