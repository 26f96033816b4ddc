"""People, channels and messages as Slack's API shows them."""

from zoneinfo import ZoneInfo

from bot.slack.sandbox.workspace import ADA, APP, BOT, BOT_ID, BOT_NAME, Channel, Json, Person, Posted, Workspace


def person_json(workspace: Workspace, person: Person) -> Json:
    """https://docs.slack.dev/reference/objects/user-object"""
    offset = workspace.now().astimezone(ZoneInfo(person.zone)).utcoffset()
    return {
        "id": person.id,
        "team_id": workspace.team,
        "name": person.name,
        "real_name": person.real_name,
        "deleted": person.deleted,
        "tz": person.zone,
        "tz_offset": int(offset.total_seconds()) if offset else 0,
        "profile": {"real_name": person.real_name, "display_name": person.name, "team": workspace.team},
        "is_admin": person.id == ADA,
        "is_bot": person.id == BOT,
        "is_restricted": person.guest,
        "is_ultra_restricted": False,
    }


def channel_json(channel: Channel) -> Json:
    """https://docs.slack.dev/reference/objects/conversation-object"""
    shown: Json = {"id": channel.id, "created": 0, "is_archived": channel.archived, "is_im": channel.kind == "im"}
    if channel.kind == "im":
        return shown | {"user": channel.name}
    private = channel.kind == "group"
    shown |= {"name": channel.name, "is_channel": not private, "is_group": private, "is_mpim": False, "is_private": private}
    return shown | {"is_member": BOT in channel.members, "num_members": len(channel.members)}


def message_json(workspace: Workspace, posted: Posted, with_metadata: bool = False) -> Json:
    """https://docs.slack.dev/reference/events/message"""
    shown: Json = {"type": "message", "user": posted.user, "text": posted.text, "ts": posted.ts, "team": workspace.team}
    if posted.blocks:
        shown["blocks"] = posted.blocks
    if posted.user == BOT:
        shown |= {"bot_id": BOT_ID, "app_id": APP, "bot_profile": {"id": BOT_ID, "app_id": APP, "name": BOT_NAME}}
    if posted.files:
        shown |= {"files": posted.files}
    if posted.subtype:
        shown |= {"subtype": posted.subtype}
    if posted.streaming:
        shown |= {"streaming_state": "in_progress" if posted.streaming == "in_progress" else "completed"}
    if posted.edited:
        shown["edited"] = {"user": posted.user, "ts": posted.edited}
    if with_metadata and posted.metadata:
        shown["metadata"] = posted.metadata
    return shown | _thread(workspace, posted)


def _thread(workspace: Workspace, posted: Posted) -> Json:
    if posted.thread_ts:
        parent = workspace.find(posted.channel, posted.thread_ts)
        return {"thread_ts": posted.thread_ts} | ({"parent_user_id": parent.user} if parent else {})
    replies = workspace.replies(posted)
    return {"thread_ts": posted.ts, "reply_count": len(replies), "latest_reply": replies[-1].ts} if replies else {}
