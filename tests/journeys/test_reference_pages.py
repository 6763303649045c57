"""The two pages of the API's description, in a browser: whole, usable, and asking nobody else."""

import pytest
from playwright.async_api import async_playwright, expect

from server.app import routes
from server.openapi import describe
from tests.journeys.test_live_purchase import CHROMIUM, PATIENCE_MS
from tests.stall import PASSWORD
from tests.street import open_street

DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}

expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="module")
async def browser():
    """Headless Chromium."""
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(**CHROMIUM)
        yield chromium
        await chromium.close()


@pytest.fixture
async def street(embedded_settings):
    """The shop, served."""
    async with open_street(embedded_settings) as opened:
        yield opened


@pytest.fixture
def visit(browser, street):
    """Open a page; at the end it has asked nobody else and complained of nothing."""
    heard = []

    async def visit(path, size):
        context = await browser.new_context(viewport=size)
        page = await context.new_page()
        page.on("pageerror", lambda error: heard.append(str(error)))
        page.on("console", lambda said: said.type == "error" and heard.append(said.text))
        page.on("request", lambda asked: _is_elsewhere(asked.url) and heard.append(asked.url))
        await page.goto(f"{street.url}{path}")
        return page

    def _is_elsewhere(url):
        return not url.startswith((street.url, "data:", "blob:"))

    yield visit
    assert heard == []


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
async def test_the_reference_shows_every_operation(visit, size):
    """And nothing hangs over the edge of a phone."""
    document = describe(routes())
    names = [each["operationId"] for item in document["paths"].values() for each in item.values()]

    page = await visit("/redoc", size)

    await expect(page.locator("article")).to_have_count(len(names))
    drawn = await page.locator("article").evaluate_all("(all) => all.map((each) => each.id)")
    assert sorted(drawn) == sorted(names)
    assert await page.evaluate("document.documentElement.scrollWidth") == size["width"]


async def test_the_contents_are_filtered_and_lead_to_an_operation(visit):
    """By any word of the method, the path and the summary."""
    page = await visit("/redoc", DESK)

    await page.get_by_label("Filter operations").fill("post login")

    links = page.locator("nav li:not([hidden]) a")
    await expect(links).to_have_count(1)
    await links.click()
    await expect(page.locator("#user_log_in")).to_be_in_viewport()


async def test_fields_within_fields_unfold(visit):
    """What is inside an object is drawn when somebody looks."""
    cart = describe(routes())["paths"]["/api/kok/carts"]["get"]["operationId"]
    page = await visit(f"/redoc#{cart}", DESK)
    inside = page.locator(f"#{cart} details").first

    await inside.locator("summary").first.click()

    await expect(inside.locator("code", has_text="kok_product_name").first).to_be_visible()


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
async def test_somebody_logs_in_and_tries_an_operation(visit, street, size):
    """The password flow fetches a token, and the token opens a door."""
    await street.shopper("jimin")
    page = await visit("/docs", size)

    await page.locator(".btn.authorize").click()
    await page.locator("#oauth_username").fill("jimin@example.com")
    await page.locator("#oauth_password").fill(PASSWORD)
    form = page.locator(".auth-container", has=page.locator("#oauth_username"))
    await form.locator("button.authorize").click()
    await page.locator(".dialog-ux").get_by_text("Authorized", exact=True).wait_for()
    await page.locator(".dialog-ux .close-modal").click()
    mine = page.locator("#operations-user-user_info")
    await mine.locator(".opblock-summary-control").click()
    await mine.locator(".execute").click()

    answered = mine.locator(".live-responses-table")
    await expect(answered.locator("pre").first).to_contain_text("jimin@example.com")
    assert await page.evaluate("document.documentElement.scrollWidth") == size["width"]
