"""A person opens the live page, buys from a broadcast, pays, and watches the order move by push."""

import asyncio
import os
import re
import signal
import subprocess
import sys
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.async_api import Page, async_playwright, expect

from domain import homeshopping, kernel
from domain.homeshopping import NewBroadcast, NewChannel, Promotion
from tests.engines import claim_port
from tests.journeys.network import cable

ROOT = Path(__file__).parents[2]
CHROMIUM = {
    "executable_path": "/usr/bin/chromium",
    "args": ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
}
PATIENCE_MS = 20_000
PRODUCT = 1001  # of the demo shop; the journey sells it in a broadcast of its own

expect.set_options(timeout=PATIENCE_MS)


@dataclass
class Shop:
    """A served demo shop and a way into its database."""

    port: int
    db: kernel.Database
    channels: int = 98

    @property
    def channel(self) -> str:
        """Return the name of the newest channel."""
        return f"여정홈쇼핑 {self.channels}"

    async def plan(self, *, starts_in: float) -> int:
        """Plan a broadcast, on a channel of its own, that starts so many seconds from now."""
        now = kernel.utc_now()
        self.channels += 1
        channel = NewChannel(
            homeshopping_id=self.channels,
            name=self.channel,
            channel=self.channels,
            live_url="/static/media/live/index.m3u8",
            image="/api/media/channel-1",
        )
        starts_at = now + timedelta(seconds=starts_in)
        new = NewBroadcast(
            homeshopping_id=self.channels,
            product_id=PRODUCT,
            promotion_type=Promotion.MAIN,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=1),
        )
        async with self.db.sessions.begin() as session:
            await homeshopping.add_channel(session, channel)
            await session.flush()
            return (await homeshopping.schedule(session, new, now=now)).live_id

    async def reprice(self, price: int) -> None:
        """Sell the product at another price from now on."""
        async with self.db.sessions.begin() as session:
            await homeshopping.change_price(
                session, PRODUCT, dc_rate=40, dc_price=price, now=kernel.utc_now()
            )


@pytest.fixture(scope="module", params=["embedded", "real"])
def engines_env(request, tmp_path_factory):
    """Environment of a server on the embedded default, and on the real engines."""
    tmp_path = tmp_path_factory.mktemp(request.param)
    if request.param == "embedded":
        yield {"DATA_DIR": str(tmp_path)}
        return
    real = request.getfixturevalue("real")
    name = "journey"
    for engine in (real.mariadb, real.postgres):
        engine.create_database(name)
    yield {
        "DATA_DIR": str(tmp_path),
        "SERVICE_DB_URL": real.mariadb.url_of(name),
        "ANALYTICS_DB_URL": real.postgres.url_of(name),
        "REDIS_URL": real.redis.url,
        "REDIS_PREFIX": "journey:",
    }
    for engine in (real.mariadb, real.postgres):
        engine.drop_database(name)


@pytest.fixture(scope="module")
async def shop(engines_env):
    """`uhok demo serve`, as a newcomer starts it, with an order delivered in seconds."""
    tmp_path = Path(engines_env["DATA_DIR"])
    (claimed, port), (also_claimed, simulator) = claim_port(), claim_port()
    env = (
        {key: value for key, value in os.environ.items() if not key.startswith("UHOK")}
        | engines_env
        | {
            "PORT": str(port),
            "PAYMENT_SIMULATOR_PORT": str(simulator),
            "ORDER_PREPARING_SECONDS": "1",
            "ORDER_SHIPPING_SECONDS": "1",
            "ORDER_DELIVERED_SECONDS": "1",
            "BCRYPT_COST": "4",
        }
    )
    log = (tmp_path / "server.log").open("wb")
    command = (sys.executable, "-m", "server.cli", "demo", "serve")
    process = await asyncio.to_thread(
        subprocess.Popen, command, cwd=ROOT, env=env, stdout=log, stderr=log
    )
    url = engines_env.get("SERVICE_DB_URL", f"sqlite+aiosqlite:///{tmp_path}/service.db")
    db = None
    try:
        await _answers(f"http://127.0.0.1:{port}/readyz", process)
        await _answers(f"http://127.0.0.1:{simulator}/healthz", process)
        db = kernel.open_database(url)
        yield Shop(port, db)
    finally:
        if db is not None:
            await db.close()
        process.send_signal(signal.SIGTERM)
        await asyncio.to_thread(process.wait, 30)
        log.close()
        for each in (claimed, also_claimed):
            each.close()


async def _answers(url, process):
    async with asyncio.timeout(60), httpx.AsyncClient() as client:
        while True:
            assert process.poll() is None, "the server died"
            try:
                if (await client.get(url)).is_success:
                    return
            except httpx.TransportError:
                await asyncio.sleep(0.1)


@dataclass
class Visitor:
    """One person at one browser, and everything their page asked for."""

    page: Page
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def it(self, name):
        """Return the element a person would call by that name."""
        return self.page.get_by_test_id(name)

    async def connected(self):
        """Wait until the page says it is connected."""
        await expect(self.it("connection-state")).to_have_attribute("data-state", "connected")


@asynccontextmanager
async def visitor(browser, port, *, transport="ws"):
    """Open the live page in a browser of one's own."""
    context = await browser.new_context(locale="ko-KR", timezone_id="Asia/Seoul")
    page = await context.new_page()
    someone = Visitor(page)
    page.on("request", lambda request: someone.requests.append(request.url))
    page.on("pageerror", lambda error: someone.errors.append(str(error)))
    query = "" if transport == "ws" else f"?transport={transport}"
    await page.goto(f"http://127.0.0.1:{port}/{query}")
    await someone.connected()
    try:
        yield someone
        assert someone.errors == []
    finally:
        await context.close()


@pytest.fixture(scope="module")
async def browser():
    """Headless Chromium."""
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(**CHROMIUM)
        yield chromium
        await chromium.close()


async def sign_up(someone, name):
    await someone.it("signup-open").click()
    await someone.it("signup-email").fill(f"{name}@example.com")
    await someone.it("signup-username").fill(name)
    await someone.it("signup-password").fill("correct-horse")
    await someone.it("signup-submit").click()
    await expect(someone.it("inbox-open")).to_be_visible()
    await someone.connected()


async def log_in(someone, email, password):
    await someone.it("login-open").click()
    await someone.it("email").fill(email)
    await someone.it("password").fill(password)
    await someone.it("login-submit").click()
    await expect(someone.it("inbox-open")).to_be_visible()
    await someone.connected()


async def like(someone, live_id):
    heart = someone.page.locator(f'[data-testid="like"][data-live-id="{live_id}"]').first
    await heart.click()
    await expect(heart).to_have_attribute("aria-pressed", "true")


async def follow_alert(someone):
    """See the alert that a liked broadcast began, and go there."""
    alert = someone.it("toast").filter(has_text="시작")
    await expect(alert).to_be_visible()
    await alert.get_by_role("button", name=re.compile("보러")).click()


async def buy(someone, quantity):
    card = someone.page.locator(f'[data-testid="product-card"][data-sku="hs-{PRODUCT}"]')
    await card.get_by_test_id("buy").click()
    await someone.it("quantity").fill(str(quantity))
    await someone.it("place-order").click()
    await expect(someone.it("order")).to_be_visible()


async def pay(someone, button):
    """Press a button of the provider's window."""
    async with someone.page.expect_popup() as opened:
        await someone.it("pay").click()
    window = await opened.value
    await window.get_by_role("button", name=button).click()
    await window.wait_for_event("close")


def done(someone, status):
    return someone.page.locator(
        f'[data-testid="timeline-step"][data-status="{status}"][data-done="true"]'
    )


def asked(requests):
    """Return what was fetched besides the stream's segments and pictures."""
    paths = [urlsplit(url).path for url in requests]
    return [path for path in paths if path.startswith("/api/") and "/media/" not in path]


async def test_two_people_see_a_broadcast_begin_buy_pay_and_watch_their_orders_arrive(
    shop, browser
):
    """One on WebSocket, one on EventSource; nothing is reloaded and nothing is polled."""
    async with (
        visitor(browser, shop.port) as first,
        visitor(browser, shop.port, transport="sse") as second,
    ):
        await sign_up(first, "minji")
        await log_in(second, "seojun@example.com", "seojun-demo-2026")
        live_id = await shop.plan(starts_in=8)
        for someone in (first, second):
            await like(someone, live_id)
        for someone in (first, second):
            await follow_alert(someone)
            await expect(someone.it("viewers")).not_to_be_empty()
            await buy(someone, 2)
        for someone in (first, second):
            await pay(someone, "결제 승인")
            await expect(done(someone, "PAYMENT_COMPLETED")).to_be_visible()
        for someone in (first, second):
            someone.requests.clear()
            await expect(done(someone, "DELIVERED")).to_be_visible()
            assert asked(someone.requests) == []
            await expect(someone.it("order-status")).to_contain_text("배송완료")
            await expect(someone.it("unread")).to_be_visible()


async def test_a_declined_payment_is_told_and_its_goods_go_back(shop, browser):
    """The result is pushed, the order is cancelled, and the stock rises for everybody."""
    await shop.plan(starts_in=2)
    async with visitor(browser, shop.port) as someone, visitor(browser, shop.port) as other:
        await log_in(someone, "jimin@example.com", "jimin-demo-2026")
        for each in (someone, other):
            await switch_to(each, shop)
        before = await stock(other)
        await buy(someone, 3)
        await expect_stock(other, before - 3)

        await pay(someone, "결제 거절")

        await expect(someone.it("payment-result")).to_be_visible()
        await expect(someone.it("order-status")).to_contain_text("주문취소")
        await expect_stock(other, before)

        # The focus was in the window that is gone.
        await someone.page.keyboard.press("Escape")
        await expect(someone.it("orders-panel")).to_be_hidden()


@pytest.mark.parametrize("transport", ["ws", "sse"])
async def test_a_page_cut_off_for_five_seconds_comes_back_with_everything(shop, browser, transport):
    """The network is pulled, prices and orders move meanwhile, and the page catches up."""
    await shop.plan(starts_in=2)
    async with (
        cable(shop.port) as line,
        visitor(browser, line.port, transport=transport) as someone,
    ):
        await log_in(someone, "jimin@example.com", "jimin-demo-2026")
        await switch_to(someone, shop)
        await buy(someone, 1)
        await pay(someone, "결제 승인")
        await expect(done(someone, "PAYMENT_COMPLETED")).to_be_visible()

        await line.pull()
        await expect(someone.it("connection-state")).not_to_have_attribute(
            "data-state", "connected"
        )
        await shop.reprice(12_340)
        await someone.page.wait_for_timeout(5_000)  # the order is delivered in the dark
        someone.requests.clear()
        await line.plug()

        await someone.connected()
        await expect(done(someone, "DELIVERED")).to_be_visible()
        card = someone.page.locator(f'[data-testid="product-card"][data-sku="hs-{PRODUCT}"]')
        await expect(card).to_contain_text("12,340")
        assert [path for path in asked(someone.requests) if "order" in path] == []


async def switch_to(someone, shop):
    """Watch the broadcast that sells the product, once it is on."""
    card = someone.page.locator(f'[data-testid="product-card"][data-sku="hs-{PRODUCT}"]')
    async with asyncio.timeout(PATIENCE_MS / 1000):
        while not await card.count():
            chip = someone.it("channel").filter(has_text=shop.channel)
            if await chip.count():
                await chip.first.click()
            await someone.page.wait_for_timeout(200)


def shelf(someone):
    card = someone.page.locator(f'[data-testid="product-card"][data-sku="hs-{PRODUCT}"]')
    return card.locator('[data-part="stock"]')


async def stock(someone):
    await expect(shelf(someone)).to_have_attribute("data-available", re.compile(r"\d+"))
    return int(await shelf(someone).get_attribute("data-available"))


async def expect_stock(someone, number):
    await expect(shelf(someone)).to_have_attribute("data-available", str(number))
