"""The order and its lines; only the order moves them."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Self, cast

from sqlalchemy import Enum, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from domain.kernel import Base, BigId, Sku, UserId
from domain.order.errors import IllegalMove
from domain.order.events import OrderPlaced, OrderStatusChanged
from domain.order.schemas import Delays, HistoryView, Kind, LineView, NewLine, OrderView
from domain.order.states import (
    CANCELLED,
    MOVES,
    NEXT,
    ORDER_RECEIVED,
    PREPARING,
    SHIPPING,
    OrderStatus,
    overall,
)

_STATUS = Enum(OrderStatus, native_enum=False, length=20)


class LineHistory(Base):
    """One step of a line's life; appended, never changed."""

    __tablename__ = "order_line_history"
    __table_args__ = (Index(None, "line_id", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("order_lines.line_id"))
    status: Mapped[OrderStatus] = mapped_column(_STATUS)
    at: Mapped[datetime]
    by: Mapped[int | None] = mapped_column("changed_by", BigId)


class OrderLine(Base):
    """One product of an order, as it was when it was ordered."""

    __tablename__ = "order_lines"
    __table_args__ = (Index(None, "order_id", "line_id"),)

    line_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.order_id"))
    kind: Mapped[str] = mapped_column(String(12))
    product_id: Mapped[int] = mapped_column(BigId)
    sku: Mapped[Sku] = mapped_column(String(40))
    product_name: Mapped[str] = mapped_column(String(300))
    image: Mapped[str] = mapped_column(String(200))
    quantity: Mapped[int]
    unit_price: Mapped[int]
    line_total: Mapped[int]
    price_id: Mapped[int | None] = mapped_column(BigId)
    recipe_id: Mapped[int | None] = mapped_column(BigId)
    live_id: Mapped[int | None] = mapped_column(BigId)
    status: Mapped[OrderStatus] = mapped_column(_STATUS)

    history: Mapped[list[LineHistory]] = relationship(lazy="raise", order_by=LineHistory.id)

    @property
    def alive(self) -> bool:
        """Tell whether it was not cancelled."""
        return self.status is not CANCELLED

    def enter(self, status: OrderStatus, *, at: datetime, by: int | None) -> None:
        """Take the status and write it down; the order has checked the way."""
        self.status = status
        self.history.append(LineHistory(status=status, at=at, by=by))

    def view(self) -> LineView:
        """Return the public face."""
        return LineView(
            line_id=self.line_id,
            kind=cast("Kind", self.kind),
            product_id=self.product_id,
            sku=self.sku,
            product_name=self.product_name,
            image=self.image,
            quantity=self.quantity,
            unit_price=self.unit_price,
            line_total=self.line_total,
            live_id=self.live_id,
            recipe_id=self.recipe_id,
            status=self.status,
            status_name=self.status.label,
            history=tuple(
                HistoryView(status=step.status, status_name=step.status.label, at=step.at)
                for step in self.history
            ),
        )


class Order(Base):
    """A promise to buy. ``status`` is that of its least advanced line."""

    __tablename__ = "orders"
    __table_args__ = (
        Index(None, "user_id", "order_id"),
        Index(None, "user_id", "order_time"),
        Index(None, "status", "pay_by"),
        Index(None, "next_move_at"),
    )

    order_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    user_id: Mapped[int] = mapped_column(BigId)
    kind: Mapped[str] = mapped_column(String(12))
    status: Mapped[OrderStatus] = mapped_column(_STATUS)
    version: Mapped[int] = mapped_column()
    total_amount: Mapped[int]
    order_time: Mapped[datetime]
    pay_by: Mapped[datetime]
    cancel_time: Mapped[datetime | None]
    next_move_at: Mapped[datetime | None]

    lines: Mapped[list[OrderLine]] = relationship(lazy="raise", order_by=OrderLine.line_id)

    # A writer who read an older version fails instead of overwriting.
    __mapper_args__ = {"version_id_col": version, "version_id_generator": False}  # noqa: RUF012 (SQLAlchemy reads it so)

    @classmethod
    def draw_up(
        cls, lines: Iterable[NewLine], *, buyer: UserId, at: datetime, pay_by: datetime
    ) -> Self:
        """Return a new order of these lines, not yet stored."""
        drawn = [
            OrderLine(**line.model_dump(), line_total=line.quantity * line.unit_price, history=[])
            for line in lines
        ]
        assert drawn, "an order has lines"
        for line in drawn:
            line.enter(ORDER_RECEIVED, at=at, by=buyer)
        return cls(
            user_id=buyer,
            kind=drawn[0].kind,
            status=ORDER_RECEIVED,
            version=1,
            total_amount=sum(line.line_total for line in drawn),
            order_time=at,
            pay_by=pay_by,
            cancel_time=None,
            next_move_at=None,
            lines=drawn,
        )

    def placed(self) -> OrderPlaced:
        """Return the fact that it was placed."""
        return OrderPlaced(at=self.order_time, order=self.view())

    def move(
        self,
        to: OrderStatus,
        *,
        at: datetime,
        by: int | None,
        line_ids: frozenset[int] = frozenset(),
    ) -> OrderStatusChanged:
        """Move every living line (or just those named) and return the fact.

        What is to be paid is what is not cancelled. Raises IllegalMove and changes nothing when
        any of them may not go there.
        """
        moving = [
            line for line in self.lines if (line.line_id in line_ids if line_ids else line.alive)
        ]
        if not moving or any(to not in MOVES[line.status] for line in moving):
            raise IllegalMove
        was, self.version = self.status, self.version + 1
        for line in moving:
            line.enter(to, at=at, by=by)
        self.status = overall(line.status for line in self.lines)
        if self.status is CANCELLED:
            self.cancel_time = at
        else:
            self.total_amount = sum(line.line_total for line in self.lines if line.alive)
        if self.status is not was:
            self.next_move_at = None
        return OrderStatusChanged(at=at, was=was, order=self.view())

    def plan_next(self, delays: Delays, *, at: datetime) -> None:
        """Note when the next step happens by itself, if one does."""
        waits = {PREPARING: delays.preparing, SHIPPING: delays.shipping}
        following = NEXT.get(self.status)
        wait: timedelta | None = waits.get(following, delays.delivered) if following else None
        self.next_move_at = at + wait if wait is not None else None

    def line_ids(self, status: OrderStatus) -> frozenset[int]:
        """Return its lines that are in this status."""
        return frozenset(line.line_id for line in self.lines if line.status is status)

    def holdings(self, statuses: Iterable[OrderStatus]) -> dict[Sku, int]:
        """Return how many of each thing its lines in these statuses are about."""
        among = frozenset(statuses)
        counted: Counter[Sku] = Counter()
        for line in self.lines:
            if line.status in among:
                counted[line.sku] += line.quantity
        return dict(counted)

    def view(self) -> OrderView:
        """Return the public face."""
        return OrderView(
            order_id=self.order_id,
            user_id=self.user_id,
            kind=cast("Kind", self.kind),
            status=self.status,
            status_name=self.status.label,
            version=self.version,
            total_amount=self.total_amount,
            order_time=self.order_time,
            pay_by=self.pay_by,
            cancel_time=self.cancel_time,
            lines=tuple(line.view() for line in self.lines),
        )


# The tables as such, for statements that neither need entities nor make any.
ORDERS, LINES, STEPS = (
    Base.metadata.tables[each.__tablename__] for each in (Order, OrderLine, LineHistory)
)
