"""The package can be uploaded, and is the same each time."""

import json
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from bot.teams.icon import color_icon, outline_icon
from bot.teams.package import package
from tests.acceptance.forked_command import interact

APP = "0f3c5a72-9d1e-4b7a-8c55-6e2d41a0b9f8"
MANIFEST = {"id": APP, "icons": {"color": "color.png", "outline": "outline.png"}, "name": {"short": "Für alle"}}


def manifest_in(path: Path) -> dict[str, Any]:
    with ZipFile(path) as archive:
        manifest: dict[str, Any] = json.loads(archive.read("manifest.json"))
        assert set(archive.namelist()) == {"manifest.json", *manifest["icons"].values()}
    return manifest


@pytest.fixture(scope="module")
def packed() -> bytes:
    """Once: its icons are drawn, point by point."""
    return package(MANIFEST)


def test_the_package_holds_the_manifest_and_the_icons_that_it_names(packed: bytes) -> None:
    with ZipFile(BytesIO(packed)) as archive:
        assert archive.testzip() is None
        assert json.loads(archive.read("manifest.json")) == MANIFEST
        assert (archive.read("color.png"), archive.read("outline.png")) == (color_icon(), outline_icon())


def test_the_same_manifest_gives_the_same_bytes_at_any_time(packed: bytes) -> None:
    assert package(MANIFEST) == packed
    with ZipFile(BytesIO(packed)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_whoever_unpacks_it_can_read_it(packed: bytes) -> None:
    with ZipFile(BytesIO(packed)) as archive:
        assert {entry.external_attr >> 16 for entry in archive.infolist()} == {0o644}


def test_it_is_written_and_the_next_step_is_told(tmp_path: Path) -> None:
    done = interact(tmp_path, "manifest", "teams", "--out", "app.zip", "--app-id", APP, "--url", "https://bot.acme.test")
    assert (done.returncode, done.stderr) == (0, "")
    assert "app.zip" in done.stdout
    assert "Upload an app" in done.stdout
    assert manifest_in(tmp_path / "app.zip")["validDomains"] == ["bot.acme.test"]


def test_the_app_id_is_in_the_settings_which_need_not_be_complete_yet(tmp_path: Path) -> None:
    done = interact(tmp_path, "manifest", "teams", TEAMS_APP_ID=APP)
    assert (done.returncode, done.stderr) == (0, "")
    assert manifest_in(tmp_path / "interact-teams.zip")["id"] == APP


def test_without_an_app_id_it_is_told_where_to_find_it(tmp_path: Path) -> None:
    done = interact(tmp_path, "manifest", "teams")
    assert (done.returncode, "TEAMS_APP_ID" in done.stderr) == (2, True)
    assert not (tmp_path / "interact-teams.zip").exists()


def test_what_teams_would_refuse_is_told_in_a_line(tmp_path: Path) -> None:
    for arguments in (("--app-id", "abc"), ("--app-id", APP, "--url", "http://x"), ("--app-id", APP, "--out", "no/where.zip")):
        done = interact(tmp_path, "manifest", "teams", *arguments)
        assert (done.returncode, len(done.stderr.splitlines()), done.stdout) == (1, 1, "")
        assert done.stderr.startswith("Error: ")
