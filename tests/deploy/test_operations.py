"""docs/operations.md names what there is: files, headings, settings, commands."""

import re

import click
import pytest

from bot.__main__ import main
from tests.deploy.files import ROOT, anchors, read, read_yaml, settings, unit

DOCUMENT = "docs/operations.md"


def test_all_its_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)]+)\)", read(DOCUMENT)):
        path, _, anchor = target.partition("#")
        assert not path or (ROOT / "docs" / path).resolve().exists(), target
        if path in ("", "operations.md"):
            assert not anchor or anchor in anchors(DOCUMENT), target


def test_all_files_that_it_names_are_there() -> None:
    named = set(re.findall(r"\b(?:deploy|tests|docs|bench)/[\w/]+\.\w+", read(DOCUMENT)))

    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_all_settings_that_it_names_are_there() -> None:
    of_compose = set(re.findall(r"\$\{(\w+)", read("compose.yaml")))
    named = set(re.findall(r"`([A-Z]+(?:_[A-Z]+)+|ADMINS|KEYRING)\b", read(DOCUMENT)))

    assert named - settings() - of_compose == set()


@pytest.mark.parametrize("line", sorted(set(re.findall(r"(?:^|`|\s)interact ((?:[a-z]+ ?)+)", read(DOCUMENT)))))
def test_all_commands_that_it_names_are_there(line: str) -> None:
    context, command = click.Context(main), main
    for word in line.split():
        found = command.get_command(context, word)
        assert found or command.params, f"interact {line}"
        if not isinstance(found, click.Group):
            return
        command = found


def test_what_the_proxy_answers_404_for_is_what_it_says() -> None:
    [inside] = re.findall(r"@inside path (.+)", read("deploy/Caddyfile"))

    assert set(inside.split()) == set(re.findall(r"^\| `(/\w+)` \|", read(DOCUMENT), re.MULTILINE))


def test_no_secret_is_written_where_others_can_read_it_for_a_moment() -> None:
    written = [line for line in read(DOCUMENT).splitlines() if re.match(r"\W*(umask 077; )?openssl rand .*(tee|>)", line)]

    assert len(written) == 3
    assert [line for line in written if not line.startswith("(umask 077; ")] == []


def test_how_long_an_end_may_take_is_what_the_unit_gives_it() -> None:
    [seconds] = re.findall(r"Give it (\d+) seconds", read(DOCUMENT))

    assert unit()["TimeoutStopSec"] == [f"{seconds}s"]
    assert read_yaml("compose.yaml")["x-bot"]["stop_grace_period"] == f"{seconds}s"
