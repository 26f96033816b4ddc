"""The app package that Teams takes: https://learn.microsoft.com/microsoftteams/platform/concepts/build-and-test/apps-package."""

import json
from collections.abc import Mapping
from io import BytesIO
from typing import Any
from zipfile import ZipFile, ZipInfo

from bot.teams.icon import color_icon, outline_icon
from bot.teams.manifest import COLOR_ICON, OUTLINE_ICON


def package(manifest: Mapping[str, Any]) -> bytes:
    """The manifest and its icons in a zip file. The same manifest gives the same bytes: no file in it has a time of its own."""
    text = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
    files = {"manifest.json": text.encode(), COLOR_ICON: color_icon(), OUTLINE_ICON: outline_icon()}
    content = BytesIO()
    with ZipFile(content, "w") as archive:
        for name, each in files.items():
            archive.writestr(_entry(name), each)
    return content.getvalue()


def _entry(name: str) -> ZipInfo:
    entry = ZipInfo(name)  # as of 1980
    entry.create_system, entry.external_attr = 3, 0o644 << 16  # or else nobody may read it where it is unpacked
    return entry
