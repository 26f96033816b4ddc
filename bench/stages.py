"""What each stage of the road costs: from the request to what is noted of its answer."""

from collections.abc import Sequence

from bench.profiling import Profile
from bench.table import heading, number, row

# In the order of the road, each with the functions that are it: file and name. None of them calls another.
MAIN = (
    ("verify", [("bot/slack/verify.py", "verify")]),
    ("read", [("bot/slack/envelope.py", "read")]),
    ("put", [("bot/leaked.py", "dumped"), ("storage/inbox.py", "put")]),
    ("hear", [("bot/hearing.py", "hear")]),
    ("parse", [("bot/dispatch.py", "read")]),
    ("judge", [("bot/rules.py", "judge")]),
    ("run", [("commands/command.py", "run")]),
    ("render", [("bot/slack/slack.py", "render")]),
    ("note", [("bot/entry.py", "entries_of")]),
    ("intend", [("storage/inbox.py", "intend")]),
    ("post", [("bot/progress.py", "deliver")]),
    ("finish", [("storage/inbox.py", "finish")]),
)
WRITER = (
    ("put", [("storage/statements.py", "insert")]),
    ("claim", [("storage/statements.py", "claim")]),
    ("intend", [("storage/statements.py", "intend"), ("storage/statements.py", "offer")]),
    ("note", [("storage/statements.py", "record")]),
    ("finish", [("storage/statements.py", "conclude")]),
)
_NEITHER = "HTTP, the event loop, tasks, logs and metrics; transactions and waking"


def stages(main: Profile, writer: Profile) -> str:
    """Markdown: microseconds of a command by stage, in the main thread and in that of the inbox's writer."""
    in_main, in_writer = {name: main.of(them) for name, them in MAIN}, {name: writer.of(them) for name, them in WRITER}
    lines = heading(["Slack: slash command, stage", "main thread µs", "writer µs"])
    for name in (*in_main, *(each for each in in_writer if each not in in_main)):
        lines.append(_row(name, in_main.get(name, 0.0), in_writer.get(name, 0.0)))
    lines.append(_row(_NEITHER, main.each - sum(in_main.values()), writer.each - sum(in_writer.values())))
    return "\n".join([*lines, _row("all", main.each, writer.each)])


def missing(main: Profile, writer: Profile) -> Sequence[str]:
    """Stages that were not seen: functions that have another name by now."""
    return [name for profile, road in ((main, MAIN), (writer, WRITER)) for name, them in road if not profile.saw(them)]


def _row(name: str, main: float, writer: float) -> str:
    return row([name, number(main), number(writer) if writer else ""])
