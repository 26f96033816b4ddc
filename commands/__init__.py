"""The commands: one file a subject, one line to list it."""

from commands import (
    audit,
    calendar,
    confirm,
    connect,
    disconnect,
    dismiss,
    forget,
    help,
    integrations,
    ping,
    rules,
    settle,
    status,
    team,
    undo,
)

SUBJECTS = (
    calendar,
    connect,
    disconnect,
    integrations,
    team,
    undo,
    confirm,
    dismiss,
    settle,
    rules,
    audit,
    forget,
    help,
    ping,
    status,
)
