"""What of the file `.env` is no setting is told, but not what stands behind it."""

from pathlib import Path

import pytest

from adapters import ADAPTERS
from bot.env_file import check_settings

CANARY = "CANARY-token-7f3a"


@pytest.fixture
def env_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path / ".env"


def told() -> list[tuple[str, str]]:
    return [(finding.state, finding.text) for finding in check_settings(ADAPTERS)]


def test_a_misspelt_setting_is_named_with_the_one_that_is_meant(env_file: Path) -> None:
    env_file.write_text(f"PORT=0\nSLACK_BOT_TOKN={CANARY}\nexport google_client_secrt={CANARY}\n")
    assert told() == [
        ("wrong", f"SLACK_BOT_TOKN in {env_file} is no setting: is SLACK_BOT_TOKEN meant?"),
        ("wrong", f"google_client_secrt in {env_file} is no setting: is GOOGLE_CLIENT_SECRET meant?"),
    ]


def test_a_line_that_is_no_setting_is_told_by_its_number(env_file: Path) -> None:
    env_file.write_text(f"# fine\n{CANARY} {CANARY}\nPORT=0\n")
    assert told() == [("wrong", f"Line 2 of {env_file} can't be read: write NAME=value, or # before a comment.")]


def test_what_is_meant_for_other_programs_is_left_in_peace(env_file: Path) -> None:
    env_file.write_text("# for all\nslack_bot_token=x\nINTERACT_VERSION=3\nHTTPS_PROXY=http://localhost:1\nOPENAI_BASE_URL=\n")
    assert told() == [("ok", f"complete, from {env_file} and the environment")]


def test_without_the_file_it_is_said_where_it_would_be(env_file: Path) -> None:
    assert told() == [("ok", f"complete, from the environment alone: there is no file {env_file}")]
