"""What one person may like: products of both shops and recipes, each with its reason."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.routing import Route

from domain import log, order, recommendation
from domain.kernel import Session, UserId
from domain.recommendation import Act, Item, Viewed
from server.auth import Caller
from server.endpoint import endpoint
from server.language import speaking
from server.noting import note
from server.routes.recommendation import (
    TAGS,
    KokProduct,
    ShownProduct,
    kok_product,
    shown_product,
)
from server.routes.recommendation_recipes import Dish, dish_of
from server.routes.views import Id
from server.state import State

ORDERED_WITHIN: Final = timedelta(days=90)
VIEWED_WITHIN: Final = timedelta(days=30)
VIEWS_MAX: Final = 100
# The log's kinds of events that are a look at something, with the field that says at what.
VIEWS: Final[Mapping[str, tuple[Literal["kok", "recipe", "live"], str]]] = {
    "kok_product_info_view": ("kok", "kok_product_id"),
    "homeshopping_product_detail_view": ("live", "live_id"),
    "recipe_detail_view": ("recipe", "recipe_id"),
}
ID_MAX: Final = 2**62


class ForYouQuery(BaseModel):
    """How many of each kind."""

    limit: int = Field(10, ge=1, le=20)


class ShownForYou(ShownProduct):
    """A product of the broadcasts, and which broadcast of it is on, comes next, or was last."""

    live_id: Id | None
    on_air: bool


class ForYou(BaseModel):
    """Three lists, the best first; ``newcomer`` is of whom nothing is known yet."""

    newcomer: bool
    kok_products: list[KokProduct]
    homeshopping_products: list[ShownForYou]
    recipes: list[Dish]


@endpoint(auth="required", tags=TAGS)
async def for_you(request: Request[State], *, query: ForYouQuery, caller: Caller) -> ForYou:
    """Return what the caller may like, by their likes, cart, orders and what they looked at.

    Nothing of it is among these or sold out. A newcomer is told what is popular and on air.
    """
    db, analytics = request.state["db"], request.state["analytics"]
    now, who = request.state["clock"](), caller.user_id
    views, nothing = _Views(who, now), tuple[Viewed, ...]()
    viewed = await recommendation.in_time(analytics, views.read, otherwise=nothing)
    async with db.reads() as session:
        bought = await order.purchases_since(session, by=who, since=now - ORDERED_WITHIN)
        ordered = list(map(_ordered, bought))
        acts = await recommendation.acts_of(session, by=who, viewed=viewed, ordered=ordered)
    taste = recommendation.taste_of(acts, now=now)
    near = await recommendation.near_taste(analytics, taste.weights)
    async with db.reads() as session:
        found = await recommendation.for_you(session, taste, near=near, limit=query.limit, now=now)
    told = _told(request, found, now=now)
    seen = {
        "limit": query.limit,
        "newcomer": told.newcomer,
        "kok_product_ids": [each.kok_product_id for each in told.kok_products],
        "product_ids": [each.product_id for each in told.homeshopping_products],
        "recipe_ids": [each.recipe_id for each in told.recipes],
    }
    note(request, "recommendations_for_you_view", seen, user_id=who)
    return told


class _Views:
    """What somebody looked at lately, as far as the log knows."""

    def __init__(self, who: UserId, now: datetime) -> None:
        self._who, self._since = who, now - VIEWED_WITHIN

    async def read(self, session: Session) -> tuple[Viewed, ...]:
        """Return the newest of it; what the log does not say rightly is passed over."""
        done = await log.done_since(
            session, VIEWS, by=self._who, since=self._since, limit=VIEWS_MAX
        )
        return tuple(_viewed(done))


def _viewed(done: Sequence[log.Doing]) -> Iterator[Viewed]:
    for each in done:
        page, field = VIEWS[each.event_type]
        number: Any = each.event_data.get(field)
        # Clients write into the log, too.
        if type(number) is int and 0 < number <= ID_MAX:
            yield Viewed(page, number, each.created_at)


def _ordered(bought: order.Purchase) -> Act:
    item = Item(bought.kind, bought.product_id)
    return Act("ordered", item, bought.product_name, bought.order_time)


def _told(request: Request[State], found: recommendation.ForYou, *, now: datetime) -> ForYou:
    language = speaking(request)
    return ForYou(
        newcomer=found.newcomer,
        kok_products=[kok_product(each, language) for each in found.kok],
        homeshopping_products=[
            ShownForYou(
                **shown_product(each, language).model_dump(),
                live_id=each.showing.live_id if each.showing else None,
                on_air=bool(each.showing and each.showing.starts_at <= now < each.showing.ends_at),
            )
            for each in found.shown
        ],
        recipes=[dish_of(each, language) for each in found.recipes],
    )


routes = [Route("/api/recommendations/for-you", for_you)]
