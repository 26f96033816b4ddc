"""A reply as it is stored, and back."""

from pydantic import TypeAdapter

from commands.reply import Reply

_ADAPTER = TypeAdapter(Reply)


def dump(reply: Reply) -> str:
    """As JSON, but for its file."""
    return _ADAPTER.dump_json(reply, exclude={"file"}).decode()


def load(text: str) -> Reply:
    return _ADAPTER.validate_json(text)
