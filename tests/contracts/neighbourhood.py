"""A whole shop with everybody in it: a buyer, a stranger, an operator, an admin, and goods."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from domain import kok, recipe, user
from domain.kernel import UserId
from domain.kok import KokDetailInfo, KokReview, NewKokProduct
from domain.recipe import NewMaterial, NewRecipe
from server.settings import Settings
from tests.patience import until
from tests.stall import PASSWORD, Shopper, sign_up
from tests.street import Street, open_street

ONION, PORK, TOFU, NAMELESS = 6001, 6002, 6003, 6004
FOOD = {
    ONION: "햇양파 3kg",
    PORK: "한돈 돼지고기 500g",
    TOFU: "국산콩 두부 2모",
    NAMELESS: "[특가] 1+1",
}
STEW, PANCAKE = 701, 702


@dataclass(frozen=True)
class Neighbourhood:
    """The street and its people, by the name they have in the endpoint list."""

    street: Street
    people: dict[str, Shopper]

    async def paid(self, who: str = "buyer", *, kok_product: int | None = None) -> int:
        """Order something, pay it, and return the order's id."""
        shopper = self.people[who]
        order_id = await self.unpaid(who, kok_product=kok_product)
        answer = await shopper.confirm(order_id)
        assert answer.json()["status"] == "PAYMENT_COMPLETED", answer.text
        return order_id

    async def unpaid(self, who: str = "buyer", *, kok_product: int | None = None) -> int:
        """Order something and return the order's id."""
        shopper = self.people[who]
        if kok_product is None:
            return await shopper.order()
        row = await shopper.put_in_cart(kok_product)
        body = {"selected_items": [{"kok_cart_id": row, "quantity": 1}]}
        answer = await shopper.post("/api/orders/kok/carts/order", body)
        assert answer.status_code == 201, answer.text
        return int(answer.json()["order_id"])

    async def line(self, order_id: int, who: str = "buyer") -> int:
        """Return the id of the order's first line."""
        answer = await self.people[who].get(f"/api/orders/{order_id}")
        return int(answer.json()["order"]["lines"][0]["line_id"])

    async def messages(self, who: str = "buyer") -> list[dict[str, Any]]:
        """Return the person's messages, once there is one."""

        async def some() -> list[dict[str, Any]]:
            answer = await self.people[who].get("/api/homeshopping/notifications/all")
            return list(answer.json()["notifications"])

        return list(await until(some))


@asynccontextmanager
async def open_neighbourhood(settings: Settings, **changes: Any) -> AsyncIterator[Neighbourhood]:
    """Open the street, stock its shelves with food and recipes, and let everybody in."""
    async with open_street(settings, **changes) as street:
        await _stock(street)
        names = ("buyer", "stranger", "operator", "admin")
        people = {name: await sign_up(street.http, name) for name in names}
        for name in ("operator", "admin"):
            people[name] = await _promoted(street, people[name], user.Role(name))
        yield Neighbourhood(street, people)


async def _promoted(street: Street, person: Shopper, role: user.Role) -> Shopper:
    async with street.db.sessions.begin() as session:
        await user.appoint(session, UserId(person.user_id), role)
    body = {"email": f"{role.value}@example.com", "password": PASSWORD}
    answer = await street.http.post("/api/user/login", json=body)
    street.http.cookies.clear()
    token = answer.json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    return Shopper(street.http, headers, person.user_id, token)


async def _stock(street: Street) -> None:
    now = street.clock()
    async with street.db.sessions.begin() as session:
        for number, name in FOOD.items():
            await kok.add_product(session, _food(number, name), now=now)
        for number, dish, names in (
            (STEW, "두부찌개", ("두부", "양파", "돼지고기")),
            (PANCAKE, "양파전", ("양파", "밀가루", "달걀")),
        ):
            await recipe.add_recipe(session, _dish(number, dish, names), now=now)


def _food(number: int, name: str) -> NewKokProduct:
    review = KokReview(
        nickname="맛객",
        score=5,
        date="2026-03-01",
        text="싱싱해요",
        price_eval="좋아요",
        delivery_eval="빨라요",
        taste_eval="맛있어요",
    )
    return NewKokProduct(
        kok_product_id=number,
        name=name,
        store_name="햇살농장",
        image="/api/media/kok",
        price=10_000,
        discount_rate=20,
        discounted_price=8_000,
        stock=50,
        is_ingredient=True,
        stats=kok.ReviewStats(review_cnt=3, review_score=4.5, ratio_5=100),
        details=(KokDetailInfo(kok_detail_col="원산지", kok_detail_val="국산"),),
        images=("/api/media/kok",),
        reviews=(review,),
    )


def _dish(number: int, dish: str, names: tuple[str, ...]) -> NewRecipe:
    return NewRecipe(
        recipe_id=number,
        recipe_title=f"집에서 끓이는 {dish}",
        cooking_name=dish,
        scrap_count=number,
        cooking_case_name="일상",
        cooking_category_name="반찬",
        cooking_introduction="쉽고 빠르게",
        number_of_serving="2인분",
        thumbnail_url="/api/media/recipe",
        materials=tuple(
            NewMaterial(material_name=name, measure_amount="1", measure_unit="개") for name in names
        ),
    )
