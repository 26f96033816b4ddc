"""Pages are used by keyboard or mouse, without any JavaScript."""

import pytest
from playwright.async_api import Page, expect

from storage.audit import Entry
from tests.bot.conftest import MONDAY
from tests.bot.web.site import ADA, GRACE, Site
from tests.browser.conftest import Look

pytestmark = pytest.mark.asyncio(loop_scope="session")
_FOCUSED = "(document.activeElement.innerText || document.activeElement.name || '').replace(/\\s+/g, ' ').trim()"


async def tabbed(page: Page, times: int) -> list[str]:
    """What has the focus after each press of Tab."""
    met = []
    for _ in range(times):
        await page.keyboard.press("Tab")
        met.append(await page.evaluate(_FOCUSED))
    return met


async def test_the_keyboard_meets_things_in_reading_order(look: Look) -> None:
    page = await look("integrations", script=True)
    bar = ["Skip to the content", "Interact", "Integrations", "Activity", "Rules", "Deliveries", "People", "Sign out"]
    strip = ["HubSpot", "Notion", "Vercel"]
    tools = ["All", "AI", "Business", "Infrastructure", "Productivity", "q", "Search"]
    card = ["Reconnect HubSpot", "Test HubSpot", "Disconnect HubSpot", "What it brings", "Team’s account: connected"]
    assert await tabbed(page, 23) == bar + strip + tools + card


async def test_the_bar_can_be_skipped(look: Look) -> None:
    page = await look("integrations", script=True)
    await page.keyboard.press("Tab")
    assert await page.locator(".skip").is_visible()
    await page.keyboard.press("Enter")
    assert await tabbed(page, 1) == ["HubSpot"]


async def test_what_has_the_focus_can_be_seen(look: Look) -> None:
    for path in ("integrations", "activity", "deliveries", "people"):
        page = await look(path, script=True)
        for _ in range(9):
            await page.keyboard.press("Tab")
            outline = await page.evaluate("getComputedStyle(document.activeElement).outline")
            assert "solid 3px" in outline, path


async def test_cards_are_searched_and_sifted(look: Look) -> None:
    page = await look("integrations")
    await page.get_by_role("searchbox").fill("meetings")
    await page.keyboard.press("Enter")
    await expect(page.locator("h3")).to_have_text(["Google Calendar"])
    await page.get_by_role("link", name="AI", exact=True).click()
    await expect(page.get_by_text("Nothing is found")).to_be_visible()
    await page.get_by_role("link", name="Show all 15").click()
    await expect(page.locator("h3")).to_have_count(15)


async def test_buttons_do_what_they_say_and_lead_back_to_their_card(look: Look, site: Site) -> None:
    page = await look("integrations", 360)
    await page.get_by_role("button", name="Test Google Calendar", exact=True).click()
    await expect(page).to_have_url(f"{site.address}integrations?done=google_calendar#google_calendar")
    card = page.locator("#google_calendar")
    await expect(card.get_by_role("status")).to_have_text("It works.")
    await card.get_by_role("button", name="Disconnect Google Calendar", exact=True).click()
    await expect(card.get_by_role("status")).to_be_visible()
    assert site.told.deeds == [("test", "UADA", "google_calendar", False), ("disconnect", "UADA", "google_calendar", False)]


async def test_the_teams_account_is_opened_to_a_channel(look: Look, site: Site) -> None:
    page = await look("integrations")
    card = page.locator("#openai")
    await card.get_by_text("Team’s account:").click()
    await card.get_by_label("Channel’s ID").fill("C0NEW")
    async with page.expect_navigation():
        await page.keyboard.press("Enter")
    async with page.expect_navigation():
        await card.get_by_role("button", name="Close C0RESEARCH7").click()
    assert site.told.deeds == [("open", "UADA", "openai", "C0NEW"), ("close", "UADA", "openai", "C0RESEARCH7")]


async def test_activity_is_sifted(look: Look, site: Site) -> None:
    asked = MONDAY.timestamp()
    await site.remember(
        Entry("one", "call", asked, ADA.key, ADA.name, "slash", "C1", "status", "{}", "", "", "done", "All is well.")
    )
    page = await look("activity")
    await page.get_by_label("Command").select_option("status")
    await page.get_by_role("button", name="Show").click()
    await expect(page.locator("main ol li")).to_have_count(1)
    await expect(page.get_by_text("All is well.")).to_be_visible()


async def test_what_is_dead_is_replayed(look: Look, site: Site) -> None:
    page = await look("deliveries?state=dead")
    await page.get_by_role("button", name="Replay").first.click()
    await expect(page.get_by_role("status")).to_have_text("It runs again.")
    assert (await site.inbox.counts())["dead"] == 1


async def test_somebody_is_named_and_removed(look: Look, site: Site) -> None:
    page = await look("people", 360, "dark")
    await page.get_by_role("button", name=f"Remove {GRACE.name}").click()
    await expect(page.get_by_text(GRACE.name)).to_have_count(0)
    await page.get_by_label("Name").fill("Charles")
    await page.get_by_label("ID").fill("not an id")
    await page.get_by_role("button", name="Add").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    await page.get_by_label("ID").fill("UCHARLES")
    await page.get_by_role("button", name="Add").click()
    await expect(page.get_by_text("slack:T1:UCHARLES")).to_be_visible()
    assert [each.actor for each in await site.admins.list()] == ["slack:T1:UCHARLES"]
