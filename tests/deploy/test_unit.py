"""The systemd unit: the key comes as a credential, nothing but its state can be written, and it ends in good order."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from bot.app import _DRAIN
from bot.refreshing import LEASE
from storage.key_source import mounts
from tests.deploy.files import ROOT, read, settings, unit

needs_systemd = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd-analyze on this machine")


def test_the_key_comes_as_the_credential_that_the_bot_looks_for() -> None:
    [credential] = unit()["LoadCredentialEncrypted"]

    assert Path(credential.partition(":")[0]) == mounts({"CREDENTIALS_DIRECTORY": "."})[0]


def test_what_it_sets_are_settings_or_where_the_state_is() -> None:
    given = {pair.partition("=")[0] for pair in " ".join(unit()["Environment"]).split()}

    assert given - {"XDG_DATA_HOME"} <= settings()
    assert "XDG_DATA_HOME=%S" in unit()["Environment"][0], "where StateDirectory is"


def test_wrong_settings_are_not_tried_again_and_all_else_is() -> None:
    assert unit()["Restart"] == ["on-failure"]
    assert unit()["RestartPreventExitStatus"] == ["2"]
    assert "exit_code = 2" in read("bot/__main__.py")


def test_however_often_it_fails_it_is_started_again() -> None:
    """Its database may be away for longer than systemd would try."""
    assert unit()["StartLimitIntervalSec"] == ["0"]
    assert int(unit()["RestartSec"][0].removesuffix("s")) >= 5


def test_there_is_time_to_finish_what_is_under_way() -> None:
    assert int(unit()["TimeoutStopSec"][0].removesuffix("s")) >= 3 * _DRAIN + LEASE
    assert unit()["KillMode"] == ["mixed"]


def test_it_can_write_nothing_but_its_state() -> None:
    said = unit()

    assert said["ProtectSystem"] == ["strict"]
    assert not {"ReadWritePaths", "BindPaths", "PermissionsStartOnly"} & set(said)
    assert said["User"] != ["root"]
    assert said["CapabilityBoundingSet"] == [""]


@needs_systemd
def test_systemd_finds_nothing_wrong_with_it(tmp_path: Path) -> None:
    (tmp_path / "interact.service").write_text(
        re.sub("(?m)^ExecStart=.*", "ExecStart=/bin/true", read("deploy/interact.service"))
    )
    done = analyzed("verify", str(tmp_path / "interact.service"))

    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@needs_systemd
def test_systemd_calls_it_well_confined() -> None:
    told = analyzed("security", "--offline=true", "--no-pager", str(ROOT / "deploy/interact.service")).stdout
    [exposure] = re.findall(r"Overall exposure level for interact.service: ([\d.]+)", told)

    assert float(exposure) <= 2.0


def analyzed(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True, timeout=60, check=False)
