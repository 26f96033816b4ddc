"""Whom we can talk to: one line for each service."""

from adapters import anthropic, gemini, google_calendar, hubspot, notion, openai, perplexity

ADAPTERS = (
    google_calendar.ADAPTER,
    notion.ADAPTER,
    hubspot.ADAPTER,
    openai.ADAPTER,
    anthropic.ADAPTER,
    gemini.ADAPTER,
    perplexity.ADAPTER,
)
