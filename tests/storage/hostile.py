"""What may come from outside in place of a ticket, a state or a cookie."""

HOSTILE = {
    "nothing": "",
    "huge": "x" * 10_000_000,
    "NUL": "a\x00b",
    "half a surrogate pair": "\ud800",
    "not ASCII": "é“”🎉",
    "escaped": "\x1a0000",
    "SQL": "' OR 1=1; DROP TABLE ticket; --",
    "wildcard": "%",
}
