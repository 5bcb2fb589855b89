"""The form, the menu of a report, a watch and App Home, clicked in a browser as a person would."""

from playwright.async_api import expect

from tests.end_to_end.test_demo_in_a_browser import SECONDS, page, pytestmark, type_command

__all__ = ["page", "pytestmark"]


async def choose(page, menu, typed):
    """Type into a menu of the form, and take the first option that it offers."""
    field = page.get_by_test_id(f"action-vpclink_pick_{menu}").locator("input")
    await field.click()
    await page.keyboard.type(typed)
    await expect(page.get_by_role("option").filter(has_text=typed).first).to_be_visible(timeout=10 * SECONDS)
    await page.keyboard.press("Enter")


async def test_from_the_form_to_app_home(page):
    await type_command(page, "/vpclink")
    modal = page.get_by_test_id("modal")
    await expect(modal).to_contain_text("Look back", timeout=10 * SECONDS)
    await choose(page, "api", "orders")
    await choose(page, "stage", "prod")
    await page.get_by_test_id("modal-submit").click()
    verdict = page.get_by_role("main").get_by_test_id("message").filter(has_text="SG-03")
    await expect(verdict).to_contain_text("Confirmed", timeout=30 * SECONDS)

    await verdict.get_by_test_id("action-vpclink_more").click()
    await page.get_by_text("Explain this check").last.click()
    await expect(modal).to_contain_text("Why it gives a 500", timeout=10 * SECONDS)
    await page.get_by_test_id("modal-close").click()

    await verdict.get_by_test_id("action-vpclink_more").click()
    await page.get_by_text("Export evidence").last.click()
    await verdict.get_by_test_id("open-thread").click()
    await expect(page.get_by_test_id("thread")).to_contain_text("orders-prod evidence", timeout=15 * SECONDS)

    await type_command(page, "/vpclink watch orders prod every 30m")
    await expect(page.get_by_role("main")).to_contain_text("Watching orders / prod", timeout=30 * SECONDS)
    await page.get_by_test_id("app-vpclink").click()
    home = page.get_by_test_id("home")
    await expect(home).to_contain_text("every 30 minutes", timeout=10 * SECONDS)
    await home.get_by_role("button", name="Stop watching").click()
    await expect(home).not_to_contain_text("every 30 minutes", timeout=10 * SECONDS)
    await expect(home).to_contain_text("SG-03")
