"""What to cook."""

from tests.contracts.exercises import Door, exercise
from tests.contracts.neighbourhood import ONION, PANCAKE, PORK, STEW
from tests.stall import sign_up


@exercise("GET /api/recipes/{recipe_id}")
async def _(door: Door) -> None:
    found = await door.good(recipe_id=STEW)
    assert {each["material_name"] for each in found["materials"]} == {"두부", "양파", "돼지고기"}
    await door.bad(404, recipe_id=999_999)
    await door.bad(422, recipe_id="stew!" * 50)


@exercise("GET /api/recipes/{recipe_id}/url")
async def _(door: Door) -> None:
    found = await door.good(recipe_id=STEW)
    assert found["url"] == f"https://www.10000recipe.com/recipe/{STEW}"


@exercise("GET /api/recipes/{recipe_id}/rating", "POST /api/recipes/{recipe_id}/rating")
async def _(door: Door) -> None:
    path = f"/api/recipes/{PANCAKE}/rating"
    people = door.shop.people
    if door.entry["method"] == "POST":
        assert (await door.good(recipe_id=PANCAKE, json={"rating": 5}))["rating"] == 5
        assert (await door.good(recipe_id=PANCAKE, json={"rating": 3}))["rating"] == 3
        await door.bad(404, recipe_id=999_999, json={"rating": 5})
        await door.bad(422, recipe_id=PANCAKE, json={"rating": 6})
        return
    for who, stars in (("operator", 4), ("admin", 3), ("buyer", 2)):
        await people[who].post(path, {"rating": stars})
    assert (await door.good(recipe_id=PANCAKE))["rating"] == 3.0
    assert (await door.good(recipe_id=STEW))["rating"] == 0.0


@exercise("GET /api/recipes/{recipe_id}/status")
async def _(door: Door) -> None:
    door.shop.people["cook"] = cook = await sign_up(door.shop.street.http, "cook")
    await door.shop.paid("cook", kok_product=PORK)
    await cook.put_in_cart(ONION)
    found = await door.good("cook", recipe_id=STEW)
    standing = {each["material_name"]: each["status"] for each in found["ingredients"]}
    assert standing == {"돼지고기": "owned", "양파": "cart", "두부": "not_owned"}
    owned = next(each for each in found["ingredients"] if each["status"] == "owned")
    assert owned["order_info"]["purchase_date"] == owned["order_info"]["order_date"]
    assert found["summary"]["owned_count"] == found["summary"]["cart_count"] == 1
    await door.bad(404, recipe_id=999_999)


@exercise("GET /api/recipes/search")
async def _(door: Door) -> None:
    by_name = await door.good(params={"recipe": "두부찌개", "method": "recipe"})
    (stew,) = by_name["recipes"]
    assert stew["recipe_id"] == stew["RECIPE_ID"] == STEW, "this method shouted"
    both = await door.good(params={"recipe": "양파,두부", "method": "ingredient"})
    assert ([each["recipe_id"] for each in both["recipes"]], both["total"]) == ([STEW], 1)
    beyond = await door.good(params={"recipe": "양파", "method": "ingredient", "page": 2})
    assert (beyond["recipes"], beyond["total"]) == ([], 2)
    await door.bad(422)
    await door.bad(422, params={"recipe": "양파", "method": "guess"})


@exercise("GET /api/recipes/by-ingredients")
async def _(door: Door) -> None:
    have = {"ingredient": ["양파", "두부", "돼지고기"], "amount": [1, 1, 1]}
    (first, *_rest) = (await door.good(params=have))["recipes"]
    assert (first["recipe_id"], first["matched_ingredient_count"]) == (STEW, 3)
    await door.bad(422, params=have | {"ingredient": ["양파", "두부"]})
    await door.bad(400, params={"ingredient": have["ingredient"]})
    await door.bad(400, params=have | {"amount": [1, 1]})
    await door.bad(400, params={"ingredient": have["ingredient"], "unit": ["개"]})


@exercise("GET /api/recipes/cache/stats")
async def _(door: Door) -> None:
    assert (await door.good())["cache_stats"]["max_size"] >= 0


@exercise("GET /api/recipes/{ingredient}/product-recommend")
async def _(door: Door) -> None:
    found = await door.good(ingredient="양파")
    assert [each["kok_product_id"] for each in found["recommendations"]] == [ONION]
    assert (await door.good(ingredient="캐비어"))["recommendations"] == []


@exercise("GET /api/kok/carts/recipe-recommend")
async def _(door: Door) -> None:
    both = f"{ONION},{PORK},apple"
    found = await door.good(params={"product_ids": both, "page": 1, "size": 5})
    assert found["recipes"][0]["recipe_id"] == STEW
    assert set(found["keyword_extraction"]) == {"양파", "돼지고기"}
    await door.bad(400, params={"product_ids": "apple"})
    await door.bad(422)
