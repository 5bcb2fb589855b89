"""`make screenshots`: the pictures of the documentation, taken from the demo in headless Chromium."""

from __future__ import annotations

import asyncio
import re
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Locator, Page, async_playwright, expect

from bot.language import ENGLISH, LANGUAGES, _, speaking
from tests.end_to_end.processes import running
from tests.end_to_end.test_demo_in_a_browser import ARGUMENTS, CHROMIUM, SECONDS, type_command

IMAGES = Path(__file__).resolve().parent.parent.parent / "docs/images"


async def main() -> None:
    """Take them all: the main ones in both languages, the others in English."""
    for language in LANGUAGES:
        async with _demo(language) as page:
            with speaking(language):
                await _tour(page, IMAGES if language == ENGLISH else IMAGES / language)
                await _probe(page, IMAGES if language == ENGLISH else IMAGES / language)
            if language == ENGLISH:
                await _other_reports(page)


@asynccontextmanager
async def _demo(language: str) -> AsyncIterator[Page]:
    """The page of a demo that speaks this language, alarms too."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "demo.log"
        environment = {"PYTHONUNBUFFERED": "1", "VPCLINK_LANGUAGE": language}
        async with running("demo", "--port", "0", environment=environment, log=log), async_playwright() as p:
            browser = await p.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            page = await browser.new_page(viewport={"width": 1280, "height": 860}, device_scale_factor=1.5)
            while not (found := re.search(r"Open\s+(http\S+)", log.read_text())):
                await page.wait_for_timeout(100)
            await page.goto(found.group(1))
            await page.get_by_test_id("channel-incidents").click()
            yield page
            await browser.close()


async def _tour(page: Page, images: Path) -> None:
    images.mkdir(parents=True, exist_ok=True)
    verdict = await _report(page, images)
    await _modals(page, verdict, images)
    await _error(page, images)
    await _picker(page, images)
    await _alarm(page, images)
    await _lists(page, images)


async def _report(page: Page, images: Path) -> Locator:
    """Progress, verdict and thread."""
    await type_command(page, "/vpclink diagnose orders prod")
    begun = _("Diagnosing {api} / {stage}", api="orders", stage="prod")
    await expect(page.get_by_text(begun).first).to_be_visible(timeout=20 * SECONDS)
    await page.screenshot(path=images / "progress.png")
    verdict = page.get_by_role("main").get_by_test_id("message").filter(has_text="SG-03")
    await expect(verdict).to_contain_text(_("Confirmed"), timeout=30 * SECONDS)
    await _picture(verdict, images / "verdict.png")
    await verdict.get_by_test_id("open-thread").click()
    thread = page.get_by_test_id("thread")
    await expect(thread).to_contain_text("authorize-security-group-ingress", timeout=10 * SECONDS)
    drawn = thread.get_by_test_id("message").filter(has_text=_("The path")).filter(has=page.get_by_role("img")).last
    await expect(drawn).to_be_visible(timeout=20 * SECONDS)
    await thread.get_by_text("authorize-security-group-ingress").first.scroll_into_view_if_needed()
    await page.screenshot(path=images / "thread.png")
    await drawn.scroll_into_view_if_needed()
    await drawn.locator("figure img").first.evaluate("image => image.decode()")
    await _picture(drawn, images / "path.png")
    await _picture(thread.get_by_test_id("message").filter(has_text=_("Failed requests")).last, images / "chart.png")
    return verdict


async def _modals(page: Page, verdict: Locator, images: Path) -> None:
    """What the report's buttons open."""
    for button, says, name in (
        (_("Show logs"), "internal error", "logs.png"),
        (_("Test this fix"), "HTTP 500", "fix.png"),
    ):
        await verdict.get_by_role("button", name=button).click()
        await expect(page.get_by_test_id("modal")).to_contain_text(says, timeout=10 * SECONDS)
        await page.screenshot(path=images / name)
        await page.get_by_test_id("modal-close").click()

    await verdict.get_by_test_id("action-vpclink_more").click()
    await page.get_by_text(_("Explain this check")).last.click()
    await expect(page.get_by_test_id("modal")).to_contain_text(_("How it is decided"), timeout=10 * SECONDS)
    await page.screenshot(path=images / "explain.png")
    await page.get_by_test_id("modal-close").click()


async def _error(page: Page, images: Path) -> None:
    """A command that is not understood."""
    await type_command(page, "/vpclink diagnoze orders prod")
    said = _("I do not know the command “{command}”. Did you mean {near}?", command="diagnoze", near="diagnose")
    error = page.get_by_role("main").get_by_test_id("message").filter(has_text=said).last
    await expect(error).to_contain_text("Only visible to you", timeout=10 * SECONDS)
    await _picture(error, images / "error.png")


async def _other_reports(page: Page) -> None:
    """A healthy API, and one that there is not."""
    await page.get_by_test_id("channel-incidents").click()
    await type_command(page, "/vpclink diagnose catalog prod")
    healthy = page.get_by_role("main").get_by_test_id("message").filter(has_text="catalog").last
    await expect(healthy).to_contain_text("nothing on this path", timeout=30 * SECONDS)
    await _picture(healthy, IMAGES / "healthy.png")
    await type_command(page, "/vpclink diagnose nope prod")
    unknown = page.get_by_role("main").get_by_test_id("message").filter(has_text="nope").last
    await expect(unknown).to_contain_text(re.compile("no api", re.IGNORECASE), timeout=30 * SECONDS)
    await _picture(unknown, IMAGES / "unknown-api.png")


async def _probe(page: Page, images: Path) -> None:
    """What is asked before a probe, and what the wire said."""
    await page.get_by_test_id("channel-incidents").click()
    await type_command(page, "/vpclink diagnose identity prod")
    report = page.get_by_role("main").get_by_test_id("message").filter(has_text="identity / prod").last
    await report.get_by_role("button", name=_("Probe now")).click(timeout=30 * SECONDS)
    await page.get_by_role("dialog").screenshot(path=images / "probe-confirm.png")
    await page.get_by_role("dialog").get_by_role("button", name=_("Probe now")).click()
    await expect(report).to_contain_text(_("Confirmed"), timeout=30 * SECONDS)
    await report.get_by_test_id("open-thread").click()
    said = _("*What the wire says*, seen from {source}").split("*")[1]
    wire = page.get_by_test_id("thread").get_by_test_id("message").filter(has_text=said).last
    await _picture(wire, images / "probe.png")


async def _picker(page: Page, images: Path) -> None:
    """The form that the command alone opens, with the names of APIs on offer."""
    await type_command(page, "/vpclink")
    await expect(page.get_by_test_id("modal")).to_contain_text(_("Region"), timeout=10 * SECONDS)
    await page.get_by_test_id("action-vpclink_pick_api").locator("input").click()
    await expect(page.get_by_role("option").filter(has_text="catalog")).to_be_visible(timeout=10 * SECONDS)
    await page.screenshot(path=images / "picker.png")
    await page.keyboard.press("Escape")
    await page.get_by_test_id("modal-close").click()


async def _alarm(page: Page, images: Path) -> None:
    """An alarm, and its diagnosis in its thread."""
    await page.get_by_test_id("raise-orders-prod-5xx").click()
    alarm = page.get_by_role("main").get_by_test_id("message").filter(has_text="orders-prod-5xx").last
    await alarm.get_by_test_id("open-thread").click(timeout=30 * SECONDS)
    thread = page.get_by_test_id("thread")
    await expect(thread).to_contain_text(_("first broken hop"), timeout=30 * SECONDS)
    await thread.get_by_text(_("first broken hop")).first.scroll_into_view_if_needed()
    await page.screenshot(path=images / "alarm.png")


async def _lists(page: Page, images: Path) -> None:
    """A watch and the history in the channel, and what App Home makes of them."""
    await type_command(page, "/vpclink watch orders prod every 30m")
    watch = page.get_by_role("main").get_by_test_id("message").filter(has_text="30 minutes").last
    await expect(watch).to_contain_text("orders / prod", timeout=30 * SECONDS)
    await _picture(watch, images / "watch.png")
    await type_command(page, "/vpclink doctor")
    await expect(page.get_by_role("main")).to_contain_text("health:DescribeEvents", timeout=30 * SECONDS)
    await type_command(page, "/vpclink history")
    recent = _("*Recent runs*").strip("*")
    history = page.get_by_role("main").get_by_test_id("message").filter(has_text=recent).last
    await expect(history).to_contain_text("SG-03", timeout=10 * SECONDS)
    await _picture(history, images / "history.png")
    await page.get_by_test_id("app-vpclink").click()
    await expect(page.get_by_test_id("home")).to_contain_text("orders / prod", timeout=10 * SECONDS)
    await page.screenshot(path=images / "home.png")


async def _picture(message: Locator, path: Path) -> None:
    await message.scroll_into_view_if_needed()
    await message.screenshot(path=path)


if __name__ == "__main__":
    if not CHROMIUM:
        sys.exit("there is no chromium on the PATH (apt-get install chromium)")
    asyncio.run(main())
