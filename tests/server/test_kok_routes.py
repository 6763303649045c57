"""The REST doors of the always-open shop: lists of product cards, and having them read anew."""

import pytest

from domain import kok, user
from domain.kernel import UserId
from tests.patience import until
from tests.shelf import a_kok, shelve
from tests.stall import KOK, KOK_OTHER

ALIASES = ("", "/window", "/max-join", "/baseline")
INVALIDATE = "/api/kok/cache/invalidate"


async def ids_at(client, path, headers=None, **params):
    answer = await client.get(f"/api/kok/{path}", params=params, headers=headers)
    assert answer.status_code == 200, answer.text
    return [each["kok_product_id"] for each in answer.json()["products"]]


@pytest.fixture
async def shelf(house, stall):
    """Besides the stall's two unreviewed products, five that people wrote about."""
    reviewed = {1: (5, 4.5), 2: (9, 3.1), 3: (9, 4.5), 4: (2, 0.0), 5: (3, 5.0)}
    await shelve(
        house.state["db"],
        *(
            a_kok(each, discount_rate=0, discounted_price=0, review_cnt=count, review_score=score)
            for each, (count, score) in reviewed.items()
        ),
    )


@pytest.fixture
async def admin(house, shopper):
    """Somebody who looks after the shop."""
    person = await shopper("admin")
    async with house.state["db"].sessions.begin() as session:
        await user.appoint(session, UserId(person.user_id), user.Role.ADMIN)
    return await shopper("admin")


async def test_discounted_products_have_the_earlier_shape(client, stall):
    """The deepest discount first, page by page."""
    answer = await client.get("/api/kok/discounted", params={"size": 1, "use_cache": "false"})

    assert answer.status_code == 200
    (card,) = answer.json()["products"]
    assert card.pop("kok_review_score") == 0.0
    assert card == {
        "kok_product_id": KOK_OTHER,
        "kok_thumbnail": "/api/media/kok",
        "kok_discount_rate": 20,
        "kok_discounted_price": 8_000,
        "kok_product_name": "두부 5002",
        "kok_store_name": "콩마을",
        "kok_review_cnt": 0,
    }
    beyond = await client.get("/api/kok/discounted", params={"page": 3})
    assert beyond.json() == {"products": [], "next_cursor": None}


async def test_the_deepest_discount_comes_first(client, house, clock, stall):
    """By the price that holds now, not by an earlier one."""
    async with house.state["db"].sessions.begin() as session:
        await kok.change_price(session, KOK, rate=55, price=4_500, now=clock())

    cards = (await client.get("/api/kok/discounted")).json()["products"]

    shown = [(each["kok_product_id"], each["kok_discounted_price"]) for each in cards]
    assert shown == [(KOK, 4_500), (KOK_OTHER, 8_000)]


@pytest.mark.parametrize("alias", ALIASES)
async def test_discounted_products_are_asked_for_in_four_ways(client, stall, alias):
    """One list, its pages and its cursor, under each of the earlier addresses."""
    path = f"discounted{alias}"
    first = (await client.get(f"/api/kok/{path}", params={"size": 1})).json()

    assert [each["kok_product_id"] for each in first["products"]] == [KOK_OTHER]
    assert await ids_at(client, path, size=1, page=2) == [KOK]
    assert await ids_at(client, path, size=1, cursor=first["next_cursor"]) == [KOK]


async def test_top_selling_is_by_reviews_or_by_rating(client, shelf):
    """Anything but "rating" means the number of reviews; no discount means the list price."""
    assert await ids_at(client, "top-selling") == [3, 2, 1, 5, 4]
    assert await ids_at(client, "top-selling", sort_by="newest") == [3, 2, 1, 5, 4]
    assert await ids_at(client, "top-selling", sort_by="rating") == [5, 3, 1, 2]
    card = (await client.get("/api/kok/top-selling")).json()["products"][0]
    assert (card["kok_discount_rate"], card["kok_discounted_price"]) == (0, 10_000)


async def test_top_selling_pages_are_kept_apart(client, shelf):
    """Fault 8.1.11: the second, cached call answered the whole list, whatever page was asked."""
    for _ in range(2):
        assert await ids_at(client, "top-selling", size=2, page=1) == [3, 2]
        assert await ids_at(client, "top-selling", size=2, page=2) == [1, 5]
        assert await ids_at(client, "top-selling", size=2, page=2, sort_by="rating") == [1, 2]


async def test_a_stranger_sees_the_best_of_every_store(client, shelf):
    """The ten best, also of what nobody reviewed."""
    assert await ids_at(client, "store-best-items") == [3, 2, 1, 5, 4, KOK_OTHER, KOK]
    assert await ids_at(client, "store-best-items", sort_by="rating") == [
        *[5, 3, 1, 2, 4],
        *[KOK_OTHER, KOK],
    ]


async def test_the_best_of_the_stores_somebody_bought_from(house, client, shelf, buyer, stranger):
    """Also when the order was called off; without any order there is nothing."""
    await shelve(house.state["db"], a_kok(9, store_name="바다상회", review_cnt=99))
    row = await buyer.put_in_cart()
    picks = {"selected_items": [{"kok_cart_id": row, "quantity": 1}]}
    assert (await buyer.post("/api/orders/kok/carts/order", picks)).status_code == 201

    path, ids = "store-best-items", [3, 2, 1, 5, 4, KOK_OTHER, KOK]
    assert await ids_at(client, path, headers=buyer.headers) == ids
    assert await ids_at(client, path, headers=stranger.headers) == []
    assert await ids_at(client, path) == [9, *ids]


async def test_a_new_price_changes_the_lists(house, client, clock, stall):
    """A fact ends what was kept; past the cache it is seen at once."""
    assert await ids_at(client, "discounted") == [KOK_OTHER, KOK]
    async with house.state["db"].sessions.begin() as session:
        await kok.change_price(session, KOK, rate=55, price=4_500, now=clock())

    assert await ids_at(client, "discounted", use_cache="false") == [KOK, KOK_OTHER]
    assert await ids_at(client, "discounted/baseline") == [KOK, KOK_OTHER]

    await house.state["live"].relay.relay_once()

    async def changed():
        return await ids_at(client, "discounted") == [KOK, KOK_OTHER]

    await until(changed)


async def test_a_list_is_everybodys(client, house, stall, buyer):
    """Caches may keep it, and whoever has it already is told so."""
    first = await client.get("/api/kok/discounted")
    known = {"If-None-Match": first.headers["etag"]}
    assert "public" in first.headers["cache-control"]
    assert (await client.get("/api/kok/discounted", headers=known)).status_code == 304
    same = await client.get("/api/kok/discounted", headers=buyer.headers)
    assert same.headers["etag"] == first.headers["etag"]


async def test_looking_is_noted_for_those_who_are_known(client, notebook, shelf, buyer):
    """For the event log; strangers leave no trace."""
    for path in ("discounted", "discounted/max-join", "discounted/baseline", "top-selling"):
        for headers in (None, buyer.headers):
            await ids_at(client, path, headers=headers, size=2)
    await ids_at(client, "store-best-items", headers=buyer.headers, sort_by="rating")

    seen = {e.event_type: e.event_data for e in notebook.noted if e.event_type.startswith("kok_")}
    timed = {"product_count": 2, "execution_time_ms": 0.0}
    assert seen == {
        "kok_discounted_products_view": timed | {"use_cache": True},
        "kok_discounted_products_view_max_join": timed | {"use_cache": True},
        "kok_discounted_products_view_baseline": timed | {"use_cache": False},
        "kok_top_selling_products_view": {"product_count": 2, "sort_by": "review_count"},
        "kok_store_best_items_view": {"product_count": 0, "sort_by": "rating"},
    }
    assert {e.user_id for e in notebook.noted if e.event_type in seen} == {buyer.user_id}


@pytest.mark.parametrize(
    ("kind", "paths", "words"),
    [
        ("discounted", ["discounted"], "할인 상품"),
        ("top-selling", ["top-selling"], "인기 상품"),
        ("store-best", ["store-best-items"], "스토어 베스트 상품"),
    ],
)
async def test_an_admin_has_lists_read_anew(client, house, shelf, admin, kind, paths, words):
    """The answer says how many there were; other lists stay."""
    for path in (*paths, *paths, "discounted", "top-selling", "store-best-items"):
        await ids_at(client, path, sort_by="rating")
        await ids_at(client, path)
    kept = 1 if kind == "discounted" else 2
    for n in (kept, 0):
        answer = await admin.post(f"{INVALIDATE}/{kind}")
        said = f"{words} 캐시가 무효화되었습니다. 삭제된 키 수: {n}"
        assert (answer.status_code, answer.json()) == (200, {"message": said})


async def test_an_admin_has_every_list_read_anew(client, house, shelf, admin):
    """Each kind is counted; in English, if so wished."""
    for page in (1, 2):
        await ids_at(client, "discounted", page=page)
    await ids_at(client, "top-selling")
    answer = await admin.post(f"{INVALIDATE}/all", **{"Accept-Language": "en"})

    assert answer.json() == {
        "message": "Every KOK cache was invalidated.",
        "deleted_keys": {
            "discounted_products": 2,
            "top_selling_products": 1,
            "store_best_items": 0,
            "total": 3,
        },
    }


async def test_other_processes_read_anew_too(client, house, stall, admin):
    """They hear it as a fact; whatever is kept by then is forgotten."""
    await admin.post(f"{INVALIDATE}/discounted")
    await ids_at(client, "discounted")
    await ids_at(client, "store-best-items")
    cache = house.state["cache"]
    await house.state["live"].relay.relay_once()

    await until(lambda: cache.held("kok/discounted") == 0)
    assert cache.held("kok/store_best") > 0


@pytest.mark.parametrize("kind", ["discounted", "top-selling", "store-best", "all"])
async def test_nobody_else_empties_the_cache(client, stall, buyer, kind):
    """Fault 8.5: anybody could, without so much as logging in."""
    path = f"{INVALIDATE}/{kind}"
    answers = [await client.post(path), await buyer.post(path)]
    assert [each.status_code for each in answers] == [401, 403]


@pytest.mark.parametrize(
    ("path", "query"),
    [
        *(("discounted", each) for each in ("page=0", "size=0", "size=101", "use_cache=maybe")),
        *(("top-selling", each) for each in ("page=x", "size=101", "cursor=abc")),
        ("discounted/baseline", "cursor=W10"),
    ],
)
async def test_what_cannot_be_meant_is_422(client, stall, path, query):
    """Pages, sizes and cursors."""
    answer = await client.get(f"/api/kok/{path}?{query}")
    assert (answer.status_code, type(answer.json()["detail"])) == (422, str)
