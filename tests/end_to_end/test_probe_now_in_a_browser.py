"""Probe now in `vpclink demo`: what AWS cannot show becomes a confirmed cause, over real TLS with real servers."""

from playwright.async_api import Locator, Page, expect

from tests.end_to_end.test_demo_in_a_browser import SECONDS, page, pytestmark, type_command

__all__ = ["page", "pytestmark"]


async def diagnosed(page: Page, api: str) -> Locator:
    """The report's message, not decided yet."""
    await type_command(page, f"/vpclink diagnose {api} prod")
    report = page.get_by_role("main").get_by_test_id("message").filter(has_text=f"{api} / prod").last
    await expect(report.get_by_role("button", name="Probe now")).to_be_visible(timeout=30 * SECONDS)
    await expect(report).to_contain_text("not decided")
    await expect(report).to_contain_text("a probe does")
    return report


async def press(page: Page, report: Locator, answer: str) -> None:
    """Press Probe now, read what is to be confirmed, and answer it."""
    await report.get_by_role("button", name="Probe now").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("From this demo's host inside the VPC")
    await expect(dialog).to_contain_text("Nothing is changed.")
    await dialog.get_by_role("button", name=answer).click()
    await expect(dialog).to_have_count(0)


async def test_a_probe_confirms_what_aws_does_not_show(page):
    name = await diagnosed(page, "identity")
    await press(page, name, "Cancel")
    await expect(name).to_contain_text("not decided")

    await press(page, name, "Probe now")
    await expect(name).to_contain_text("Confirmed", timeout=30 * SECONDS)
    await expect(name).to_contain_text("TLS-01")
    await expect(name).to_contain_text("none of the names in the certificate: identity.example.org")
    await name.get_by_test_id("open-thread").click()
    thread = page.get_by_test_id("thread")
    await expect(thread).to_contain_text("What the wire says", timeout=10 * SECONDS)
    await expect(thread).to_contain_text("Before the probe: not decided")
    await expect(thread).to_contain_text("A probe does not see the way through PrivateLink")

    key = await diagnosed(page, "ledger")
    await press(page, key, "Probe now")
    await expect(key).to_contain_text("Confirmed", timeout=30 * SECONDS)
    await expect(key).to_contain_text("TLS-05")
    await expect(key).to_contain_text("to which the private key does not belong")
