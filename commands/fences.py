"""Code fences in Markdown: one that is left open swallows all that comes below it."""

from markdown_it import MarkdownIt

_BLOCKS = MarkdownIt("commonmark", {"maxNesting": 20}).disable(
    ["html_block", "lheading", "reference", "inline"]
)  # as it is shown


def closed(markdown: str) -> str:
    """The same, with the fence closed that is open at its end, if one is."""
    [*_, last] = _BLOCKS.parse(f"{markdown}\n\n.")
    return f"{markdown}\n{last.markup}" if last.type == "fence" else markdown
