"""`conversations.*` and `users.*` of the Web API: https://docs.slack.dev/reference/methods#conversations."""

from collections.abc import Sequence

from bot.slack.sandbox.arguments import Arguments
from bot.slack.sandbox.shapes import channel_json, message_json, person_json
from bot.slack.sandbox.workspace import BOT, ApiError, Channel, Json, Posted, Workspace


def history(workspace: Workspace, told: Arguments) -> Json:
    """Newest first, without the replies in threads."""
    channel = _readable(workspace, told)
    posts = [posted for posted in workspace.posts(channel.id) if not posted.thread_ts and not posted.only_for]
    return _page(workspace, told, [posted for posted in reversed(posts) if _is_between(posted, told)])


def replies(workspace: Workspace, told: Arguments) -> Json:
    """Oldest first; the message that began the thread leads each page."""
    channel = _readable(workspace, told)
    parent = workspace.find(channel.id, told.needed("ts"))
    if not parent or parent.only_for:
        raise ApiError("thread_not_found")
    return _page(workspace, told, [posted for posted in workspace.replies(parent) if _is_between(posted, told)], parent)


def open_(workspace: Workspace, told: Arguments) -> Json:
    known = set(workspace.channels)
    channel = workspace.channel(told.text("channel")) if told.text("channel") else workspace.direct(told.needed("users"))
    shown = channel_json(channel) if told.flag("return_im") else {"id": channel.id}
    return {"channel": shown, "already_open": channel.id in known, "no_op": channel.id in known}


def info(workspace: Workspace, told: Arguments) -> Json:
    return {"channel": channel_json(_visible(workspace, told))}


def list_(workspace: Workspace, told: Arguments) -> Json:
    visible = [each for each in workspace.channels.values() if _is_visible(each)]
    shown = [channel_json(each) for each in visible if not (told.flag("exclude_archived") and each.archived)]
    return {"channels": shown, "response_metadata": {"next_cursor": ""}}


def members(workspace: Workspace, told: Arguments) -> Json:
    return {"members": sorted(_visible(workspace, told).members), "response_metadata": {"next_cursor": ""}}


def users_info(workspace: Workspace, told: Arguments) -> Json:
    if not (person := workspace.people.get(told.needed("user"))):
        raise ApiError("user_not_found")
    return {"user": person_json(workspace, person)}


def users_list(workspace: Workspace, _: Arguments) -> Json:
    people = [person_json(workspace, person) for person in workspace.people.values()]
    return {"members": people, "response_metadata": {"next_cursor": ""}}


def _is_visible(channel: Channel) -> bool:
    return channel.kind == "channel" or BOT in channel.members


def _visible(workspace: Workspace, told: Arguments) -> Channel:
    channel = workspace.channel(told.needed("channel"))
    if not _is_visible(channel):
        raise ApiError("channel_not_found")
    return channel


def _readable(workspace: Workspace, told: Arguments) -> Channel:
    channel = _visible(workspace, told)
    if BOT not in channel.members:
        raise ApiError("not_in_channel")
    return channel


def _is_between(posted: Posted, told: Arguments) -> bool:
    oldest, latest = told.text("oldest") or "0", told.text("latest") or "9999999999"
    try:
        at, first, last = float(posted.ts), float(oldest), float(latest)
    except ValueError:
        raise ApiError("invalid_ts_oldest") from None
    return first <= at <= last if told.flag("inclusive") else first < at < last


def _page(workspace: Workspace, told: Arguments, posts: Sequence[Posted], parent: Posted | None = None) -> Json:
    start = _start(told, posts)
    rest = posts[start:]
    shown = rest[: told.number("limit", 100, 999)]
    more = {"next_cursor": f"after:{shown[-1].ts}"} if len(shown) < len(rest) else {"next_cursor": ""}
    messages = [message_json(workspace, each, told.flag("include_all_metadata")) for each in [*filter(None, [parent]), *shown]]
    return {"messages": messages, "has_more": bool(more["next_cursor"]), "response_metadata": more}


def _start(told: Arguments, posts: Sequence[Posted]) -> int:
    """Where the page begins: after the message that the cursor names."""
    if not (cursor := told.text("cursor")):
        return 0
    for position, posted in enumerate(posts):
        if cursor == f"after:{posted.ts}":
            return position + 1
    raise ApiError("invalid_cursor")
