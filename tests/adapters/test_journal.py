"""What a stand-in was asked can be read back."""

import itertools

import aiohttp

from adapters.faults import Fault
from tests.adapters.servers import Calendar, Diary, status


async def test_the_journal_tells_what_was_asked_without_credentials(
    client: aiohttp.ClientSession, diary: Diary, now: Calendar
) -> None:
    secret = "CANARY-token-1"
    named = itertools.product(["Authorization", "X-API-Key", "xi-api-key", "X-Goog-Api-Key", "Cookie"], [secret])
    headers = {"Idempotency-Key": "call-1", **dict(named)}
    async with client.post(
        "line", params={"key": secret, "access_token": secret, "pageToken": "2"}, headers=headers, data="hello"
    ):
        pass
    async with client.get("_sandbox/journal") as answer:
        text = await answer.text()
        (entry,) = await answer.json()
    assert secret not in text
    assert entry["time"] == now.time.isoformat()
    assert [entry[part] for part in ("method", "path", "body", "status")] == ["POST", "/line", "hello", 200]
    assert entry["query"] == {"key": "…", "access_token": "…", "pageToken": "2"}
    assert entry["headers"]["Idempotency-Key"] == "call-1"


async def test_the_journal_notes_what_was_refused_and_what_failed(client: aiohttp.ClientSession, diary: Diary) -> None:
    diary.script.add(Fault(kind="status", status=502, path="lines"))
    for path in ("lines", "mine", "nowhere"):
        await status(client, path)
    assert [entry.status for entry in diary.journal] == [502, 401, 404]


async def test_the_journal_forgets_what_is_long_ago(client: aiohttp.ClientSession, diary: Diary) -> None:
    most = diary.journal.maxlen
    assert most
    for number in range(most + 5):
        await status(client, "lines", params={"n": str(number)})
    assert len(diary.journal) == most
    assert diary.journal[0].query == {"n": "5"}
