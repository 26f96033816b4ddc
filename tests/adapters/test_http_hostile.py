"""What must never be followed, swallowed, waited for or told."""

import asyncio
import gzip
import logging
import ssl
import tracemalloc
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from adapters.errors import Refused, Unavailable, Unknown
from adapters.exchange import LARGEST_BODY
from adapters.faults import Fault
from adapters.http import Http, Request
from tests.adapters.servers import Diary, Talk, hear, listening, serving


@pytest.mark.parametrize("status", [300, 301, 302, 303, 307, 308])
async def test_a_redirect_is_refused_and_not_a_byte_goes_where_it_points(
    http: Http, diary: Diary, write: Request, status: int
) -> None:
    arrived: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        arrived.append(await reader.read(100))

    async with listening(talk) as canary:
        diary.script.add(Fault(kind="redirect", status=status, location=f"http://{canary}/steal"))
        with pytest.raises(Refused):
            await http.send(replace(write, headers={"X-API-Key": "CANARY-key-1"}, repeatable=True))
    assert arrived == []
    assert len(diary.journal) == 1


async def test_a_small_answer_that_unpacks_to_a_huge_one_is_refused_and_never_unpacked_whole(http: Http) -> None:
    bomb = gzip.compress(b"\0" * (200 * 1024 * 1024), 6)
    app = web.Application()

    async def explode(request: web.Request) -> web.Response:
        return web.Response(body=bomb, headers={"Content-Encoding": "gzip"})

    app.router.add_get("/", explode)
    async with serving(app) as address:
        tracemalloc.start()
        try:
            with pytest.raises(Refused):
                await http.send(Request("diary", "GET", f"{address}/"))
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert peak < 3 * LARGEST_BODY


@pytest.mark.parametrize(("size", "accepted"), [(LARGEST_BODY, True), (LARGEST_BODY + 1, False)])
async def test_an_answer_may_be_of_the_largest_size_and_no_larger(http: Http, size: int, accepted: bool) -> None:
    app = web.Application()

    async def answer(request: web.Request) -> web.Response:
        return web.Response(body=gzip.compress(bytes(size), 1), headers={"Content-Encoding": "gzip"})

    app.router.add_get("/", answer)
    async with serving(app) as address:
        request = Request("diary", "GET", f"{address}/")
        if accepted:
            assert len((await http.send(request)).body) == size
        else:
            with pytest.raises(Refused):
                await http.send(request)


async def test_a_huge_answer_is_refused_without_a_second_try(http: Http, diary: Diary, read: Request) -> None:
    diary.script.add(Fault(kind="huge"))
    with pytest.raises(Refused):
        await http.send(read)
    assert len(diary.journal) == 1


async def trickle_head(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await hear(reader)
    for byte in b"HTTP/1.1 200 OK\r\nX-Long: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa":
        writer.write(bytes((byte,)))
        await asyncio.sleep(0.05)


async def endless_chunks(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await hear(reader)
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        writer.write(b"1\r\nx\r\n")
        await writer.drain()
        await asyncio.sleep(0.01)


async def endless_continue(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await hear(reader)
    while True:
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        await writer.drain()
        await asyncio.sleep(0.01)


async def silence(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)


@pytest.mark.parametrize("talk", [trickle_head, endless_chunks, endless_continue, silence])
@pytest.mark.parametrize(("repeatable", "error"), [(True, Unavailable), (False, Unknown)])
async def test_an_answer_that_does_not_end_ends_at_the_deadline(
    session: aiohttp.ClientSession, talk: Talk, repeatable: bool, error: type[Exception]
) -> None:
    seen: list[int | str] = []
    http = Http(session, observe=lambda *attempt: seen.append(attempt[1]))
    async with listening(talk) as place:
        with pytest.raises(error):
            await http.send(Request("diary", "GET", f"http://{place}/", repeatable=repeatable, deadline=0.3))
    assert seen == ["timeout"]


async def test_a_byte_now_and_then_does_not_keep_an_answer_alive(
    session: aiohttp.ClientSession, diary: Diary, write: Request
) -> None:
    diary.script.add(Fault(kind="trickle", seconds=1.0))
    with pytest.raises(Unknown):
        await Http(session).send(replace(write, deadline=0.3))
    assert diary.lines == ["dear diary"]


@pytest.mark.parametrize(
    "answer",
    [
        b"garbage\r\n\r\n",
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Encoding: gzip\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"a" * 100_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"".join(b"X%d: a\r\n" % n for n in range(1000)) + b"\r\n",
        b"",
    ],
)
async def test_an_answer_that_is_no_http_leaves_a_write_unknown(http: Http, answer: bytes) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await hear(reader)
        writer.write(answer)

    async with listening(talk) as place:
        with pytest.raises(Unknown):
            await http.send(Request("diary", "POST", f"http://{place}/"))


@pytest.mark.parametrize("url", ["", "nowhere", "http://", "ftp://127.0.0.1/", "file:///etc/passwd", "http://127.0.0.1:99999/"])
async def test_an_address_that_is_none_is_refused(http: Http, url: str) -> None:
    with pytest.raises(Refused):
        await http.send(Request("diary", "GET", url))


async def test_each_attempt_is_observed(http: Http, diary: Diary, read: Request, seen: list[tuple[str, int | str]]) -> None:
    diary.script.add(Fault(kind="status", status=503), Fault(kind="drop_before"))
    await http.send(read)
    assert seen == [("diary", 503), ("diary", "dropped"), ("diary", 200)]


FAULTS = [
    Fault(kind="status", status=500, times=9),
    Fault(kind="status", status=429, times=9),
    Fault(kind="status", status=503, retry_after="900", times=9),
    Fault(kind="drop_before", times=9),
    Fault(kind="slow", seconds=5, times=9),
    Fault(kind="redirect", location="http://127.0.0.1:1/?CANARY-location-1", times=9),
    Fault(kind="huge", times=9),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.kind} {fault.status}")
@pytest.mark.parametrize("repeatable", [True, False])
async def test_no_error_and_no_log_line_tells_what_was_sent(
    session: aiohttp.ClientSession,
    diary: Diary,
    write: Request,
    fault: Fault,
    repeatable: bool,
    caplog: pytest.LogCaptureFixture,
) -> None:
    request = replace(
        write,
        url=f"{write.url}?key=CANARY-query-1",
        headers={"Authorization": "Bearer CANARY-token-1"},
        body=b"CANARY-body-1",
        repeatable=repeatable,
        deadline=0.3,
    )
    diary.script.add(fault)
    with caplog.at_level(logging.DEBUG), pytest.raises((Unavailable, Unknown, Refused)) as caught:
        await Http(session, random=lambda: 0.01).send(request)
    assert not leaks(caught.value)
    assert "CANARY" not in caplog.text
    assert "CANARY" not in repr(request)


async def test_no_address_that_fails_is_told(http: Http, unused_tcp_port: int) -> None:
    for url in (
        f"http://127.0.0.1:{unused_tcp_port}/?k=CANARY-query-1",
        "http://?k=CANARY-query-1",
        "ftp://x/?k=CANARY-query-1",
    ):
        with pytest.raises((Unavailable, Refused)) as caught:
            await http.send(Request("diary", "GET", url))
        assert not leaks(caught.value)


def leaks(error: BaseException | None) -> bool:
    """Whether the error, or any that it grew from, tells a secret."""
    if error is None:
        return False
    return "CANARY" in f"{error!r} {vars(error)}" or leaks(error.__cause__) or leaks(error.__context__)


async def test_a_certificate_that_nobody_vouches_for_is_not_trusted(http: Http, tmp_path: Path) -> None:
    arrived: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        arrived.append(await reader.read(100))

    async with listening(talk, self_signed(tmp_path)) as place:
        with pytest.raises(Unavailable):
            await http.send(Request("diary", "POST", f"https://{place}/", body=b"secret"))
    assert b"".join(arrived) == b""


def self_signed(folder: Path) -> ssl.SSLContext:
    """A server's TLS whose certificate it made itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    today = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(today)
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "server.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    pem.write_bytes(private + made.public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context
