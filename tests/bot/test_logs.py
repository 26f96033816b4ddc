"""Each line of the log says which delivery it is about, and nothing empty."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Literal

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from bot.logs import configure, delivery_id


@pytest.fixture(autouse=True)
def _root_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def logged(form: Literal["json", "text"], delivery: str) -> str:
    stream = io.StringIO()
    configure("INFO", form, stream)
    token = delivery_id.set(delivery)
    try:
        logging.getLogger("bot.test").info("told\nmore")
    finally:
        delivery_id.reset(token)
    return stream.getvalue()


@pytest.mark.parametrize("delivery", ["", "Ev1"])
def test_a_json_line_has_these_fields_and_no_other(delivery: str) -> None:
    line = json.loads(logged("json", delivery))
    assert line.pop("time")
    assert line == {"level": "INFO", "logger": "bot.test", "message": "told\nmore", "delivery": delivery}


@pytest.mark.parametrize(("delivery", "end"), [("", "told\\x0amore\n"), ("Ev1", "told\\x0amore  [Ev1]\n")])
def test_a_text_line_ends_with_its_delivery(delivery: str, end: str) -> None:
    assert logged("text", delivery).endswith(f"bot.test: {end}")


async def test_what_is_no_http_is_not_quoted() -> None:
    """aiohttp would log the beginning of a header that is too long, and a token may stand there."""
    stream = io.StringIO()
    configure("DEBUG", "json", stream)
    app = web.Application()
    async with TestServer(app) as server, ClientSession() as session:
        headers = {"Authorization": f"Bearer CANARY-{'x' * 9000}"}
        async with session.get(server.make_url("/"), headers=headers) as answer:
            assert answer.status == 400

    assert "CANARY" not in stream.getvalue()
