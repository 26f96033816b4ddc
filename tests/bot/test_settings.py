"""The settings: documented, complete, and silent about what is secret."""

import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from pydantic.fields import FieldInfo

from adapters import ADAPTERS
from adapters.base import ApiKey, OAuth2
from bot.service_settings import Credentials, ServiceSettings
from bot.settings import Settings, SettingsError, load

EXAMPLE = Path(__file__).parents[2] / ".env.example"
SLACK = ("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_APP_TOKEN")
CANARY = "CANARY-token-7f3a"


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No variable of this machine, and no .env file, has a say."""
    for name in declared():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def declared() -> dict[str, tuple[str, str]]:
    """Each variable's description and default, as the code has it."""
    own = {name.upper(): shown(field) for name, field in Settings.model_fields.items()}
    services = {
        f"{adapter.name}_{name}".upper(): shown(field)
        for adapter in ADAPTERS
        for name, field in ServiceSettings.model_fields.items()
        if name != "oauth_url" or isinstance(adapter.auth, OAuth2)
    }
    vendors = {
        f"{adapter.env}_{name}".upper(): shown(Credentials.model_fields[name])
        for adapter in ADAPTERS
        for name in (("api_key",) if isinstance(adapter.auth, ApiKey) else ("client_id", "client_secret"))
    }
    return own | services | vendors


def shown(field: FieldInfo) -> tuple[str, str]:
    return field.description or "", written(field.default)


def written(default: Any) -> str:
    if isinstance(default, SecretStr):
        return default.get_secret_value()
    return ",".join(default) if isinstance(default, tuple) else str(default)


def documented() -> Iterator[tuple[str, tuple[str, str]]]:
    """The same, as the example file has it."""
    for about, name, default in re.findall(r"^# (.+)\n# ([A-Z_]+)=(.*)$", EXAMPLE.read_text(), re.MULTILINE):
        yield name, (about, default)


def complaint() -> str:
    with pytest.raises(SettingsError) as raised:
        load(ADAPTERS)
    return str(raised.value)


def test_the_example_file_documents_every_setting_and_no_other() -> None:
    assert dict(documented()) == declared()


def test_no_setting_is_documented_twice() -> None:
    names = [name for name, _ in documented()]
    assert len(names) == len(set(names))


def test_the_example_file_can_be_used_as_it_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    plain, *_ = load(ADAPTERS)
    (tmp_path / ".env").write_text(EXAMPLE.read_text())
    assert load(ADAPTERS)[0] == plain


def test_every_setting_of_the_example_file_is_read_where_it_is_uncommented(tmp_path: Path) -> None:
    uncommented = re.sub(r"^# (?=[A-Z_]+=.)", "", EXAMPLE.read_text(), flags=re.MULTILINE)
    (tmp_path / ".env").write_text(uncommented)
    settings, *_ = load(ADAPTERS)
    given = {name for name, (_, default) in declared().items() if default}
    assert {name.upper() for name in settings.model_fields_set} == given


def test_a_file_of_settings_that_can_not_be_read_is_told_of(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(CANARY.encode() + b"=\xff\xfe")
    with pytest.raises(SettingsError, match=r"The file \.env can’t be read") as caught:
        load(ADAPTERS)
    assert CANARY not in str(caught.value)


def test_without_credentials_it_is_a_sandbox_on_loopback() -> None:
    settings, *_ = load(ADAPTERS)
    assert settings.sandbox_mode
    assert settings.host == "127.0.0.1"


@pytest.mark.parametrize("name", [name for name, field in Settings.model_fields.items() if field.annotation is float])
@pytest.mark.parametrize("number", ["inf", "nan", "1e300", "-1"])
def test_a_number_without_bounds_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, number: str) -> None:
    monkeypatch.setenv(name.upper(), number)
    assert complaint().startswith(f"{name.upper()}: Input should be")


def test_a_password_that_would_be_read_as_part_of_the_host_is_refused_unseen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"postgresql://bot:p@{CANARY}@127.0.0.1/interact")
    assert "write it as %40" in (said := complaint())
    assert CANARY not in said


def test_an_address_with_a_nul_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "sqlite:///a%00b")
    assert "There is a %00 in it" in complaint()


@pytest.mark.parametrize("blank", ["", " ", " \t "])
def test_blank_credentials_are_none(monkeypatch: pytest.MonkeyPatch, blank: str) -> None:
    for name in SLACK:
        monkeypatch.setenv(name, blank)
    assert load(ADAPTERS)[0].sandbox_mode


def half_sets() -> Iterator[tuple[tuple[str, ...], str, tuple[str, ...]]]:
    """Every set of credentials that does not do, what the others are filled with, and what has to be asked for."""
    for number, blank in itertools.product((1, 2), (None, "", "  ")):
        for given in itertools.combinations(SLACK, number):
            token = () if "SLACK_BOT_TOKEN" in given else ("SLACK_BOT_TOKEN",)
            door = () if {"SLACK_SIGNING_SECRET", "SLACK_APP_TOKEN"} & set(given) else SLACK[1:]
            if token or door:
                yield given, blank or "", (*token, *door)


@pytest.mark.parametrize(("given", "blank", "missing"), list(half_sets()))
def test_half_a_set_of_slack_credentials_is_refused(
    monkeypatch: pytest.MonkeyPatch, given: tuple[str, ...], blank: str, missing: tuple[str, ...]
) -> None:
    for name in SLACK:
        monkeypatch.setenv(name, CANARY if name in given else blank)
    said = complaint()
    assert [name for name in SLACK if f"{name} " in said] == [name for name in SLACK if name in missing]
    assert CANARY not in said


def test_what_is_set_for_signing_in_alone_does_not_pass_for_a_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET"):
        monkeypatch.setenv(name, CANARY)
    monkeypatch.setenv("PUBLIC_URL", "https://bot.acme.test")
    assert "SLACK_SIGNING_SECRET" in complaint()


@pytest.mark.parametrize("door", ["SLACK_SIGNING_SECRET", "SLACK_APP_TOKEN"])
def test_a_bot_token_and_one_way_in_are_enough(monkeypatch: pytest.MonkeyPatch, door: str) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", CANARY)
    monkeypatch.setenv(door, CANARY)
    assert not load(ADAPTERS)[0].sandbox_mode


def test_a_sandbox_does_not_listen_to_the_world(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOST", "0.0.0.0")
    assert "HOST" in complaint()


def test_with_credentials_it_may_listen_to_the_world(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"HOST": "0.0.0.0", "SLACK_BOT_TOKEN": CANARY, "SLACK_SIGNING_SECRET": CANARY}.items():
        monkeypatch.setenv(name, value)
    assert load(ADAPTERS)[0].host == "0.0.0.0"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PUBLIC_URL", "https://bot.acme.test/interact"),
        ("PUBLIC_URL", "https://ann@bot.acme.test"),
        ("PUBLIC_URL", "http://bot.acme.test"),
        ("DATABASE_URL", "mysql://bot@db.acme.test/interact"),
        ("DATABASE_URL", "sqlite://"),
        ("DATABASE_URL", "interact.sqlite"),
        ("ADMINS", "ann"),
        ("TIMEZONE", "Mars/Olympus"),
        ("TIMEZONE", "../../etc/passwd"),
        ("PORT", "eighty"),
        ("PORT", "65536"),
        ("PORT", "-1"),
        ("SANDBOX_PORT", "99999"),
        ("MAX_AGE_MINUTES", "0"),
        ("WORKERS", "0"),
        ("LOG_LEVEL", "LOUD"),
        ("LOG_FORMAT", "xml"),
    ],
)
def test_a_wrong_value_is_named_by_its_setting(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    assert complaint().startswith(f"{name}: ")


def test_every_wrong_setting_has_a_line_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PORT", "WORKERS", "LOG_LEVEL"):
        monkeypatch.setenv(name, "x")
    assert [line.partition(":")[0] for line in complaint().splitlines()] == ["PORT", "WORKERS", "LOG_LEVEL"]


@pytest.mark.parametrize(
    "name", ["DATABASE_URL", "TIMEZONE", "PORT", "SANDBOX_PORT", "MAX_AGE_MINUTES", "WORKERS", "LOG_LEVEL", "LOG_FORMAT"]
)
def test_what_was_pasted_in_the_wrong_place_is_not_repeated(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, CANARY)
    monkeypatch.setenv("SLACK_BOT_TOKEN", CANARY)
    assert CANARY not in complaint()


def test_an_unknown_service_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANDBOX", "google_calendar, minesweeper")
    assert "minesweeper" in complaint()


@pytest.mark.parametrize("order", ["opnai", "openai,cluade:some-model", f"openai,{CANARY}", ":some-model"])
def test_an_ai_provider_that_does_not_exist_is_refused_with_those_that_do(monkeypatch: pytest.MonkeyPatch, order: str) -> None:
    monkeypatch.setenv("AI_MODELS", order)
    said = complaint()
    assert said.startswith("AI_MODELS names a provider that there is not. There are openai, anthropic, gemini, perplexity:")
    assert CANARY not in said


@pytest.mark.parametrize("order", ["openai", "Claude", "claude, OpenAI:some-model", "gemini : some-model,perplexity"])
def test_ai_providers_go_by_their_names_and_titles(monkeypatch: pytest.MonkeyPatch, order: str) -> None:
    monkeypatch.setenv("AI_MODELS", order)
    assert len(load(ADAPTERS)[0].ai_models) == order.count(",") + 1


def test_secrets_do_not_show_in_a_dump(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*SLACK, "GOOGLE_CALENDAR_TOKEN"):
        monkeypatch.setenv(name, CANARY)
    settings, services, *_ = load(ADAPTERS)
    assert CANARY not in repr(settings) + repr(dict(services)) + str(settings.model_dump())


def test_a_sandbox_and_a_real_bot_have_a_database_each(monkeypatch: pytest.MonkeyPatch) -> None:
    made_up = load(ADAPTERS)[0].database
    for name in SLACK:
        monkeypatch.setenv(name, CANARY)
    real = load(ADAPTERS)[0].database
    assert [Path(each).name for each in (made_up, real)] == ["sandbox.sqlite", "interact.sqlite"]


def test_a_database_that_is_given_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "sqlite:////tmp/mine.sqlite")
    assert load(ADAPTERS)[0].database == "sqlite:////tmp/mine.sqlite"


@pytest.mark.parametrize("given", ["http://127.0.0.1:9/api", "http://127.0.0.1:9/api/"])
def test_a_base_url_may_lack_its_final_slash(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    for name in ("SLACK_BASE_URL", "GOOGLE_CALENDAR_BASE_URL"):
        monkeypatch.setenv(name, given)
    settings, services, *_ = load(ADAPTERS)
    assert {settings.slack_base_url, services["google_calendar"].base_url} == {"http://127.0.0.1:9/api/"}


GUID = "5a72-9d1e-4b7a-8c55-6e2d41a0b9f8"
TEAMS = {"TEAMS_APP_ID": f"A1B2{GUID}", "TEAMS_APP_PASSWORD": CANARY, "TEAMS_TENANT_ID": f"C3D4{GUID}"}


def test_teams_alone_is_enough_and_no_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in TEAMS.items():
        monkeypatch.setenv(name, value)
    settings, *_ = load(ADAPTERS)

    assert (settings.teams, settings.slack, settings.sandbox_mode) == (True, False, False)
    assert settings.teams_app_id == f"a1b2{GUID}"
    assert settings.tenants == {f"c3d4{GUID}"}


@pytest.mark.parametrize("missing", TEAMS)
@pytest.mark.parametrize("blank", ["", "  "])
def test_teams_without_one_of_its_settings_is_refused(monkeypatch: pytest.MonkeyPatch, missing: str, blank: str) -> None:
    for name, value in TEAMS.items():
        monkeypatch.setenv(name, blank if name == missing else value)

    assert complaint().startswith(f"{missing} is missing.")


@pytest.mark.parametrize(
    ("type", "needed"),
    [
        ("SingleTenant", {"TEAMS_APP_ID", "TEAMS_APP_PASSWORD", "TEAMS_TENANT_ID"}),
        ("UserAssignedMSI", {"TEAMS_APP_ID", "TEAMS_TENANT_ID"}),
        ("MultiTenant", {"TEAMS_APP_ID", "TEAMS_APP_PASSWORD", "TEAMS_ALLOWED_TENANTS"}),
    ],
)
def test_each_type_of_bot_needs_what_it_needs(monkeypatch: pytest.MonkeyPatch, type: str, needed: set[str]) -> None:
    monkeypatch.setenv("TEAMS_APP_TYPE", type)
    every = {**TEAMS, "TEAMS_ALLOWED_TENANTS": f"0001{GUID}, ABCD{GUID}"}
    for name in needed:
        monkeypatch.setenv(name, every[name])
    load(ADAPTERS)
    for name in needed:
        with monkeypatch.context() as without:
            without.delenv(name)
            if not needed - {name, "TEAMS_ALLOWED_TENANTS"}:
                continue
            assert f"{name} is missing." in complaint()


@pytest.mark.parametrize("host", ["https://smba.trafficmanager.net", "evil", "10.0.0.1", "127.0.0.1"])
def test_a_host_to_answer_at_must_be_one(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    monkeypatch.setenv("TEAMS_SERVICE_HOSTS", host)

    assert complaint().startswith("TEAMS_SERVICE_HOSTS: ")


@pytest.mark.parametrize("name", ["TEAMS_APP_ID", "TEAMS_TENANT_ID", "TEAMS_ALLOWED_TENANTS"])
@pytest.mark.parametrize("value", ["*", "acme", "acme.onmicrosoft.com", "…", f"a1b2{GUID}x"])
def test_what_is_no_id_of_microsofts_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """Otherwise the bot would start, and let nobody in."""
    monkeypatch.setenv(name, value)

    assert complaint().startswith(f"{name}: This is no id of Microsoft's")


@pytest.mark.parametrize("name", ["TEAMS_OPENID_METADATA_URL", "TEAMS_LOGIN_URL", "TEAMS_GRAPH_URL"])
@pytest.mark.parametrize("value", ["http://login.evil/", "ftp://127.0.0.1/", "login", "http://127.0.0.1.evil/"])
def test_secrets_go_over_https_only(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)

    assert complaint().startswith(f"{name}: It must be an https:// address")
