"""What somebody means to buy: one row per product, at the price it had when it was added."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import Integer, bindparam, delete, select, update
from sqlalchemy.sql.dml import ReturningInsert

from domain import recipe
from domain.kernel import BigId, Session, Sku, UserId, UtcDateTime
from domain.kok.errors import CartItemNotFound, KokProductNotFound, TooManyInCart
from domain.kok.models import CARTS, PRICES, PRODUCTS, CartItem
from domain.kok.upserts import upsert

QUANTITY_MAX: Final = 99


@dataclass(frozen=True, slots=True)
class Goods:
    """The product in a row of a cart; ``price`` is the list price in KRW."""

    kok_product_id: int
    name: str
    store_name: str
    image: str
    price: int

    @property
    def sku(self) -> Sku:
        """Return the product's place on the shelf."""
        return Sku(f"kok-{self.kok_product_id}")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A row of a cart with its product, at the price it had when it was put there; in KRW."""

    cart_id: int
    kok_product_id: int
    price_id: int
    recipe_id: int | None
    quantity: int
    discount_rate: int
    discounted_price: int
    product: Goods

    @property
    def unit_price(self) -> int:
        """Return the frozen price: discounted, else the list price."""
        return self.discounted_price or self.product.price


_ROW: Final = tuple(
    CARTS.c[name] for name in ("cart_id", "kok_product_id", "price_id", "recipe_id", "quantity")
)
_PRICE: Final = (PRICES.c.discount_rate, PRICES.c.discounted_price)
_GOODS: Final = tuple(PRODUCTS.c[name] for name in ("name", "store_name", "image", "price"))
_CART: Final = (
    select(*_ROW, *_PRICE, *_GOODS)
    .select_from(CARTS)
    .join(PRICES, PRICES.c.price_id == CARTS.c.price_id)
    .join(PRODUCTS, PRODUCTS.c.kok_product_id == CARTS.c.kok_product_id)
    .where(CARTS.c.user_id == bindparam("by"))
    .order_by(CARTS.c.created_at.desc(), CARTS.c.cart_id.desc())
    .limit(bindparam("limit", type_=Integer))
)
_TAKE: Final = (
    delete(CARTS)
    .where(
        CARTS.c.cart_id.in_(bindparam("those", expanding=True)),
        CARTS.c.user_id == bindparam("by"),
    )
    .returning(*_ROW)
)
_PARTS: Final = (
    select(PRICES.c.price_id, *_PRICE, *_GOODS)
    .join_from(PRICES, PRODUCTS, PRODUCTS.c.kok_product_id == PRICES.c.kok_product_id)
    .where(PRICES.c.price_id.in_(bindparam("prices", expanding=True)))
)


async def add_to_cart(  # noqa: PLR0913 (a cart item has these parts)
    session: Session,
    kok_product_id: int,
    *,
    by: UserId,
    quantity: int,
    recipe_id: int | None,
    now: datetime,
) -> tuple[int, int]:
    """Put the product into the cart, or more of it; return the row's id and quantity.

    A row that is there keeps its price and its recipe. Raises KokProductNotFound,
    recipe.RecipeNotFound, TooManyInCart.
    """
    if recipe_id is not None:
        await recipe.check_recipe(session, recipe_id)
    wanted = {
        "by": by,
        "product": kok_product_id,
        "recipe": recipe_id,
        "more": quantity,
        "now": now,
    }
    put = _put(session.get_bind().dialect.name)
    item = (await session.execute(put, wanted)).one_or_none()
    if item is None:
        raise KokProductNotFound
    if item.quantity > QUANTITY_MAX:
        raise TooManyInCart
    return item.cart_id, item.quantity


@cache
def _put(dialect: str) -> ReturningInsert[*tuple[Any, ...]]:
    new = select(
        bindparam("by", type_=BigId).label("user_id"),
        PRODUCTS.c.kok_product_id,
        PRODUCTS.c.price_id,
        bindparam("recipe", type_=BigId).label("recipe_id"),
        bindparam("more", type_=Integer).label("quantity"),
        bindparam("now", type_=UtcDateTime()).label("created_at"),
    ).where(PRODUCTS.c.kok_product_id == bindparam("product"))
    return upsert(
        dialect,
        CartItem,
        new,
        change=lambda there, more: {"quantity": there.quantity + more.quantity},
    )


async def cart(session: Session, *, by: UserId, limit: int) -> Sequence[Wanted]:
    """Return the user's cart with products and frozen prices, newest first."""
    found = await session.execute(_CART, {"by": by, "limit": limit})
    return [_wanted(row[:5], row[5:]) for row in found]


async def change_quantity(session: Session, cart_id: int, *, by: UserId, quantity: int) -> None:
    """Want another quantity. Raises CartItemNotFound, also for another user's row."""
    mine = update(CARTS).where(CARTS.c.cart_id == cart_id, CARTS.c.user_id == by)
    result = await session.execute(mine.values(quantity=quantity))
    if not result.rowcount:  # type: ignore[attr-defined]  # an UPDATE's result has one
        raise CartItemNotFound


async def remove_from_cart(session: Session, cart_id: int, *, by: UserId) -> None:
    """Take the row out of the cart. Raises CartItemNotFound, also for another user's row."""
    mine = delete(CARTS).where(CARTS.c.cart_id == cart_id, CARTS.c.user_id == by)
    result = await session.execute(mine)
    if not result.rowcount:  # type: ignore[attr-defined]  # a DELETE's result has one
        raise CartItemNotFound


async def take_from_cart(
    session: Session, cart_ids: Sequence[int], *, by: UserId
) -> Sequence[Wanted]:
    """Remove the user's own rows among these; return them with product and price, by id.

    A twin request waits for the rows and then finds nothing left: a cart is ordered once.
    """
    taken = sorted(await session.execute(_TAKE, {"those": cart_ids, "by": by}))
    if not taken:
        return ()
    found = await session.execute(_PARTS, {"prices": {row.price_id for row in taken}})
    known = {price_id: part for price_id, *part in found}
    return [_wanted(row, known[row.price_id]) for row in taken]


def _wanted(row: Sequence[Any], part: Sequence[Any]) -> Wanted:
    cart_id, kok_product_id, price_id, recipe_id, quantity = row
    rate, price, *goods = part
    return Wanted(
        cart_id=cart_id,
        kok_product_id=kok_product_id,
        price_id=price_id,
        recipe_id=recipe_id,
        quantity=quantity,
        discount_rate=rate,
        discounted_price=price,
        product=Goods(kok_product_id, *goods),
    )
