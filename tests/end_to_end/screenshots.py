"""`make screenshots`: the pictures of the documentation, taken from the demo in headless Chromium."""

from __future__ import annotations

import asyncio
import re
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Locator, Page, async_playwright, expect

from tests.end_to_end.processes import running
from tests.end_to_end.test_demo_in_a_browser import ARGUMENTS, CHROMIUM, SECONDS, type_command

IMAGES = Path(__file__).resolve().parent.parent.parent / "docs/images"


async def main() -> None:
    """Take them all."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "demo.log"
        async with (
            running("demo", "--port", "0", environment={"PYTHONUNBUFFERED": "1"}, log=log),
            async_playwright() as p,
        ):
            browser = await p.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            page = await browser.new_page(viewport={"width": 1280, "height": 860}, device_scale_factor=1.5)
            while not (found := re.search(r"Open\s+(http\S+)", log.read_text())):
                await page.wait_for_timeout(100)
            await page.goto(found.group(1))
            await page.get_by_test_id("channel-incidents").click()
            await _pictures(page)
            await browser.close()


async def _pictures(page: Page) -> None:
    await type_command(page, "/vpclink diagnose orders prod")
    await expect(page.get_by_text("Diagnosing orders / prod").first).to_be_visible(timeout=20 * SECONDS)
    await page.screenshot(path=IMAGES / "progress.png")
    verdict = page.get_by_role("main").get_by_test_id("message").filter(has_text="SG-03")
    await expect(verdict).to_contain_text("Confirmed", timeout=30 * SECONDS)
    await _picture(verdict, "verdict.png")
    await verdict.get_by_test_id("open-thread").click()
    thread = page.get_by_test_id("thread")
    await expect(thread).to_contain_text("authorize-security-group-ingress", timeout=10 * SECONDS)
    await thread.get_by_text("authorize-security-group-ingress").first.scroll_into_view_if_needed()
    await page.screenshot(path=IMAGES / "thread.png")
    await verdict.get_by_role("button", name="Show logs").click()
    await expect(page.get_by_test_id("modal")).to_contain_text("internal error", timeout=10 * SECONDS)
    await page.screenshot(path=IMAGES / "logs.png")
    await page.get_by_test_id("modal-close").click()
    await type_command(page, "/vpclink diagnose catalog prod")
    healthy = page.get_by_role("main").get_by_test_id("message").filter(has_text="catalog").last
    await expect(healthy).to_contain_text("nothing on this path", timeout=30 * SECONDS)
    await _picture(healthy, "healthy.png")
    await type_command(page, "/vpclink diagnose nope prod")
    unknown = page.get_by_role("main").get_by_test_id("message").filter(has_text="nope").last
    await expect(unknown).to_contain_text(re.compile("no api", re.IGNORECASE), timeout=30 * SECONDS)
    await _picture(unknown, "unknown-api.png")
    await probe_pictures(page)


async def probe_pictures(page: Page) -> None:
    """What is asked before a probe, and what the wire said."""
    await type_command(page, "/vpclink diagnose identity prod")
    report = page.get_by_role("main").get_by_test_id("message").filter(has_text="identity / prod").last
    await report.get_by_role("button", name="Probe now").click(timeout=30 * SECONDS)
    await page.get_by_role("dialog").screenshot(path=IMAGES / "probe-confirm.png")
    await page.get_by_role("dialog").get_by_role("button", name="Probe now").click()
    await expect(report).to_contain_text("Confirmed", timeout=30 * SECONDS)
    await report.get_by_test_id("open-thread").click()
    wire = page.get_by_test_id("thread").get_by_test_id("message").filter(has_text="What the wire says").last
    await _picture(wire, "probe.png")


async def _picture(message: Locator, name: str) -> None:
    await message.scroll_into_view_if_needed()
    await message.screenshot(path=IMAGES / name)


if __name__ == "__main__":
    if not CHROMIUM:
        sys.exit("there is no chromium on the PATH (apt-get install chromium)")
    asyncio.run(main())
