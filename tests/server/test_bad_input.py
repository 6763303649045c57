"""What nobody can mean gets a clear answer in one shape, never a 500, and changes nothing."""

import json
from typing import NamedTuple

import pytest
from starlette.routing import Route

from server.app import routes
from tests.photo import photograph
from tests.stall import HS, KOK

SHAPE = {
    "type",
    "title",
    "status",
    "detail",
    "code",
    "message",
    "error",
    "instance",
    "request_id",
}
ROUTES = [
    route for route in routes() if isinstance(route, Route) and hasattr(route.endpoint, "__op__")
]
NO_ID = ["abc", "0", "-1", "1.5", "1e3", str(2**63), str(2**70), "%00", "%ED%A0%80", "가", "1 2"]
NOBODYS = {"0", "-1"}
NO_TOKEN = ["Bearer", "Bearer x", "Basic eDp5", "Bearer a.b.c", "x", "Bearer " + "a" * 5000]
WRONG = [None, [], {}, "many", 1.5, -1, 2**63, 2**70, "1; DROP TABLE orders", "\0", "1\0"]


class Body(NamedTuple):
    """An operation with a body that it would take."""

    method: str
    path: str
    good: dict[str, object]


BODIES = [
    Body("POST", "/api/homeshopping/likes/toggle", {"live_id": 1}),
    Body("POST", "/api/kok/carts", {"kok_product_id": KOK}),
    Body("PATCH", "/api/kok/carts/1", {"kok_quantity": 1}),
    Body("POST", "/api/orders/homeshopping/order", {"product_id": HS}),
    Body("POST", "/api/orders/kok/carts/order", {"selected_items": []}),
    Body("POST", "/api/orders/payment/1/checkout", {"return_url": "http://shop.example/"}),
]


def operations(*, auth=("required", "optional", "none")):
    """Return every method and path template whose door asks for this kind of login."""
    return [(method, path) for method, path, op in doors() if op.auth in auth]


def doors():
    """Return every method and path template with what its door promises."""
    return [
        (method, route.path, route.endpoint.__op__)
        for route in ROUTES
        for method in sorted(route.methods - {"HEAD"})
    ]


def filled(path, **given):
    """Put something into each of a path's places."""
    for name in Route(path, lambda _: None).param_convertors:
        path = path.replace("{" + name + "}", str(given.get(name, given.get("each", 1))))
    return path


def is_problem(answer, status, code=None):
    """Check that an answer is an error of the one shape, and fail the test if it is not."""
    body = answer.json()
    said = f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text}"
    assert answer.status_code == status, said
    assert body.keys() == SHAPE | ({"errors"} if status == 422 else set()), said
    assert body["status"] == status, said
    assert isinstance(body["detail"], str), said
    assert body["detail"] == body["message"] == body["error"] != "", said
    assert body["request_id"] == answer.headers["x-request-id"], said
    assert answer.headers["content-type"] == "application/json", said
    if code is not None:
        assert body["code"] == code, said
    if status == 422:
        assert body["errors"], said
        assert all({"type", "loc", "msg"} <= each.keys() for each in body["errors"]), said


@pytest.fixture
async def unchanged(house, stall, buyer):
    """The shop with somebody in it, the same after the test as before."""
    await buyer.put_in_cart()
    await buyer.order()
    before = await photograph(house.state["db"])
    yield
    assert await photograph(house.state["db"]) == before


@pytest.mark.usefixtures("unchanged")
class TestBadInput:
    """Each over every door that it can be tried at."""

    async def test_without_a_login(self, client):
        """401 with the way to log in, whatever stands in the header."""
        for method, path in operations(auth=("required",)):
            answer = await client.request(method, filled(path))
            is_problem(answer, 401, "not_authenticated")
            assert answer.headers["www-authenticate"] == "Bearer"
        for header in NO_TOKEN:
            answer = await client.get("/api/orders", headers={"Authorization": header})
            is_problem(answer, 401)

    async def test_a_door_that_needs_no_login_takes_any_header(self, client, stall):
        """A bad token is nobody's."""
        path = f"/api/homeshopping/product/{stall.on_air}"
        for header in NO_TOKEN:
            answer = await client.get(path, headers={"Authorization": header})
            assert answer.status_code == 200
            assert answer.json()["product"]["is_liked"] is False

    async def test_an_id_that_is_none(self, buyer):
        """422 naming the path's part."""
        for method, path, op in doors():
            kinds = {adapter.json_schema().get("type") for adapter in op.reader.path.values()}
            if kinds != {"integer"} or op.role is not None:
                continue
            for text in NO_ID:
                answer = await buyer.http.request(
                    method, filled(path, each=text), headers=buyer.headers
                )
                if text in NOBODYS and answer.status_code == 404:
                    continue  # a number, and nobody's: that is true as well
                is_problem(answer, 422, "validation_failed")
                assert answer.json()["errors"][0]["loc"][0] == "path"

    async def test_an_id_nobody_has(self, buyer):
        """404 and nothing made for it."""
        bodies = {(each.method, filled(each.path)): each.good for each in BODIES}
        for method, path, op in doors():
            body = bodies.get((method, filled(path)))
            if "{" not in path or 404 not in op.errors or op.role is not None:
                continue
            if op.reader.body is not None and op.reader.body_required and body is None:
                continue
            where = filled(path, each=987654)
            answer = await buyer.http.request(method, where, json=body, headers=buyer.headers)
            is_problem(answer, 404)

    async def test_a_body_that_is_no_json(self, buyer):
        """400, or 415 when it does not even claim to be."""
        kinds = {"Content-Type": "application/json"}
        for method, path, _good in BODIES:
            for raw in (b"{", b"nul", b"\xff\xfe", b"{'a': 1}", b"[" * 10_000):
                answer = await buyer.http.request(
                    method, path, content=raw, headers=buyer.headers | kinds
                )
                is_problem(answer, 400, "malformed_json")
            for kind in ("text/plain", "application/x-www-form-urlencoded", "", "x"):
                answer = await buyer.http.request(
                    method, path, content=b"a=b", headers=buyer.headers | {"Content-Type": kind}
                )
                is_problem(answer, 415, "unsupported_media_type")

    async def test_a_body_of_another_form(self, buyer):
        """422: a list, a number, an empty body, a field too many, a field too few."""
        for method, path, good in BODIES:
            odd = [[], [good], 7, "text", True, good | {"user_id": 1}]
            if "checkout" not in path:
                odd += [{}, None]
            for body in odd:
                raw = json.dumps(body).encode()
                kind = {"Content-Type": "application/json"}
                answer = await buyer.http.request(
                    method, path, content=raw, headers=buyer.headers | kind
                )
                is_problem(answer, 422, "validation_failed")

    async def test_a_field_of_another_type(self, buyer):
        """422 naming the field, and what was sent is not sent back."""
        for method, path, good in BODIES:
            for name in good:
                for value in WRONG:
                    if (name == "return_url" and value is None) or value == good[name]:
                        continue
                    answer = await buyer.http.request(
                        method, path, json=good | {name: value}, headers=buyer.headers
                    )
                    is_problem(answer, 422, "validation_failed")
                    assert answer.json()["errors"][0]["loc"][:2] == ["body", name]
                    assert "DROP TABLE" not in answer.text

    async def test_selected_rows_of_another_form(self, buyer):
        """Each row of the cart is read as strictly, and there are not endlessly many."""
        good = {"kok_cart_id": 1, "quantity": 1}
        rows = [7, [], {}, good | {"x": 1}, {"kok_cart_id": 1}]
        rows += [good | {name: value} for name in good for value in WRONG if value is not None]
        for selected in ([row] for row in rows):
            body = {"selected_items": selected}
            is_problem(await buyer.post("/api/orders/kok/carts/order", body), 422)
        many = {"selected_items": [good | {"kok_cart_id": n} for n in range(1, 202)]}
        is_problem(await buyer.post("/api/orders/kok/carts/order", many), 422)

    async def test_a_body_too_large(self, buyer, settings):
        """413 before it is read, and 413 when nobody announced it."""

        async def endless():
            for _ in range(3):
                yield b" " * (settings.body_bytes_max // 2)

        for method, path, _ in BODIES:
            for content in (b" " * (settings.body_bytes_max + 1), endless()):
                answer = await buyer.http.request(
                    method,
                    path,
                    content=content,
                    headers=buyer.headers | {"Content-Type": "application/json"},
                )
                is_problem(answer, 413, "body_too_large")

    async def test_a_query_that_cannot_be_meant(self, buyer):
        """422 naming the parameter."""
        queries = {
            "/api/homeshopping/likes": ["limit=0", "limit=101", "limit=x", "limit="],
            "/api/homeshopping/notifications/all": ["limit=0", "offset=-1", "offset=9999999999"],
            "/api/homeshopping/schedule/live-stream": ["homeshopping_id=x", "src=%00"],
            "/api/kok/carts": ["limit=201", "limit=1e2"],
            "/api/kok/discounted": ["page=0", "size=101", "page=99999999999999999999"],
            "/api/orders": ["limit=0", "limit=101", "limit=%ED%A0%80"],
        }
        for path, bad in queries.items():
            for query in bad:
                answer = await buyer.http.get(f"{path}?{query}", headers=buyer.headers)
                is_problem(answer, 422, "validation_failed")
                assert answer.json()["errors"][0]["loc"][0] == "query"

    async def test_a_key_that_is_none(self, buyer):
        """422 before any work."""
        for key in ("", "x" * 256, "a\tb"):
            body = {"product_id": HS}
            answer = await buyer.post(
                "/api/orders/homeshopping/order", body, **{"Idempotency-Key": key}
            )
            is_problem(answer, 422, "idempotency_key_invalid")

    async def test_a_wrong_method(self, buyer):
        """405 with every right one."""
        paths = {}
        for method, path in operations():
            paths.setdefault(filled(path), set()).add(method)
        for path, allowed in paths.items():
            for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - allowed:
                if _served_elsewhere(path, method):
                    continue
                answer = await buyer.http.request(method, path, headers=buyer.headers)
                is_problem(answer, 405, "method_not_allowed")
                assert allowed <= set(answer.headers["allow"].split(", "))

    async def test_an_unknown_path(self, buyer):
        """404 in the earlier word."""
        for path in ("/api", "/api/", "/api/orders/1/2/3", "/api/kok/x", "/%00", "/api/%ED%A0%80"):
            answer = await buyer.http.get(path, headers=buyer.headers)
            is_problem(answer, 404, "route_not_found")
            assert answer.json()["detail"] == "Not Found"


def _served_elsewhere(path, method):
    """Tell whether a path with a place also answers, as /orders/payment does for /orders/{id}."""
    scope = {"type": "http", "path": path, "method": method, "root_path": ""}
    return any(route.matches(scope)[0].name == "FULL" for route in ROUTES)
