"""The demo's page for people who do not see it or use no mouse, as axe judges it (Deque's rules for WCAG)."""

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from tests.end_to_end.test_demo_in_a_browser import SECONDS, page, pytestmark, type_command

__all__ = ["page", "pytestmark"]

GRAVE = {"serious", "critical"}


async def grave(page: Page) -> list[str]:
    results = await Axe().run(page)
    return [
        f"{found['id']}: {found['help']} ({node['target']})"
        for found in results.response["violations"]
        if found["impact"] in GRAVE
        for node in found["nodes"]
    ]


async def test_axe_finds_no_grave_fault(page):
    await type_command(page, "/vpclink diagnose orders prod")
    verdict = page.get_by_role("main").get_by_test_id("message").filter(has_text="SG-03")
    await expect(verdict).to_contain_text("Confirmed", timeout=30 * SECONDS)
    await verdict.get_by_test_id("open-thread").click()
    await expect(page.get_by_test_id("thread")).to_contain_text("authorize-security-group", timeout=10 * SECONDS)
    found = {"report and thread": await grave(page)}

    await verdict.get_by_role("button", name="Show logs").click()
    await expect(page.get_by_test_id("modal")).to_contain_text("internal error", timeout=10 * SECONDS)
    found["modal"] = await grave(page)
    await page.get_by_test_id("modal-close").click()

    await page.get_by_test_id("app-vpclink").click()
    await expect(page.get_by_test_id("home")).to_contain_text("Recent reports", timeout=10 * SECONDS)
    found["home"] = await grave(page)
    assert found == {"report and thread": [], "modal": [], "home": []}
