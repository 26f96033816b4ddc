"""What keys look like: only those that begin with a mark of their vendor's, and so can't be taken for anything else."""

import re
from dataclasses import dataclass

_BEGINS = r"(?<![A-Za-z0-9])(?<![A-Za-z0-9][-_])"  # not within a word, nor within an id of random letters


@dataclass(frozen=True)
class Shape:
    """One of `marks` is in every such key: to look for those costs little, and most texts have none."""

    vendor: str
    marks: tuple[str, ...]
    pattern: re.Pattern[str]


def _shape(vendor: str, marks: str, pattern: str) -> Shape:
    return Shape(vendor, tuple(marks.split()), re.compile(f"{_BEGINS}(?:{pattern})", re.ASCII | re.DOTALL))


# Of shapes that begin alike the longer comes first.
SHAPES = (
    _shape("private", "-----BEGIN", r"-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----.*?(?:-----END [A-Z ]+-----|\Z)"),
    _shape("Anthropic", "sk-", r"sk-ant-[\w-]{20,}"),
    _shape("OpenRouter", "sk-", r"sk-or-v1-[0-9a-f]{32,}"),
    _shape("OpenAI", "sk-", r"sk-(?:proj|svcacct|admin)-[\w-]{32,}"),
    _shape("OpenAI", "sk-", r"sk-[A-Za-z0-9]{32,}"),
    _shape("ElevenLabs", "sk_", r"sk_[0-9a-f]{40,}"),
    _shape("Perplexity", "pplx-", r"pplx-[A-Za-z0-9]{32,}"),
    _shape("Google", "AIza", r"AIza[\w-]{30,}"),
    _shape("Google", "AQ.", r"AQ\.[\w-]{40,}"),
    _shape("Google", "ya29.", r"ya29\.[\w-]{20,}"),
    _shape("Google", "1//0", r"1//0[\w-]{20,}"),
    _shape("Google", "GOCSPX-", r"GOCSPX-[\w-]{20,}"),
    _shape("Slack", "xox", r"xoxe\.xox[bp]-[\w-]{10,}"),
    _shape("Slack", "xox", r"xox[abeoprs]-[\w.-]{10,}"),
    _shape("Slack", "xapp-", r"xapp-\d-[\w-]{20,}"),
    _shape(
        "Slack webhook",
        "com/services/ com/workflows/ com/triggers/",
        r"https://hooks\.slack\.com/(?:services|workflows|triggers)/[\w/]{20,}",
    ),
    _shape("Microsoft", "Q~", r"[\w.~-]{3}\dQ~[\w.~-]{31,34}"),
    _shape("Microsoft", "AccountKey=", r"AccountKey=[A-Za-z0-9+/]{80,}={0,2}"),
    _shape("Teams webhook", "webhook.office.com/", r"https://[\w-]+\.webhook\.office\.com/webhookb2/[\w@/.-]{20,}"),
    _shape("Zapier webhook", "hooks.zapier.com/", r"https://hooks\.zapier\.com/hooks/[\w/]{8,}"),
    _shape("Discord webhook", "/api/webhooks/", r"https://discord(?:app)?\.com/api/webhooks/\d+/[\w-]{20,}"),
    _shape("Notion", "ntn_", r"ntn_[A-Za-z0-9]{30,}"),
    _shape("Notion", "secret_", r"secret_[A-Za-z0-9]{43}"),
    _shape("HubSpot", "pat-", r"pat-(?:na|eu|ap)\d-[0-9a-f-]{30,}"),
    _shape("Vercel", "vcp_ vck_ vci_ vca_ vcr_", r"vc[pkiar]_[A-Za-z0-9]{20,}"),
    _shape("Cloudflare", "cfut_ cfat_ cfk_", r"cf(?:ut|at|k)_[\w-]{20,}"),
    _shape("Cloudflare", "v1.0-", r"v1\.0-[0-9a-f]{24}-[0-9a-f]{100,}"),
    _shape("Cloudinary", "cloudinary:", r"cloudinary://\d+:[\w-]+@[\w-]+"),
    _shape("GitHub", "github_pat_", r"github_pat_\w{30,}"),
    _shape("GitHub", "ghp_ gho_ ghu_ ghs_ ghr_", r"gh[pousr]_[A-Za-z0-9]{30,}"),
    _shape("GitLab", "glpat- gldt- glrt- glcbt- glsoat-", r"gl(?:pat|dt|rt|cbt|soat)-[\w.-]{20,}"),
    _shape("Atlassian", "ATATT ATCTT ATBB", r"AT(?:ATT|CTT|BB)[\w=-]{24,}"),
    _shape("Stripe", "k_live_ k_test_", r"[sr]k_(?:live|test)_[A-Za-z0-9]{16,}"),
    _shape("AWS", "AKIA ASIA", r"A(?:KIA|SIA)[A-Z0-9]{16}(?![A-Za-z0-9+/])"),
    _shape("Hugging Face", "hf_", r"hf_[A-Za-z0-9]{30,}"),
    _shape("Groq", "gsk_", r"gsk_[A-Za-z0-9]{30,}"),
    _shape("xAI", "xai-", r"xai-[A-Za-z0-9]{40,}"),
    _shape("Replicate", "r8_", r"r8_[A-Za-z0-9]{30,}"),
    _shape("Tavily", "tvly-", r"tvly-[\w-]{20,}"),
    _shape("LangSmith", "lsv2_", r"lsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}"),
    _shape("Pinecone", "pcsk_", r"pcsk_\w{40,}"),
    _shape("SendGrid", "SG.", r"SG\.[\w-]{16,}\.[\w-]{16,}"),
    _shape("Mailgun", "key-", r"key-[0-9a-f]{32}(?![0-9A-Za-z])"),
    _shape("Mailchimp", "-us", r"[0-9a-f]{32}-us\d{1,2}(?![0-9A-Za-z])"),
    _shape("Brevo", "xkeysib-", r"xkeysib-[0-9a-f]{64}-\w{16}"),
    _shape("Twilio", "SK", r"SK[0-9a-f]{32}(?![0-9A-Za-z])"),
    _shape("Telegram", ":AA", r"\d{8,10}:AA[\w-]{33}"),
    _shape("npm", "npm_", r"npm_[A-Za-z0-9]{36}"),
    _shape("PyPI", "pypi-", r"pypi-[\w-]{40,}"),
    _shape("Docker", "dckr_", r"dckr_(?:pat|oat)_[\w-]{20,}"),
    _shape("Linear", "lin_", r"lin_(?:api|oauth)_[A-Za-z0-9]{30,}"),
    _shape("Airtable", "pat", r"pat[A-Za-z0-9]{14}\.[0-9a-f]{40,}"),
    _shape("Figma", "figd_", r"figd_[\w-]{30,}"),
    _shape("Typeform", "tfp_", r"tfp_[\w-]{30,}"),
    _shape("DigitalOcean", "_v1_", r"do[opr]_v1_[0-9a-f]{40,}"),
    _shape("Heroku", "HRKU-", r"HRKU-[\w-]{30,}"),
    _shape("Supabase", "sbp_ sb_secret_", r"sbp_[0-9a-f]{40}|sb_secret_[\w-]{20,}"),
    _shape("PlanetScale", "pscale_", r"pscale_(?:tkn|oauth|pw)_[\w.-]{30,}"),
    _shape("Databricks", "dapi", r"dapi[0-9a-f]{32}(?![0-9A-Za-z])"),
    _shape("Grafana", "glsa_ glc_", r"glsa_\w{40,}|glc_[A-Za-z0-9+/=]{32,}"),
    _shape("New Relic", "NRAK-", r"NRAK-[A-Z0-9]{27}"),
    _shape("Sentry", "sntry", r"sntry(?:s|u)_[\w+/=-]{40,}"),
    _shape("Postman", "PMAK-", r"PMAK-[0-9a-f]{24}-[0-9a-f]{34}"),
    _shape("HashiCorp", "hvs.", r"hvs\.[\w-]{60,}"),
    _shape("Doppler", "dp.", r"dp\.(?:pt|st|ct|sa|scim|audit)\.[\w.-]{40,}"),
    _shape("Shopify", "shp", r"shp(?:at|ca|pa|ss)_[0-9a-f]{32}"),
    _shape("Square", "sq0", r"sq0(?:atp|csp)-[\w-]{22,}"),
    _shape("age", "AGE-SECRET-KEY-", r"AGE-SECRET-KEY-1[A-Z0-9]{50,}"),
    _shape("webhook", "whsec_", r"whsec_[A-Za-z0-9+/=]{20,}"),
)
MARKS = tuple(sorted({mark for shape in SHAPES for mark in shape.marks}))
