"""The REST doors of what is left in the kitchen: what to cook, and what counts as owned after."""

import pytest

from domain import recipe, recommendation
from domain.recommendation import larder
from tests.kitchen import a_recipe

RECIPES = "/api/recipes"
STEW, PANCAKE, TOFU = 7, 8, 9


@pytest.fixture
async def book(house):
    """Three dishes, one of them never scrapped."""
    async with house.state["db"].sessions.begin() as session:
        parts = ("김치 300 g", "두부 1 모", "돼지고기 약간")
        await a_recipe(session, STEW, "김치찌개", *parts, scraps=10, title="엄마의 김치찌개")
        await a_recipe(session, PANCAKE, "김치전", "김치 100 g", "부침가루", scraps=90)
        await a_recipe(session, TOFU, "두부부침", "두부 2 모", "계란 1 개", scraps=0)


def noted(notebook, event_type):
    return [each for each in notebook.noted if each.event_type == event_type]


LEFT = {"ingredient": ["김치", "두부", "계란"]}


async def test_leftovers_are_used_up_one_recipe_after_the_other(book, buyer, notebook):
    """Fault 8.1.12: a recipe that nobody scrapped is no error; "약간" uses nothing."""
    asked = LEFT | {"amount": [350, 2, 1], "unit": ["g", "모", "개"]}
    body = (await buyer.get(f"{RECIPES}/by-ingredients", **asked)).json()

    stew, tofu, pancake = body["recipes"]
    assert [each["recipe_id"] for each in (stew, tofu, pancake)] == [STEW, TOFU, PANCAKE]
    assert (stew["matched_ingredient_count"], stew["total_ingredients_count"]) == (2, 3)
    assert tofu["used_ingredients"] == [
        {"material_name": "두부", "measure_amount": 1.0, "measure_unit": "모"},
        {"material_name": "계란", "measure_amount": 1.0, "measure_unit": "개"},
    ]
    assert pancake["used_ingredients"] == [
        {"material_name": "김치", "measure_amount": 50.0, "measure_unit": "g"}
    ]
    assert {name: body[name] for name in ("page", "size", "total", "total_combinations")} == {
        "page": 1,
        "size": 5,
        "total": len(body["recipes"]),
        "total_combinations": 3,
    }
    (seen,) = noted(notebook, "recipe_search_by_ingredients")
    assert seen.user_id == buyer.user_id


async def test_combinations_differ_and_end(book, buyer):
    """Fault 8.2: whoever asks, in whatever order, and however often."""

    async def ask(page):
        asked = LEFT | {"amount": [1, 1, 1], "page": page, "size": 1}
        body = (await buyer.get(f"{RECIPES}/by-ingredients", **asked)).json()
        return [each["recipe_id"] for each in body["recipes"]]

    third, first, second = await ask(3), await ask(1), await ask(2)
    assert len({*first, *second, *third}) == 3
    assert await ask(1) == first
    assert await ask(4) == await ask(99) == []


@pytest.mark.parametrize(
    ("asked", "status", "detail"),
    [
        ({}, 400, "amount 또는 unit 중 하나는 반드시 제공해야 합니다."),
        ({"amount": [1]}, 400, "amount 파라미터 개수가 ingredient와 일치해야 합니다."),
        ({"unit": ["g"] * 4}, 400, "unit 파라미터 개수가 ingredient와 일치해야 합니다."),
        ({"amount": ["x", 1, 1]}, 422, None),
        ({"amount": ["nan", 1, 1]}, 422, None),
        ({"amount": [-1, 1, 1]}, 422, None),
        ({"ingredient": ["김치", "두부"], "amount": [1, 1]}, 422, None),
        ({"ingredient": ["김치", "두부", " "], "amount": [1, 1, 1]}, 422, None),
        ({"amount": [1, 1, 1], "size": 51}, 422, None),
        ({"amount": [1, 1, 1], "page": 0}, 422, None),
    ],
)
async def test_unclear_leftovers_are_refused(book, buyer, asked, status, detail):
    """In the earlier API's words."""
    answer = await buyer.get(f"{RECIPES}/by-ingredients", **(LEFT | asked))
    assert answer.status_code == status, answer.text
    assert detail is None or answer.json()["detail"] == detail


async def test_what_is_missing_is_told_with_a_reason(book, buyer):
    """In the language that is asked for; what is there and not measured is not missing."""
    asked = LEFT | {"amount": [300, 3, 1], "unit": ["g", "모", "개"]}
    ko = (await buyer.get(f"{RECIPES}/by-ingredients", **asked)).json()["recipes"]
    assert [(each["recipe_id"], each["missing_ingredients"]) for each in ko] == [
        (STEW, ["돼지고기"]),
        (TOFU, []),
    ]
    assert [each["reason"] for each in ko] == [
        {"code": "some_missing", "text": "김치, 두부 · 2가지를 쓰고, 1가지만 더 있으면 돼요."},
        {"code": "nothing_missing", "text": "두부, 계란 · 2가지를 쓰고, 더 필요한 재료가 없어요."},
    ]
    buyer.headers["Accept-Language"] = "en"
    answer = await buyer.get(f"{RECIPES}/by-ingredients", **asked)
    assert answer.headers["content-language"] == "en"
    assert answer.json()["recipes"][0]["reason"] == {
        "code": "some_missing",
        "text": "Uses 2 (김치, 두부); only 1 more needed.",
    }


async def test_a_cover_uses_up_the_most_and_says_that_it_is_the_best(book, buyer):
    """Of as many ingredients, what lacks fewer; the greedy rule claims nothing."""
    asked = LEFT | {"amount": [1, 1, 1], "size": 2}
    body = (await buyer.get(f"{RECIPES}/by-ingredients", **asked, method="cover")).json()
    assert [each["recipe_id"] for each in body["recipes"]] == [TOFU, PANCAKE]
    assert (body["method"], body["optimal"]) == ("cover", True)
    plain = (await buyer.get(f"{RECIPES}/by-ingredients", **asked)).json()
    assert (plain["method"], plain["optimal"]) == ("greedy", None)
    guess = await buyer.get(f"{RECIPES}/by-ingredients", **asked, method="guess")
    assert guess.status_code == 422


async def test_the_larder_answers_as_the_book_does(house, book, buyer):
    """Once it is whole; in any spelling."""
    asked = {"ingredient": ["김치", "두부", "달걀"], "amount": [350, 2, 1]}
    by_book = (await buyer.get(f"{RECIPES}/by-ingredients", **asked)).json()
    async with house.state["db"].reads() as session:
        texts = await recipe.recipe_texts(session, [STEW, PANCAKE, TOFU])
    async with house.state["analytics"].sessions.begin() as session:
        await larder.store(session, texts)
        assert await larder.settle(session, recipes=3)
    assert (await buyer.get(f"{RECIPES}/by-ingredients", **asked)).json() == by_book
    assert by_book["recipes"][1]["used_ingredients"] == [
        {"material_name": "두부", "measure_amount": 1.0, "measure_unit": "모"},
        {"material_name": "달걀", "measure_amount": 1.0, "measure_unit": "개"},
    ]


async def pantry(person):
    body = (await person.get(f"{RECIPES}/pantry")).json()
    return [(each["ingredient"], each["amount"], each["unit"]) for each in body["entries"]]


async def test_what_was_entered_counts_as_owned(book, buyer, stranger):
    """In any spelling; for whoever entered it, and for nobody else."""
    asked = {"ingredient": ["달걀", "감자", "무"], "amount": [2, 1, 0], "unit": ["개", "", ""]}
    await buyer.get(f"{RECIPES}/by-ingredients", **asked)
    status = (await buyer.get(f"{RECIPES}/{TOFU}/status")).json()
    tofu, egg = status["ingredients"]
    assert (tofu["status"], tofu["source"], tofu["entered_info"]) == ("not_owned", None, None)
    assert (egg["status"], egg["source"], egg["order_info"]) == ("owned", "entered", None)
    assert egg["entered_info"] == {
        "ingredient": "달걀",
        "amount": 2.0,
        "unit": "개",
        "entered_at": "2026-11-21T03:00:00Z",
    }
    assert status["summary"]["owned_count"] == 1
    theirs = (await stranger.get(f"{RECIPES}/{TOFU}/status")).json()
    assert theirs["summary"]["owned_count"] == 0
    assert await pantry(buyer) == [("감자", 1.0, ""), ("달걀", 2.0, "개")]
    assert await pantry(stranger) == []


async def test_one_forgets_ones_own_entries(book, buyer, stranger, client):
    """Somebody else's entry does not exist, nor does one twice."""
    await buyer.get(f"{RECIPES}/by-ingredients", **LEFT, amount=[1, 1, 1])

    async def forget(person, name="두부"):
        return await client.delete(f"{RECIPES}/pantry/{name}", headers=person.headers)

    assert (await forget(stranger)).status_code == 404
    assert (await forget(buyer)).json() == {"message": "입력한 재료에서 삭제되었습니다."}
    twice = await forget(buyer)
    assert (twice.status_code, twice.json()["code"]) == (404, "pantry_entry_not_found")
    assert (await forget(buyer, "가" * 101)).status_code == 422
    assert await pantry(buyer) == [("계란", 1.0, ""), ("김치", 1.0, "")]
    for path in (f"{RECIPES}/pantry", f"{RECIPES}/by-ingredients"):
        assert (await client.get(path)).status_code == 401


async def test_a_pantry_that_cannot_be_written_spoils_no_answer(book, buyer, house, monkeypatch):
    """The answer has gone out; what was entered is lost, and that is noted."""

    async def refuse(*_args, **_kwargs):
        raise TimeoutError

    monkeypatch.setattr(recommendation, "remember_entered", refuse)
    answer = await buyer.get(f"{RECIPES}/by-ingredients", **LEFT, amount=[1, 1, 1])
    assert answer.status_code == 200
    assert await pantry(buyer) == []
