"""The workspace for people: one page on which a newcomer talks with the bot, without an account anywhere.

It is drawn on the server and works without JavaScript. It must only ever be served on loopback.
"""

import re
import secrets
from collections.abc import Awaitable, Mapping
from hashlib import sha256
from html import escape
from pathlib import Path
from string import Template
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from bot.sandbox_origin import check_origin
from bot.slack.sandbox.draw import draw_messages
from bot.slack.sandbox.draw_form import FIELD, draw_form
from bot.slack.sandbox.people import People
from bot.slack.sandbox.views import Views
from bot.slack.sandbox.workspace import ADA, BOT, ApiError, Channel, Posted, Workspace

_FOLDER = Path(__file__).parent
_FRAME = Template((_FOLDER / "page.html").read_text("utf-8"))
_STYLE = (_FOLDER / "page.css").read_text("utf-8")
_SCRIPT = (_FOLDER / "page.js").read_text("utf-8")
_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'nonce-{}'; connect-src 'self'; img-src http: https:; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)

_AT_HOME = "<input type=hidden name=home value=1>"
_MENTION = re.compile(r"^@interact\b\s*", re.IGNORECASE)


class Page:
    """`GET /` shows a channel as somebody sees it; the forms on it act as that person."""

    def __init__(self, workspace: Workspace, views: Views, people: People, shortcuts: Mapping[str, str]) -> None:
        self._workspace = workspace
        self._views = views
        self._people = people
        self._shortcuts = shortcuts
        self._typed: list[Posted] = []  # slash commands, which Slack itself shows to nobody

    def add_routes(self, router: web.UrlDispatcher) -> None:
        router.add_get("/", self._show)
        acts = {"say": self._say, "press": self._press, "shortcut": self._shortcut, "home": self._home}
        acts |= {"submit": self._submit, "press_form": self._press_form, "close": self._close}
        for name, act in acts.items():
            router.add_post(f"/{name}", act)

    async def _show(self, request: web.Request) -> web.Response:
        check_origin(request)
        user, channel = self._seen(request.query)
        nonce = secrets.token_urlsafe(12)
        safety = {
            "Content-Security-Policy": _POLICY.format(nonce),
            "Referrer-Policy": "same-origin",
            "Cache-Control": "no-store",
        }
        html = self._drawn(user, channel, request.query.get("note", ""), nonce, home="home" in request.query)
        return web.Response(text=html, content_type="text/html", headers=safety)

    async def _say(self, request: web.Request) -> web.Response:
        """What begins with a slash is a command; other words go to the bot."""
        told, user, channel = await self._told(request)
        text = told.get("text", "").strip()
        if not text:
            return _back(user, channel)
        if text.startswith("/"):
            command, _, rest = text.partition(" ")
            self._typed.append(Posted(self._workspace.ts(), channel.id, user, text, only_for=user))
            return await _done(user, channel, self._people.command(command, rest.strip(), user=user, channel=channel.id))
        if channel.kind == "im":
            return await _done(user, channel, self._people.message(text, user=user))
        words = _MENTION.sub("", text)  # the page mentions the bot by itself
        return await _done(user, channel, self._people.mention(words, user=user, channel=channel.id))

    async def _home(self, request: web.Request) -> web.Response:
        """Opens the Home tab."""
        _, user, channel = await self._told(request)
        return await _done(user, channel, self._people.open_home(user=user), home=True)

    async def _press(self, request: web.Request) -> web.Response:
        """What the bot says to a press in the Home tab comes as a direct message."""
        told, user, channel = await self._told(request)
        if "home" in told:
            direct = self._workspace.direct(user)
            return await _done(user, direct, self._people.press_home(told.get("button", ""), user=user))
        pressed = self._people.click(told.get("button", ""), user=user, channel=channel.id, ts=told.get("ts", ""))
        return await _done(user, channel, pressed)

    async def _shortcut(self, request: web.Request) -> web.Response:
        """A command from a message's menu."""
        told, user, channel = await self._told(request)
        ran = self._people.shortcut(told.get("command", ""), told.get("ts", ""), user=user, channel=channel.id)
        return await _done(user, channel, ran)

    async def _submit(self, request: web.Request) -> web.Response:
        told, user, channel = await self._told(request)
        return await _done(user, channel, self._people.submit(_entered(told), user=user))

    async def _press_form(self, request: web.Request) -> web.Response:
        """A button within the form."""
        told, user, channel = await self._told(request)
        return await _done(user, channel, self._people.press_form(told.get("button", ""), _entered(told), user=user))

    async def _close(self, request: web.Request) -> web.Response:
        _, user, channel = await self._told(request)
        self._views.close(user)
        return _back(user, channel)

    async def _told(self, request: web.Request) -> tuple[Mapping[str, str], str, Channel]:
        """What a form on the page holds; several choices of one field are joined by commas."""
        check_origin(request)
        form = await request.post()
        told = {name: ",".join(str(value) for value in form.getall(name)) for name in form}
        return told, *self._seen(told)

    def _seen(self, told: Mapping[str, str]) -> tuple[str, Channel]:
        """Who looks, and where: by default Ada, at her direct messages."""
        user = told.get("user", ADA)
        if user not in self._workspace.people or user == BOT:
            raise web.HTTPNotFound
        try:
            channel = self._workspace.channel(told.get("channel", user))
        except ApiError:  # of a page that was opened before the sandbox was started anew
            channel = self._workspace.direct(user)
        return user, channel if user in channel.members else self._workspace.direct(user)

    def _drawn(self, user: str, channel: Channel, note: str, nonce: str, home: bool) -> str:
        hidden = _hidden(user, channel)
        messages = self._tab(user, hidden) if home else self._messages(user, channel, hidden)
        view = self._views.opened(user)
        form = draw_form(view, hidden) if view else ""
        name = _name(channel)
        return _FRAME.substitute(
            style=_STYLE,
            script=_SCRIPT,
            nonce=nonce,
            title=escape(name),
            people=self._links_to_people(user),
            channels=self._links_to_channels(user, channel),
            messages=messages,
            version=_digest(messages),
            form=form,
            form_version=_digest(form),
            note=f"<p class=problem role=alert>{escape(note)}</p>" if note else "",
            hidden=hidden,
            placeholder=escape(f"Write to the bot{'' if channel.kind == 'im' else f' in {name}'}, or type /interact help"),
        )

    def _messages(self, user: str, channel: Channel, hidden: str) -> str:
        typed = [posted for posted in self._typed if (posted.channel, posted.user) == (channel.id, user)]
        posts = sorted([*self._workspace.posts(channel.id, user), *typed], key=lambda posted: posted.ts)
        return (
            draw_messages(posts, self._workspace.people, hidden, self._shortcuts)
            or "<li class=empty>Nothing was said here yet.</li>"
        )

    def _tab(self, user: str, hidden: str) -> str:
        """The Home tab, drawn as a message."""
        blocks = self._views.homes.get(user, {"blocks": []})["blocks"]
        return draw_messages([Posted("0", "", BOT, "", blocks)], self._workspace.people, f"{hidden}{_AT_HOME}")

    def _links_to_people(self, user: str) -> str:
        people = (person for person in self._workspace.people.values() if person.id != BOT)
        return "".join(_link(person.real_name, person.id == user, user=person.id) for person in people)

    def _links_to_channels(self, user: str, seen: Channel) -> str:
        direct = self._workspace.direct(user)
        channels = [each for each in self._workspace.channels.values() if user in each.members and not each.archived]
        shown = [direct, *(each for each in channels if each.kind != "im")]
        return "".join(_link(_name(each), each is seen, user=user, channel=each.id) for each in shown)


async def _done(user: str, channel: Channel, deed: Awaitable[Any], home: bool = False) -> web.Response:
    try:
        await deed
    except (ValueError, ApiError) as error:
        return _back(user, channel, str(error))
    return _back(user, channel, home=home)


def _entered(told: Mapping[str, str]) -> dict[str, str]:
    return {name.removeprefix(FIELD): value for name, value in told.items() if name.startswith(FIELD)}


def _back(user: str, channel: Channel, note: str = "", home: bool = False) -> web.Response:
    where = {"user": user, "channel": channel.id, **({"note": note} if note else {}), **({"home": "1"} if home else {})}
    return web.Response(status=303, headers={"Location": f"./?{urlencode(where)}"})


def _hidden(user: str, channel: Channel) -> str:
    fields = {"user": user, "channel": channel.id}
    return "".join(f'<input type=hidden name={name} value="{escape(value)}">' for name, value in fields.items())


def _link(text: str, current: bool, **where: str) -> str:
    mark = " aria-current=page" if current else ""
    return f'<li><a href="./?{escape(urlencode(where))}"{mark}>{escape(text)}</a></li>'


def _name(channel: Channel) -> str:
    return "Interact" if channel.kind == "im" else f"#{channel.name}"


def _digest(html: str) -> str:
    return sha256(html.encode()).hexdigest()[:16]
