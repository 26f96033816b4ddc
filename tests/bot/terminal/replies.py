"""Replies to be shown, and what outsiders might put into them."""

from dataclasses import replace

from commands.reply import Button, Field, File, Item, Reply

FULL = Reply(
    "2 meetings on Tuesday",
    items=(
        Item("Stand-up", "09:00, daily", "https://calendar.test/1", (Button("Cancel", "calendar cancel", {"meeting": "e1"}),)),
        Item("Lunch", "12:00"),
    ),
    fields=(Field("Where", "Room 1"), Field("Zone", "Europe/Berlin")),
    buttons=(
        Button("Undo", "calendar cancel", {"meeting": "e 2"}),
        Button("Open", url="https://calendar.test/day"),
        Button("Fill in a form", "calendar create", form=True),
    ),
    image="https://calendar.test/map.png",
    file=File("day.ics", b"x" * 12_000, "text/calendar"),
)

HOSTILE = (
    "\x1b[2J\x1b[H",  # clears the screen
    "\x1b]0;owned\x07",  # sets the window's title
    "\x1b]8;;https://evil.test\x1b\\click\x1b]8;;\x1b\\",  # a link of its own
    "\x1b]52;c;ZXZpbA==\x07",  # writes to the clipboard
    "\x1b[6n",  # asks the terminal, which answers as if typed
    "\x9b2J\x9d0;owned\x9c",  # the same with eight-bit controls
    "safe\rEVIL",
    "over\b\b\b\bEVIL",
    "bell\a null\0 delete\x7f",
    "abc\u202edcba",  # turns the direction of reading around
    "half \ud83d a pair",
    "[bold red]markup[/bold red] [link=https://evil.test]x[/link] :smile:",
    "line\u2028another\u2029and\x85another",
    "\x0cform\x0bfeed",
)

BAD_ADDRESSES = (
    "javascript:alert(1)",
    "file:///etc/passwd",
    "https://evil.test/\x1b\\\x1b[2J",
    "https://evil.test/\x07x",
    "https://user:pass@evil.test/",
    "https://evil.test/a b",
    "https://",
)


def holding(text: str) -> Reply:
    """The full reply with that text wherever an outsider's may be."""
    button = Button(text, "calendar cancel", {"meeting": text})
    return replace(
        FULL,
        text=text,
        items=(Item(text, text, "https://calendar.test/1", (button,)), Item(text, text)),
        fields=(Field(text, text),),
        buttons=(button, Button(text, url="https://calendar.test/day")),
        file=File(text, b"", "text/plain"),
    )


def leading_to(url: str) -> Reply:
    """A reply whose every address is this one."""
    return Reply("Look", items=(Item("There", "", url),), buttons=(Button("Open", url=url),), image=url)
