"""What every stand-in promises: strict tokens, errors in the service's own words, and a place below any path."""

from datetime import timedelta

import aiohttp
import pytest

from tests.adapters.servers import Calendar, Diary, status

BASIC = "Basic dXNlcjpwYXNz"


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def test_a_token_stands_for_its_account(client: aiohttp.ClientSession, diary: Diary) -> None:
    tokens = {account: diary.grant(account) for account in ("ana", "bo")}
    for account, token in tokens.items():
        async with client.get("mine", headers=bearer(token)) as answer:
            assert await answer.json() == {"account": account}


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Bearer nobody", BASIC])
async def test_without_a_valid_token_the_answer_is_401_in_the_service_s_own_words(
    client: aiohttp.ClientSession, header: str | None
) -> None:
    async with client.get("mine", headers={} if header is None else {"Authorization": header}) as answer:
        assert answer.status == 401
        assert (await answer.json())["error"]["code"] == 401


async def test_a_token_expires_to_the_second(client: aiohttp.ClientSession, diary: Diary, now: Calendar) -> None:
    headers = bearer(diary.grant("ana", seconds=60))
    now.time += timedelta(seconds=59)
    assert await status(client, "mine", headers=headers) == 200
    now.time += timedelta(seconds=1)
    assert await status(client, "mine", headers=headers) == 401


async def test_a_revoked_token_is_refused(client: aiohttp.ClientSession, diary: Diary) -> None:
    token = diary.grant("ana")
    diary.revoke(token)
    assert await status(client, "mine", headers=bearer(token)) == 401


async def test_another_process_can_mint_a_token(client: aiohttp.ClientSession) -> None:
    async with client.post("_sandbox/tokens", json={"account": "ana", "zone": "Asia/Tokyo", "seconds": 60}) as answer:
        minted = await answer.json()
    assert minted["expires_in"] == 60
    assert await status(client, "mine", headers=bearer(minted["access_token"])) == 200


async def test_a_path_that_is_none_is_refused_in_the_service_s_own_words(client: aiohttp.ClientSession) -> None:
    async with client.get("nowhere") as answer:
        assert answer.status == 404
        assert (await answer.json())["error"]["code"] == 404


async def test_it_tells_how_it_is_and_where(client: aiohttp.ClientSession, diary: Diary) -> None:
    async with client.get("_sandbox/health") as answer:
        assert await answer.json() == {"name": "diary"}
        assert str(answer.url).endswith(f"{diary.prefix}/_sandbox/health")


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.test"},
        {"Host": "127.0.0.1.evil.test:3001"},
        {"Host": "["},
        {"Origin": "https://evil.test"},
        {"Origin": "http://localhost.evil.test"},
        {"Origin": "null"},
        {"Content-Type": "text/plain"},
    ],
)
async def test_a_web_page_from_elsewhere_controls_nothing(client: aiohttp.ClientSession, headers: dict[str, str]) -> None:
    told = {"Content-Type": "application/json", **headers}
    async with client.post("_sandbox/tokens", data=b'{"account": "ana"}', headers=told) as answer:
        assert answer.status == 403
    if "Content-Type" not in headers:
        assert await status(client, "_sandbox/journal", headers=headers) == 403


@pytest.mark.parametrize("name", ["evil.test", "127.0.0.1.evil.test:3001", "["])
async def test_a_name_from_elsewhere_leads_to_nothing(client: aiohttp.ClientSession, name: str) -> None:
    """A page may have its own name point to this machine: then it would be of the same origin."""
    for path in ("", "entries", "_sandbox/health"):
        assert await status(client, path, headers={"Host": name}) == 403


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1:1", "[::1]", "[::1]:3001"])
async def test_a_page_of_this_machine_may_control_it(client: aiohttp.ClientSession, name: str) -> None:
    headers = {"Host": name, "Origin": f"http://{name}"}
    async with client.post("_sandbox/tokens", json={"account": "ana"}, headers=headers) as answer:
        assert answer.status == 200
