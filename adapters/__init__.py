"""Whom we can talk to: one line for each service."""

from adapters import google_calendar

ADAPTERS = (google_calendar.ADAPTER,)
