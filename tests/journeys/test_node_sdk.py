"""The stock JavaScript SDK in Node, over each pair of transport and codec, against a process."""

import shutil
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from channels.pulse import SLOTS_MAX
from server.settings import Settings
from tests.follower import Line, a_line
from tests.journeys.bench import open_bench, taking_orders
from tests.journeys.node import pass_all
from tests.patience import until
from tests.street import Street, open_street

# How many stories every pair has to tell, and how many more where each command is a frame.
STORIES = {
    "connecting.test.mjs": 8,
    "subscribing.test.mjs": 10,
    "talking.test.mjs": 6,
    "recovery.test.mjs": 9,
}
FRAMED = {"connecting.test.mjs": 2, "subscribing.test.mjs": 1}
PURCHASE = "purchase.test.mjs"  # six stories, and one more
HOUR = {f"order_{step}_seconds": 3600 for step in ("preparing", "shipping", "delivered")}
PAIRS = ("websocket json", "websocket protobuf", "http_stream json", "http_stream protobuf")
PAIRS += ("sse json",)


@dataclass(frozen=True)
class StreetBench:
    """The real shop, its clock, and the line by which it is reached."""

    street: Street
    line: Line

    async def cut(self) -> None:
        """Drop every connection, and take none."""
        await self.line.cut()

    async def mend(self) -> None:
        """Take connections again."""
        self.line.mend()

    async def forward(self, hours: float) -> None:
        """Let time pass."""
        self.street.clock.forward(hours=hours)

    async def tokens(self, seconds: float) -> None:
        """Let the tokens issued from now on live so long."""
        issuer = self.street.state["realtime"]
        issuer.rules = replace(issuer.rules, lifetime=timedelta(seconds=seconds))

    async def pulse(self, mute: str) -> None:
        """Turn the wheel of pings until that client is given up; the others answer each time."""
        live = self.street.state["live"]

        def peers(*, answering: bool):
            return [each for each in live.hub.peers if (each.client != mute) == answering]

        for _ in range(2 * SLOTS_MAX):
            live.pulse.tick()
            await until(lambda: not any(each.unanswered for each in peers(answering=True)))
            if not peers(answering=False):
                return

    @property
    def verbs(self):
        """What can be ordered."""
        each = (self.cut, self.mend, self.forward, self.tokens, self.pulse)
        return {verb.__name__: verb for verb in each}


@pytest.fixture
async def street(real_settings):
    """The shop on the real engines; its orders rest an hour before each step."""
    async with open_street(real_settings, access_token_expire_minutes=600, **HOUR) as street:
        yield street


@pytest.fixture(scope="module")
async def bench(sqlite_files, tmp_path_factory):
    """A server for all pairs, and a hand in it."""
    folder = tmp_path_factory.mktemp("served")
    urls = {
        f"{name}_db_url": f"sqlite+aiosqlite:///{shutil.copy(file, folder)}"
        for name, file in sqlite_files.items()
    }
    async with open_bench(Settings(data_dir=folder, bcrypt_cost=4, **urls), folder) as bench:
        yield bench


@pytest.mark.parametrize("pair", PAIRS)
async def test_the_javascript_sdk_is_served(pair, bench, tmp_path):
    """It connects, listens, speaks, asks, and recovers what it missed, through restarts, too."""
    count = sum(STORIES.values()) + (sum(FRAMED.values()) if "websocket" in pair else 0)
    async with taking_orders(bench.verbs) as url:
        env = {"PAIR": pair, "SERVER": bench.server.url, "BENCH": url}
        await pass_all(*STORIES, count=count, env=env, log=tmp_path / "node.log")


@pytest.mark.parametrize("pair", PAIRS)
async def test_the_javascript_sdk_follows_a_purchase(pair, street, tmp_path):
    """It gets its tokens over REST, loses the line for hours, and misses nothing of an order."""
    async with (
        a_line(street.url) as line,
        taking_orders(StreetBench(street, line).verbs) as url,
    ):
        env = {"PAIR": pair, "SERVER": street.url, "LINE": line.url, "BENCH": url}
        count = 7 if "websocket" in pair else 6
        await pass_all(PURCHASE, count=count, env=env, log=tmp_path / "node.log")
