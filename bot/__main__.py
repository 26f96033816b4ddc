"""The `interact` command line; `python -m bot` is the same.

Each command imports what it needs when it is called, so that none pays for the others: the bot does not carry a prompt's
libraries around, and a manifest needs no bot.
"""

import asyncio
import gc
import os
import re
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from datetime import datetime

    from bot.plan import Plan

_OBJECTS = 500_000  # more than are imported: they stay, and to look for garbage among them takes a start a tenth of a second
_Result = TypeVar("_Result")


class _Misconfigured(click.ClickException):
    """Each complaint on a line of its own."""

    exit_code = 2

    def show(self, file: Any = None) -> None:
        click.echo(self.message, err=True)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="interact-bot", prog_name="interact")
def main() -> None:
    """Interact: ask in Slack or at this terminal, and it is done as you."""
    from bot.hardening import harden

    harden()
    gc.set_threshold(_OBJECTS)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal that can't show a sign shows another


@main.command()
def run() -> None:
    """Start the bot; without any credentials, as a sandbox."""
    from bot.starting import starting

    plan = _plan()
    click.echo(starting(plan))

    from bot.run import run  # takes seconds

    sys.exit(run(plan))


@main.command(context_settings={"ignore_unknown_options": True})
@click.option("--plain", is_flag=True, help="No colours, no links: lines of text only.")
@click.argument("words", nargs=-1, required=True, type=click.UNPROCESSED)
def say(words: tuple[str, ...], plain: bool) -> None:
    """Ask once: interact say calendar today. With - the words are read from stdin."""
    from bot.logs import configure
    from bot.terminal.say import say
    from bot.terminal.screen import PlainScreen, Screen
    from bot.terminal.typed import joined

    if plain or not sys.stdout.isatty():
        screen: Screen = PlainScreen(sys.stdout)
    else:
        from bot.terminal.colours import ColourScreen
        from bot.terminal.render import spelled_out

        screen = ColourScreen(sys.stdout, lambda: spelled_out)
    plan = _plan()
    configure("WARNING", "text")
    text = sys.stdin.read() if words == ("-",) else joined(words)
    sys.exit(0 if _wait(say(plan, text, screen)) else 1)


@main.command()
def chat() -> None:
    """Talk with the bot at a prompt."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise click.UsageError("A chat needs a terminal. Elsewhere, use: interact say")
    from platformdirs import user_data_path

    from bot.logs import configure
    from bot.terminal.chat import chat

    plan = _plan()
    configure("WARNING", "text")
    _wait(chat(plan, user_data_path("interact")))


@main.command()
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def check(as_json: bool) -> None:
    """Test every setting and credential, and say what to do."""
    from bot.check import check, report
    from bot.finding import Finding
    from bot.logs import configure

    configure("ERROR", "text")
    try:
        findings = _wait(check(_plan()))
    except _Misconfigured as error:
        findings = [Finding("Settings", "wrong", line) for line in error.message.splitlines()]
    click.echo(report(findings, as_json))
    sys.exit(1 if any(finding.state == "wrong" for finding in findings) else 0)


@main.command(context_settings={"ignore_unknown_options": True})
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("preview.html"),
    show_default=True,
    help="Where to write it.",
)
@click.argument("words", nargs=-1, required=True, type=click.UNPROCESSED)
def preview(words: tuple[str, ...], out: Path) -> None:
    """Draw answers as Slack and Teams show them. Each argument is asked by itself, and done: "calendar week" help."""
    from bot.logs import configure
    from bot.preview import ask, draw

    plan = _plan()
    configure("WARNING", "text")
    html = draw(_wait(ask(plan, words)))
    try:
        out.write_text(html, "utf-8", errors="replace")
    except OSError as error:
        raise click.BadParameter(f"{error.strerror}: {out}", param_hint="--out") from None
    click.echo(out)


@main.group()
def manifest() -> None:
    """Make a platform's view of the bot."""


@manifest.command()
@click.option("--url", help="The bot's public https:// address. Without it, the app uses Socket Mode.")
def slack(url: str | None) -> None:
    """Print the app manifest to paste at https://api.slack.com/apps."""
    from bot.slack.manifest import manifest, to_yaml
    from commands import SUBJECTS
    from commands.catalog import subjects

    try:
        click.echo(to_yaml(manifest(subjects(SUBJECTS), url)), nl=False)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--url") from None


@manifest.command()
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("interact-teams.zip"),
    show_default=True,
    help="Where to write it.",
)
@click.option("--app-id", help="The bot's Microsoft App ID.  [default: TEAMS_APP_ID]")
@click.option("--url", help="The bot's public https:// address. Without it, the app's links lead to example.com.")
@click.option(
    "--look/--no-look",
    default=True,
    show_default=True,
    help="Ask for the right to read messages, to look after a crash whether an answer was sent. "
    "Teams then tells the bot of every message where it is; without it, an answer may come twice after a crash.",
)
def teams(out: Path, app_id: str | None, url: str | None, look: bool) -> None:
    """Write the app package to upload in Teams."""
    from importlib.metadata import version

    from bot.teams.manifest import manifest
    from bot.teams.package import package
    from commands import SUBJECTS
    from commands.catalog import subjects

    if not (app_id := app_id or _teams_app_id()):
        raise click.UsageError("Set TEAMS_APP_ID, or give --app-id: in Azure, Azure Bot > Configuration > Microsoft App ID.")
    try:
        out.write_bytes(package(manifest(subjects(SUBJECTS), app_id, url, version("interact-bot"), look)))
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.FileError(str(out), error.strerror) from None
    click.echo(f"Wrote {out}. Upload it in Teams: Apps > Manage your apps > Upload an app.")


@main.group(invoke_without_command=True)
@click.option("--state", type=click.Choice(["ready", "running", "done", "dead"]), help="Those in this state only.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True, help="How many, newest first.")
@click.option("--json", "as_json", is_flag=True, help="For machines; times are seconds since the epoch.")
@click.pass_context
def deliveries(context: click.Context, state: str | None, limit: int, as_json: bool) -> None:
    """List what arrived and what became of it."""
    if context.invoked_subcommand:
        return
    from bot.deliveries import newest, report

    click.echo(report(_wait(newest(_plan().settings.database, state or "", limit)), as_json))


@deliveries.command()
@click.argument("key")
def replay(key: str) -> None:
    """Have one that is dead or done answered again."""
    from bot.deliveries import replay

    if not _wait(replay(_plan().settings.database, key)):
        raise click.ClickException("No delivery with this key is dead or done. See: interact deliveries")
    click.echo("It is ready again. A running bot takes it at once.")


@main.command()
def migrate() -> None:
    """Bring the database's schema up to date, as each start does. Others may be running, or doing the same."""
    from bot.stores import migrate

    click.echo(_wait(migrate(_plan().settings.database)))


@main.group()
def audit() -> None:
    """Look at what was asked and decided, and whether somebody changed it."""


@audit.command("list")
@click.option("--limit", type=click.IntRange(1, 200), default=50, show_default=True, help="How many, newest first.")
@click.option("--json", "as_json", is_flag=True, help="For machines; times are seconds since the epoch.")
def audit_list(limit: int, as_json: bool) -> None:
    """List what was asked and decided, by everybody."""
    from bot.audit import newest, report

    click.echo(report(_wait(newest(_plan().settings.database, limit)), as_json))


@audit.command()
@click.option("--head", default="", metavar="HASH", help="A head that was noted elsewhere earlier: the chain must hold it.")
def verify(head: str) -> None:
    """Tell of every row that was changed, removed, inserted or moved. Fails if there is one."""
    from bot.audit import findings, inspect

    if head and not re.fullmatch("[0-9a-f]{64}", head.strip().lower()):
        raise click.BadParameter("a head has 64 digits, 0 to 9 and a to f: “interact audit verify” tells the one of now.")
    inspected = _wait(inspect(_plan().settings.database, head))
    click.echo(findings(inspected))
    sys.exit(0 if inspected.sound else 1)


@audit.command()
@click.option("--format", type=click.Choice(["csv", "json"]), default="csv", show_default=True, help="As what.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), metavar="DAY", help="From this day on, like 2026-11-23.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), metavar="DAY", help="To the end of this day, in TIMEZONE.")
@click.option("--out", type=click.Path(dir_okay=False), default="-", help="Where to write it.  [default: stdout]")
def export(format: str, since: "datetime | None", until: "datetime | None", out: str) -> None:
    """Write it all to a file, oldest first."""
    from bot.audit import export

    settings = _plan().settings
    os.umask(0o077)  # it tells much of people
    try:
        with click.open_file(out, "wb", atomic=out != "-") as file:
            _wait(export(settings, format, since and since.date(), until and until.date(), file.write))
    except OSError as error:
        if out == "-":
            raise
        raise click.FileError(out, error.strerror) from None


@main.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
def panic(yes: bool) -> None:
    """Take back every connected account at once: none can be used any more, and each is revoked at its service."""
    from bot.logs import configure
    from bot.panic import panic

    plan = _plan()
    if not yes:
        click.confirm("Everybody will have to connect their accounts anew. Go on?", abort=True)
    configure("ERROR", "text")
    report = _wait(panic(plan, click.echo))
    click.echo(report)
    sys.exit(1 if report.left else 0)


@main.group()
def keys() -> None:
    """Look after the keys that seal tokens; the bot may run meanwhile."""


@keys.command("status")
@click.option("--json", "as_json", is_flag=True, help="For machines; times are seconds since the epoch.")
def keys_status(as_json: bool) -> None:
    """Tell which keys there are, who holds them, and how much needs each; ends with 1 where one is missing here."""
    from bot.keys import is_complete, report, status

    plan = _plan()
    found = _wait(status(plan))
    click.echo(report(found, as_json, plan.clock.time(), plan.settings.key_file))
    sys.exit(0 if is_complete(found) else 1)


@keys.command()
def add() -> None:
    """Make a new master key, which only opens until it is activated."""
    from bot.keys import add

    click.echo(_wait(add(_plan())))


@keys.command()
@click.argument("id")
def activate(id: str) -> None:
    """Wrap with this master key from now on. All running processes must hold it."""
    from bot.keys import activate

    click.echo(_wait(activate(_plan(), id)))


@keys.command()
@click.option("--data", is_flag=True, help="Give every tenant a new data key too: what is sealed is then sealed anew.")
def rewrap(data: bool) -> None:
    """Wrap all data keys by the active master key."""
    from bot.keys import rewrap

    click.echo(_wait(rewrap(_plan(), data)))


@keys.command()
@click.argument("id")
def retire(id: str) -> None:
    """Take a master key away that wraps nothing any more."""
    from bot.keys import retire

    click.echo(_wait(retire(_plan(), id)))


@keys.command()
@click.option("--yes", is_flag=True, help="Don't ask.")
def abandon(yes: bool) -> None:
    """The keys are lost: forget all that they have sealed, so that the bot can start and people connect again."""
    from bot.keys import abandon

    if not yes:
        click.confirm("Every connected account will be forgotten, and every installation. Are the keys lost?", abort=True)
    click.echo(_wait(abandon(_plan())))


def _teams_app_id() -> str:
    """As the settings say, which may lack the rest still: an app is made before it has a secret."""
    from pydantic import ValidationError

    from bot.settings import Settings

    try:
        return Settings().teams_app_id
    except ValidationError:
        return _plan().settings.teams_app_id  # tells what is wrong with them


def _plan() -> "Plan":
    """What the settings ask for."""
    from adapters import ADAPTERS
    from bot.clock import Clock
    from bot.plan import Plan
    from bot.settings import SettingsError, load
    from commands import SUBJECTS
    from commands.catalog import subjects

    try:
        settings, services, credentials = load(ADAPTERS)
    except SettingsError as error:
        raise _Misconfigured(str(error)) from None
    return Plan(settings, services, credentials, ADAPTERS, subjects(SUBJECTS), Clock())


def _wait(work: Coroutine[Any, Any, _Result]) -> _Result:
    """Does it; what an operator can mend is told in one line."""
    from storage.errors import StorageError
    from storage.keyring import KeyringError

    try:
        return asyncio.run(work)
    except (StorageError, KeyringError) as error:
        raise click.ClickException(str(error)) from None


if __name__ == "__main__":
    main(prog_name="interact")
