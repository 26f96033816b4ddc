"""A key in a message is taken out before it is stored, whoever's it is; what is no key stays as it is."""

import base64
import json
import random
import re
import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.key_shapes import MARKS, SHAPES
from bot.leaked import dumped, found, scrubbed

LETTERS = "CANARYcanary0123456789XYZxyz" * 10
HEX = "c0ffee0123456789abcdef5a5a5a5a5a" * 10
UPPER = "CANARY0123456789QWERTZUIOPLKJHGF" * 3
PEM = "-----BEGIN {0}PRIVATE KEY-----\nMIICANARY+/abc=\n\nCANARY==\n-----END {0}PRIVATE KEY-----"
# One or more for each shape, in their order: none of these is anybody's.
EXAMPLES: list[tuple[str, list[str]]] = [
    ("private", [PEM.format(""), PEM.format("RSA "), PEM.format("").replace("\n", "\\n"), PEM.format("")[:60]]),
    ("Anthropic", [f"sk-ant-api03-{LETTERS[:93]}-AA", f"sk-ant-oat01-{LETTERS[:90]}"]),
    ("OpenRouter", [f"sk-or-v1-{HEX[:64]}"]),
    ("OpenAI", [f"sk-proj-{LETTERS[:40]}_-{LETTERS[:60]}", f"sk-svcacct-{LETTERS[:60]}"]),
    ("OpenAI", [f"sk-{LETTERS[:48]}", f"sk-{HEX[:32]}"]),
    ("ElevenLabs", [f"sk_{HEX[:48]}"]),
    ("Perplexity", [f"pplx-{LETTERS[:48]}"]),
    ("Google", [f"AIzaSy{LETTERS[:33]}"]),
    ("Google", [f"AQ.Ab8{LETTERS[:45]}"]),
    ("Google", [f"ya29.a0{LETTERS[:120]}"]),
    ("Google", [f"1//0g{LETTERS[:95]}"]),
    ("Google", [f"GOCSPX-{LETTERS[:28]}"]),
    ("Slack", [f"xoxe.xoxb-1-{LETTERS[:80]}", f"xoxe.xoxp-1-{LETTERS[:80]}"]),
    ("Slack", [f"xoxb-1234567890-{LETTERS[:24]}", f"xoxp-1-2-3-{HEX[:32]}", f"xoxe-1-{LETTERS[:90]}"]),
    ("Slack", [f"xapp-1-A0123456789-1234567890-{HEX[:64]}"]),
    ("Slack webhook", [f"https://hooks.slack.com/services/T01234567/B01234567/{LETTERS[:24]}"]),
    ("Microsoft", [f"abc8Q~{LETTERS[:34]}", f"A.~7Q~{LETTERS[:31]}"]),
    ("Microsoft", [f"AccountKey={LETTERS[:86]}=="]),
    (
        "Teams webhook",
        [f"https://acme.webhook.office.com/webhookb2/{uuid.UUID(int=1)}@{uuid.UUID(int=2)}/IncomingWebhook/{HEX[:32]}"],
    ),
    ("Zapier webhook", ["https://hooks.zapier.com/hooks/catch/1234567/canary1/"]),
    ("Discord webhook", [f"https://discord.com/api/webhooks/123456789012345678/{LETTERS[:68]}"]),
    ("Notion", [f"ntn_{LETTERS[:46]}"]),
    ("Notion", [f"secret_{LETTERS[:43]}"]),
    ("HubSpot", ["pat-na1-c0ffee00-1234-4abc-8abc-c0ffee012345", "pat-eu1-c0ffee00-1234-4abc-8abc-c0ffee012345"]),
    ("Vercel", [f"vcp_{LETTERS[:56]}", f"vck_{LETTERS[:56]}"]),
    ("Cloudflare", [f"cfut_{LETTERS[:40]}", f"cfat_{LETTERS[:40]}", f"cfk_{LETTERS[:40]}"]),
    ("Cloudflare", [f"v1.0-{HEX[:24]}-{HEX[:146]}"]),
    ("Cloudinary", ["cloudinary://123456789012345:CANARY-abc_123@acme"]),
    ("GitHub", [f"github_pat_{LETTERS[:22]}_{LETTERS[:59]}"]),
    ("GitHub", [f"gh{kind}_{LETTERS[:36]}" for kind in "pousr"]),
    ("GitLab", [f"glpat-{LETTERS[:20]}", f"gldt-{LETTERS[:20]}", f"glrt-{LETTERS[:20]}"]),
    ("Atlassian", [f"ATATT3xFfGF0{LETTERS[:180]}", f"ATCTT3xFfGN0{LETTERS[:180]}", f"ATBB{LETTERS[:32]}"]),
    ("Stripe", [f"{kind}k_{mode}_{LETTERS[:24]}" for kind in "sr" for mode in ("live", "test")]),
    ("AWS", [f"AKIA{UPPER[:16]}", f"ASIA{UPPER[:16]}"]),
    ("Hugging Face", [f"hf_{LETTERS[:34]}"]),
    ("Groq", [f"gsk_{LETTERS[:52]}"]),
    ("xAI", [f"xai-{LETTERS[:80]}"]),
    ("Replicate", [f"r8_{LETTERS[:37]}"]),
    ("Tavily", [f"tvly-dev-{LETTERS[:32]}"]),
    ("LangSmith", [f"lsv2_pt_{HEX[:32]}_{HEX[:10]}"]),
    ("Pinecone", [f"pcsk_{LETTERS[:6]}_{LETTERS[:60]}"]),
    ("SendGrid", [f"SG.{LETTERS[:22]}.{LETTERS[:43]}"]),
    ("Mailgun", [f"key-{HEX[:32]}"]),
    ("Mailchimp", [f"{HEX[:32]}-us21"]),
    ("Brevo", [f"xkeysib-{HEX[:64]}-{LETTERS[:16]}"]),
    ("Twilio", [f"SK{HEX[:32]}"]),
    ("Telegram", [f"1234567890:AA{LETTERS[:33]}"]),
    ("npm", [f"npm_{LETTERS[:36]}"]),
    ("PyPI", [f"pypi-AgEIcHlwaS5vcmc{LETTERS[:120]}"]),
    ("Docker", [f"dckr_pat_{LETTERS[:27]}"]),
    ("Linear", [f"lin_api_{LETTERS[:40]}"]),
    ("Airtable", [f"pat{LETTERS[:14]}.{HEX[:64]}"]),
    ("Figma", [f"figd_{LETTERS[:40]}"]),
    ("Typeform", [f"tfp_{LETTERS[:59]}"]),
    ("DigitalOcean", [f"do{kind}_v1_{HEX[:64]}" for kind in "opr"]),
    ("Heroku", [f"HRKU-AA{LETTERS[:58]}"]),
    ("Supabase", [f"sbp_{HEX[:40]}", f"sb_secret_{LETTERS[:31]}"]),
    ("PlanetScale", [f"pscale_tkn_{LETTERS[:43]}"]),
    ("Databricks", [f"dapi{HEX[:32]}"]),
    ("Grafana", [f"glsa_{LETTERS[:32]}_{HEX[:8]}", f"glc_{LETTERS[:100]}=="]),
    ("New Relic", [f"NRAK-{UPPER[:27]}"]),
    ("Sentry", [f"sntrys_{LETTERS[:120]}", f"sntryu_{HEX[:64]}"]),
    ("Postman", [f"PMAK-{HEX[:24]}-{HEX[:34]}"]),
    ("HashiCorp", [f"hvs.{LETTERS[:95]}"]),
    ("Doppler", [f"dp.pt.{LETTERS[:43]}"]),
    ("Shopify", [f"shp{kind}_{HEX[:32]}" for kind in ("at", "ca", "pa", "ss")]),
    ("Square", [f"sq0atp-{LETTERS[:22]}"]),
    ("age", [f"AGE-SECRET-KEY-1{UPPER[:58]}"]),
    ("webhook", [f"whsec_{LETTERS[:32]}"]),
]
EVERY = [(vendor, key) for vendor, keys in EXAMPLES for key in keys]
each = pytest.mark.parametrize(("vendor", "key"), EVERY, ids=[f"{vendor} {number}" for number, (vendor, _) in enumerate(EVERY)])


def test_there_is_an_example_of_each_shape() -> None:
    assert [vendor for vendor, _ in EXAMPLES] == [shape.vendor for shape in SHAPES]
    for (_, keys), shape in zip(EXAMPLES, SHAPES, strict=True):
        assert all(shape.pattern.fullmatch(key) for key in keys)


def test_there_are_forty_shapes_at_least() -> None:
    assert len(SHAPES) >= 40
    assert len({shape.vendor for shape in SHAPES}) >= 40


def test_the_marks_of_a_shape_are_in_all_its_keys() -> None:
    for (_, keys), shape in zip(EXAMPLES, SHAPES, strict=True):
        assert all(any(mark in key for mark in shape.marks) for key in keys)


@each
def test_a_key_is_taken_out_of_a_text(vendor: str, key: str) -> None:
    assert scrubbed(key) == f"⟦{vendor} key removed⟧"
    assert found(scrubbed(f"connect it with {key} please")) == vendor


@each
def test_a_key_is_taken_out_of_a_payload_which_stays_json(vendor: str, key: str) -> None:
    """Wherever it stands in it, and whatever it is written among."""
    wrapped = [key, f"first\n{key}", f"“{key}”, \\ and more", f"KEY={key}", f"<{key}>", f"*{key}*", f"_{key}_", f"\t{key}"]
    payload = {"text": f"a {key}", "event": {"blocks": [{"elements": [{"text": each} for each in wrapped]}]}, "n": [1, None]}
    stored = dumped(payload)

    assert secret_of(key) not in stored
    assert json.loads(stored)["n"] == [1, None]
    assert json.loads(stored)["text"] == f"a ⟦{vendor} key removed⟧"
    assert stored.count(f"⟦{vendor} key removed⟧") == len(wrapped) + 1


@each
def test_what_was_scrubbed_once_stays_as_it_is(vendor: str, key: str) -> None:
    once = scrubbed(f"{key} and {key}")

    assert scrubbed(once) == once
    assert secret_of(key) not in once


def secret_of(key: str) -> str:
    """A part of it that nothing else contains."""
    return max(re.split(r"[^\w]+", key), key=len)[-20:]


def test_several_keys_of_several_vendors_are_all_taken_out() -> None:
    text = " ".join(key for _, key in EVERY if "PRIVATE" not in key)

    assert re.fullmatch(r"(⟦[^⟧]+ key removed⟧ ?)+", scrubbed(text))


def test_a_private_key_that_is_cut_off_takes_the_rest_with_it_and_breaks_no_json() -> None:
    stored = dumped({"text": '-----BEGIN PRIVATE KEY-----\\", "user_id": "U-somebody-else', "user_id": "U-me"})

    assert json.loads(stored) == {"text": "⟦private key removed⟧", "user_id": "U-me"}


SLASH = {
    "token": "gIkuvaNzQIHg97ATvDxqgjtO",
    "team_id": "T0123456789",
    "team_domain": "task-force",
    "channel_id": "C0123456789",
    "user_id": "U0123456789",
    "command": "/interact",
    "text": "calendar find disk-1 risk-free desk_live_music sky key-hole path/AIzawa patience secret_santa pat-a-cake",
    "api_app_id": "A0123456789",
    "response_url": "https://hooks.slack.com/commands/T0123456789/1234567890123/aBcDeFgHiJkLmNoPqRsTuVwX",
    "trigger_id": "13345224609.738474920.8088930838d88f008e0",
}
PRESS = {
    "type": "block_actions",
    "token": "Nj2rfC2hU8mAfgaJLemZgO7H",
    "container": {"type": "message", "message_ts": "1548261231.000200", "channel_id": "CBR2V3XEX"},
    "trigger_id": "12321423423.333649436676.d8c1bb837935619ccad0f624c448ffb3",
    "response_url": "https://hooks.slack.com/actions/AABA1ABCD/1232321423432/D09sSasdasdAS9091209",
    "actions": [
        {"action_id": "press:0", "value": "R0xB4yGzWn1q-sk_3vJ0yPp2WmXqLkHsTfVbNcDzEaU", "action_ts": "1548426417.840180"}
    ],
}
VIEW = {
    "type": "view_submission",
    "view": {"id": "VNHU13V36", "hash": "156663117.cd33ad1f", "private_metadata": '{"command":"calendar create"}'},
    "response_urls": [{"response_url": "https://hooks.slack.com/app/ABC12312/1234567890/A100B100C100d100"}],
}
TEAMS = {
    "type": "message",
    "id": "1485983408511",
    "text": "<at>Interact</at> calendar today",
    "serviceUrl": "https://smba.trafficmanager.net/emea/2b6f7d1e-0c1d-4c43-9a55-2f0f1c1a3d5e/",
    "from": {"id": "29:1XJKJMvc5GBtc2JwZq0oj8tHZmzrQgFmB25ATiQWA85gQtHieVkKilBZ9XHoq9j7Zaqt7CZ-NJWi7me2kHTL3Bw"},
    "conversation": {"id": "a:1pL6i0oY3C0K8oAj8-qOsk-1Y_sk_9b0-kl3VuZ-AMsk9QZ6Ewxyz0123456789abcdefGHIJKLMNOPQRSTUVW"},
    "channelData": {"tenant": {"id": "72f988bf-86f1-41af-91ab-2d7cd011db47"}, "team": {"id": "19:c0ffee@thread.tacv2"}},
    "replyToId": "1:1LpatternSKy",
    "value": {"offer": "dEc0-q_AKIAbCdEfGhIjKlMnOpQrStUvWxYz012345678"},
}


@pytest.mark.parametrize("payload", [SLASH, PRESS, VIEW, TEAMS], ids=["slash", "press", "view", "teams"])
def test_nothing_of_an_ordinary_payload_is_touched(payload: dict[str, Any]) -> None:
    assert json.loads(dumped(payload)) == payload


def test_ids_and_offers_of_random_letters_are_not_touched() -> None:
    dice = random.Random(7)
    for _ in range(2000):
        token = base64.urlsafe_b64encode(dice.randbytes(96)).decode()
        payload = {"id": str(uuid.UUID(bytes=dice.randbytes(16))), "token": token, "hex": dice.randbytes(32).hex()}
        assert json.loads(dumped(payload)) == payload


def test_a_picture_in_base64_is_not_touched() -> None:
    picture = base64.b64encode(random.Random(7).randbytes(300_000)).decode()
    payload = {"attachments": [{"contentUrl": f"data:image/png;base64,{picture}"}]}

    assert json.loads(dumped(payload)) == payload


@given(st.text(max_size=300))
def test_a_text_without_a_mark_stays_as_it_is(text: str) -> None:
    if not any(mark in text for mark in MARKS):
        assert scrubbed(text) == text
        assert json.loads(dumped({"text": text})) == {"text": text}


PIECES = st.sampled_from(
    [*MARKS, *(key for _, key in EVERY), '"', "\\", "\n", "\\n", "}", ",", "é", "⟦", "A" * 40, "0" * 40, " "]
)


@given(st.lists(PIECES, max_size=8).map("".join))
def test_whatever_is_taken_out_the_rest_of_the_payload_stays(text: str) -> None:
    """Nobody can change what stands beside their words."""
    stored = json.loads(dumped({"text": text, "user_id": "U1", "list": [text, {"deep": text}]}))

    assert stored == {"text": scrubbed(text), "user_id": "U1", "list": [scrubbed(text), {"deep": scrubbed(text)}]}


@pytest.mark.parametrize("text", ["", "nothing here", "⟦⟧ key removed", "key removed"])
def test_where_nothing_was_taken_out_nobodys_key_was_found(text: str) -> None:
    assert found(text) == ""
