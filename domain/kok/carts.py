"""What somebody means to buy: one row per product, at the price it had when it was added."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload, selectinload

from domain import recipe
from domain.kernel import Session, UserId, is_duplicate
from domain.kok.errors import CartItemNotFound, TooManyInCart
from domain.kok.models import CartItem
from domain.kok.products import get_product

QUANTITY_MAX: Final = 99


async def add_to_cart(  # noqa: PLR0913 (a cart item has these parts)
    session: Session,
    kok_product_id: int,
    *,
    by: UserId,
    quantity: int,
    recipe_id: int | None,
    now: datetime,
) -> tuple[CartItem, bool]:
    """Put the product into the cart, or more of it; return the row and whether it is new.

    Raises KokProductNotFound, recipe.RecipeNotFound, TooManyInCart.
    """
    product = await get_product(session, kok_product_id)
    if recipe_id is not None:
        await recipe.get_recipe(session, recipe_id)
    assert product.price_id is not None, "a product is taken in with its price"
    item = await _mine(session, by, kok_product_id)
    if item is None:
        new = CartItem(
            user_id=by,
            kok_product_id=kok_product_id,
            price_id=product.price_id,
            recipe_id=recipe_id,
            quantity=quantity,
            created_at=now,
        )
        item = await _put(session, new)
        if item is new:
            return new, True
    if item.quantity + quantity > QUANTITY_MAX:
        raise TooManyInCart
    item.quantity += quantity
    return item, False


async def cart(session: Session, *, by: UserId, limit: int) -> Sequence[CartItem]:
    """Return the user's cart with products and frozen prices, newest first."""
    mine = select(CartItem).where(CartItem.user_id == by)
    rows = mine.order_by(CartItem.created_at.desc(), CartItem.cart_id.desc()).limit(limit)
    parts = (
        joinedload(CartItem.product, innerjoin=True),
        joinedload(CartItem.price, innerjoin=True),
    )
    return (await session.scalars(rows.options(*parts))).all()


async def change_quantity(session: Session, cart_id: int, *, by: UserId, quantity: int) -> CartItem:
    """Want another quantity. Raises CartItemNotFound, also for another user's row."""
    mine = select(CartItem).where(CartItem.cart_id == cart_id, CartItem.user_id == by)
    item = await session.scalar(mine.with_for_update())
    if item is None:
        raise CartItemNotFound
    item.quantity = quantity
    return item


async def remove_from_cart(session: Session, cart_id: int, *, by: UserId) -> None:
    """Take the row out of the cart. Raises CartItemNotFound, also for another user's row."""
    mine = delete(CartItem).where(CartItem.cart_id == cart_id, CartItem.user_id == by)
    result = await session.execute(mine)
    if not result.rowcount:  # type: ignore[attr-defined]  # a DELETE's result has one
        raise CartItemNotFound


async def take_from_cart(
    session: Session, cart_ids: Sequence[int], *, by: UserId
) -> Sequence[CartItem]:
    """Lock and remove the user's own rows among these; return them with product and price.

    A twin request that waited for the lock finds nothing left: a cart is ordered once.
    """
    mine = select(CartItem).where(CartItem.cart_id.in_(cart_ids), CartItem.user_id == by)
    locked = mine.order_by(CartItem.cart_id).with_for_update()
    parts = (selectinload(CartItem.product), selectinload(CartItem.price))
    items = (await session.scalars(locked.options(*parts))).all()
    for item in items:
        await session.delete(item)
    return items


async def _mine(session: Session, by: UserId, kok_product_id: int) -> CartItem | None:
    where = (CartItem.user_id == by, CartItem.kok_product_id == kok_product_id)
    found: CartItem | None = await session.scalar(select(CartItem).where(*where).with_for_update())
    return found


async def _put(session: Session, new: CartItem) -> CartItem:
    """Store the row and return it, or its twin that came first."""
    try:
        async with session.begin_nested():
            session.add(new)
    except IntegrityError as error:
        if not is_duplicate(error):
            raise
        twin = await _mine(session, UserId(new.user_id), new.kok_product_id)
        assert twin is not None, "the duplicate is there"
        return twin
    return new
