"""A person looks for a dish, finds its recipe, and puts what they lack into the cart at once."""

import re
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

import pytest
from playwright.async_api import Page, expect
from sqlalchemy import text

from domain import kernel
from tests.journeys import test_live_purchase as purchase
from tests.patience import until

INDEX_SECONDS = 120.0  # on a busy machine; a third of it on an idle one
LIKED = 5001  # apples, as the broadcast of the other journey sells
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}

browser, shop = purchase.browser, purchase.shop


@pytest.fixture(scope="module")
def engines_env(tmp_path_factory):
    """Environment of a server on the embedded default: the engines are the index's own matter."""
    return {"DATA_DIR": str(tmp_path_factory.mktemp("search"))}


@dataclass
class Visitor:
    """One person at one browser; whatever their page complained of."""

    page: Page
    heard: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)

    def it(self, name):
        """Return the element a person would call by that name."""
        return self.page.get_by_test_id(name)

    def path(self):
        """Return where the page says it is."""
        return unquote(urlsplit(self.page.url).path)

    async def log_in(self):
        """Fill in the dialog that is open."""
        await self.it("email").fill("jimin@example.com")
        await self.it("password").fill("jimin-demo-2026")
        await self.it("login-submit").click()
        await expect(self.it("inbox-open")).to_be_visible()


@pytest.fixture(scope="module")
async def indexed(shop, engines_env):
    """The shop's address, once all that it sells can be found by words and by meaning."""
    db = kernel.open_database(f"sqlite+aiosqlite:///{engines_env['DATA_DIR']}/analytics.db")

    async def rows(where, table):
        async with where.reads() as session:
            return await session.scalar(text(f"SELECT count(*) FROM {table}"))  # noqa: S608 (ours)

    async def whole():
        if await rows(shop.db, "recommendation_changes"):
            return False
        documents = await rows(db, "search_documents")
        return documents and documents == await rows(db, "search_embeddings")

    await until(whole, seconds=INDEX_SECONDS)
    await db.close()
    return f"http://127.0.0.1:{shop.port}"


@pytest.fixture
def visit(browser, indexed):
    """Open the page; at the end it was loaded once and has complained of nothing."""

    @asynccontextmanager
    async def visit(path="/", size=DESK):
        context = await browser.new_context(viewport=size, locale="ko-KR", timezone_id="Asia/Seoul")
        page = await context.new_page()
        someone = Visitor(page)
        page.on("pageerror", lambda error: someone.heard.append(str(error)))
        page.on("console", lambda said: _is_complaint(said) and someone.heard.append(said.text))
        page.on("load", lambda loaded: someone.loads.append(loaded.url))
        await page.goto(f"{indexed}{path}")
        await expect(someone.it("connection-state")).to_have_attribute("data-state", "connected")
        try:
            yield someone
            assert someone.heard == []
            assert len(someone.loads) == 1
        finally:
            await context.close()

    return visit


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
async def test_from_half_a_word_to_a_cart_with_what_the_recipe_lacks(visit, size):
    """An unfinished syllable is suggested, the recipe asks who one is, one press fills the cart."""
    async with visit(size=size) as someone:
        if size is PHONE:
            await someone.it("search-open").click()
        await someone.it("search-input").press_sequentially("떡보")
        offered = someone.it("suggestion").filter(has_text="떡볶이").first
        await expect(offered).to_be_visible()
        await someone.page.keyboard.press("ArrowDown")
        await expect(offered).to_have_attribute("aria-selected", "true")
        await someone.page.keyboard.press("Enter")

        found = someone.it("results").locator('[data-type="recipe"]').first
        await expect(found).to_contain_text("떡볶이")
        await found.get_by_role("link").click()
        await expect(someone.it("recipe-title")).to_contain_text("떡볶이")
        assert re.fullmatch(r"/recipe/\d+", someone.path())

        await someone.it("recipe-login").click()
        await someone.log_in()
        lacking = someone.page.locator('[data-testid="ingredient"][data-status="not_owned"]')
        await expect(lacking.first).to_be_visible()
        before = await lacking.count()
        await someone.it("take-missing").click()
        await expect(someone.it("take-missing")).to_be_hidden()
        await expect(someone.it("take-note")).to_contain_text("담았어요")
        await expect(someone.page.locator('[data-testid="taken"]:visible').first).to_be_visible()
        assert await lacking.count() < before
        await _empty_the_cart(someone)

        await someone.page.go_back()
        await expect(found).to_be_visible()
        await someone.page.go_back()
        await expect(someone.it("on-air-title")).to_be_visible()


async def test_what_is_at_home_becomes_dishes_and_the_rest_goes_into_the_cart(visit):
    """By combinations and by using up the most; the address keeps the question."""
    async with visit("/kitchen") as someone:
        await expect(someone.it("cook")).to_have_attribute("aria-disabled", "true")
        for name in ("양파", "감자 2개"):
            await someone.it("ingredient-input").fill(name)
            await someone.page.keyboard.press("Enter")
        await someone.it("quick").filter(has_text="두부").click()
        await expect(someone.it("pot-chip")).to_have_count(3)
        await someone.it("cook").click()
        await someone.log_in()

        dish = someone.it("dish").first
        await expect(dish.locator('[data-kind="used"]').first).to_be_visible()
        await expect(dish).to_contain_text("쓰고")
        for method in ("cover", "greedy"):
            await someone.page.locator(
                f'[data-testid="combination"][data-method="{method}"]'
            ).first.click()
            await expect(dish).to_be_visible()
        await dish.get_by_test_id("take-dish").click()
        await expect(dish.locator('[data-kind="taken"]').first).to_be_visible()
        await _empty_the_cart(someone)
        assert "ingredient=" in someone.page.url

        await dish.get_by_role("link", name="레시피 보기").click()
        owned = someone.page.locator('[data-testid="ingredient"][data-status="owned"]')
        await expect(owned.first).to_be_visible()


async def test_tabs_count_what_they_show_and_more_is_read_on(visit):
    """Every row that is counted can be reached, and none comes twice."""
    async with visit("/search?q=김치") as someone:
        tab = someone.page.locator('[data-testid="results-tab"][data-type="recipe"]')
        await expect(tab).to_have_attribute("data-total", re.compile(r"\d+"))
        total = int(await tab.get_attribute("data-total"))
        await tab.click()
        await expect(tab).to_have_attribute("aria-pressed", "true")
        rows = someone.it("results").get_by_test_id("result")
        await expect(rows.first).to_have_attribute("data-type", "recipe")
        more = someone.it("results-more")
        while await more.is_visible():
            before = await rows.count()
            await more.click()
            await expect(rows).not_to_have_count(before)
        await expect(rows).to_have_count(total)
        ids = [await row.get_attribute("data-id") for row in await rows.all()]
        assert len(set(ids)) == total


async def test_what_is_not_there_is_answered_with_the_nearest(visit):
    """And says that it is no more than that."""
    async with visit("/search?q=우주비행사") as someone:
        await expect(someone.it("results-note")).to_contain_text("비슷한")
        await expect(someone.it("results").get_by_role("listitem").first).to_contain_text(
            "비슷한 결과"
        )


async def test_escape_closes_the_suggestions_and_then_the_field_of_a_phone(visit):
    """The focus comes back to what opened it."""
    async with visit(size=PHONE) as someone:
        await someone.it("search-open").click()
        await someone.it("search-input").press_sequentially("김치")
        await expect(someone.it("suggestion").first).to_be_visible()
        await someone.page.keyboard.press("Escape")
        await expect(someone.it("suggestion").first).to_be_hidden()
        await expect(someone.it("search-input")).to_have_value("김치")
        await someone.page.keyboard.press("Escape")
        await expect(someone.it("search-input")).to_be_hidden()
        await expect(someone.it("search-open")).to_be_focused()


async def test_enter_that_ends_a_syllable_searches_for_nothing(visit):
    """While an input method composes, the keys are its own."""
    async with visit() as someone:
        field = someone.it("search-input")
        await field.press_sequentially("김치")
        await expect(someone.it("suggestion").first).to_be_visible()
        await someone.page.keyboard.press("ArrowDown")
        await field.evaluate(
            """field => field.dispatchEvent(new KeyboardEvent(
                "keydown", {key: "Enter", isComposing: true, bubbles: true, cancelable: true}))"""
        )
        await expect(someone.it("suggestion").first).to_have_attribute("aria-selected", "true")
        assert someone.path() == "/"


async def test_what_one_looked_for_is_offered_again_until_it_is_forgotten(visit):
    """In the empty field, the newest first; the Delete key forgets one."""
    async with visit() as someone:
        await someone.it("login-open").click()
        await someone.log_in()
        await someone.it("search-input").fill("흑돼지")
        await someone.page.keyboard.press("Enter")
        await expect(someone.it("results").get_by_role("listitem").first).to_be_visible()
        mine = someone.page.locator('[data-testid="suggestion"][data-mark="recent"]')
        await someone.it("search-input").fill("")
        await expect(mine.first).to_contain_text("흑돼지")
        await someone.page.keyboard.press("ArrowDown")
        await someone.page.keyboard.press("Delete")
        await expect(mine.filter(has_text="흑돼지")).to_have_count(0)


async def test_a_match_of_what_one_likes_that_goes_on_air_is_told_and_can_be_watched(visit, shop):
    """By push, wherever on the page one is."""
    async with visit("/search?q=사과") as someone:
        await someone.it("login-open").click()
        await someone.log_in()
        await expect(someone.it("connection-state")).to_have_attribute("data-state", "connected")
        await _ask(someone, "POST", "/api/kok/likes/toggle", {"kok_product_id": LIKED})
        await shop.plan(starts_in=2)

        told = someone.it("toast").filter(has_text="생각나서")
        await expect(told).to_contain_text("방송이 시작됐어요")
        await told.get_by_role("button", name="보러가기").click()
        await expect(someone.it("on-air-title")).to_be_visible()
        await expect(someone.it("for-you")).to_be_visible()


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("path", ["/", "/search?q=김치", "/recipe/7001", "/kitchen"])
async def test_nothing_hangs_over_the_edge(visit, path, size):
    """The page is as wide as the window."""
    async with visit(path, size) as someone:
        wide = "document.documentElement.scrollWidth > innerWidth"
        assert not await someone.page.evaluate(wide)


def _is_complaint(said):
    """Tell whether the console says an error; a channel without a logo gets its first letter."""
    return said.type == "error" and "/api/media/channel-" not in said.location["url"]


async def _empty_the_cart(someone):
    """Leave the cart to the next as it was: the journeys share a shop."""
    for row in (await _ask(someone, "GET", "/api/kok/carts"))["cart_items"]:
        await _ask(someone, "DELETE", f"/api/kok/carts/{row['kok_cart_id']}")


async def _ask(someone, method, path, body=None):
    """Do by REST what the page has no button for; return what is answered."""
    return await someone.page.evaluate(
        """async ([method, path, body]) => {
            const renewed = await fetch("/api/auth/refresh", {method: "POST"});
            const {access_token: token} = await renewed.json();
            const headers = {
                Authorization: `Bearer ${token}`, "Content-Type": "application/json"
            };
            const said = body && JSON.stringify(body);
            return (await fetch(path, {method, headers, body: said})).json();
        }""",
        [method, path, body],
    )
