"""The newest table is kept in README.md."""

from pathlib import Path

_PATH = Path(__file__).with_name("README.md")
_BEGIN, _END = "<!-- newest run -->\n", "<!-- end of the newest run -->\n"


def keep(text: str) -> None:
    _PATH.write_text(replaced(_PATH.read_text(), text))


def replaced(page: str, text: str) -> str:
    """The page, with this in the place of the run before."""
    before, _, rest = page.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    return f"{before}{_BEGIN}\n{text}\n\n{_END}{after}"
