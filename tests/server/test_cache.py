"""What was read lately is read once, and never outlives the facts that changed it."""

import asyncio
from functools import partial

import pytest

from domain import kok
from server.app import create_app
from server.cache import BYTES_MAX, KEPT_SECONDS, KEPT_UNHEARD_SECONDS, Cache
from server.wiring import open_state
from tests.patience import until
from tests.running import running
from tests.stall import KOK, stock_a_stall


class Shelf:
    """Something that is read slowly, when the test says so, and changes meanwhile."""

    def __init__(self, *, at_once=True) -> None:
        self.content = "apples"
        self.reads = 0
        self.begun = asyncio.Event()
        self.may_end = asyncio.Event()
        self.failing = None
        if at_once:
            self.may_end.set()

    async def __call__(self):
        self.reads += 1
        seen = self.content
        self.begun.set()
        await self.may_end.wait()
        if self.failing is not None:
            raise self.failing
        return seen


class Hand:
    """Seconds that pass when told to, and ears that hear when told to."""

    seconds = 0.0
    hearing = True

    def cache(self, **options) -> Cache:
        """Return a cache that goes by them."""
        return Cache(hearing=lambda: self.hearing, timer=lambda: self.seconds, **options)


@pytest.fixture
def hand() -> Hand:
    return Hand()


@pytest.fixture
def cache(hand) -> Cache:
    return hand.cache()


@pytest.fixture
def slow() -> Shelf:
    return Shelf(at_once=False)


@pytest.fixture
async def readers():
    """Start readers; whoever is left at the end is sent away."""
    tasks = []

    def read(cache, shelf, key="shelf", names=("fruit",)):
        tasks.append(asyncio.create_task(cache.get(key, shelf, names=names)))
        return tasks[-1]

    yield read
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def turns(count=5):
    """Let the others have their turn."""
    for _ in range(count):
        await asyncio.sleep(0)


async def read(cache, shelf, key="shelf", names=("fruit",)):
    return await cache.get(key, shelf, names=names)


async def test_what_was_read_is_not_read_again(cache):
    """By the same key; another key is another value."""
    shelf = Shelf()
    assert [await read(cache, shelf) for _ in range(3)] == ["apples"] * 3
    assert shelf.reads == 1
    await read(cache, shelf, key="other")
    assert shelf.reads == 2


async def test_many_at_once_are_one_read(cache, slow, readers):
    """The first fetches, the others wait for it."""
    asking = [readers(cache, slow) for _ in range(50)]
    await slow.begun.wait()
    await turns()
    slow.may_end.set()
    assert await asyncio.gather(*asking) == ["apples"] * 50
    assert slow.reads == 1


async def test_one_key_does_not_wait_for_another(cache, slow, readers):
    """A slow read holds up only those who want the same."""
    readers(cache, slow)
    await slow.begun.wait()
    assert await read(cache, Shelf(), key="other") == "apples"


async def test_a_fact_ends_what_it_changed_and_nothing_else(cache):
    """By any of its names."""
    fruit, bread = Shelf(), Shelf()
    await read(cache, fruit, names=("fruit", "apple/1"))
    await read(cache, bread, key="bread", names=("bread",))
    fruit.content = "pears"
    cache.told(["apple/1", "apple.priced", "apple"])
    assert await read(cache, fruit, names=("fruit", "apple/1")) == "pears"
    assert (fruit.reads, bread.reads) == (2, 1)
    await read(cache, bread, key="bread", names=("bread",))
    assert bread.reads == 1


async def test_a_fact_that_overtakes_a_read_is_not_lost(cache, slow, readers):
    """Who asked before may see the old; what they saw is not kept, and who asks after waits."""
    early = readers(cache, slow)
    await slow.begun.wait()
    slow.content = "pears"
    cache.told(["fruit"])
    slow.begun.clear()
    late = readers(cache, slow)
    await slow.begun.wait()
    slow.may_end.set()
    assert (await early, await late) == ("apples", "pears")
    assert await read(cache, slow) == "pears"
    assert slow.reads == 2


async def test_a_late_read_does_not_replace_a_newer_one(cache, slow, readers):
    """Though it ends after it."""
    early = readers(cache, slow)
    await slow.begun.wait()
    slow.content = "pears"
    cache.told(["fruit"])
    quick = Shelf()
    quick.content = "pears"
    assert await read(cache, quick) == "pears"
    slow.may_end.set()
    assert await early == "apples"
    assert await read(cache, quick) == "pears"
    assert quick.reads == 1


async def test_a_reader_that_goes_away_leaves_the_reading_to_the_next(cache, slow, readers):
    """Its client hung up; those who waited for it are served all the same."""
    first, second, third = (readers(cache, slow) for _ in range(3))
    await slow.begun.wait()
    await turns()
    first.cancel()
    await turns()
    slow.may_end.set()
    assert await asyncio.gather(second, third) == ["apples"] * 2
    assert first.cancelled()
    assert slow.reads == 2


async def test_a_waiter_that_goes_away_takes_nobody_along(cache, slow, readers):
    """The reading goes on for the others."""
    first, second, third = (readers(cache, slow) for _ in range(3))
    await slow.begun.wait()
    await turns()
    second.cancel()
    await turns()
    slow.may_end.set()
    assert await asyncio.gather(first, third) == ["apples"] * 2
    assert slow.reads == 1


async def test_a_failure_is_everybodys_and_is_not_kept(cache, slow, readers):
    """Who waited fails alike, once; the next one tries again."""
    slow.failing = ConnectionError("gone")
    asking = [readers(cache, slow) for _ in range(3)]
    await slow.begun.wait()
    await turns()
    slow.may_end.set()
    answers = await asyncio.gather(*asking, return_exceptions=True)
    assert [type(each) for each in answers] == [ConnectionError] * 3
    assert slow.reads == 1
    slow.failing = None
    assert await read(cache, slow) == "apples"


async def test_a_value_has_an_age_below_which_nothing_falls(cache, hand):
    """The net for facts that never came."""
    shelf = Shelf()
    await read(cache, shelf)
    hand.seconds = KEPT_SECONDS - 0.1
    await read(cache, shelf)
    assert shelf.reads == 1
    hand.seconds = KEPT_SECONDS
    await read(cache, shelf)
    assert shelf.reads == 2


async def test_age_counts_from_before_the_read(cache, hand, slow, readers):
    """What was read slowly is as old as its beginning."""
    reading = readers(cache, slow)
    await slow.begun.wait()
    hand.seconds = KEPT_SECONDS
    slow.may_end.set()
    await reading
    await read(cache, slow)
    assert slow.reads == 2


async def test_while_facts_may_go_unheard_little_is_kept(cache, hand):
    """A second, also for what was read before; then it is as it was."""
    shelf = Shelf()
    await read(cache, shelf)
    hand.hearing = False
    hand.seconds = KEPT_UNHEARD_SECONDS
    await read(cache, shelf)
    assert shelf.reads == 2
    await read(cache, shelf)
    assert shelf.reads == 2


async def test_after_a_gap_everything_is_read_anew(cache, slow, readers):
    """Also what is just being read: it may be older than a fact in the gap."""
    shelf = Shelf()
    await read(cache, shelf, key="other")
    early = readers(cache, slow)
    await slow.begun.wait()
    cache.missed()
    slow.content = "pears"
    slow.may_end.set()
    assert await early == "apples"
    assert await read(cache, slow) == "pears"
    await read(cache, shelf, key="other")
    assert shelf.reads == 2


async def test_what_is_kept_has_a_bound(hand):
    """What was asked for the longest ago goes first; what could never fit is not kept."""
    cache = hand.cache(bytes_max=10_000)
    shelves = {key: Shelf() for key in "abc"}
    for shelf in shelves.values():
        shelf.content = "x" * 4_000
    await read(cache, shelves["a"], key="a", names=("a",))
    await read(cache, shelves["b"], key="b", names=("b",))
    cache.told(["nothing here"])  # looking through is no use
    await read(cache, shelves["a"], key="a", names=("a",))
    await read(cache, shelves["c"], key="c", names=("c",))
    for key in "acb":
        await read(cache, shelves[key], key=key, names=(key,))
    assert [shelf.reads for shelf in shelves.values()] == [1, 2, 1]
    huge = Shelf()
    huge.content = "x" * 10_001
    for _ in range(2):
        assert len(await read(cache, huge, key="huge")) == 10_001
    assert huge.reads == 2


async def test_many_small_values_have_a_bound_too(hand):
    """Each counts for a kilobyte at least, so that keys cannot fill the memory."""
    cache = hand.cache(bytes_max=10 << 10)
    for n in range(50):
        await read(cache, Shelf(), key=n)
    assert len(cache._kept) == 10
    assert BYTES_MAX < 128 << 20


async def test_forgetting_says_how_much_it_was(cache):
    """For those who ask for it by hand."""
    for key in "abc":
        await read(cache, Shelf(), key=key, names=(key,))
    assert cache.forget(lambda names: "a" in names or "b" in names) == 2
    assert cache.forget(lambda names: "a" in names or "b" in names) == 0


@pytest.fixture
async def two_workers(real_settings, clock, notebook):
    """Two processes' worth of the application on the same engines, hearing each other."""
    opened = partial(open_state, real_settings, clock=clock, journal=notebook)
    async with (
        running(create_app(real_settings, opened)) as one,
        running(create_app(real_settings, opened)) as two,
    ):
        await until(lambda: one.state["live"].healthy and two.state["live"].healthy)
        yield one, two


async def test_a_new_price_is_seen_through_every_workers_cache(two_workers, clock):
    """Written by one, told by its relay over Redis, forgotten by the other."""
    one, two = two_workers
    await stock_a_stall(one.state["db"], clock())
    async with one.client() as here, two.client() as there:

        async def prices():
            answers = [await each.get("/api/kok/discounted") for each in (here, there)]
            found = [each.json()["products"] for each in answers]
            return [
                next(
                    card["kok_discounted_price"] for card in cards if card["kok_product_id"] == KOK
                )
                for cards in found
            ]

        before = await prices()
        async with one.state["db"].sessions.begin() as session:
            await kok.change_price(session, KOK, rate=90, price=1_000, now=clock())
        assert await prices() == before  # kept, for nobody has told it yet
        await one.state["live"].relay.relay_once()
        await until(lambda: _are(prices, [1_000, 1_000]))


async def _are(ask, wanted):
    return await ask() == wanted


async def test_what_was_kept_through_an_outage_of_redis_is_not_believed(
    real, real_settings, clock, notebook
):
    """While it is away the net is short; when it is back everything is read anew."""
    opened = partial(open_state, real_settings, clock=clock, journal=notebook)
    async with running(create_app(real_settings, opened)) as house:
        cache, live = house.state["cache"], house.state["live"]
        await until(lambda: live.healthy)
        shelf = Shelf()
        await read(cache, shelf)
        real.redis.kill()
        try:
            await until(lambda: not cache.hearing())
        finally:
            real.redis.start()
        await until(cache.hearing)
        shelf.content = "pears"
        assert await read(cache, shelf) == "pears"
