"""Every page is nowhere wider than its window, at three widths, and accessible by axe-core's rules.

Those of colours are tried in both themes and a wide window, all others in a light one that is narrow or wide.
"""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Page

from tests.bot.conftest import FixedClock
from tests.bot.web.site import Site, open_site
from tests.browser.conftest import Look, Scheme, dress
from tests.browser.example import furnish, icons

PAGES = (
    "integrations?team=openai&done=google_calendar",
    "integrations?category=AI&q=nothing-like-it",
    "activity",
    "activity?whose=all",
    "deliveries",
    "people",
    "rules",
    "nothing-here",
)
WIDTHS = (360, 768, 1280)
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
POOR: dict[Scheme, str] = {"light": "#aaa", "dark": "#444"}  # grey that can hardly be read
pytestmark = pytest.mark.asyncio(loop_scope="session")
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], "resultTypes": ["violations"]}
_OF_COLOURS = ["color-contrast", "link-in-text-block"]
COLOURS = {**RULES, "runOnly": {"type": "rule", "values": _OF_COLOURS}}
PLACES = {**RULES, "rules": {rule: {"enabled": False} for rule in _OF_COLOURS}}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """One for all, for here it is looked at and nothing is done."""
    folder: Path = tmp_path_factory.mktemp("site")
    async with open_site(folder, FixedClock(), icons()) as opened:
        await furnish(opened)
        yield opened


async def unfold(page: Page) -> None:
    await page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")


async def check(page: Page) -> None:
    """Each look takes seconds over all pages, and so not every rule is tried at each width in each theme."""
    for width in WIDTHS:
        await dress(page, width)
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
        if width != WIDTHS[1]:
            await complies(page, PLACES)
    for scheme in SCHEMES:
        await dress(page, scheme=scheme)
        await complies(page, COLOURS)


async def complies(page: Page, rules: Mapping[str, object]) -> None:
    result = await examined(page, rules)
    assert result.violations_count == 0, result.generate_report()


async def examined(page: Page, rules: Mapping[str, object]) -> Any:
    """The checker is half a million characters, and so is brought to each page but once."""
    brought = await page.evaluate("'axe' in window")
    return await (Axe("") if brought else Axe()).run(page, options=dict(rules))


@pytest.mark.parametrize("path", PAGES)
async def test_it_is_accessible_and_fits(look: Look, path: str) -> None:
    page = await look(path, script=True)
    await unfold(page)
    await check(page)


async def test_the_checker_would_notice(look: Look) -> None:
    page = await look("people", script=True)
    for scheme in SCHEMES:
        await dress(page, scheme=scheme)
        await page.add_style_tag(content=f".lead {{ color: {POOR[scheme]} !important }}")
        assert "color-contrast" in (await examined(page, COLOURS)).generate_snapshot()
    await page.evaluate("document.documentElement.lang = ''")
    assert "html-has-lang" in (await examined(page, PLACES)).generate_snapshot()


async def test_words_without_spaces_break(look: Look) -> None:
    page = await look("integrations?q=" + "x" * 200, script=True)
    for where in ("h3", ".about", "dd", ".notice", ".name", ".empty strong", "code", "summary"):
        await page.evaluate(
            "where => { for (const each of document.querySelectorAll(where)) each.textContent = 'x'.repeat(300) }", where
        )
    for width in WIDTHS:
        await dress(page, width)
        assert await page.evaluate("document.documentElement.scrollWidth") <= width


async def test_the_themes_differ(look: Look) -> None:
    page, colours = await look("integrations", script=True), set()
    for scheme in SCHEMES:
        await dress(page, scheme=scheme)
        colours.add(await page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert len(colours) == 2
