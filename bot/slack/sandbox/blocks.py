"""Whether Slack would take these blocks: https://docs.slack.dev/reference/block-kit/blocks."""

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from bot.slack.sandbox.checks import Wrong, listed, text, text_object, type_of, unique, url
from bot.slack.sandbox.elements import element, rich
from bot.slack.sandbox.workspace import ApiError, Json, Workspace

_MOST, _MOST_IN_VIEW = 50, 100
_OUT_OF_REACH = ("127.0.0.1", "localhost", "::1")  # of Slack's own machines, which fetch every picture first
_LONGEST = 13_200  # characters of all blocks of a message, as observed: https://github.com/slackapi/bolt-js/issues/2509


def message_blocks(workspace: Workspace, blocks: Any) -> list[Json]:
    """A message's blocks, each with its id. Raises ApiError."""
    checked = _checked(workspace, blocks, _MOST)
    if len(json.dumps(blocks, ensure_ascii=False)) > _LONGEST:
        raise ApiError("msg_blocks_too_long")
    return checked


def view_blocks(workspace: Workspace, blocks: Any) -> list[Json]:
    """A form's blocks, each with its id. Raises ApiError."""
    return _checked(workspace, blocks, _MOST_IN_VIEW)


def _checked(workspace: Workspace, blocks: Any, most: int) -> list[Json]:
    if wrong := list(_wrong(blocks or [], most)):
        raise ApiError("invalid_blocks", errors=wrong, response_metadata={"messages": [f"[ERROR] {each}" for each in wrong]})
    return [{"block_id": workspace.fresh("b"), **block} for block in blocks or ()]


def _wrong(blocks: Any, most: int) -> Wrong:
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        yield "blocks is no list of objects"
        return
    if len(blocks) > most:
        yield f"no more than {most} items allowed, there are {len(blocks)}"
    for number, block in enumerate(blocks):
        yield from (f"{each} [json-pointer:/blocks/{number}]" for each in _wrong_block(block))
    yield from unique("block_id", blocks)
    yield from unique("action_id", [each for block in blocks for each in _pressable(block)])


def _wrong_block(block: Json) -> Wrong:
    if block.get("type") not in _RULES:
        yield f"unsupported type: {block.get('type')}"
        return
    if "block_id" in block:
        yield from text(block, "block_id", 255)
    yield from _RULES[block["type"]](block)


def _section(block: Json) -> Wrong:
    if "text" in block:
        yield from text_object(block["text"], 3000)
    elif "fields" not in block:
        yield "a section has a text or fields"
    if "fields" in block:
        yield from listed(block["fields"], 10, lambda each: text_object(each, 2000))
    if "accessory" in block:
        yield from element(block["accessory"])


def _header(block: Json) -> Wrong:
    yield from text_object(block.get("text"), 150, plain=True)


def _image(block: Json) -> Wrong:
    yield from url(block, "image_url")
    yield from text(block, "alt_text", 2000)
    if urlsplit(str(block.get("image_url"))).hostname in _OUT_OF_REACH:
        yield "downloading image failed"


def _context(block: Json) -> Wrong:
    yield from listed(
        block.get("elements"), 10, lambda each: _image(each) if type_of(each) == "image" else text_object(each, 3000)
    )


def _actions(block: Json) -> Wrong:
    yield from listed(block.get("elements"), 25, element)


def _input(block: Json) -> Wrong:
    yield from text_object(block.get("label"), 2000, plain=True)
    if "hint" in block:
        yield from text_object(block["hint"], 2000, plain=True)
    yield from element(block.get("element"))


def _rich_text(block: Json) -> Wrong:
    yield from listed(block.get("elements"), 1000, rich)


def _markdown(block: Json) -> Wrong:
    yield from text(block, "text", 12_000)


def _divider(_: Json) -> Wrong:
    yield from ()


_RULES: Mapping[str, Callable[[Json], Wrong]] = {
    "section": _section,
    "header": _header,
    "divider": _divider,
    "image": _image,
    "context": _context,
    "actions": _actions,
    "input": _input,
    "rich_text": _rich_text,
    "markdown": _markdown,
}


def _pressable(block: Json) -> list[Any]:
    elements = block.get("elements") if block.get("type") == "actions" else None
    return elements if isinstance(elements, list) else []
