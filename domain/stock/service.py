"""Promising, giving back and shipping: one conditional UPDATE per thing, in SKU order.

Everybody takes the rows in the same order, so no two buyers can wait for each other, and the
condition is decided by the database on the locked row, so nothing is promised twice.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Update, bindparam, insert, select, update

from domain.kernel import OrderId, Session, Sku
from domain.stock.errors import SoldOut
from domain.stock.models import MOVEMENTS, STOCK, Level, StockRow

# Built once: everybody who wants the same thing waits while its row is locked, so what is said
# until the commit is said quickly.
_CHANGE: Final = (
    update(STOCK)
    .where(STOCK.c.sku == bindparam("thing"))
    .values(
        reserved=STOCK.c.reserved + bindparam("more_reserved"),
        on_hand=STOCK.c.on_hand + bindparam("more_on_hand"),
        version=STOCK.c.version + 1,
    )
)
_RESERVE: Final = _CHANGE.where(STOCK.c.on_hand - STOCK.c.reserved >= bindparam("more_reserved"))
_ADJUST: Final = _CHANGE.where(STOCK.c.on_hand + bindparam("more_on_hand") >= STOCK.c.reserved)
_BOOK: Final = insert(MOVEMENTS)
_LEVELS: Final = (
    select(STOCK.c.sku, STOCK.c.on_hand - STOCK.c.reserved, STOCK.c.version)
    .where(STOCK.c.sku.in_(bindparam("things", expanding=True)))
    .order_by(STOCK.c.sku)
)


async def reserve(
    session: Session, wanted: Mapping[Sku, int], *, order_id: OrderId, now: datetime
) -> None:
    """Promise these quantities to the order, all or (by the caller's rollback) none.

    Raises SoldOut for the first thing of which too few are left.
    """
    for sku in sorted(wanted):
        if not await _change(session, sku, reserved=wanted[sku], how=_RESERVE):
            raise SoldOut(sku, await _available(session, sku))
    await _book(session, wanted, reserved=1, reason="reserve", order_id=order_id, at=now)


async def release(
    session: Session, held: Mapping[Sku, int], *, order_id: OrderId, now: datetime
) -> None:
    """Take back a promise."""
    for sku in sorted(held):
        changed = await _change(session, sku, reserved=-held[sku])
        assert changed, "what was promised is on the shelf"
    await _book(session, held, reserved=-1, reason="release", order_id=order_id, at=now)


async def dispatch(
    session: Session, held: Mapping[Sku, int], *, order_id: OrderId, now: datetime
) -> None:
    """Let promised things leave the house; what may still be promised does not change."""
    for sku in sorted(held):
        changed = await _change(session, sku, reserved=-held[sku], on_hand=-held[sku])
        assert changed, "what was promised is on the shelf"
    await _book(
        session, held, reserved=-1, on_hand=-1, reason="dispatch", order_id=order_id, at=now
    )


async def stock_up(session: Session, sku: Sku, quantity: int, *, now: datetime) -> None:
    """Put a new thing on the shelf."""
    session.add(StockRow(sku=sku, on_hand=quantity, reserved=0, version=1))
    await session.flush()
    await _book(session, {sku: quantity}, on_hand=1, reason="stock_up", at=now)


async def adjust(session: Session, sku: Sku, change: int, *, now: datetime) -> None:
    """Correct the shelf by ``change``. Raises SoldOut when promised things would be missing."""
    if not await _change(session, sku, on_hand=change, how=_ADJUST):
        raise SoldOut(sku, await _available(session, sku))
    await _book(session, {sku: change}, on_hand=1, reason="adjust", at=now)


async def touch(session: Session, sku: Sku) -> Level:
    """Lock the thing and raise its version, because something else about it changes."""
    changed = await _change(session, sku)
    assert changed, "every product is on the shelf"
    return (await levels(session, [sku]))[0]


async def levels(session: Session, skus: Iterable[Sku]) -> Sequence[Level]:
    """Return the present levels, in SKU order; unknown things are left out."""
    found = await session.execute(_LEVELS, {"things": list(skus)})
    return [Level(sku=sku, available=left, version=version) for sku, left, version in found]


async def _available(session: Session, sku: Sku) -> int:
    return sum(level.available for level in await levels(session, [sku]))


async def _change(
    session: Session, sku: Sku, *, reserved: int = 0, on_hand: int = 0, how: Update = _CHANGE
) -> bool:
    change = {"thing": sku, "more_reserved": reserved, "more_on_hand": on_hand}
    result = await session.execute(how, change)
    return bool(result.rowcount)  # type: ignore[attr-defined]  # an UPDATE's result has one


async def _book(  # noqa: PLR0913 (a ledger line has these columns)
    session: Session,
    moved: Mapping[Sku, int],
    *,
    reason: str,
    at: datetime,
    reserved: int = 0,
    on_hand: int = 0,
    order_id: OrderId | None = None,
) -> None:
    """Write what moved into the ledger; the signs say how it counts for the two columns."""
    lines = [
        {
            "sku": sku,
            "reserved_change": reserved * moved[sku],
            "on_hand_change": on_hand * moved[sku],
            "reason": reason,
            "order_id": order_id,
            "at": at,
        }
        for sku in sorted(moved)
    ]
    if lines:
        await session.execute(_BOOK, lines)
