"""What is everybody's may be kept by everybody; what is one's own by nobody."""

import asyncio
import gzip

import httpx
import pytest
from pydantic import BaseModel
from starlette.requests import Request
from starlette.routing import Route

from domain.kernel import NotFound
from server.auth import Caller
from server.endpoint import endpoint
from server.public import shared
from server.state import State
from tests.serving import address, served

LONG = 40
EVERYBODYS = "public, max-age=5, stale-while-revalidate=30"
SHARED, OPEN, OWN, BRIEF = "/toys/shared", "/toys/open", "/toys/own", "/toys/brief"


class Toy(BaseModel):
    name: str
    price: int


class Toys(BaseModel):
    toys: list[Toy]
    mine: int | None = None


class Shop:
    """Toys whose price changes, and how often somebody looked."""

    def __init__(self) -> None:
        self.price = 9_900
        self.looks = 0

    async def look(self) -> Toys:
        self.looks += 1
        await asyncio.sleep(0)
        return Toys(toys=[Toy(name=f"연 {n}", price=self.price) for n in range(LONG)])


@endpoint(auth="optional", public_seconds=5, answers=Toys)
async def shared_toys(request: Request[State], *, caller: Caller | None):
    """Return the same to everybody."""
    return await shared(request, ("toys",), request.app.shop.look, names=("toy",))


@endpoint(auth="optional", public_seconds=5)
async def open_toys(request: Request[State], *, caller: Caller | None) -> Toys:
    """Return the same to every stranger."""
    found = await request.app.shop.look()
    found.mine = caller.user_id if caller else None
    return found


@endpoint(auth="optional")
async def own_toys(request: Request[State], *, caller: Caller | None) -> Toys:
    """Return what nobody may keep."""
    return Toys(toys=[])


@endpoint(public_seconds=5, answers=Toys)
async def brief_toys(request: Request[State]):
    """Return too little to be worth zipping."""

    async def none() -> Toys:
        return Toys(toys=[])

    return await shared(request, ("none",), none, names=("toy",))


@endpoint(errors=(404,), auth="optional", public_seconds=5)
async def no_toy(request: Request[State], *, name: int) -> Toys:
    """Find none."""
    raise NotFound


@endpoint(public_seconds=5)
async def broken_toy(request: Request[State]) -> Toys:
    """Break."""
    raise RuntimeError


@pytest.fixture
def shop(house) -> Shop:
    """The application, which also has toys."""
    house.app.router.routes[:0] = [
        Route(SHARED, shared_toys),
        Route(OPEN, open_toys),
        Route(OWN, own_toys),
        Route(BRIEF, brief_toys),
        Route("/toys/broken", broken_toy),
        Route("/toys/{name}", no_toy),
    ]
    house.app.shop = Shop()
    return house.app.shop


@pytest.fixture
async def web(house, shop) -> httpx.AsyncClient:
    """A client over a real connection."""
    with address() as where:
        async with served(house.app, where) as url, httpx.AsyncClient(base_url=url) as http:
            http.headers["Accept-Encoding"] = "identity"
            yield http


def vary(answer):
    """Return what the answer depends on."""
    named = {each.strip() for each in answer.headers.get("vary", "").split(",")}
    return named - {"", "Origin"}  # which CORS adds to all


@pytest.mark.usefixtures("shop")
class TestKept:
    """What caches are told."""

    async def test_what_is_everybodys_does_not_vary_with_who_asks(self, client, jimin):
        """One entry in a cache serves strangers and those who are signed in."""
        for headers in ({}, jimin.headers):
            answer = await client.get(SHARED, headers=headers)
            assert answer.headers["cache-control"] == EVERYBODYS
            assert answer.headers["etag"].startswith('W/"')
            assert vary(answer) == {"Accept-Encoding"}

    async def test_a_strangers_answer_is_not_for_those_who_are_signed_in(self, client, jimin):
        """It varies by Authorization, and theirs is kept by nobody."""
        stranger = await client.get(OPEN)
        assert stranger.headers["cache-control"] == EVERYBODYS
        assert vary(stranger) == {"Accept-Encoding", "Authorization"}
        assert stranger.json()["mine"] is None
        mine = await client.get(OPEN, headers=jimin.headers)
        assert mine.headers["cache-control"] == "no-store"
        assert "etag" not in mine.headers
        assert mine.json()["mine"] == jimin.user_id

    async def test_nothing_else_is_kept(self, client, jimin):
        """Said of every answer that does not say otherwise, and of every refusal."""
        asked = [
            await client.get(OWN),
            await client.get(OWN, headers=jimin.headers),
            await client.get("/toys/7"),
            await client.get("/toys/x"),
            await client.get("/toys/broken"),
            await client.get("/nowhere"),
            await client.post(SHARED),
            await client.get("/api/orders"),
            await client.get("/api/orders", headers=jimin.headers),
        ]
        assert [one.status_code for one in asked] == [200, 200, 404, 422, 500, 404, 405, 401, 200]
        for answer in asked:
            assert answer.headers["cache-control"] == "no-store", answer.url
            assert "etag" not in answer.headers

    async def test_a_change_is_another_answer(self, client, house, shop):
        """The old tag is no longer true once a fact told of the change."""
        first = await client.get(SHARED)
        shop.price = 5_000
        assert (await client.get(SHARED)).headers["etag"] == first.headers["etag"]
        house.state["cache"].told(["toy"])
        tag = {"If-None-Match": first.headers["etag"]}
        second = await client.get(SHARED, headers=tag)
        assert (second.status_code, second.json()["toys"][0]["price"]) == (200, 5_000)
        assert second.headers["etag"] != first.headers["etag"]

    async def test_a_crowd_is_one_look(self, client, shop):
        """However many come at once."""
        answers = await asyncio.gather(*(client.get(SHARED) for _ in range(30)))
        assert len({answer.content for answer in answers}) == 1
        assert shop.looks == 1


@pytest.mark.parametrize("path", [SHARED, OPEN])
@pytest.mark.parametrize(
    ("condition", "status"),
    [
        ("{tag}", 304),
        ("{strong}", 304),
        ('"x", {tag}', 304),
        ('"x",{strong} , "y"', 304),
        ("*", 304),
        (" * ", 304),
        ('"x"', 200),
        ("{bare}", 200),
        ("", 200),
        ('W/"', 200),
    ],
)
async def test_whoever_has_it_already_is_told_so(client, shop, path, condition, status):
    """By weak comparison; without a body, with all that a cache must know anew."""
    fresh = await client.get(path)
    tag = fresh.headers["etag"]
    strong = tag.removeprefix("W/")
    asked = condition.format(tag=tag, strong=strong, bare=strong.strip('"'))
    answer = await client.get(path, headers={"If-None-Match": asked, "X-Request-Id": "mine"})
    assert answer.status_code == status
    if status == 304:
        assert answer.content == b""
        assert not {"content-length", "content-type", "content-encoding"} & answer.headers.keys()
        for name in ("etag", "cache-control"):
            assert answer.headers[name] == fresh.headers[name]
        assert vary(answer) == vary(fresh)
        assert answer.headers["x-request-id"] == "mine"


@pytest.mark.parametrize("path", [SHARED, OPEN])
async def test_zipped_or_not_it_is_the_same_answer(web, path):
    """One weak tag for both, each true of the other."""
    plain = await web.get(path)
    zipped = await web.get(path, headers={"Accept-Encoding": "br, gzip"})
    assert "content-encoding" not in plain.headers
    assert zipped.headers["content-encoding"] == "gzip"
    assert plain.content == zipped.content
    assert plain.headers["etag"] == zipped.headers["etag"]
    assert vary(plain) == vary(zipped)
    assert "Accept-Encoding" in vary(plain)
    known = {"If-None-Match": plain.headers["etag"], "Accept-Encoding": "gzip"}
    assert (await web.get(path, headers=known)).status_code == 304


@pytest.mark.usefixtures("shop")
async def test_what_is_kept_is_zipped_once(client, house):
    """And what is short not at all."""
    for path in (SHARED, BRIEF):
        await client.get(path)
    kept = {key: each.value for key, each in house.state["cache"]._kept.items()}
    assert gzip.decompress(kept["toys",].zipped) == kept["toys",].body
    assert kept["none",].zipped is None
    brief = await client.get(BRIEF, headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in brief.headers


@pytest.mark.parametrize("path", [SHARED, OPEN, OWN])
@pytest.mark.parametrize("encoding", ["identity", "gzip"])
async def test_head_is_get_without_the_body(web, path, encoding):
    """The same status and the same headers."""
    accepts = {"Accept-Encoding": encoding}
    got, head = await web.get(path, headers=accepts), await web.head(path, headers=accepts)
    own = {"date", "x-request-id"}
    assert head.status_code == got.status_code == 200
    assert head.content == b""
    assert {n: v for n, v in head.headers.items() if n not in own} == {
        n: v for n, v in got.headers.items() if n not in own
    }
    if "etag" in got.headers:
        again = await web.head(path, headers={**accepts, "If-None-Match": got.headers["etag"]})
        assert again.status_code == 304
