"""No SELECT behind a GET route reads a growing table from end to end."""

from collections.abc import AsyncIterator

import pytest

from benchmarks.filling import Size
from domain.kernel import AnalyticsBase, Base, open_database
from server.settings import Settings
from tests.conftest import NOON, HandClock, Notebook, empty
from tests.contracts.questions import opened, served
from tests.statements import overhearing, statements

SIZE = Size()
TURNS = 3
# So many rows are read faster than looked up; whatever grows has more of them.
FEW_ROWS = 150
# Tables that do not grow with the shop's customers or its range.
BOUNDED = {"hs_channels": "there are as many channels as on television"}
# Statements that are meant to read more, by route and table.
MEANT = {
    ("/api/user/admin/blacklist/stats", "user_sessions"): "an admin counts them, now and then",
    ("/api/kok/store-best-items", "kok_products"): "the best first, until ten are of one's stores",
    ("/api/homeshopping/schedule", "hs_broadcasts"): "all days, sorted, are read once per change",
}


@pytest.fixture(scope="module")
async def shop(mariadb_url, postgres_url, real, tmp_path_factory) -> AsyncIterator:
    """A shop on MariaDB that is large enough for an index to be worth it."""
    for url, base in ((mariadb_url, Base), (postgres_url, AnalyticsBase)):
        database = open_database(url)
        await empty(database, base)
        await database.close()
    settings = Settings(
        environment="test",
        data_dir=tmp_path_factory.mktemp("plans"),
        service_db_url=mariadb_url,
        analytics_db_url=postgres_url,
        redis_url="",
        bcrypt_cost=4,
    )
    async with opened(settings, SIZE, clock=HandClock(NOON), journal=Notebook()) as filled:
        tables = ", ".join(table.name for table in Base.metadata.sorted_tables)
        real.mariadb.execute(f"ANALYZE TABLE {tables}", database="uhok")
        with overhearing(filled.house.state["db"]):
            yield filled


def _asked_how() -> list:
    return [
        pytest.param(read, way, id=f"{read.name}{' signed in' if way else ''}")
        for read in served()
        for way in {"stranger": (False,), "either": (False, True)}.get(read.who, (True,))
    ]


@pytest.mark.parametrize(("read", "signed_in"), _asked_how())
async def test_every_statement_finds_its_rows_by_an_index(shop, read, signed_in):
    """EXPLAIN names no scan of a whole table or index that grows."""
    heard = {}
    for number in range(TURNS):
        with statements() as said:
            answer = await shop.ask(read, number, signed_in=signed_in)
        assert answer.status_code == 200, answer.text
        heard |= {each.text: each for each in said if each.reads}
    scans = [scan for each in heard.values() for scan in await _scans(shop, each)]
    assert [scan for scan in scans if (read.route, scan[0]) not in MEANT] == []


async def _scans(shop, statement) -> list[tuple[str, str, str]]:
    async with shop.house.state["db"].readers.connect() as connection:
        explained = await connection.exec_driver_sql(
            f"EXPLAIN {statement.text}", statement.parameters
        )
        steps = explained.mappings().all()
    return [
        (step["table"], f"{step['type']} of {step['rows']} rows", statement.text)
        for step in steps
        if _reads_it_all(step) and step["table"] not in BOUNDED
    ]


def _reads_it_all(step) -> bool:
    table, rows, how = step["table"], int(step["rows"] or 0), step["type"]
    if table not in Base.metadata.tables:
        return False
    # In the order of an index until a page is full is fine, unless most of it is passed over.
    filtered = "Using where" in (step["Extra"] or "") and rows > 1
    return how in {"ALL", "index"} and (rows > FEW_ROWS or (how == "index" and filtered))
