"""What nobody can guess."""

import base64
import secrets


def token() -> str:
    """256 bits, as they fit into a URL."""
    return secrets.token_urlsafe(32)


def short_id() -> str:
    """40 bits in eight letters and digits: for what people type, and only its owner may use."""
    return base64.b32encode(secrets.token_bytes(5)).decode().lower()
