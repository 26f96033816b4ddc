"""The commands: one file a subject, one line to list it."""

from commands import calendar, connect, disconnect, help, integrations, ping, status, team

SUBJECTS = (calendar, connect, disconnect, integrations, team, help, ping, status)
