"""The bot on each database, and where much was done long ago."""

from collections.abc import Sequence

from bench.subjects import FULL_POSTGRES, FULL_SQLITE, ON_DATABASES, ON_POSTGRES, ON_SQLITE
from bench.table import Round, figures, heading, ratios

KIND = "command"
_COLUMNS = {
    f"{KIND} ack_p50": "ack p50 ms",
    f"{KIND} ack_p99": "ack p99 ms",
    f"{KIND} reply_p50": "reply p50 ms",
    f"{KIND} cpu": "CPU ms",
    f"{KIND} server": "server's CPU ms",
    f"{KIND} rate": "saturates at, 1/s",
}
_COMPARED = ((ON_POSTGRES, ON_SQLITE), (FULL_SQLITE, ON_SQLITE), (FULL_POSTGRES, ON_POSTGRES))


def databases(rounds: Sequence[Round]) -> str:
    """Markdown."""
    names = list(_COLUMNS)
    lines = heading(["Slack: slash command, on", *_COLUMNS.values()])
    lines += [figures(each, names, rounds) for each in ON_DATABASES]
    return "\n".join([*lines, *(ratios(one, other, names, rounds) for one, other in _COMPARED)])
