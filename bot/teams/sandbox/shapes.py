"""People, teams and messages as Teams shows them."""

from bot.teams.sandbox.walk import actions, words
from bot.teams.sandbox.workspace import TEAM, TEAM_GROUP, TEAM_NAME, Json, Person, Posted, Workspace


def member_json(person: Person) -> Json:
    """https://learn.microsoft.com/microsoftteams/platform/bots/how-to/get-teams-context#fetch-the-roster-or-user-profile"""
    given, _, surname = person.name.partition(" ")
    return {
        "id": person.id,
        "name": person.name,
        "objectId": person.object_id,
        "aadObjectId": person.object_id,
        "givenName": given,
        "surname": surname,
        "email": person.email,
        "userPrincipalName": person.email,
        "tenantId": person.tenant,
        "userRole": person.role,
    }


def team_json(workspace: Workspace) -> Json:
    """https://learn.microsoft.com/microsoftteams/platform/bots/how-to/get-teams-context#get-teams-details"""
    channels = workspace.conversations_of(TEAM)
    known = {"id": TEAM, "name": TEAM_NAME, "aadGroupId": TEAM_GROUP, "type": "standard"}
    return {**known, "channelCount": len(channels), "memberCount": len(channels[0].members)}


def message_json(posted: Posted) -> Json:
    """A message for whoever looks at the sandbox: `text` is what is read, `buttons` what can be pressed."""
    card = posted.card
    return {
        "id": posted.id,
        "from": posted.author,
        "text": posted.text or (words(card) if card else ""),
        "summary": posted.summary,
        "card": card,
        "buttons": [action["title"] for action in actions(card) if "title" in action] if card else [],
        "conversation": posted.conversation,
        "thread": posted.thread,
        "edited": bool(posted.edited),
        "streaming": posted.streaming,
    }
