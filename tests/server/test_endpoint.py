"""What every handler is spared: reading, checking, refusing, and answering the same thing twice."""

import asyncio
import json
from typing import Annotated

import httpx
import pytest
from pydantic import BaseModel, Field
from sqlalchemy import func, select
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from domain import kernel
from domain.kernel import Busy, Conflict, Forbidden, IdempotencyKey, NotFound, OrderId, OutboxRow
from server.app import create_app
from server.auth import Caller
from server.endpoint import endpoint, once, reply
from server.errors import EARLIER_STATUS
from server.state import State
from tests.running import House


class Thing(BaseModel):
    name: str
    count: Annotated[int, Field(ge=1)] = 1
    price: int = 0
    tags: list[str] = []


class Asked(BaseModel):
    page: int = 1
    tag: list[str] = []
    word: str = ""


class Seen(BaseModel):
    order_id: int = 0
    thing: Thing | None = None
    asked: Asked | None = None
    who: int | None = None


class Earlier(Conflict):
    code = "earlier"
    text = "예전에는 400이었습니다."


REFUSALS = {"busy": Busy, "conflict": Conflict, "forbidden": Forbidden, "not_found": NotFound}


@endpoint(status=201, tags=("toy",), errors=(409,))
async def make(request: Request[State], *, body: Thing, query: Asked, order_id: OrderId) -> Seen:
    """Make a thing.

    And say more about it.
    """
    return Seen(order_id=order_id, thing=body, asked=query)


@endpoint()
async def maybe(request: Request[State], *, body: Thing | None) -> Seen:
    """Take a body, or none."""
    return Seen(thing=body)


@endpoint(auth="optional")
async def hello(request: Request[State], *, caller: Caller | None) -> Seen:
    """Greet."""
    return Seen(who=caller.user_id if caller else None)


@endpoint(auth="required", status=201, idempotent=True)
async def pay(
    request: Request[State], *, body: Thing, caller: Caller, key: IdempotencyKey | None
) -> Seen:
    """Do something once."""
    async with once(request, key) as work:
        kernel.emit(work.session, Paid(at=request.state["clock"](), name=body.name))
        if body.name == "refused":
            raise Conflict
        return work.answer(Seen(thing=body, who=caller.user_id))


@endpoint()
async def refuse(request: Request[State], *, name: str) -> Seen:
    """Refuse."""
    raise REFUSALS.get(name, Earlier)


@endpoint(answers=Seen)
async def custom(request: Request[State]) -> Response:
    """Answer with a header."""
    return reply(Seen(), status=202, headers={"X-Own": "yes"})


@endpoint()
async def crash(request: Request[State]) -> Seen:
    """Be a bug."""
    raise RuntimeError("the password is swordfish")


@endpoint(status=204)
async def nothing(request: Request[State]) -> None:
    """Answer nothing."""


async def plain(request: Request[State]) -> Response:
    return PlainTextResponse("x")


class Paid(kernel.Event):
    kind = "toy.paid"
    name: str

    @property
    def subject(self):
        return "toy/1"

    @property
    def topics(self):
        return ()


@pytest.fixture
async def toys(house, settings) -> httpx.AsyncClient:
    """The application's layers around the handlers above, with the running one's state."""
    app = create_app(settings, lambda: None)
    app.router.routes[:] = [
        Route("/things/{order_id}", make, methods=["POST"]),
        Route("/things/{order_id}", plain, methods=["DELETE"]),
        Route("/maybe", maybe, methods=["POST"]),
        Route("/hello", hello),
        Route("/pay", pay, methods=["POST"]),
        Route("/refuse/{name}", refuse),
        Route("/custom", custom),
        Route("/crash", crash),
        Route("/nothing", nothing),
    ]
    async with House(app, house.state).client() as http:
        yield http


async def post(toys, content, *, url="/things/1", kind="application/json"):
    return await toys.post(url, content=content, headers={"Content-Type": kind} if kind else {})


async def test_path_query_and_body_arrive_as_their_annotations(toys):
    """Numeric strings are numbers, repeated parameters are lists, a charset is no obstacle."""
    answer = await post(
        toys,
        '{"name":"사과","count":"2","unknown":1}',
        url="/things/7?tag=a&tag=b&page=3&other=x",
        kind="application/json; charset=utf-8",
    )
    assert answer.status_code == 201
    assert answer.json() == {
        "order_id": 7,
        "thing": {"name": "사과", "count": 2, "price": 0, "tags": []},
        "asked": {"page": 3, "tag": ["a", "b"], "word": ""},
        "who": None,
    }


@pytest.mark.parametrize(
    ("content", "kind", "status", "code"),
    [
        ("", "application/json", 422, "validation_failed"),
        ("", None, 422, "validation_failed"),
        ("{", "application/json", 400, "malformed_json"),
        ('{"name":"a"}}', "application/json", 400, "malformed_json"),
        (b'{"name":"\xff"}', "application/json", 400, "malformed_json"),
        ('{"name":"a"}', "text/plain", 415, "unsupported_media_type"),
        ("name=a", "application/x-www-form-urlencoded", 415, "unsupported_media_type"),
        ('{"name":"a"}', None, 415, "unsupported_media_type"),
        ("[]", "application/json", 422, "validation_failed"),
        ("null", "application/json", 422, "validation_failed"),
        ("{}", "application/json", 422, "validation_failed"),
        ('{"name":"a","count":0}', "application/json", 422, "validation_failed"),
        ('{"name":"a","count":1.5}', "application/json", 422, "validation_failed"),
        ('{"name":"a","count":NaN}', "application/json", 422, "validation_failed"),
        ('{"name":"a","count":9223372036854775808}', "application/json", 422, "validation_failed"),
        ('{"name":"a","price":-9223372036854775809}', "application/json", 422, "validation_failed"),
        ('{"name":"a","price":1e400}', "application/json", 422, "validation_failed"),
        ('{"name":"a\\u0000b"}', "application/json", 422, "validation_failed"),
        ('{"name":"\\ud800"}', "application/json", 422, "validation_failed"),
        ('{"name":"a","tags":["ok","\\u0000"]}', "application/json", 422, "validation_failed"),
        ("[" * 100_000, "application/json", 400, "malformed_json"),
    ],
)
async def test_a_body_that_breaks_the_contract_is_refused(toys, content, kind, status, code):
    """With the status that says whose mistake it was, and words for people."""
    answer = await post(toys, content, kind=kind)

    body = answer.json()
    assert (answer.status_code, body["code"], body["status"]) == (status, code, status)
    assert isinstance(body["detail"], str)
    assert ("errors" in body) == (status == 422)


async def test_a_validation_error_names_its_place_and_not_the_value(toys):
    """The value may be a secret."""
    answer = await post(toys, '{"name":"swordfish","count":"swordfish"}')
    body = answer.json()
    assert body["errors"][0]["loc"] == ["body", "count"]
    assert "count" in body["detail"]
    assert "swordfish" not in answer.text


@pytest.mark.parametrize(
    "url",
    [
        "/things/x",
        "/things/1.5",
        "/things/9223372036854775808",
        "/things/1?page=x",
        "/things/1?page=9223372036854775808",
        "/things/1?word=%00",
        "/things/%00",
    ],
)
async def test_a_path_or_query_that_cannot_be_meant_is_422(toys, url):
    """Ids beyond 64 bits and NUL never reach a database."""
    assert (await post(toys, '{"name":"a"}', url=url)).status_code == 422


@pytest.mark.parametrize("content", ["", "null", '{"name":"a"}'])
async def test_an_optional_body_may_be_empty(toys, content):
    """None, null or a thing."""
    assert (await post(toys, content, url="/maybe")).status_code == 200


@pytest.mark.parametrize("header", ["Bearer {}", "{}", "bearer {}"])
async def test_optional_auth_knows_who_asks_when_it_can(toys, jimin, header):
    """Without its scheme too."""
    known = await toys.get("/hello", headers={"Authorization": header.format(jimin.access)})
    assert known.json()["who"] == jimin.user_id
    assert known.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "x", "Basic abc"])
async def test_optional_auth_never_fails(toys, header):
    """Whatever was sent."""
    answer = await toys.get("/hello", headers={"Authorization": header})
    assert (answer.status_code, answer.json()["who"]) == (200, None)


async def test_optional_auth_heeds_a_logout(toys, client, jimin):
    """A logged out caller is a stranger."""
    await client.post("/api/user/logout", headers=jimin.headers)
    assert (await toys.get("/hello", headers=jimin.headers)).json()["who"] is None


@pytest.mark.parametrize(
    ("name", "status"), [("busy", 503), ("conflict", 409), ("forbidden", 403), ("not_found", 404)]
)
async def test_a_refusal_has_its_familys_status(toys, name, status):
    """Mapped in one place."""
    answer = await toys.get(f"/refuse/{name}")
    assert (answer.status_code, answer.json()["code"]) == (status, REFUSALS[name].code)
    assert ("retry-after" in answer.headers) == (status == 503)


async def test_one_refusal_may_keep_its_earlier_status(toys, monkeypatch):
    """Without taking its family along."""
    monkeypatch.setitem(EARLIER_STATUS, Earlier, 400)
    assert (await toys.get("/refuse/earlier")).status_code == 400
    assert (await toys.get("/refuse/conflict")).status_code == 409


async def test_a_response_passes_as_it_is(toys):
    """Status and headers of the handler's own."""
    answer = await toys.get("/custom")
    assert (answer.status_code, answer.headers["x-own"]) == (202, "yes")
    empty = await toys.get("/nothing")
    assert (empty.status_code, empty.content) == (204, b"")


async def test_a_bug_is_a_500_that_tells_nothing(toys):
    """The log has the rest."""
    answer = await toys.get("/crash")
    body = answer.json()
    assert (answer.status_code, body["code"]) == (500, "internal_error")
    assert body["request_id"] == answer.headers["x-request-id"]
    assert "swordfish" not in answer.text


async def test_a_wrong_method_is_told_every_right_one(toys):
    """Two routes that share a path are one to the caller."""
    answer = await toys.get("/things/1")
    assert (answer.status_code, answer.headers["allow"]) == (405, "DELETE, POST")
    assert answer.json()["code"] == "method_not_allowed"


async def test_an_unknown_path_is_404_in_our_shape(toys):
    """Whatever it says."""
    for path in ("/nowhere", "/%ff", "/things"):
        answer = await toys.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "route_not_found")


async def paid(house):
    async with house.state["db"].reads() as session:
        where = OutboxRow.kind == "toy.paid"
        return await session.scalar(select(func.count()).select_from(OutboxRow).where(where))


def keyed(jimin, key):
    return {**jimin.headers, "Idempotency-Key": key}


async def test_a_key_makes_it_happen_once(toys, house, jimin):
    """The second is told what the first was, and that it was a replay."""
    first = await toys.post("/pay", json={"name": "a"}, headers=keyed(jimin, "k1"))
    second = await toys.post("/pay", json={"name": "a"}, headers=keyed(jimin, "k1"))

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert "idempotent-replayed" not in first.headers
    assert second.headers["idempotent-replayed"] == "true"
    assert await paid(house) == 1


async def test_twins_at_once_happen_once(toys, house, jimin):
    """Whoever comes second waits for the first."""
    answers = await asyncio.gather(
        *(toys.post("/pay", json={"name": "a"}, headers=keyed(jimin, "twin")) for _ in range(6))
    )
    assert {one.status_code for one in answers} == {201}
    assert sum("idempotent-replayed" in one.headers for one in answers) == 5
    assert await paid(house) == 1


async def test_another_body_under_the_same_key_is_a_mistake(toys, house, jimin):
    """As is another path or query."""
    await toys.post("/pay", json={"name": "a"}, headers=keyed(jimin, "k"))
    for url, name in (("/pay", "b"), ("/pay?x=1", "a")):
        answer = await toys.post(url, json={"name": name}, headers=keyed(jimin, "k"))
        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert await paid(house) == 1


async def test_a_refused_request_does_not_use_its_key_up(toys, house, jimin):
    """It changed nothing, so it may be tried again."""
    for _ in range(2):
        answer = await toys.post("/pay", json={"name": "refused"}, headers=keyed(jimin, "k"))
        assert answer.status_code == 409
    assert await paid(house) == 0


async def test_a_key_is_its_callers_own(toys, house, jimin, sign_in):
    """Another's request under the same key is another request."""
    other = await sign_in("seojun@example.com")
    for one in (jimin, other):
        answer = await toys.post("/pay", json={"name": "a"}, headers=keyed(one, "k"))
        assert answer.json()["who"] == one.user_id
    assert await paid(house) == 2


@pytest.mark.parametrize("key", ["", "x" * 256, "키".encode(), "a\tb"])
async def test_a_key_is_short_and_printable(toys, jimin, key):
    """Anything else is refused before the work."""
    answer = await toys.post("/pay", json={"name": "a"}, headers=keyed(jimin, key))
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_invalid")


def test_a_door_knows_its_contract():
    """The API's description is drawn from it."""
    op = make.__op__
    assert (op.summary, op.description) == ("Make a thing.", "And say more about it.")
    assert (op.status, op.errors, op.tags) == (201, (409,), ("toy",))
    assert op.reader.path["order_id"].json_schema()["type"] == "integer"
    assert "name" in json.dumps(op.reader.body.json_schema())
