"""The sandbox's tokens, both ways: those that the bot asks for, and those by which Teams proves itself. The judge is PyJWT."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import jwt
import pytest

from adapters.faults import Fault
from bot.teams.sandbox.login import CONNECTOR, GRAPH
from bot.teams.sandbox.workspace import APP_ID, GENERAL, OTHER_TENANT, TENANT
from tests.bot.teams.sandboxed import Answer, Teams, of, teams_and_bot

ISSUER = "https://api.botframework.com"


@pytest.fixture
async def teams() -> AsyncIterator[Teams]:
    async with teams_and_bot() as opened:
        yield opened


async def log_in(teams: Teams, tenant: str = TENANT, **changes: str) -> Answer:
    told = {"grant_type": "client_credentials", "client_id": APP_ID, "client_secret": teams.sandbox.app_password.reveal()}
    form = {**told, "scope": f"{CONNECTOR}/.default", **changes}
    async with teams.session.post(f"{teams.sandbox.login_url}{tenant}/oauth2/v2.0/token", data=form) as answer:
        return Answer(answer.status, await answer.json(), dict(answer.headers))


async def be_the_machine(teams: Teams, header: str | None = None, **changes: str) -> Answer:
    asked = {"api-version": "2019-08-01", "resource": CONNECTOR, "client_id": APP_ID, **changes}
    headers = {"X-IDENTITY-HEADER": teams.sandbox.identity_header.reveal() if header is None else header}
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    return await teams.ask("GET", f"{teams.sandbox.identity_url}?{query}", headers=headers)


async def published(teams: Teams) -> dict[str, Mapping[str, Any]]:
    """Microsoft's keys by their ids, found as a bot finds them."""
    metadata = (await teams.ask("GET", teams.sandbox.openid_url)).body
    assert (metadata["issuer"], metadata["id_token_signing_alg_values_supported"]) == (ISSUER, ["RS256"])
    return {key["kid"]: key for key in (await teams.ask("GET", metadata["jwks_uri"])).body["keys"]}


async def believed(teams: Teams, token: str) -> dict[str, Any]:
    """The claims, as PyJWT believes them."""
    key = (await published(teams))[jwt.get_unverified_header(token)["kid"]]
    required = {"require": ["exp", "nbf", "iss", "aud"]}
    public = jwt.PyJWK(dict(key), algorithm="RS256")
    return dict(jwt.decode(token, public, algorithms=["RS256"], audience=APP_ID, issuer=ISSUER, options=required))  # type: ignore[arg-type]


# The bot's own tokens


@pytest.mark.parametrize("tenant", [TENANT, "botframework.com"])
async def test_the_bots_password_gives_a_token_for_the_connector(teams: Teams, tenant: str) -> None:
    granted = await log_in(teams, tenant)
    assert (granted.status, granted.body["token_type"], granted.body["expires_in"]) == (200, "Bearer", 3599)
    members = f"{teams.sandbox.service_url}v3/{of(GENERAL)}/members"
    assert (await teams.ask("GET", members, token=granted.body["access_token"])).status == 200


async def test_a_token_ends_when_it_was_said_to(teams: Teams) -> None:
    teams.sandbox.login.token_life = 120
    granted = (await log_in(teams)).body
    members = f"{teams.sandbox.service_url}v3/{of(GENERAL)}/members"
    teams.clock.skip(granted["expires_in"] - 5)
    assert (await teams.ask("GET", members, token=granted["access_token"])).status == 200
    teams.clock.skip(6)
    assert (await teams.ask("GET", members, token=granted["access_token"])).status == 401


@pytest.mark.parametrize(
    ("changes", "status", "error", "number"),
    [
        ({"client_secret": "CANARY-wrong"}, 401, "invalid_client", 7000215),
        ({"client_secret": "é"}, 401, "invalid_client", 7000215),
        ({"client_id": "somebody"}, 400, "unauthorized_client", 700016),
        ({"tenant": OTHER_TENANT}, 400, "invalid_request", 90002),
        ({"grant_type": "password"}, 400, "unsupported_grant_type", 70003),
        ({"scope": CONNECTOR}, 400, "invalid_scope", 1002012),
        ({"scope": "https://vault.azure.net/.default"}, 400, "invalid_scope", 1002012),
    ],
)
async def test_a_wrong_request_is_refused_as_entra_refuses(
    teams: Teams, changes: dict[str, str], status: int, error: str, number: int
) -> None:
    refused = await log_in(teams, **changes)
    assert (refused.status, refused.body["error"], refused.body["error_codes"]) == (status, error, [number])
    assert refused.body["error_description"].startswith(f"AADSTS{number}: ")
    assert {"timestamp", "trace_id", "correlation_id", "error_uri"} <= set(refused.body)
    assert "CANARY" not in str(refused.body)


async def test_the_machine_gets_a_token_as_in_an_app_service(teams: Teams) -> None:
    granted = (await be_the_machine(teams)).body
    assert int(granted["expires_on"]) - teams.clock.now().timestamp() == pytest.approx(3599, abs=30)
    assert isinstance(granted["expires_on"], str)
    members = f"{teams.sandbox.service_url}v3/{of(GENERAL)}/members"
    assert (await teams.ask("GET", members, token=granted["access_token"])).status == 200
    assert (await be_the_machine(teams, resource=GRAPH)).status == 200


async def test_a_machine_that_is_not_the_bots_gets_none(teams: Teams) -> None:
    assert (await be_the_machine(teams, header="wrong")).status == 401
    assert (await be_the_machine(teams, header="")).status == 401
    assert (await be_the_machine(teams, client_id="somebody")).status == 400
    assert (await be_the_machine(teams, resource="https://vault.azure.net")).status == 400
    assert (await be_the_machine(teams, **{"api-version": "2017-09-01"})).status == 400


# Teams' own tokens


async def test_a_delivery_is_signed_for_the_bot_and_its_service_url(teams: Teams) -> None:
    await teams.sandbox.message("hello")
    scheme, _, token = teams.bot.tokens[0].partition(" ")
    claims = await believed(teams, token)
    assert (scheme, claims["serviceurl"]) == ("Bearer", teams.bot.told[0]["serviceUrl"])
    assert claims["exp"] - claims["nbf"] == 3900


async def test_the_key_is_endorsed_for_teams(teams: Teams) -> None:
    [key] = (await published(teams)).values()
    assert (key["endorsements"], key["use"], key["kty"]) == (["msteams"], "sig", "RSA")


async def test_a_new_key_takes_the_place_of_the_old_one_or_stands_beside_it(teams: Teams) -> None:
    first = teams.sandbox.token()
    teams.sandbox.rotate(keep=True)
    second = teams.sandbox.token()
    assert len(await published(teams)) == 2
    assert await believed(teams, first)
    assert await believed(teams, second)
    teams.sandbox.rotate()
    assert set(await published(teams)) == {jwt.get_unverified_header(teams.sandbox.token())["kid"]}
    with pytest.raises(KeyError):
        await believed(teams, first)


async def test_the_metadata_can_be_made_to_fail(teams: Teams) -> None:
    teams.sandbox.script.add(Fault(kind="status", status=503, path="openidconfiguration", times=2))
    assert [(await teams.ask("GET", teams.sandbox.openid_url)).status for _ in range(3)] == [503, 503, 200]


# Mutants


async def test_claims_and_headers_can_be_changed_and_removed(teams: Teams) -> None:
    claims = jwt.decode(teams.sandbox.token(aud="x", exp=None, colour="red"), options={"verify_signature": False})
    assert (claims["aud"], claims["colour"], "exp" in claims) == ("x", "red", False)
    header = jwt.get_unverified_header(teams.sandbox.token(header={"kid": None, "jku": "http://127.0.0.1:9/"}))
    assert (header["jku"], "kid" in header) == ("http://127.0.0.1:9/", False)


@pytest.mark.parametrize("algorithm", ["RS384", "PS256"])
async def test_other_algorithms_sign_truly(teams: Teams, algorithm: str) -> None:
    token = teams.sandbox.token(header={"alg": algorithm})
    assert jwt.decode(token, teams.sandbox.issuer.key.private.public_key(), algorithms=[algorithm], audience=APP_ID)


async def test_a_token_can_be_signed_with_the_public_key_as_if_it_were_a_secret(teams: Teams) -> None:
    token = teams.sandbox.token(header={"alg": "HS256"})
    hmac, (told, _, signature) = jwt.get_algorithm_by_name("HS256"), token.rpartition(".")
    public = teams.sandbox.issuer.key.pem
    assert hmac.verify(told.encode(), public, jwt.utils.base64url_decode(signature))
    with pytest.raises(jwt.InvalidAlgorithmError):
        await believed(teams, token)


async def test_a_token_can_go_unsigned_or_with_another_key(teams: Teams) -> None:
    unsigned = teams.sandbox.token(header={"alg": "none"})
    assert unsigned.endswith(".")
    teams.sandbox.rotate()
    kept = teams.sandbox.issuer.key
    teams.sandbox.rotate()
    forged = teams.sandbox.token(key=kept.private)
    with pytest.raises(jwt.InvalidSignatureError):
        await believed(teams, forged)
