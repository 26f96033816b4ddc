"""`python -m bench`: see README.md."""

import random
import sys
import time
from datetime import UTC, datetime

import click

from bench import readme
from bench.footprint import footprints
from bench.machine import machine
from bench.measure import Effort, measure
from bench.platforms import BY_KIND
from bench.profiling import profile
from bench.subjects import SUBJECTS
from bench.table import Round, problems, table

_QUICK = Effort(steady=75, saturating=1000)


@click.group(invoke_without_command=True)
@click.option("--rounds", default=4, show_default=True, help="How often each subject is measured.")
@click.option("--seconds", default=5.0, show_default=True, help="How long each steady phase takes.")
@click.option("--quick", is_flag=True, help="One short round, for a first impression; README.md stays as it is.")
@click.option("--seed", default=0, show_default=True, help="Shuffles the order within each round.")
@click.pass_context
def main(context: click.Context, rounds: int, seconds: float, quick: bool, seed: int) -> None:
    """Measures the bot against a floor and against the platforms' own frameworks, in one interleaved run."""
    if context.invoked_subcommand:
        return
    on = machine()
    effort = _QUICK if quick else Effort(steady=int(50 * seconds), saturating=4000)
    done = [_round(number, effort, random.Random(f"{seed} {number}")) for number in range(1 if quick else rounds)]
    of = "one short round" if quick else f"medians of {rounds} rounds"
    text = f"{datetime.now(UTC):%Y-%m-%d}, {of}; {on}.\n\n{table(SUBJECTS, done)}"
    click.echo(f"\n{text}")
    if wrong := problems(done):
        sys.exit("WRONG, so README.md stays as it is: " + "; ".join(wrong))
    if not quick:
        readme.keep(text)


def _round(number: int, effort: Effort, order: random.Random) -> Round:
    measured = {}
    for subject in order.sample(SUBJECTS, len(SUBJECTS)):
        began = time.monotonic()
        measured[subject.name] = measure(subject, effort)
        click.echo(f"round {number + 1}: {subject.name}, {time.monotonic() - began:.0f} s", err=True)
    return measured


@main.command("profile")
@click.argument("kind", type=click.Choice(list(BY_KIND)))
@click.option("--number", default=3000, show_default=True, help="How many requests are profiled.")
def profiled(kind: str, number: int) -> None:
    """Says where the microseconds go in the bot: those of a command or an event in Slack, or of a message in Teams."""
    click.echo(profile(kind, number))


@main.command()
@click.option("--times", default=5, show_default=True, help="How often the bot is started either way.")
def footprint(times: int) -> None:
    """Says what it costs in memory and at the start to have Teams switched on."""
    on = machine()
    click.echo(f"\n{datetime.now(UTC):%Y-%m-%d}, medians of {times} starts; {on}.\n\n{footprints(times)}")


if __name__ == "__main__":
    main()
