"""The event log keeps every event once, and no secret at all."""

from datetime import timedelta

import pytest
from pydantic import ValidationError
from sqlalchemy import event, func, select

from domain import log
from domain.kernel import UserId, Window
from domain.log import Entry, LogRow, Unwritable
from domain.log.masking import MASK, SENSITIVE
from tests.conftest import NOON


def entry(number=1, **fields):
    return Entry(
        event_id=f"e-{number}",
        event_type="user_login",
        created_at=NOON + timedelta(seconds=number),
        **fields,
    )


async def record(analytics, *entries):
    async with analytics.sessions.begin() as session:
        return await log.record(session, entries)


async def write(analytics, *entries):
    async with analytics.sessions.begin() as session:
        return await log.write(session, entries)


async def rows(analytics):
    async with analytics.reads() as session:
        return await session.scalar(select(func.count()).select_from(LogRow))


async def test_an_event_written_twice_is_written_once(analytics):
    """Repeats are swallowed, across batches and within one."""
    assert await record(analytics, entry(1), entry(2), entry(2)) == 2
    assert await record(analytics, entry(2), entry(3)) == 1
    assert await rows(analytics) == 3


async def test_an_empty_batch_is_nothing(analytics):
    """No statement is sent for nothing."""
    assert await record(analytics) == 0


async def test_a_full_batch_fits_one_statement(analytics):
    """Five hundred entries of eleven columns stay below every driver's parameter limit."""
    assert await record(analytics, *(entry(number) for number in range(500))) == 500


async def test_recent_is_newest_first_of_that_user_only(analytics):
    """At most as many as asked for, and nobody else's."""
    await record(analytics, *(entry(number, user_id=7) for number in range(5)))
    await record(analytics, entry(9, user_id=8), entry(10))
    async with analytics.reads() as session:
        newest = await log.recent(session, UserId(7), limit=3)
    assert [view.event_id for view in newest] == ["e-4", "e-3", "e-2"]
    assert newest[0].created_at == NOON + timedelta(seconds=4)


async def test_new_entries_are_told_with_their_numbers(analytics):
    """By their ids; what was known before is not among them, and can be looked up."""
    first = await write(analytics, entry(1, user_id=7), entry(2))
    second = await write(analytics, entry(2), entry(3))

    assert (set(first), set(second)) == ({"e-1", "e-2"}, {"e-3"})
    async with analytics.reads() as session:
        known = await log.written(session, "e-1")
        assert (known.log_id, known.user_id) == (first["e-1"], 7)
        assert await log.written(session, "e-9") is None


async def test_many_batches_are_one_kind_of_statement(analytics):
    """The statement's text is the same from batch to batch, and each batch is sent at once."""
    asked = []

    def ask(_connection, _cursor, statement, *_rest):
        asked.append(statement)

    event.listen(analytics.engine.sync_engine, "before_cursor_execute", ask)
    await record(analytics, *(entry(number) for number in range(300)))
    await record(analytics, *(entry(number) for number in range(300, 600)))
    event.remove(analytics.engine.sync_engine, "before_cursor_execute", ask)
    inserts = [each for each in asked if each.startswith("INSERT")]
    assert len(inserts) == 2
    assert len(set(inserts)) == 1


async def test_a_history_is_read_on_from_where_it_was_left(analytics):
    """Entries of one moment are told apart by their number; new ones do not shift the rest."""
    same = [entry(number, user_id=7).model_copy(update={"created_at": NOON}) for number in range(5)]
    await record(analytics, *same)
    async with analytics.reads() as session:
        first = await log.history(session, UserId(7), window=Window(2))
    await record(analytics, entry(9, user_id=7))
    seen, cursor = list(first.rows), first.next_cursor
    while cursor:
        async with analytics.reads() as session:
            part = await log.history(session, UserId(7), window=Window(2, cursor=cursor))
        seen, cursor = [*seen, *part.rows], part.next_cursor
    assert [view.event_id for view in seen] == ["e-4", "e-3", "e-2", "e-1", "e-0"]


async def test_every_field_comes_back_as_it_was_written(analytics):
    """Nested data, moments with microseconds, Korean text."""
    at = NOON + timedelta(microseconds=123456)
    told = entry(
        user_id=2**63 - 1,
        event_data={"keyword": "갈비탕", "hits": [1, {"그램": 2.5}], "none": None},
        http_method="GET",
        api_url="/api/kok/search?keyword=a",
        request_time=at,
        response_time=at,
        response_code=200,
        client_ip="2001:db8::1",
    )
    await record(analytics, told)
    async with analytics.reads() as session:
        (view,) = await log.recent(session, UserId(2**63 - 1))
    assert Entry(**view.model_dump(exclude={"log_id"})) == told


@pytest.mark.parametrize("key", sorted(SENSITIVE))
def test_a_secret_is_masked_wherever_it_hides(key):
    """On top, deep inside, in a list, in capitals; its neighbours stay."""
    data = {key: "s3", "deep": [{"x": {key.upper(): {"a": "s3"}}}], "kept": "s4"}
    masked = entry(event_data=data).event_data
    assert masked == {key: MASK, "deep": [{"x": {key.upper(): MASK}}], "kept": "s4"}


def test_another_spelling_of_a_secret_is_a_secret():
    """Camel case and dashes are the same name."""
    data = {"accessToken": "a", "Refresh-Token": "b", "tokens_used": 3, "bypass": 1}
    kept = {"accessToken": MASK, "Refresh-Token": MASK, "tokens_used": 3, "bypass": 1}
    assert entry(event_data=data).event_data == kept


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("/a?b=c%20d", "/a?b=c+d"),
        ("/a?token=s3&x=1", "/a?token=***&x=1"),
        ("https://me:s3@shop.kr/a?password=s3", "https://shop.kr/a?password=***"),
        ("/a", "/a"),
        ("http://[broken", MASK),
    ],
)
def test_an_address_keeps_no_secret(url, kept):
    """Query parameters are masked and credentials dropped."""
    assert entry(api_url=url).api_url == kept


async def test_what_no_column_can_hold_is_replaced(analytics):
    """NUL, lone surrogates and NaN arrive harmless on every engine."""
    odd = {"a\0": "b\0c", "lone": "\ud800", "nan": float("nan"), "inf": [float("inf"), 2**63]}
    await record(analytics, entry(user_id=1, event_data=odd, api_url="/\0" + "가" * 600))
    async with analytics.reads() as session:
        (view,) = await log.recent(session, UserId(1))
    expected = {"a\ufffd": "b\ufffdc", "lone": "\ufffd", "nan": None, "inf": [None, None]}
    assert view.event_data == expected
    assert len(view.api_url) == 500


@pytest.mark.parametrize(
    "fields",
    [
        {"user_id": 2**63},
        {"user_id": -1},
        {"event_data": {"x": object()}},
        {"client_ip": "1" * 46},
        {"unknown": 1},
    ],
)
def test_what_cannot_be_written_is_no_entry(fields):
    """The bound of each column is the bound of its field."""
    with pytest.raises(ValidationError):
        entry(**fields)


@pytest.mark.parametrize("fields", [{"user_id": 2**70}, {"event_type": None}])
async def test_a_refused_entry_is_told_from_an_outage(analytics, fields):
    """Whatever slips past the fields raises Unwritable, not something worth retrying."""
    good = entry()
    bad = Entry.model_construct(**(good.model_dump() | fields))
    with pytest.raises(Unwritable):
        await record(analytics, bad)
