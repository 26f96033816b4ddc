"""The page on which somebody lets a client in, or does not. It needs no JavaScript, and keeps nothing in the browser."""

import hashlib
from base64 import b64encode
from collections.abc import Sequence
from urllib.parse import urlsplit

from aiohttp import web
from jinja2 import Environment
from markupsafe import Markup

from adapters.sandbox_families import Account
from adapters.sandbox_request import Asked

_STYLE = """
:root { color-scheme: light dark; --page: #eef1f6; --card: #fff; --text: #1b2130; --quiet: #525b6e; --line: #cbd2de;
  --strong: #1a56c4; --on-strong: #fff; }
@media (prefers-color-scheme: dark) { :root { --page: #12151c; --card: #1c212b; --text: #e8ebf2; --quiet: #a9b2c4;
  --line: #3a4252; --strong: #9dbdff; --on-strong: #0d1c3a; } }
* { box-sizing: border-box; }
body { margin: 0; padding: 2rem 1rem; min-height: 100vh; display: grid; place-items: center; background: var(--page);
  color: var(--text); font: 1rem/1.5 system-ui, sans-serif; }
main { width: 100%; max-width: 28rem; padding: 2rem; background: var(--card); border: 1px solid var(--line);
  border-radius: 1rem; overflow-wrap: anywhere; }
h1 { margin: 0 0 .75rem; font-size: 1.4rem; line-height: 1.25; }
p { margin: 0 0 1.25rem; color: var(--quiet); }
fieldset { margin: 0 0 1.25rem; padding: 0; border: 0; }
legend { padding: 0; margin-bottom: .5rem; font-weight: 600; }
label { display: flex; gap: .75rem; align-items: center; padding: .6rem .75rem; border: 1px solid var(--line);
  border-radius: .6rem; margin-bottom: .4rem; cursor: pointer; }
label span { flex: 1; } small { display: block; color: var(--quiet); }
input { accent-color: var(--strong); flex: none; }
input[type=text] { flex: 1; min-width: 0; padding: .4rem .6rem; font: inherit; color: inherit; background: transparent;
  border: 1px solid var(--line); border-radius: .4rem; }
div { display: flex; gap: .75rem; }
button { flex: 1; min-height: 3rem; font: inherit; font-weight: 600; border-radius: .6rem; border: 1px solid var(--line);
  background: transparent; color: inherit; cursor: pointer; }
button#allow { flex: 2; background: var(--strong); border-color: var(--strong); color: var(--on-strong); }
:focus-visible { outline: 3px solid var(--strong); outline-offset: 2px; }
"""
_PAGES = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
_FRAME = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ title }}</title>
<link rel="icon" href="data:,">
<style>{{ style }}</style>
</head>
<body>
<main>
%s
</main>
</body>
</html>
"""
_CONSENT = _PAGES.from_string(
    _FRAME
    % """<h1>{{ title }}</h1>
<p>“{{ client }}” wants to use an account. This is a stand-in for {{ vendor }}: its accounts are made up, and it asks for no
password.</p>
<form method="post" action="?">
<input type="hidden" name="request" value="{{ request }}">
<fieldset>
<legend>Account</legend>
{% for account in accounts %}
<label><input type="radio" name="account" value="{{ account.id }}"{% if loop.first %} checked{% endif %}>
<span>{{ account.name }}<small>{{ account.id }}</small></span></label>
{% endfor %}
<label><span>Another one</span><input type="text" name="other" maxlength="254" autocomplete="off"></label>
</fieldset>
{% if scopes %}
<fieldset>
<legend>What it may do</legend>
{% for scope in scopes %}
<label><input type="checkbox" name="scope" value="{{ scope }}" checked>
{% set name = scope.rpartition("/")[2] or scope %}
<span>{{ name }}{% if name != scope %}<small>{{ scope }}</small>{% endif %}</span></label>
{% endfor %}
</fieldset>
{% endif %}
<div>
<button id="allow" name="decision" value="allow">Allow</button>
<button id="deny" name="decision" value="deny">Deny</button>
</div>
</form>"""
)
_REFUSAL = _PAGES.from_string(_FRAME % "<h1>{{ title }}</h1>\n<p>{{ text }}</p>")


def consent_page(vendor: str, client: str, request: str, asked: Asked, accounts: Sequence[Account]) -> web.Response:
    """Asks for leave. `request` is how the answer is told from others'."""
    parts = urlsplit(asked.redirect_uri)
    values = {"vendor": vendor, "client": client, "request": request, "scopes": asked.scopes, "accounts": accounts}
    text = _CONSENT.render(title=f"Sign in to {vendor}", style=Markup(_STYLE), **values)  # noqa: S704 - our own constant
    return _page(text, f"'self' {parts.scheme}://{parts.netloc}")  # browsers hold a form's redirect to this as well


def refusal_page(text: str) -> web.Response:
    """Where the browser can't be sent back."""
    title, style = "This can't be done", Markup(_STYLE)  # noqa: S704 - our own constant
    return _page(_REFUSAL.render(title=title, text=text, style=style), "'none'", 400)


def _page(text: str, form_action: str, status: int = 200) -> web.Response:
    digest = b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; form-action {form_action}"
    headers = {
        "Content-Security-Policy": f"{policy}; frame-ancestors 'none'; base-uri 'none'",
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    return web.Response(text=text, status=status, content_type="text/html", headers=headers)
