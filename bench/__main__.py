"""`python -m bench`: see README.md."""

import os
import sys
from datetime import UTC, datetime

import click

from bench import readme
from bench.footprint import footprints
from bench.machine import machine
from bench.measure import QUICK, Effort
from bench.platforms import BY_KIND
from bench.profiling import profile
from bench.whole import run


@click.group(invoke_without_command=True)
@click.option("--rounds", default=3, show_default=True, help="How often each subject is measured.")
@click.option("--seconds", default=5.0, show_default=True, help="How long each steady phase takes.")
@click.option("--quick", is_flag=True, help="One short round, for a first impression; README.md stays as it is.")
@click.option("--seed", default=0, show_default=True, help="Shuffles the order within each round.")
@click.pass_context
def main(context: click.Context, rounds: int, seconds: float, quick: bool, seed: int) -> None:
    """Measures the bot against a floor and against the platforms' own frameworks, on each database, and as it grows."""
    if context.invoked_subcommand:
        return
    on = machine()
    effort = QUICK if quick else Effort(steady=int(50 * seconds), saturating=1500)
    of = "one short round" if quick else f"medians of {rounds} rounds"
    found = run(effort, 1 if quick else rounds, seed)
    after = os.getloadavg()[0]
    text = f"{datetime.now(UTC):%Y-%m-%d}, {of}; {on}; load {after:.1f} after, the bench's own with it.\n\n{found.text}"
    click.echo(f"\n{text}")
    if found.problems:
        sys.exit("WRONG, so README.md stays as it is: " + "; ".join(found.problems))
    if not quick:
        readme.keep(text)


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
