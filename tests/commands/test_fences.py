"""What comes below an answer is not swallowed by a code fence that it left open."""

import pytest

from bot.prose import read
from commands.fences import closed


@pytest.mark.parametrize(
    "markdown",
    [
        "```\ncode",
        "```python\ncode\n",
        "~~~\n```\ncode",
        "````\n```\ncode",
        "   ```\ncode",
        "``` a\n``` b\ncode",
        "words\n```",
        "- item\n\n```\ncode",
        "> ```\n> quoted",
        "- ```\n  in a list",
        "1. one\n   ```\n   in a list",
        "~~~ `\ncode",
        "a **bold and `code",
        "[a](https://a.test",
        "# heading",
        "<script>\n```\n</script>",
        "   ````\n```\n~~~~",
        "> - ```\n> \n> a\n\n```\nopen",
        "- item",
        "    indented",
    ],
)
def test_a_heading_below_it_is_one(markdown: str) -> None:
    assert read(f"{closed(markdown)}\n\n### next")[-1].text == "next"


@pytest.mark.parametrize("markdown", ["", "words", "```\ncode\n```", "~~~\n~~~", "``` `no fence`", "```\ncode\n`````\nwords"])
def test_what_leaves_none_open_stays_as_it_is(markdown: str) -> None:
    assert closed(markdown) == markdown
