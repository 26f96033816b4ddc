"""Master keys: made once, kept where nobody else can read them, and refused otherwise."""

import base64
import json
import os
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from storage.key_source import KeySource, change_keyring, mounts, open_keyring, with_new_key
from storage.keyring import Keyring, KeyringError, MasterKey, NoKeyringError, parse

SECRET = bytes(range(100, 132))
OTHER = bytes(range(32))


@pytest.fixture
def source(tmp_path: Path) -> KeySource:
    return KeySource(tmp_path / "keys" / "keyring.json", tmp_path / "data")


def written(path: Path, text: str, mode: int = 0o600) -> Path:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)
    return path


def encoded(*secrets: bytes) -> str:
    return "\n".join(base64.b64encode(secret).decode() for secret in secrets)


def test_at_the_first_start_a_key_is_made_that_nobody_else_can_read(source: KeySource) -> None:
    keyring = open_keyring(source, make=True)
    assert open_keyring(source) == keyring
    assert len(keyring.active.secret) == 32
    assert stat.S_IMODE(source.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(source.path.parent.stat().st_mode) == 0o700
    assert [path.name for path in source.path.parent.iterdir()] == ["keyring.json"]


def test_no_umask_makes_a_new_key_readable(source: KeySource) -> None:
    former = os.umask(0)
    try:
        open_keyring(source, make=True)
    finally:
        os.umask(former)
    assert stat.S_IMODE(source.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(source.path.parent.stat().st_mode) == 0o700


def test_two_keys_that_are_made_are_two(tmp_path: Path) -> None:
    keys = {open_keyring(KeySource(tmp_path / name / "k.json"), make=True).active.secret for name in "abc"}
    assert len(keys) == 3


def test_no_key_is_made_unless_it_was_asked_for(source: KeySource) -> None:
    with pytest.raises(NoKeyringError, match=str(source.path)):
        open_keyring(source)
    assert not source.path.parent.exists()


def test_a_key_that_is_there_is_never_replaced(source: KeySource) -> None:
    first = open_keyring(source, make=True)
    assert open_keyring(source, make=True) == first


def test_a_key_is_not_made_where_it_would_be_copied_with_the_database(source: KeySource) -> None:
    inside = replace(source, path=source.path.parent / "data" / "keys" / "keyring.json", data=source.path.parent / "data")
    with pytest.raises(KeyringError, match="Set KEYRING to a path elsewhere"):
        open_keyring(inside, make=True)
    assert not inside.path.exists()


def test_a_link_that_leads_into_the_databases_folder_is_seen_through(source: KeySource, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir(mode=0o700)
    (tmp_path / "keys").symlink_to(tmp_path / "data")
    with pytest.raises(KeyringError, match="the folder of the database"):
        open_keyring(source, make=True)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o606, 0o610, 0o777])
def test_a_key_file_that_others_can_reach_is_refused(source: KeySource, mode: int) -> None:
    open_keyring(source, make=True)
    source.path.chmod(mode)
    with pytest.raises(KeyringError, match=f"chmod 600 {source.path}"):
        open_keyring(source)


@pytest.mark.parametrize("mode", [0o750, 0o705, 0o711, 0o777])
def test_a_folder_that_others_can_reach_is_refused(source: KeySource, mode: int) -> None:
    open_keyring(source, make=True)
    source.path.parent.chmod(mode)
    with pytest.raises(KeyringError, match="a folder of its own"):
        open_keyring(source)


def test_a_key_file_of_another_user_is_refused(source: KeySource) -> None:
    open_keyring(source, make=True)
    with pytest.raises(KeyringError, match="chown"):
        open_keyring(replace(source, user=os.getuid() + 1))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "{}",
        "[]",
        "hello",
        "{" * 5000,
        "\x00" * 100,
        base64.b64encode(b"too short").decode(),
        base64.b64encode(bytes(32)).decode(),  # no key is all zeros
        base64.b64encode(bytes(range(33))).decode(),
        json.dumps({"version": 1, "active": "none", "keys": {}}),
        json.dumps({"version": 1, "active": "00000000", "keys": {"00000000": encoded(SECRET)}}),
        json.dumps({"version": 1, "active": MasterKey.of(SECRET).id, "keys": {MasterKey.of(SECRET).id: "!"}}),
        json.dumps({"version": 1, "active": MasterKey.of(SECRET).id, "keys": [encoded(SECRET)]}),
        json.dumps({"version": 2, "active": MasterKey.of(SECRET).id, "keys": {MasterKey.of(SECRET).id: encoded(SECRET)}}),
        str(Keyring.of([SECRET], ""))[:-20],
    ],
)
def test_a_damaged_file_is_refused_and_left_as_it_is(source: KeySource, text: str) -> None:
    written(source.path, text)
    with pytest.raises(KeyringError, match="holds no usable keyring") as refused:
        open_keyring(source, make=True)
    assert source.path.read_text() == text
    assert encoded(SECRET)[:10] not in str(refused.value)


def test_every_bit_of_a_key_that_was_changed_in_the_file_is_noticed(source: KeySource) -> None:
    text = str(Keyring.of([SECRET], ""))
    start = text.index(encoded(SECRET))
    for place in range(start, start + 43):
        swapped = "A" if text[place] != "A" else "B"
        with pytest.raises(KeyringError):
            parse(text[:place] + swapped + text[place + 1 :], "a file")


@pytest.mark.parametrize("kind", ["folder", "pipe"])
def test_what_is_no_file_is_refused_at_once(source: KeySource, kind: str) -> None:
    source.path.parent.mkdir(mode=0o700)
    source.path.mkdir(mode=0o700) if kind == "folder" else os.mkfifo(source.path, 0o600)
    with pytest.raises(KeyringError):
        open_keyring(source)


def test_a_folder_that_can_not_be_made_is_told_in_a_sentence(source: KeySource, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(KeyringError, match="can't be used"):
        open_keyring(replace(source, path=tmp_path / "file" / "keys" / "k.json"), make=True)


RACE = """
import sys, time
from pathlib import Path
from storage.key_source import KeySource, open_keyring
folder = Path(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
print(*(open_keyring(KeySource(folder / str(turn) / "keyring.json"), make=True).active.id for turn in range(100)))
"""


def test_processes_that_start_first_at_the_same_time_end_with_one_key(tmp_path: Path) -> None:
    start = [sys.executable, "-c", RACE, str(tmp_path)]
    processes = [
        subprocess.Popen(start, cwd=Path(__file__).parents[2], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    for process in processes:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin
        process.stdin.write("\n")
        process.stdin.flush()
    said = [process.communicate(timeout=60)[0].split() for process in processes]
    assert [len(ids) for ids in said] == [100] * 4
    assert all(ids == said[0] for ids in said)


def test_a_key_service_is_refused_as_none_is_built_in(source: KeySource) -> None:
    with pytest.raises(KeyringError, match=r"KEK_URI .* unset it"):
        open_keyring(replace(source, uri="awskms:alias/interact"), make=True)


def test_what_systemd_gives_comes_before_what_docker_gives_and_both_before_a_file(source: KeySource, tmp_path: Path) -> None:
    given, secret = written(tmp_path / "a" / "kek", encoded(SECRET)), written(tmp_path / "b" / "kek", encoded(OTHER))
    open_keyring(source, make=True)
    both = replace(source, mounts=(given, secret), value=encoded(OTHER))
    assert open_keyring(both).active.secret == SECRET
    given.unlink()
    assert open_keyring(both).active.secret == OTHER


def test_the_system_puts_keys_where_it_says() -> None:
    assert mounts({"CREDENTIALS_DIRECTORY": "/run/credentials/x"}) == (Path("/run/credentials/x/kek"), Path("/run/secrets/kek"))
    assert mounts({}) == (Path("/run/secrets/kek"),)


@pytest.mark.parametrize("mode", [0o400, 0o440])
def test_a_key_that_the_system_gives_may_be_readable_by_a_group_made_for_it(
    source: KeySource, tmp_path: Path, mode: int
) -> None:
    given = replace(source, mounts=(written(tmp_path / "run" / "kek", encoded(SECRET), mode),))
    assert open_keyring(given).active.secret == SECRET


def test_a_key_that_the_system_gives_to_everybody_is_refused(source: KeySource, tmp_path: Path) -> None:
    given = replace(source, mounts=(written(tmp_path / "run" / "kek", encoded(SECRET), 0o444),))
    with pytest.raises(KeyringError, match="mount it with mode 0400"):
        open_keyring(given)


@pytest.mark.parametrize("text", [encoded(SECRET), SECRET.hex(), f"  {SECRET.hex().upper()}\n", str(Keyring.of([SECRET], ""))])
def test_a_key_may_be_given_in_the_environment_in_any_usual_form(source: KeySource, text: str) -> None:
    assert open_keyring(replace(source, value=text)).active == MasterKey.of(SECRET)
    assert not source.path.exists()


@pytest.mark.parametrize("between", ["\n", " ", ",", ", "])
def test_of_several_keys_the_first_seals_and_all_open(source: KeySource, between: str) -> None:
    keyring = open_keyring(replace(source, value=between.join([encoded(SECRET), encoded(OTHER)])))
    assert keyring.active.secret == SECRET
    assert {key.secret for key in keyring.keys.values()} == {SECRET, OTHER}


def test_keys_in_the_environment_and_in_a_file_are_too_many(source: KeySource) -> None:
    open_keyring(source, make=True)
    with pytest.raises(KeyringError, match="KEK"):
        open_keyring(replace(source, value=encoded(SECRET)))


@pytest.mark.parametrize("text", ["hunter2", "CANARY-kek-0123456789abcdef0123", encoded(SECRET)[:-2], SECRET.hex()[:-2]])
def test_a_key_in_the_environment_that_is_none_is_refused_and_not_quoted(source: KeySource, text: str) -> None:
    with pytest.raises(KeyringError, match="openssl rand -base64 32") as refused:
        open_keyring(replace(source, value=text))
    assert text not in str(refused.value)


def test_a_new_key_only_opens_and_the_file_stays_private(source: KeySource) -> None:
    first = open_keyring(source, make=True)
    changed = change_keyring(source, with_new_key)
    assert open_keyring(source) == changed
    assert changed.active == first.active
    assert len(changed.keys) == 2
    assert stat.S_IMODE(source.path.stat().st_mode) == 0o600
    assert [path.name for path in source.path.parent.iterdir()] == ["keyring.json"]


def test_keys_that_the_bot_does_not_keep_are_not_changed_by_it(source: KeySource) -> None:
    with pytest.raises(KeyringError, match="where they are kept"):
        change_keyring(replace(source, value=encoded(SECRET)), with_new_key)


def test_before_there_is_a_keyring_it_says_who_makes_it(source: KeySource) -> None:
    with pytest.raises(NoKeyringError, match="the bot makes it when it first starts"):
        change_keyring(source, with_new_key)


def test_a_change_that_fails_leaves_the_file_as_it_was(source: KeySource) -> None:
    first = open_keyring(source, make=True)

    def fail(keyring: Keyring) -> Keyring:
        raise KeyringError("no")

    with pytest.raises(KeyringError):
        change_keyring(source, fail)
    assert open_keyring(source) == first
    assert len(list(source.path.parent.iterdir())) == 1


def test_no_key_shows_in_what_is_printed(source: KeySource) -> None:
    given = replace(source, value=encoded(SECRET))
    shown = repr([given, open_keyring(given), MasterKey.of(SECRET)])
    assert encoded(SECRET) not in shown
    assert SECRET.hex() not in shown
    assert repr(SECRET)[2:-1] not in shown
