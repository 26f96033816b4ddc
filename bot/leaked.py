"""Keys that somebody typed into a message: they are taken out before anything is stored, and the person is warned.

Only what can't be taken for something else is looked for: keys that begin with a mark of their vendor's.
"""

import re

_SHAPES = {
    "Anthropic": r"sk-ant-[\w-]{20,}",
    "OpenRouter": r"sk-or-v1-[0-9a-f]{32,}",
    "OpenAI": r"sk-(?:proj-|svcacct-|admin-)?[A-Za-z0-9_-]{32,}",
    "ElevenLabs": r"sk_[0-9a-f]{40,}",
    "Stripe": r"(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,}",
    "Perplexity": r"pplx-[A-Za-z0-9]{32,}",
    "Google": r"AIza[\w-]{30,}|ya29\.[\w-]{20,}|1//0[\w-]{20,}|GOCSPX-[\w-]{20,}|AQ\.[\w-]{40,}",
    "Slack": r"xox[abeoprs]-[\w.-]{10,}|xoxe\.xox[bp]-[\w-]{10,}|xapp-\d-[\w-]{20,}",
    "Slack webhook": r"https://hooks\.slack\.com/(?:services|workflows|triggers)/[\w/]{20,}",
    "Zapier webhook": r"https://hooks\.zapier\.com/hooks/[\w/]{8,}",
    "Notion": r"ntn_[A-Za-z0-9]{30,}|secret_[A-Za-z0-9]{43}",
    "HubSpot": r"pat-(?:na|eu|ap)\d-[0-9a-f-]{30,}",
    "Vercel": r"vc[pkiar]_[A-Za-z0-9]{20,}",
    "Cloudflare": r"cf(?:ut|at|k)_[\w-]{20,}|v1\.0-[0-9a-f]{24}-[0-9a-f]{100,}",
    "Cloudinary": r"cloudinary://\d+:[\w-]+@[\w-]+",
    "GitHub": r"gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{30,}",
    "GitLab": r"gl(?:pat|dt|rt)-[\w-]{20,}",
    "AWS": r"(?:AKIA|ASIA)[A-Z0-9]{16}",
    "Hugging Face": r"hf_[A-Za-z0-9]{30,}",
    "Groq": r"gsk_[A-Za-z0-9]{30,}",
    "xAI": r"xai-[A-Za-z0-9]{40,}",
    "Replicate": r"r8_[A-Za-z0-9]{30,}",
    "SendGrid": r"SG\.[\w-]{16,}\.[\w-]{16,}",
    "Mailgun": r"key-[0-9a-f]{32}",
    "Twilio": r"SK[0-9a-f]{32}",
    "npm": r"npm_[A-Za-z0-9]{36}",
    "PyPI": r"pypi-[\w-]{40,}",
    "Linear": r"lin_(?:api|oauth)_[A-Za-z0-9]{30,}",
    "Airtable": r"pat[A-Za-z0-9]{14}\.[0-9a-f]{40,}",
    "DigitalOcean": r"do[opr]_v1_[0-9a-f]{40,}",
    "Shopify": r"shp(?:at|ca|pa|ss)_[0-9a-f]{32}",
    "webhook": r"whsec_[A-Za-z0-9+/=]{20,}",
    "Databricks": r"dapi[0-9a-f]{32}",
    "Postman": r"PMAK-[0-9a-f]{24}-[0-9a-f]{34}",
    "private": r"-----BEGIN [A-Z ]*PRIVATE KEY-----[A-Za-z0-9+/=\\\s]*(?:-----END [A-Z ]*PRIVATE KEY-----)?",
}
_MARKS = (
    *("sk-", "sk_", "rk_", "pplx-", "AIza", "ya29.", "1//0", "GOCSPX-", "AQ.", "xox", "xapp-", "/services/"),
    *("/workflows/", "/triggers/", "hooks.zapier", "ntn_", "secret_", "pat-", "vcp_", "vck_", "vci_", "vca_"),
    *("vcr_", "cfut_", "cfat_", "cfk_", "v1.0-", "cloudinary:", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"),
    *("glpat-", "gldt-", "glrt-", "AKIA", "ASIA", "hf_", "gsk_", "xai-", "r8_", "SG.", "key-", "SK", "npm_"),
    *("pypi-", "lin_", "pat", "dop_", "dor_", "doo_", "shp", "whsec_", "dapi", "PMAK-", "PRIVATE KEY"),
)  # one of these is in every key: to look for them costs a tenth of what the shapes cost
_ANY = re.compile("|".join(f"(?P<k{number}>{shape})" for number, shape in enumerate(_SHAPES.values())))
_BEGUN = re.compile(r"(?<![A-Za-z0-9])(?:" + _ANY.pattern + ")")
_VENDORS = dict(zip((f"k{number}" for number in range(len(_SHAPES))), _SHAPES, strict=True))
_LEFT = re.compile(r"⟦([A-Za-z ]+) key removed⟧")


def scrubbed(text: str) -> str:
    """The text, with a word in place of each key."""
    return _BEGUN.sub(_word, text) if any(mark in text for mark in _MARKS) else text


def found(text: str) -> str:
    """Whose key was taken out of a text; empty where none was."""
    left = _LEFT.search(text)
    return left[1] if left else ""


def _word(match: re.Match[str]) -> str:
    return f"⟦{_VENDORS[match.lastgroup or '']} key removed⟧"
