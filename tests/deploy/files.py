"""The files that a deployment is made of, as they stand in this project."""

import re
from pathlib import Path
from typing import Any

import yaml

from adapters import ADAPTERS
from bot.service_settings import Credentials, ServiceSettings
from bot.settings import Settings

ROOT = Path(__file__).parents[2]


def read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def read_yaml(name: str) -> Any:
    return yaml.safe_load(read(name))


def unit() -> dict[str, list[str]]:
    """What the systemd unit says: all values of each directive, for some come twice."""
    said: dict[str, list[str]] = {}
    for line in read("deploy/interact.service").splitlines():
        name, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            said.setdefault(name, []).append(value)
    return said


def instructions(name: str = "Dockerfile") -> list[tuple[str, str]]:
    """What the Dockerfile says, each instruction with all of its lines."""
    joined = re.sub(r"\\\n\s*", "", re.sub(r"^#.*\n", "", read(name), flags=re.MULTILINE))
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in joined.splitlines()) if word]


def settings() -> set[str]:
    """The names of all settings, as the environment has them."""
    own = {name.upper() for name in Settings.model_fields}
    services = {f"{adapter.name}_{field}".upper() for adapter in ADAPTERS for field in ServiceSettings.model_fields}
    return own | services | {f"{adapter.env}_{field}".upper() for adapter in ADAPTERS for field in Credentials.model_fields}


def anchors(name: str) -> set[str]:
    """What can stand behind # in a link to this Markdown file: its headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", read(name), flags=re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
