"""Every answer costs a bounded number of SQL statements, however long its lists are.

One shop has a handful of everything, the other ten times as much; pages of both are full where
the smaller one has enough rows, so a statement per row shows in the number itself.
"""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from benchmarks._asking import Read
from benchmarks._questions import READS
from benchmarks.filling import Size
from server.settings import Settings
from tests.conftest import NOON, HandClock, Notebook
from tests.contracts.questions import Shop, get_routes, opened, served
from tests.statements import overhearing, statements

FEW = Size(
    kok_products=300,
    reviews_each=1,
    hs_products=120,
    broadcasts=480,
    users=4,
    own=2,
    messages=6,
    orders=60,
    recipes=240,
    materials_each=4,
)
MANY = Size(
    kok_products=2_400,
    reviews_each=20,
    hs_products=240,
    broadcasts=1_200,
    users=7,
    own=40,
    messages=60,
    orders=900,
    recipes=600,
    materials_each=9,
)
MOST = 10  # a statement for each row of a page would be more
# What puts together lists of all three kinds, each by its own statements.
OF_SOME = {"/api/recommendations/for-you": 25}
TURNS = 8  # different words, pages and people: some have more to show than others


@pytest.fixture(scope="module")
async def few(sqlite_files, tmp_path_factory):
    """A shop with a handful of everything."""
    async with _shop(FEW, sqlite_files, tmp_path_factory) as shop:
        yield shop


@pytest.fixture(scope="module")
async def many(sqlite_files, tmp_path_factory):
    """A shop with ten times as much of everything."""
    async with _shop(MANY, sqlite_files, tmp_path_factory) as shop:
        yield shop


@asynccontextmanager
async def _shop(size: Size, files, folders) -> AsyncIterator[Shop]:
    folder = folders.mktemp("filled")
    urls = {
        f"{name}_db_url": f"sqlite+aiosqlite:///{shutil.copy(file, folder)}"
        for name, file in files.items()
    }
    settings = Settings(environment="test", data_dir=folder, redis_url="", bcrypt_cost=4, **urls)
    async with opened(settings, size, clock=HandClock(NOON), journal=Notebook()) as shop:
        with overhearing(shop.house.state["db"], shop.house.state["analytics"]):
            yield shop


async def _most(shop: Shop, read: Read, *, signed_in: bool) -> list[str]:
    counts = []
    for number in range(TURNS):
        with statements() as heard:
            answer = await shop.ask(read, number, signed_in=signed_in)
        assert answer.status_code == 200, answer.text
        counts.append([each.text for each in heard])
    return max(counts, key=len)


def _cases() -> list:
    ways = {"stranger": (False,), "either": (False, True), "shopper": (True,), "admin": (True,)}
    return [
        pytest.param(read, way, id=f"{read.name}{' signed in' if way else ''}")
        for read in served()
        for way in ways[read.who]
    ]


@pytest.mark.parametrize(("read", "signed_in"), _cases())
async def test_a_longer_list_costs_no_more_statements(few, many, read, signed_in):
    """Fault 8.4 (N+1): as many in a small shop as in one ten times its size, and few anyhow.

    One more may count a list that no longer fits on its page.
    """
    small = await _most(few, read, signed_in=signed_in)
    large = await _most(many, read, signed_in=signed_in)
    assert len(large) <= len(small) + 1, large
    assert len(large) <= OF_SOME.get(read.route, MOST), large


def test_every_get_route_is_asked():
    """A route without a question here could cost anything."""
    assert get_routes() == {each.route for each in READS}
