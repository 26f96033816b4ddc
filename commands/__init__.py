"""The commands: one file a subject, one line to list it."""

from commands import calendar, help, ping, status

SUBJECTS = (calendar, help, ping, status)
