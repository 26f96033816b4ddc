"""Logs: JSON lines for machines, short lines on a terminal, and the delivery's id on each of them."""

import logging
import sys
from contextvars import ContextVar
from typing import Literal, TextIO

from pythonjsonlogger.json import JsonFormatter

delivery_id: ContextVar[str] = ContextVar("delivery_id", default="")

_TEXT = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"
# They log bodies, addresses and tokens, see F2.
_QUIET = (
    *("slack_bolt", "slack_sdk", "aiohttp.access", "asyncio", "googleapiclient", "httpx", "httpx2", "hubspot", "notion_client"),
    *("openai", "anthropic", "google_genai", "perplexity", "pydantic_ai"),
)


class _WithDelivery(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.delivery = delivery_id.get()
        return True


def _is_our_affair(record: logging.LogRecord) -> bool:
    """aiohttp quotes what comes and is no HTTP, with whatever secrets are in it. Its sender is told; nobody else need be."""
    error = record.exc_info[1] if record.exc_info else None
    return type(error).__module__ != "aiohttp.http_exceptions"


def configure(level: str, form: Literal["auto", "json", "text"], stream: TextIO = sys.stderr) -> None:
    """Sets up logging for the whole process. Control characters from outside can't start a line of their own."""
    handler = logging.StreamHandler(stream)
    handler.addFilter(_WithDelivery())
    as_text = form == "text" or (form == "auto" and stream.isatty())
    handler.setFormatter(_OneLine(_TEXT, "%H:%M:%S") if as_text else _json())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.getLogger("aiohttp.server").addFilter(_is_our_affair)
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelName(level)))


def _json() -> JsonFormatter:
    names = {"asctime": "time", "levelname": "level", "name": "logger"}
    return JsonFormatter("%(asctime)s %(levelname)s %(name)s %(message)s %(delivery)s", rename_fields=names)


class _OneLine(logging.Formatter):
    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's own name
        delivery = getattr(record, "delivery", "")
        where = f"  [{delivery}]" if delivery else ""
        return f"{super().formatMessage(record)}{where}".translate(_VISIBLE)


_VISIBLE = {code: f"\\x{code:02x}" for code in (*range(32), 127) if code != 9}
