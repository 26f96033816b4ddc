"""Prose on a screen. Every text goes into a `Text`, which rich does not parse for markup."""

from collections.abc import Collection, Iterator

from rich.padding import Padding
from rich.style import Style
from rich.text import Text

from bot.prose import Block, Run, read


def prose(markdown: str, links: Collection[str]) -> Iterator[Text | Padding]:
    for block in read(markdown, links):
        said = Text.assemble(*(_run(run, block.kind) for run in block.runs))
        yield Padding(said, (0, 0, 0, 2)) if block.kind in ("code", "quote") else _marked(block, said)


def _marked(block: Block, said: Text) -> Text:
    return Text.assemble(("  " * block.depth, ""), (f"{block.marker} ", "cyan"), said) if block.marker else said


def _run(run: Run, kind: str) -> tuple[str, Style]:
    return run.text.expandtabs(4), Style(
        bold=run.bold or kind == "heading",
        italic=run.italic or kind == "quote",
        strike=run.strike,
        color="cyan" if run.code or kind == "code" else None,
        link=run.url or None,
        underline=bool(run.url),
    )
