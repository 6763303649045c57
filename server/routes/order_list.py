"""/api/orders: a buyer's orders, listed, counted, and the recent ones line by line."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.routing import Route

from domain import order, recommendation
from domain.kernel import CURSOR_LENGTH_MAX, KST, Session, Window
from domain.order import Line, LineView, OrderStatus, OrderView
from domain.recommendation import RecipeNote
from server.auth import Caller
from server.endpoint import endpoint
from server.noting import note
from server.routes import pantry
from server.state import State

TAGS = ("order",)
WEEKDAYS: Final = "월화수목금토일"
LINES_MAX: Final = 500

Notes = Mapping[int, RecipeNote]


class ListQuery(BaseModel):
    limit: int = Field(30, ge=1, le=100)
    cursor: str | None = Field(None, max_length=CURSOR_LENGTH_MAX)


class RecentQuery(BaseModel):
    days: int = Field(7, ge=1, le=365)
    limit: int = Field(LINES_MAX, ge=1, le=LINES_MAX)
    cursor: str | None = Field(None, max_length=CURSOR_LENGTH_MAX)


class OrderItem(BaseModel):
    """One product of an order; a home-shopping one has no recipe, and says so with nulls."""

    product_name: str
    product_image: str | None
    price: int
    quantity: int
    delivery_status: str
    delivery_date: str
    recipe_related: bool
    recipe_title: str | None = None
    recipe_rating: float | None = None
    recipe_scrap_count: int | None = None
    recipe_description: str | None = None
    ingredients_owned: int | None = None
    total_ingredients: int | None = None


class OrderGroup(BaseModel):
    order_id: int
    order_number: str
    order_date: str
    total_amount: int
    item_count: int
    items: list[OrderItem]
    order: OrderView


class Orders(BaseModel):
    limit: int
    total_count: int
    order_groups: list[OrderGroup]
    next_cursor: str | None


class OrderCount(BaseModel):
    order_count: int


class RecentItem(OrderItem):
    order_id: int
    order_number: str
    order_date: str
    product_id: int


class RecentOrders(BaseModel):
    days: int
    order_count: int
    orders: list[RecentItem]
    next_cursor: str | None


@endpoint(auth="required", tags=TAGS)
async def list_orders(request: Request[State], *, query: ListQuery, caller: Caller) -> Orders:
    """Return the caller's orders, newest first."""
    window = Window(query.limit, cursor=query.cursor)
    async with request.state["db"].reads() as session:
        found = await order.page(session, by=caller.user_id, window=window)
        lines = [line for each in found.orders for line in each.lines]
        notes = await _recipe_notes(request, session, lines, caller=caller)
    seen = {"limit": query.limit, "order_count": len(found.orders)}
    note(request, "order_orders_list_view", seen, user_id=caller.user_id)
    return Orders(
        limit=query.limit,
        total_count=found.total,
        order_groups=[_group(each, notes) for each in found.orders],
        next_cursor=found.next_cursor,
    )


@endpoint(auth="required", tags=TAGS)
async def count_orders(request: Request[State], *, caller: Caller) -> OrderCount:
    """Return how many orders the caller ever placed."""
    async with request.state["db"].reads() as session:
        total = await order.count(session, by=caller.user_id)
    note(request, "order_order_count_view", {"order_count": total}, user_id=caller.user_id)
    return OrderCount(order_count=total)


@endpoint(auth="required", tags=TAGS)
async def recent_orders(
    request: Request[State], *, query: RecentQuery, caller: Caller
) -> RecentOrders:
    """Return what the caller ordered in the last days, product by product, newest first."""
    since = request.state["clock"]() - timedelta(days=query.days)
    window = Window(query.limit, cursor=query.cursor)
    async with request.state["db"].reads() as session:
        found = await order.lines_since(session, by=caller.user_id, since=since, window=window)
        notes = await _recipe_notes(request, session, found.rows, caller=caller)
    seen = {"days": query.days, "order_count": len(found.rows)}
    note(request, "order_recent_orders_view", seen, user_id=caller.user_id)
    return RecentOrders(
        days=query.days,
        order_count=len(found.rows),
        orders=[_recent(line, notes) for line in found.rows],
        next_cursor=found.next_cursor,
    )


async def _recipe_notes(
    request: Request[State],
    session: Session,
    lines: Iterable[Line | LineView],
    *,
    caller: Caller,
) -> Notes:
    """Return what is said of the lines' recipes; nothing is asked when there are none."""
    wanted = {line.recipe_id for line in lines if line.recipe_id is not None}
    if not wanted:
        return {}
    owned = await pantry.owned(session, by=caller.user_id, now=request.state["clock"]())
    return await recommendation.recipe_notes(session, wanted, holdings=owned)


def _group(view: OrderView, notes: Notes) -> OrderGroup:
    return OrderGroup(
        order_id=view.order_id,
        order_number=str(view.order_id),
        order_date=_order_date(view.order_time),
        total_amount=view.total_amount,
        item_count=sum(line.quantity for line in view.lines),
        items=[OrderItem(**_item(line, line.history[-1].at, notes)) for line in view.lines],
        order=view,
    )


def _recent(line: Line, notes: Notes) -> RecentItem:
    return RecentItem(
        order_id=line.order_id,
        order_number=f"{line.order_id:012}",
        order_date=_order_date(line.order_time),
        product_id=line.product_id,
        **_item(line, line.delivered_at, notes),
    )


def _item(line: Line | LineView, since: datetime | None, notes: Notes) -> dict[str, object]:
    """Return an item's fields; ``since`` is when the line got where it is."""
    shown: dict[str, object] = {
        "product_name": line.product_name,
        "product_image": line.image,
        "price": line.line_total,
        "quantity": line.quantity,
        "delivery_status": line.status.label,
        "delivery_date": _delivery_date(line.status, since),
        "recipe_related": line.kind == "kok",
    }
    if line.kind != "kok":
        return shown
    about = notes.get(line.recipe_id) if line.recipe_id is not None else None
    return shown | {
        "recipe_title": about.title if about else None,
        "recipe_rating": about.rating if about else 0.0,
        "recipe_scrap_count": about.scrap_count if about else 0,
        "recipe_description": about.description if about else None,
        "ingredients_owned": about.ingredients_owned if about else 0,
        "total_ingredients": about.total_ingredients if about else 0,
    }


def _order_date(at: datetime) -> str:
    day = at.astimezone(KST)
    return f"{day.year}. {day.month}. {day.day}"


def _delivery_date(status: OrderStatus, since: datetime | None) -> str:
    if status is not OrderStatus.DELIVERED or since is None:
        return "배송 정보 없음"
    day = since.astimezone(KST)
    return f"{day.month}/{day.day}({WEEKDAYS[day.weekday()]}) 도착"


routes = [
    Route("/api/orders", list_orders),
    Route("/api/orders/count", count_orders),
    Route("/api/orders/recent", recent_orders),
]
