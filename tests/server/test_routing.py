"""The quick way to a door leads to the same door as the long one."""

import httpx
import pytest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Match, Mount, Route, WebSocketRoute

from server.app import routes
from server.errors import EXCEPTION_HANDLERS
from server.routing import Switchboard

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def door(name):
    """Return an endpoint that says its name and what it was asked for."""

    async def endpoint(request: Request) -> JSONResponse:
        return JSONResponse({"door": name, **request.path_params})

    endpoint.__name__ = name
    return endpoint


async def socket(websocket):
    await websocket.close()


TABLE = [
    Route("/", door("home")),
    Mount("/static", routes=[Route("/{file:path}", door("file"))]),
    WebSocketRoute("/connection/websocket", socket),
    Route("/api/orders", door("list")),
    Route("/api/orders", door("place"), methods=["POST"]),
    Route("/api/orders/payment/{n}", door("payment")),
    Route("/api/orders/{kind}/{n}", door("of_kind")),
    Route("/api/orders/{n}", door("one")),
    Route("/api/orders/count", door("count")),  # too late: "count" was taken for an id
    Route("/api/orders/recent", door("recent"), methods=["POST"]),
    Route("/api/{noun}/search", door("search")),
    Route("/api/kok/search", door("kok_search")),  # too late as well
    Route("/api/kok/{n}", door("kok")),
    Route("/api/{noun}/{n}/likes", door("likes")),
    Route("/api/kok/{n}/likes", door("kok_likes"), methods=["POST"]),
    Route("/api/{noun}/{n}/stars", door("stars")),
    Route("/api/kok/{n}/stars", door("kok_stars")),  # too late, for another's parameter
    Route("/{anything}", door("anything")),
]
PATHS = [
    "/",
    "//",
    "/static/a/b.js",
    "/static",
    "/connection/websocket",
    "/api/orders",
    "/api/orders/",
    "/api/orders/payment/7",
    "/api/orders/kok/7",
    "/api/orders/7",
    "/api/orders/count",
    "/api/orders/recent",
    "/api/orders/가",
    "/api/orders/%2F",
    "/api/kok/search",
    "/api/kok/7",
    "/api/kok/7/",
    "/api/kok/7/likes",
    "/api/hs/7/likes",
    "/api/kok/7/stars",
    "/api/hs/search",
    "/api/hs/7/8/9",
    "/something",
    "/api",
    "/api/",
    "/no/such/door",
]


def application(router):
    """Return an application that routes by it, with our refusals."""
    app = Starlette(exception_handlers={HTTPException: EXCEPTION_HANDLERS[HTTPException]})
    app.router = router
    return app


async def answers(app):
    """Ask for everything in every way; return what came of it."""
    found = {}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://shop.example"
    ) as http:
        for path in PATHS:
            for method in METHODS:
                answer = await http.request(method, path)
                kept = ("allow", "location", "content-type")
                headers = {name: answer.headers.get(name) for name in kept}
                found[method, path] = (answer.status_code, headers, answer.text)
    return found


async def test_every_path_is_answered_as_starlette_would():
    """Order of the routes, methods, slashes too many, 404, 405 and all."""
    quick = await answers(application(Switchboard(TABLE)))
    slow = await answers(Starlette(routes=TABLE, exception_handlers=EXCEPTION_HANDLERS))
    assert quick == slow
    assert {status for status, _, _ in quick.values()} == {200, 307, 404, 405}


@pytest.mark.parametrize("segment", ["7", "search", "payment", "가"])
def test_every_door_of_the_shop_is_found_the_quick_way(segment):
    """And it is the first that takes the path, as in the list; a recipe's page may take longer."""
    table = routes()
    switchboard = Switchboard(table)
    for route in table:
        if not isinstance(route, Route) or route.path == "/recipe/{recipe_id}":
            continue
        path = route.path
        for name in route.param_convertors:
            path = path.replace("{" + name + "}", segment)
        for method in route.methods:
            scope = {"type": "http", "path": path, "method": method, "root_path": ""}
            first = next(each for each in table if each.matches(scope)[0] is Match.FULL)
            found = switchboard._candidates(scope)
            taking = [each for each in found if each.matches(scope)[0] is Match.FULL]
            assert taking[0] is first, (method, path)
            assert len(found) < len(table) / 2


def test_behind_a_prefix_the_long_way_is_taken():
    """A path that begins elsewhere is not in the list."""
    scope = {"type": "http", "path": "/shop/api/orders", "method": "GET", "root_path": "/shop"}
    assert Switchboard(TABLE)._candidates(scope) == ()
