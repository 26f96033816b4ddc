"""Why a port can't be listened on, in words."""

import errno
import socket

import pytest

from bot.port import why_not
from bot.server import listening_socket


def test_a_taken_port_is_named_with_what_to_do() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OSError) as raised:
            listening_socket("127.0.0.1", port)
        assert (
            why_not(raised.value, "127.0.0.1", port)
            == f"Port {port} is taken: by another program, or by a bot that runs already. Set PORT to a free one."
        )


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.EADDRINUSE, "in use"), "Port 80 is taken: by another program"),
        (OSError(errno.EADDRNOTAVAIL, "not ours"), "HOST nowhere is no address"),
        (PermissionError(errno.EACCES, "denied"), "Port 80 is not open to this user"),
        (socket.gaierror(socket.EAI_NONAME, "unknown"), "HOST nowhere is no address"),
    ],
)
def test_every_reason_has_its_words(error: OSError, said: str) -> None:
    assert said in why_not(error, "nowhere", 80)


@pytest.mark.parametrize("error", [OSError("no number"), ConnectionResetError(errno.ECONNRESET, "reset")])
def test_another_kind_of_error_is_none_of_its_business(error: OSError) -> None:
    assert why_not(error, "127.0.0.1", 80) == ""
