"""Whatever is written into a path, a query or a body of whatever door, nothing breaks."""

import json
from urllib.parse import quote

import pytest

from domain import user
from domain.kernel import UserId
from tests.server.conftest import Person
from tests.server.test_bad_input import SHAPE, doors, filled

SEGMENTS = ["0", "-1", str(2**62), str(2**63), "abc", "1e3", "😀", "\0", "\ud800", "..", "x" * 3000]
WORDS = ["", "%", "_", "\\", "' OR 1=1 --", '"', "가 나", "😀", "\0", "\ud800", "a" * 5000]
NUMBERS = ["0", "-1", "1.5", "NaN", "1e400", "٣", " 7 ", str(2**31), str(2**63), "9" * 400]
CURSORS = ["", "x", "=", "e30", "bnVsbA", "W10", "AAAA", "%00", "😀", "a" * 4000]
VALUES = [None, True, 0, -1, 1.5, 2**63, 1e308, "", "\0", "😀", "a" * 9000, [], {}, [[]], [None]]
BODIES = [b"", b"null", b"[]", b'""', b"0", b"{", b"\xff", b"[" * 50_000, b'{"a":' * 50_000, b"{}"]
KINDS = [
    "application/json",
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
]


def encoded(text):
    """Return the text as a part of an address, half characters too."""
    return quote(text.encode(errors="surrogatepass"), safe="")


def is_sound(answer):
    """Check that nothing broke, and that a refusal is one of ours."""
    said = f"{answer.request.method} {answer.request.url!s:.300}: {answer.status_code}"
    assert answer.status_code < 500, f"{said} {answer.text:.500}"
    if answer.status_code >= 400:
        body = answer.json()
        assert body.keys() >= SHAPE, said
        assert body["request_id"] == answer.headers["x-request-id"], said
        assert isinstance(body["detail"], str), said


@pytest.fixture
async def admin(house, sign_in, stall) -> Person:
    """Somebody before whom every door opens."""
    before = await sign_in("admin@example.com")
    async with house.state["db"].sessions.begin() as session:
        await user.appoint(session, UserId(before.user_id), user.Role.ADMIN)
    return await sign_in("admin@example.com")


@pytest.fixture
def knock(client, admin):
    """Try a door, as an admin, and check that it held."""

    async def knock(method, where, *, content=None, kind=None):
        headers = admin.headers | ({"Content-Type": kind} if kind else {})
        answer = await client.request(method, where, content=content, headers=headers)
        is_sound(answer)
        return answer

    return knock


def fields_of(adapter):
    """Name what a model reads, with the JSON type of each."""
    schema = adapter.json_schema()
    kinds = {}
    for part in (schema, *schema.get("$defs", {}).values()):
        for name, field in part.get("properties", {}).items():
            options = [field, *field.get("anyOf", [])]
            kinds[name] = {option.get("type") for option in options}
    return kinds


async def test_a_path_may_hold_anything(knock):
    """Ids that are none, and texts that no database takes."""
    for method, path, op in doors():
        for segment in SEGMENTS if op.reader.path else []:
            await knock(method, filled(path, each=encoded(segment)))


async def test_a_query_may_hold_anything(knock):
    """Each parameter alone, twice, and with a page nobody could reach."""
    for method, path, op in doors():
        if op.reader.query is None:
            continue
        where = filled(path)
        for name, kinds in fields_of(op.reader.query).items():
            values = CURSORS if name == "cursor" else NUMBERS
            values = WORDS if kinds & {"string"} and name != "cursor" else values
            for value in values:
                await knock(method, f"{where}?{name}={encoded(value)}")
            await knock(method, f"{where}?{name}=1&{name}=2&{name}=x&{name}&=&&unknown[]=1")
        await knock(method, f"{where}?page=100000&size=500&limit=100&keyword=a&recipe=a")


async def test_a_query_that_begins_like_another_is_still_whole(knock):
    """A cursor of one list opens no other."""
    for method, path, op in doors():
        if op.reader.query is None or "cursor" not in fields_of(op.reader.query):
            continue
        for cursor in CURSORS[1:]:
            answer = await knock(method, f"{filled(path)}?keyword=a&cursor={encoded(cursor)}")
            assert answer.status_code in {400, 404, 422}, answer.url


async def test_a_body_may_hold_anything(knock):
    """What is no JSON, what claims to be something else, and every field as every kind."""
    for method, path, op in doors():
        if op.reader.body is None:
            continue
        where = filled(path)
        for kind in KINDS:
            for content in BODIES if kind == KINDS[0] else BODIES[:1] + BODIES[-1:]:
                await knock(method, where, content=content, kind=kind)
        for name in fields_of(op.reader.body):
            for value in VALUES:
                content = json.dumps({name: value}).encode()
                await knock(method, where, content=content, kind=KINDS[0])


async def test_no_door_reads_a_body_without_end(knock, settings):
    """413, whether it wants a body or not."""
    content = b" " * (settings.body_bytes_max + 1)
    for method, path, _ in doors():
        if method != "GET":
            answer = await knock(method, filled(path), content=content, kind=KINDS[0])
            assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


async def test_who_may_not_enter_is_not_read(client, buyer):
    """A stranger to a staff door learns nothing of what it takes."""
    for method, path, op in doors():
        if op.role is not None:
            answer = await client.request(
                method, filled(path, each="x"), content=b"{", headers=buyer.headers
            )
            assert (answer.status_code, answer.json()["code"]) == (403, "forbidden"), path
