"""The pages that describe the API, in a browser: whole, usable, and asking nobody else."""

import pytest
from playwright.async_api import async_playwright, expect

from domain import kernel
from server import asyncapi
from server.app import routes
from server.openapi import describe
from server.wiring import topics
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

    await page.get_by_label("Filter operations").fill("post user/login")

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
async def test_the_channels_page_shows_every_door_channel_event_and_call(visit, size):
    """Each once, and nothing hangs over the edge of a phone."""
    document = asyncapi.describe(topics(broker=None, clock=kernel.utc_now))
    listening = [each for each in document["operations"].values() if each["action"] == "receive"]
    calls = len(document["operations"]) - len(listening)
    messages = document["components"]["messages"].values()
    events = {each["name"] for each in messages if each["name"].endswith(".v1")}

    page = await visit("/asyncapi", size)

    for section, count in {
        "doors": len(document["servers"]),
        "channels": len(listening),
        "events": len(events),
        "calls": calls,
    }.items():
        await expect(page.locator(f"#{section} article")).to_have_count(count)
    shown = await page.locator("#events article").evaluate_all("(all) => all.map(({ id }) => id)")
    assert set(shown) == events
    assert await page.evaluate("document.documentElement.scrollWidth") == size["width"]


async def test_a_channel_leads_to_its_events_and_they_lead_back(visit):
    """By links; and the views in an event unfold."""
    page = await visit("/asyncapi#channel-order", DESK)
    channel = page.locator("#channel-order")
    await expect(channel).to_be_in_viewport()
    await expect(channel.get_by_text("signed in")).to_be_visible()

    await channel.get_by_role("link", name="order.status_changed.v1").click()
    event = page.locator("[id='order.status_changed.v1']")
    await expect(event).to_be_in_viewport()
    await event.locator("details summary").first.click()
    await expect(event.locator("code", has_text="pay_by").first).to_be_visible()
    await event.get_by_role("link", name="user:{user_id}").click()
    await expect(page.locator("#channel-user")).to_be_in_viewport()


async def test_the_contents_of_the_channels_page_are_filtered(visit):
    """Doors, channels, events and calls by any word."""
    page = await visit("/asyncapi", DESK)

    await page.get_by_label("Filter channels and events").fill("acknowledge")

    links = page.locator("nav li:not([hidden]) a")
    await expect(links).to_have_text(["payment.acknowledged.v1", "payment.acknowledge"])


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
