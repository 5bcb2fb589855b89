"""The newcomer's first minute: `vpclink demo`, a page, a command, the verdict, its thread, Re-run and Show logs."""

import re
import shutil
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, async_playwright, expect

from tests.end_to_end.processes import running

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(not CHROMIUM, reason="there is no chromium on the PATH (apt-get install chromium)")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
SECONDS = 1000
TRUE_CAUSES = {
    "orders": "SG-03",
    "payments": "SG-01",
    "invoices": "VPL-03",
    "shipping": "LB-03",
    "users": "TLS-01",
    "search": "NACL-01",
    "reports": "TG-01",
    "billing": "VPL-07",
    "legacy": "VPL-02",
}


@pytest.fixture
async def page(tmp_path) -> AsyncIterator[Page]:
    log = tmp_path / "demo.log"
    async with running("demo", "--port", "0", environment={"PYTHONUNBUFFERED": "1"}, log=log), async_playwright() as p:
        browser = await p.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        opened = await browser.new_page()
        for _ in range(200):
            if found := re.search(r"Open\s+(http\S+)", log.read_text()):
                break
            await opened.wait_for_timeout(100)
        assert found, log.read_text()
        await opened.goto(found.group(1))
        await opened.get_by_test_id("channel-incidents").click()
        yield opened
        await browser.close()


async def type_command(page: Page, text: str) -> None:
    await page.get_by_test_id("composer").click()
    await page.keyboard.type(text)
    await page.keyboard.press("Enter")


async def test_the_first_minute(page):
    await type_command(page, "/vpclink diagnose orders prod")
    verdict = page.get_by_role("main").get_by_test_id("message").filter(has_text="SG-03")
    await expect(verdict).to_contain_text("Confirmed", timeout=30 * SECONDS)
    await expect(verdict).to_contain_text("admits no TCP 8080")

    await verdict.get_by_test_id("open-thread").click()
    thread = page.get_by_test_id("thread")
    await expect(thread).to_contain_text("aws ec2 authorize-security-group-ingress", timeout=10 * SECONDS)

    await verdict.get_by_role("button", name="Re-run").click()
    await expect(thread).to_contain_text(re.compile("nothing changed|still", re.IGNORECASE), timeout=30 * SECONDS)

    await verdict.get_by_role("button", name="Show logs").click()
    modal = page.get_by_test_id("modal")
    await expect(modal).to_contain_text(
        "There was an internal error while executing your request", timeout=10 * SECONDS
    )
    await page.get_by_test_id("modal-close").click()
    await expect(modal).to_have_count(0)


async def test_each_broken_api_gets_its_true_cause_and_the_healthy_one_none(page):
    for api, check in TRUE_CAUSES.items():
        await type_command(page, f"/vpclink diagnose {api} prod")
        verdict = page.get_by_test_id("message").filter(has_text=f"{check} ")
        await expect(verdict.last).to_contain_text(api, timeout=30 * SECONDS)
    await type_command(page, "/vpclink diagnose catalog prod")
    healthy = page.get_by_role("main").get_by_test_id("message").filter(has_text="catalog").last
    await expect(healthy).to_contain_text("nothing on this path explains an HTTP 500", timeout=30 * SECONDS)
