"""Why a port can't be listened on, in words."""

import errno
import socket

_REASONS = {
    errno.EADDRINUSE: "Port {port} is taken: by another program, or by a bot that runs already. Set PORT to a free one.",
    errno.EACCES: "Port {port} is not open to this user. Set PORT to one above 1023.",
    errno.EADDRNOTAVAIL: "HOST {host} is no address of this machine. Set it to 127.0.0.1, or to 0.0.0.0 for all.",
}


def why_not(error: OSError, host: str, port: int) -> str:
    """What to do about it; empty where the error is of another kind."""
    number = errno.EADDRNOTAVAIL if isinstance(error, socket.gaierror) else error.errno
    return _REASONS.get(number or 0, "").format(host=host, port=port)
