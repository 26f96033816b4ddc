"""What two processes that share PostgreSQL reach beside one."""

from collections.abc import Sequence
from statistics import median

from bench.databases import KIND
from bench.subjects import HALF_A_CORE, HALF_A_CORE_EACH, ON_POSTGRES, SIDE_BY_SIDE, TWO_PROCESSES
from bench.table import Round, figures, heading, ratios

_COLUMNS = {
    f"{KIND} rate": "saturates at, 1/s",
    f"{KIND} cpu": "CPU ms",
    f"{KIND} server": "server's CPU ms",
    f"{KIND} load": "load's CPU ms",
    f"{KIND} own_cores": "cores it took",
    f"{KIND} all_cores": "cores all took",
}


def scaling(rounds: Sequence[Round]) -> str:
    """Markdown."""
    names = list(_COLUMNS)
    lines = heading(["Slack: slash command, on", *_COLUMNS.values()])
    lines += [figures(each, names, rounds) for each in (ON_POSTGRES, *SIDE_BY_SIDE)]
    lines += [ratios(TWO_PROCESSES, ON_POSTGRES, names, rounds), ratios(HALF_A_CORE_EACH, HALF_A_CORE, names, rounds)]
    return "\n".join([*lines, "", _alone(rounds)])


def _alone(rounds: Sequence[Round]) -> str:
    """What two would reach where neither the load nor PostgreSQL takes from their cores: it is CPU that they run out of."""
    name = f"{KIND} cpu"
    ratio = median(2 * each[ON_POSTGRES.name].figures[name] / each[TWO_PROCESSES.name].figures[name] for each in rounds)
    return f"By the CPU that a command takes, two processes with a core each would reach {ratio:.2f}x what one does."
