"""Who likes a product or has it in the cart, and what somebody likes and has in the cart."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final, Literal, Protocol, cast

from sqlalchemy import Integer, Select, Table, bindparam, literal, select, union, union_all

from domain.kernel import BigId, Session, UserId
from domain.kok.listings import P
from domain.kok.models import CARTS, LIKES, PRODUCTS

Way = Literal["liked", "in_cart"]


class Want(Protocol):
    """A product that somebody likes or has in the cart, and since when."""

    user_id: int
    kok_product_id: int
    name: str
    since: datetime
    way: Way


_THESE: Final = bindparam("ids", expanding=True, type_=BigId)
_WAYS: Final[tuple[tuple[Table, Way], ...]] = ((LIKES, "liked"), (CARTS, "in_cart"))


def _wants(table: Table, way: Way) -> Select[Any]:
    its = table.c
    columns = (its.user_id, its.kok_product_id, P.name, its.created_at.label("since"))
    found = select(*columns, literal(way).label("way"))
    return found.join_from(table, PRODUCTS, P.kok_product_id == its.kok_product_id)


def _who(table: Table) -> Select[Any]:
    asked = (table.c.kok_product_id.in_(_THESE), table.c.user_id > bindparam("after", type_=BigId))
    first = select(table.c.user_id).where(*asked).distinct().order_by(table.c.user_id)
    # SQLite orders and limits a part of a union only within parentheses of its own.
    return select(first.limit(bindparam("most", type_=Integer)).subquery())


def _newest(table: Table, way: Way) -> Select[Any]:
    mine = _wants(table, way).where(table.c.user_id == bindparam("by", type_=BigId))
    newest = mine.order_by(table.c.created_at.desc(), P.kok_product_id.desc())
    return select(newest.limit(bindparam("most", type_=Integer)).subquery())


# Each list in one round trip, whichever of the two ways the products are wanted in.
_OF_ONE: Final = union_all(*(_newest(table, way) for table, way in _WAYS))
_PEOPLE: Final = union(*(_who(table) for table, _ in _WAYS))
_OF_PEOPLE: Final = union_all(
    *(
        _wants(table, way).where(
            table.c.kok_product_id.in_(_THESE),
            table.c.user_id.in_(bindparam("people", expanding=True, type_=BigId)),
        )
        for table, way in _WAYS
    )
)


async def wants(session: Session, *, by: UserId, limit: int) -> Sequence[Want]:
    """Return what the user likes and has in the cart, so many of each at most, newest first."""
    rows = (await session.execute(_OF_ONE, {"by": by, "most": limit})).all()
    return _newest_first(rows)


async def wanting(
    session: Session, kok_product_ids: Collection[int], *, after_user_id: int, limit: int
) -> dict[int, list[Want]]:
    """Return who likes one of these products or has it in the cart, with what, newest first.

    They are the next ``limit`` people beyond ``after_user_id``, in the order of their ids; whoever
    changed their mind meanwhile is among them with nothing.
    """
    if not kok_product_ids:
        return {}
    ids = sorted(kok_product_ids)
    asked = {"ids": ids, "after": after_user_id, "most": limit}
    people = sorted((await session.scalars(_PEOPLE, asked)).all())[:limit]
    if not people:
        return {}
    rows = (await session.execute(_OF_PEOPLE, {"ids": ids, "people": people})).all()
    found: dict[int, list[Want]] = {who: [] for who in people}
    for want in _newest_first(rows):
        found[want.user_id].append(want)
    return found


def _newest_first(rows: Sequence[Any]) -> list[Want]:
    newest = sorted(rows, key=lambda row: (row.since, row.kok_product_id, row.way), reverse=True)
    return [cast("Want", row) for row in newest]
