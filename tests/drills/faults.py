"""The fault list: what can go wrong with processes, storage and what comes in, and where each of it is tried."""

from typing import NamedTuple


class Fault(NamedTuple):
    id: str
    what: str
    where: str


FAULTS = (
    Fault("A1", "kill -9 before the inbox commits", "above: at each named place"),
    Fault("A2", "kill -9 between the commit and the 200", "above: at each named place"),
    Fault("A3", "kill -9 after the acknowledgement", "above: at each named place, and at random moments"),
    Fault("A4", "kill -9 during a read at a service", "above: while a service has its request"),
    Fault("A5", "kill -9 after a write at a service", "above: while a service has its request"),
    Fault("A6", "kill -9 after a message was sent", "above: while a service has its request, and at random moments"),
    Fault("A7", "kill -9 inside each fsync", "above, by strace"),
    Fault("A8", "SIGTERM under load", "above; each process ended with exit code 0"),
    Fault("A9", "SIGTERM, then SIGKILL within a second", "above"),
    Fault("A10", "SIGSTOP for longer than the lease", "above"),
    Fault("A11", "rolling deploy of two versions", "tests/storage/test_rolling.py: the storage alone, without people"),
    Fault("A12", "a migration killed, run twice, run by two", "tests/storage/test_rolling.py, test_migrations.py"),
    Fault("A13", "downgrade", "tests/storage/test_rolling.py: works beside what only grew, is refused by what shrank"),
    Fault("A14", "out of memory during a 10 MiB reply", "not tried: no reply is that long; what is left is a kill -9"),
    Fault("B1", "SQLite locked by another", "above"),
    Fault("B2", "disk full", "above, on a small disk of its own, for both databases"),
    Fault("B3", "no writes to the disk", "above, by strace (EROFS): a disk with open files can't be made read-only here"),
    Fault("B4", "fsync fails (EIO)", "above, by strace, for both databases"),
    Fault("B5", "a bit of the write-ahead log turned", "above"),
    Fault("B6", "an old backup put in place", "above"),
    Fault("B7", "PostgreSQL restarted", "above, and in the soak every 5 to 40 s"),
    Fault("B8", "PostgreSQL killed or stopped in mid-commit", "above; tests/storage/test_unknown.py"),
    Fault("B9", "no connections, timeouts, deadlocks", "above; tests/storage/test_unknown.py, test_patience.py"),
    Fault("B10", "a server that takes no writes", "above, by `default_transaction_read_only`: there is no standby here"),
    Fault("B11", "packets between bot and PostgreSQL lost", "above, for 90 s, by iptables on loopback"),
    Fault("B12", "a million old rows", "bench/README.md"),
    Fault("E1", "the same event four times at once to two processes", "above"),
    Fault("E2", "out of order", "above: `wrong` counts it in each case"),
    Fault("E3", "an event that comes much too late", "tests/bot/test_answering.py"),
    Fault("E4", "mutants of signatures", "tests/bot/slack/test_verify.py, tests/bot/teams/test_auth.py"),
    Fault("E5", "bodies too large, framings, packed requests", "tests/bot/test_receiving.py"),
    Fault("E6", "JSON deep, doubled, out of range; fields missing", "tests/bot/slack/test_envelope.py, teams/test_envelope.py"),
    Fault("E7", "text of all kinds: NUL, lone surrogates", "tests/storage/test_text.py, tests/bot/test_renderers.py"),
    Fault("E8", "markup in what people say", "above; of what services say, tests/bot/test_renderers.py"),
    Fault("E9", "bombs in shared files", "adapters/http.py caps what is fetched, and it is read as text; nothing is unpacked"),
    Fault("E10", "slow clients", "above; tests/bot/test_receiving.py, tests/acceptance/test_slow_clients.py"),
    Fault("E11", "a burst", "above, with E12: thousands of questions at once"),
    Fault("E12", "one tenant floods", "above"),
    Fault("E13", "one platform can't be reached", "above; of services, see the 5 % of faults"),
    Fault("E14", "a response_url has run out when the answer is ready", "tests/bot/slack/test_settle.py"),
    Fault("E15", "health endpoints during each case", "above: not ready on a full disk; tests/bot/test_health.py"),
)
