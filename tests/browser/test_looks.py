"""Every page, in both themes and at three widths: accessible by axe-core's rules, and nowhere wider than its window."""

import pytest
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Page

from tests.browser.conftest import Look, Scheme

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
pytestmark = pytest.mark.asyncio(loop_scope="module")
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], "resultTypes": ["violations"]}


async def unfold(page: Page) -> None:
    await page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
async def test_it_is_accessible_and_fits(look: Look, path: str, scheme: Scheme) -> None:
    page = await look(path, 1280, scheme, script=True)
    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": 900})
        await unfold(page)
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
        result = await Axe().run(page, options=RULES)
        assert result.violations_count == 0, result.generate_report()


async def test_the_checker_would_notice(look: Look) -> None:
    page = await look("people", script=True)
    await page.add_style_tag(content=".lead { color: #aaa !important }")
    assert "color-contrast" in (await Axe().run(page, options=RULES)).generate_snapshot()


@pytest.mark.parametrize("width", WIDTHS)
async def test_words_without_spaces_break(look: Look, width: int) -> None:
    page = await look("integrations?q=" + "x" * 200, width, script=True)
    for where in ("h3", ".about", "dd", ".notice", ".name", ".empty strong", "code", "summary"):
        await page.evaluate(
            "where => { for (const each of document.querySelectorAll(where)) each.textContent = 'x'.repeat(300) }", where
        )
    assert await page.evaluate("document.documentElement.scrollWidth") <= width


async def test_the_themes_differ(look: Look) -> None:
    colours = set()
    for scheme in ("light", "dark"):
        page = await look("integrations", scheme=scheme, script=True)
        colours.add(await page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert len(colours) == 2
