"""The commands: one file a subject, one line to list it."""

from commands import help, ping, status

SUBJECTS = (help, ping, status)
