"""Two bots, PostgreSQL and a proxy: none has more rights, or is reached by more, than it needs."""

import re
from typing import Any

import pytest

from tests.deploy.files import ROOT, instructions, read, read_yaml, settings

BOTS = ("bot-a", "bot-b")
SERVICES = (*BOTS, "postgres", "proxy")


@pytest.fixture(scope="module")
def compose() -> Any:
    return read_yaml("compose.yaml")


def test_it_is_two_bots_of_the_same_making(compose: Any) -> None:
    assert set(compose["services"]) == set(SERVICES)
    assert compose["services"]["bot-a"] == compose["services"]["bot-b"]


def test_what_the_bots_are_told_are_settings_that_there_are(compose: Any) -> None:
    for name in BOTS:
        assert set(compose["services"][name]["environment"]) <= settings()


def test_secrets_are_files_and_each_is_given_to_whom_it_concerns(compose: Any) -> None:
    given = {name: secrets(service) for name, service in compose["services"].items()}

    assert given["bot-a"] == ["settings", "kek"]
    assert (given["postgres"], given["proxy"]) == (["postgres_password"], [])
    assert set(compose["secrets"]) == {secret for each in given.values() for secret in each}


def test_no_environment_holds_a_secret(compose: Any) -> None:
    names = {name for service in compose["services"].values() for name in service["environment"]}

    assert {name for name in names if name.endswith(("PASSWORD", "TOKEN", "SECRET", "KEY", "KEK", "DATABASE_URL"))} == set()


def test_the_settings_lie_where_the_bot_looks_for_them(compose: Any) -> None:
    [folder] = [rest for word, rest in instructions() if word == "WORKDIR" and rest != "/src"]

    assert compose["services"]["bot-a"]["secrets"][0] == {"source": "settings", "target": f"{folder}/.env"}


def test_secrets_do_not_lie_in_the_project(compose: Any) -> None:
    assert all(secret["file"].startswith("${INTERACT_SECRETS:-/etc/interact}/") for secret in compose["secrets"].values())


@pytest.mark.parametrize("name", SERVICES)
def test_nothing_can_change_itself_or_gain_rights(compose: Any, name: str) -> None:
    service = compose["services"][name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["mem_limit"]
    assert "privileged" not in service


def test_the_database_is_reached_by_the_bots_alone(compose: Any) -> None:
    assert compose["networks"]["data"] == {"internal": True}
    assert {name for name, service in compose["services"].items() if "data" in service["networks"]} == {*BOTS, "postgres"}
    assert [name for name, service in compose["services"].items() if "ports" in service] == ["proxy"]


def test_the_bots_wait_for_the_database_and_outlive_it(compose: Any) -> None:
    for name in BOTS:
        assert compose["services"][name]["depends_on"] == {"postgres": {"condition": "service_healthy"}}
        assert compose["services"][name]["restart"] == "unless-stopped"


def test_what_is_committed_is_on_the_disk(compose: Any) -> None:
    assert {"fsync=on", "synchronous_commit=on", "full_page_writes=on"} <= set(compose["services"]["postgres"]["command"])


def test_all_files_and_volumes_that_are_mounted_are_there(compose: Any) -> None:
    mounted = [volume.split(":")[0] for service in compose["services"].values() for volume in service.get("volumes", [])]

    assert [path for path in mounted if path.startswith("./") and not (ROOT / path).exists()] == []
    assert {name for name in mounted if not name.startswith("./")} == set(compose["volumes"])


def test_the_proxy_is_before_both_bots_at_the_port_that_they_have(compose: Any) -> None:
    [[port]] = [rest.split() for word, rest in instructions() if word == "EXPOSE"]

    assert f"{{$INTERACT_BOTS:{' '.join(f'{name}:{port}' for name in BOTS)}}}" in read("deploy/Caddyfile")
    assert set(compose["services"]["proxy"]["environment"]) <= set(re.findall(r"\{\$(\w+)", read("deploy/Caddyfile")))


def secrets(service: Any) -> list[str]:
    return [each if isinstance(each, str) else each["source"] for each in service.get("secrets", [])]
