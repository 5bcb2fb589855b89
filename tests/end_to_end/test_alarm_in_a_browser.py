"""Alarms in the demo: a diagnosis, one that joins, the recovery, a composite one, a snooze; another is left alone."""

import re

from playwright.async_api import Locator, Page, expect

from tests.end_to_end.test_demo_in_a_browser import SECONDS, page, pytestmark

__all__ = ["page", "pytestmark"]


def card(page: Page, name: str) -> Locator:
    return page.get_by_role("main").get_by_test_id("message").filter(has_text=f"CloudWatch Alarm | {name}").first


async def test_an_alarm_is_answered_joined_and_closed_in_its_thread(page):
    await page.get_by_test_id("raise-reports-worker-cpu").click()
    await page.get_by_test_id("raise-orders-prod-5xx").click()
    first = card(page, "orders-prod-5xx")
    await first.get_by_test_id("open-thread").click(timeout=30 * SECONDS)
    thread = page.get_by_test_id("thread")
    await expect(thread).to_contain_text("SG-03", timeout=30 * SECONDS)
    await expect(thread).to_contain_text("aws ec2 authorize-security-group-ingress", timeout=10 * SECONDS)

    await page.get_by_test_id("raise-orders-prod-latency").click()
    await expect(thread).to_contain_text("orders-prod-latency is in ALARM too", timeout=20 * SECONDS)

    await page.get_by_test_id("clear-orders-prod-5xx").click()
    await expect(thread).to_contain_text("orders-prod-5xx is OK again", timeout=30 * SECONDS)
    await expect(thread).to_contain_text("still there: SG-03")
    await expect(first.get_by_role("button", name="white_check_mark: 1")).to_be_visible()

    verdicts = page.get_by_test_id("message").filter(has_text=re.compile("SG-03.*admits", re.DOTALL))
    await expect(verdicts).to_have_count(1)

    await page.get_by_test_id("raise-checkout-unhealthy").click()
    composite = card(page, "checkout-unhealthy")
    await composite.get_by_test_id("open-thread").click(timeout=30 * SECONDS)
    await expect(thread).to_contain_text("SG-01", timeout=30 * SECONDS)

    other = card(page, "reports-worker-cpu")
    await expect(other).to_be_visible()
    await expect(other.get_by_test_id("open-thread")).to_have_count(0)
    await page.get_by_test_id("raise-shipping-prod-5xx").click()
    shipping = card(page, "shipping-prod-5xx")
    await shipping.get_by_test_id("open-thread").click(timeout=30 * SECONDS)
    await expect(thread).to_contain_text("shipping-prod-5xx is in ALARM since", timeout=30 * SECONDS)
    await thread.get_by_role("combobox").first.click()
    await page.get_by_role("option", name="4 hours").click()
    await expect(thread).to_contain_text("is snoozed in this channel until", timeout=10 * SECONDS)
