"""What somebody has at home, as far as the shop knows: bought lately, or in the cart."""

from datetime import datetime, timedelta
from typing import Final

from domain import kok, order, recommendation
from domain.kernel import Session, UserId

KEPT: Final = timedelta(days=7)
CART_MAX: Final = 200


async def holdings(session: Session, *, by: UserId, now: datetime) -> list[recommendation.Holding]:
    """Return what the user bought in the last seven days and has in the cart, newest first."""
    in_cart = await kok.cart(session, by=by, limit=CART_MAX)
    return [
        *await bought(session, by=by, now=now),
        *(
            recommendation.Holding(
                source="cart",
                product_name=each.product.name,
                quantity=each.quantity,
                cart_id=each.cart_id,
            )
            for each in in_cart
        ),
    ]


async def bought(session: Session, *, by: UserId, now: datetime) -> list[recommendation.Holding]:
    """Return what the user bought in the last seven days, newest first."""
    purchases = await order.purchases_since(session, by=by, since=now - KEPT)
    return [
        recommendation.Holding(
            source="order",
            product_name=each.product_name,
            quantity=each.quantity,
            order_id=each.order_id,
            order_time=each.order_time,
            order_type=each.kind,
        )
        for each in purchases
    ]
