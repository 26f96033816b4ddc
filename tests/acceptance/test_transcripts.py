"""README.md and docs/transcripts.md show what the bot says, and nothing else."""

from pathlib import Path

from tests.acceptance.transcripts import masked, shown, transcripts


async def test_the_documents_show_what_the_bot_says(tmp_path: Path) -> None:
    """Where it fails, `python -m tests.acceptance.transcripts` writes them anew: read what changed."""
    for file, text in (await transcripts(tmp_path)).items():
        assert masked(shown(file)).strip() == masked(text).strip(), file.name
