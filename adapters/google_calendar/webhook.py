"""Push notifications say only that something changed: https://developers.google.com/workspace/calendar/api/guides/push."""

import hmac

from adapters.base import Event, Incoming, Secret, Webhook


def verify(incoming: Incoming, secret: Secret) -> bool:
    """Google signs nothing: it gives back the token that the channel was opened with."""
    token = incoming.header("x-goog-channel-token")
    return bool(secret) and hmac.compare_digest(token.encode(errors="replace"), secret.reveal().encode())


def read(incoming: Incoming) -> tuple[Event, ...]:
    """The news; none for the `sync` message that opens a channel, and for what is no notification."""
    channel, number = incoming.header("x-goog-channel-id"), incoming.header("x-goog-message-number")
    if not channel or not number or incoming.header("x-goog-resource-state") not in ("exists", "not_exists"):
        return ()
    return (Event(f"{channel}:{number}", "calendar.changed", incoming.header("x-goog-resource-id")),)


WEBHOOK = Webhook(verify, read)
