"""The guard of `conftest.py` works: a test that can't fail would be no guard."""

import socket

import aiohttp
import pytest

from tests.conftest import NetworkReached


def test_a_connection_beyond_this_machine_fails() -> None:
    with socket.socket() as outward, pytest.raises(NetworkReached):
        outward.connect(("192.0.2.1", 80))


async def test_a_lookup_beyond_this_machine_fails_through_a_library_too() -> None:
    async with aiohttp.ClientSession() as session:
        with pytest.raises(NetworkReached):
            await session.get("http://example.com/")
