"""README.md shows what the bot says, and nothing else."""

from pathlib import Path

from tests.acceptance.transcripts import BEGIN, END, masked, transcripts

README = Path(__file__).parents[2] / "README.md"


async def test_the_readme_shows_what_the_bot_says(tmp_path: Path) -> None:
    """Where it fails, put the output of `python -m tests.acceptance.transcripts` into README.md, and read what changed."""
    shown = README.read_text().partition(BEGIN)[2].partition(END)[0]

    assert masked(shown).strip() == masked(await transcripts(tmp_path)).strip()
