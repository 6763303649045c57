"""Chromium's own EventSource listens, loses the server, resumes by itself, and is told to stop."""

from typing import Any
from urllib.parse import quote

import orjson
import pytest
from playwright.async_api import async_playwright

from tests.journeys.bench import open_bench
from tests.journeys.test_live_purchase import CHROMIUM
from tests.patience import until
from tests.street import open_street

PATH = "/connection/uni_sse?cf_connect="
# Keeps what was said, in order: the pushes, and the states of the connection between them.
LISTEN = """(address) => {
  window.said = [];
  window.source = new EventSource(address);
  source.onmessage = ({ data, lastEventId }) => said.push({ ...JSON.parse(data), id: lastEventId });
  source.onerror = () => said.push({ state: source.readyState });
}"""
CONNECTING, CLOSED = 0, 2
RETURN_SECONDS = 20.0  # it waits three before each attempt, and the server has to start


@pytest.fixture(scope="module")
async def browser():
    """Headless Chromium."""
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(**CHROMIUM)
        yield chromium
        await chromium.close()


class Page:
    """A page with one event source."""

    def __init__(self, page: Any) -> None:
        self._page = page

    async def listen(self, wish: dict[str, Any]) -> None:
        """Connect."""
        await self._page.evaluate(LISTEN, PATH + quote(orjson.dumps(wish).decode()))

    async def said(self) -> list[dict[str, Any]]:
        """Return all that was said so far."""
        return list(await self._page.evaluate("said"))

    async def welcomes(self) -> list[dict[str, Any]]:
        """Return what was said at the door, each time."""
        return [each["connect"] for each in await self.said() if "connect" in each]

    async def offsets(self, channel: str) -> list[int]:
        """Return the offsets that were heard, those of what had been missed included."""
        heard = []
        for each in await self.said():
            missed = each.get("connect", {}).get("subs", {}).get(channel, {})
            heard += [pub["offset"] for pub in missed.get("publications", ())]
            if each.get("channel") == channel:
                heard.append(each["pub"]["offset"])
        return heard

    async def state(self) -> int:
        """Return the connection's state."""
        return int(await self._page.evaluate("source.readyState"))


@pytest.fixture
async def open_page(browser):
    """Open pages of a server's own origin."""
    contexts = []

    async def opened(url):
        contexts.append(await browser.new_context())
        page = await contexts[-1].new_page()
        await page.goto(f"{url}/healthz")
        return Page(page)

    yield opened
    for context in contexts:
        await context.close()


@pytest.mark.parametrize("how", ["terminate", "kill"])
async def test_it_resumes_after_the_server_was_away(how, open_page, embedded_settings, tmp_path):
    """By Last-Event-ID, which it sends by itself: nothing is lost and nothing comes twice."""
    channel = "recovery:page"
    async with open_bench(embedded_settings, tmp_path) as bench:
        page = await open_page(bench.server.url)

        async def heard(count):
            return await page.offsets(channel) == list(range(1, count + 1))

        await page.listen({"subs": {channel: {}}})
        await until(page.welcomes)
        await bench.publish(channel, [1, 2, 3])
        await until(lambda: heard(3))
        await bench.restart(how, channel, [4, 5, 6])
        await until(lambda: heard(6), seconds=RETURN_SECONDS)
        await bench.publish(channel, [7])
        await until(lambda: heard(7))

        first, second = await page.welcomes()
        assert not first["subs"][channel].get("recovered")
        assert second["subs"][channel]["recovered"]
        said = await page.said()
        assert {"state": CONNECTING} in said
        goodbyes = [each["disconnect"]["code"] for each in said if "disconnect" in each]
        assert goodbyes == ([3001] if how == "terminate" else [])


async def test_it_is_told_when_its_past_is_gone(open_page, embedded_settings, tmp_path):
    """A server that forgot everything says so, and goes on from where it is."""
    channel = "recovery:page"
    async with open_bench(embedded_settings, tmp_path) as bench:
        page = await open_page(bench.server.url)
        await page.listen({"subs": {channel: {}}})
        await until(page.welcomes)
        await bench.publish(channel, [1, 2])
        await bench.restart("terminate", channel, [1, 2], forget=True)

        async def back():
            return len(await page.welcomes()) == 2

        await until(back, seconds=RETURN_SECONDS)
        first, second = [each["subs"][channel] for each in await page.welcomes()]
        assert (second["was_recovering"], second.get("recovered", False)) == (True, False)
        assert first["epoch"] != second["epoch"]


async def test_it_stays_away_once_its_login_is_over(open_page, real_settings):
    """The login ends, the last word says so, and 204 keeps the browser from coming back."""
    async with open_street(real_settings) as street:
        person = await street.shopper()
        channel = f"user:{person.user_id}"
        page = await open_page(street.url)
        await page.listen({"token": person.token, "subs": {channel: {}}})
        await until(page.welcomes)
        await person.order()
        await until(lambda: page.offsets(channel))
        assert (await person.post("/api/user/logout")).is_success

        async def closed():
            return await page.state() == CLOSED

        await until(closed, seconds=RETURN_SECONDS)
        said = await page.said()
        assert [each["disconnect"]["code"] for each in said if "disconnect" in each] == [3503]
        assert said[-1] == {"state": CLOSED}
        assert len(await page.welcomes()) == 1
