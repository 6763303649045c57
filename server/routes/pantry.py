"""What somebody has at home, as far as the shop knows: bought, entered, or in the cart."""

from datetime import datetime, timedelta
from typing import Annotated, Final

from pydantic import AwareDatetime, BaseModel, StringConstraints
from starlette.requests import Request
from starlette.routing import Route

from domain import kok, order, recommendation
from domain.kernel import Session, UserId
from server.auth import Caller
from server.endpoint import endpoint
from server.language import say
from server.routes.recipe import TAGS
from server.routes.views import Said
from server.state import State

KEPT: Final = timedelta(days=7)
CART_MAX: Final = 200

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


class PantryEntry(BaseModel):
    """An ingredient, so much of a unit that may be unknown (""), and when that was said."""

    ingredient: str
    amount: float
    unit: str
    entered_at: AwareDatetime


class Pantry(BaseModel):
    entries: list[PantryEntry]


@endpoint(auth="required", tags=TAGS)
async def pantry(request: Request[State], *, caller: Caller) -> Pantry:
    """Return what the caller entered in the last seven days, newest first.

    It was entered by asking `GET /api/recipes/by-ingredients`.
    """
    now = request.state["clock"]()
    async with request.state["db"].reads() as session:
        found = await recommendation.entered(session, by=caller.user_id, now=now)
    return Pantry(
        entries=[
            PantryEntry(
                ingredient=each.ingredient,
                amount=each.amount,
                unit=each.unit,
                entered_at=each.entered_at,
            )
            for each in found
        ]
    )


@endpoint(errors=(404,), auth="required", tags=TAGS)
async def forget(request: Request[State], *, ingredient: Name, caller: Caller) -> Said:
    """Take an ingredient out of what the caller entered."""
    async with request.state["db"].sessions.begin() as session:
        await recommendation.forget_entered(session, ingredient, by=caller.user_id)
    return Said(message=say(request, "입력한 재료에서 삭제되었습니다."))


async def holdings(session: Session, *, by: UserId, now: datetime) -> list[recommendation.Holding]:
    """Return what the user has, and what they have in the cart, each newest first."""
    in_cart = await kok.cart(session, by=by, limit=CART_MAX)
    return [
        *await owned(session, by=by, now=now),
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


async def owned(session: Session, *, by: UserId, now: datetime) -> list[recommendation.Holding]:
    """Return what the user bought, and what they entered, in the last seven days, newest first."""
    purchases = await order.purchases_since(session, by=by, since=now - KEPT)
    entries = await recommendation.entered(session, by=by, now=now)
    return [
        *(
            recommendation.Holding(
                source="order",
                product_name=each.product_name,
                quantity=each.quantity,
                order_id=each.order_id,
                order_time=each.order_time,
                order_type=each.kind,
            )
            for each in purchases
        ),
        *(
            recommendation.Holding(
                source="entered",
                product_name=each.ingredient,
                amount=each.amount,
                unit=each.unit,
                entered_at=each.entered_at,
            )
            for each in entries
        ),
    ]


routes = [
    Route("/api/recipes/pantry", pantry),
    Route("/api/recipes/pantry/{ingredient}", forget, methods=["DELETE"]),
]
