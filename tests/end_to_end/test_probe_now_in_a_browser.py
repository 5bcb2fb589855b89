"""Probe now in `vpclink demo`: what AWS cannot show becomes a confirmed cause, over real TLS with real servers."""

import pytest
from playwright.async_api import Page, expect

from tests.end_to_end.test_demo_in_a_browser import SECONDS, page, pytestmark, type_command

__all__ = ["page", "pytestmark"]


async def diagnose(page: Page, api: str):
    await type_command(page, f"/vpclink diagnose {api} prod")
    report = page.get_by_role("main").get_by_test_id("message").filter(has_text=f"{api} / prod").last
    await expect(report.get_by_role("button", name="Probe now")).to_be_visible(timeout=30 * SECONDS)
    return report


@pytest.mark.parametrize(
    ("api", "check", "said"),
    [
        pytest.param("identity", "TLS-01", "none of the names in the certificate: identity.example.org", id="name"),
        pytest.param("ledger", "TLS-05", "to which the private key does not belong", id="key"),
    ],
)
async def test_a_probe_confirms_what_aws_does_not_show(page, api, check, said):
    report = await diagnose(page, api)
    await expect(report).to_contain_text("not decided")

    await report.get_by_role("button", name="Probe now").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("From this demo's host inside the VPC")
    await expect(dialog).to_contain_text("Nothing is changed.")
    await dialog.get_by_role("button", name="Probe now").click()

    await expect(report).to_contain_text("Confirmed", timeout=30 * SECONDS)
    await expect(report).to_contain_text(check)
    await expect(report).to_contain_text(said)
    await report.get_by_test_id("open-thread").click()
    thread = page.get_by_test_id("thread")
    await expect(thread).to_contain_text("What the wire says", timeout=10 * SECONDS)
    await expect(thread).to_contain_text("Before the probe: not decided")
    await expect(thread).to_contain_text("A probe does not see the way through PrivateLink")


async def test_a_refused_confirmation_probes_nothing(page):
    report = await diagnose(page, "identity")
    await report.get_by_role("button", name="Probe now").click()
    await page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(report).to_contain_text("not decided")
