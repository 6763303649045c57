"""Which items may have changed: heard from the event stream, kept until they are indexed."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple, cast

from sqlalchemy import Integer, bindparam, delete, func, select
from sqlalchemy.dialects import mysql, sqlite

from domain.kernel import Base, BigId, Fact, Session
from domain.recommendation.index.models import Change
from domain.recommendation.kinds import Item, Kind

# Facts that say that an item's text may be another now, and what kind of item it is.
HEARD: Final[Mapping[str, Kind]] = {
    "recipe.changed": "recipe",
    "kok.product_changed": "kok",
    "homeshopping.product_changed": "homeshopping",
}

_CHANGES: Final = Base.metadata.tables[Change.__tablename__]
C: Final = _CHANGES.c
_OLDEST: Final = (
    select(C.kind, C.item_id, C.change_id)
    .order_by(C.change_id, C.kind, C.item_id)
    .limit(bindparam("most", type_=Integer))
)
_ANY: Final = select(C.change_id).limit(1)
_COUNT: Final = select(func.count()).select_from(_CHANGES)
_DONE: Final = delete(_CHANGES).where(
    C.kind == bindparam("of_kind"),
    C.item_id == bindparam("of_item", type_=BigId),
    C.change_id <= bindparam("seen", type_=BigId),
)


class Pending(NamedTuple):
    """An item that is to be indexed, and the newest change of it that was seen."""

    item: Item
    change_id: int


async def hear(session: Session, facts: Sequence[Fact]) -> None:
    """Note the items whose texts may have changed; a reaction to the event stream."""
    newest: dict[tuple[str, int], int] = {}
    for fact in facts:
        if fact.kind in HEARD:
            item = HEARD[fact.kind], int(fact.body["subject"].rpartition("/")[2])
            newest[item] = max(fact.id, newest.get(item, 0))
    if newest:
        # In one order everywhere, so that no two can wait for each other.
        rows = [
            {"kind": kind, "item_id": item_id, "change_id": newest[kind, item_id]}
            for kind, item_id in sorted(newest)
        ]
        await session.execute(_noted(session.get_bind().dialect.name), rows)


async def anything_changed(session: Session) -> bool:
    """Tell whether an item waits to be indexed; takes no lock."""
    return await session.scalar(_ANY) is not None


async def changed_count(session: Session) -> int:
    """Return how many items wait to be indexed."""
    return int(await session.scalar(_COUNT) or 0)


async def pending_changes(session: Session, *, limit: int) -> Sequence[Pending]:
    """Return the items that have waited longest to be indexed."""
    rows = await session.execute(_OLDEST, {"most": limit})
    return [Pending(Item(cast("Kind", row.kind), row.item_id), row.change_id) for row in rows]


async def settle_changes(session: Session, done: Sequence[Pending]) -> None:
    """Forget the changes that are indexed by now, unless another came after them."""
    rows = [
        {"of_kind": item.kind, "of_item": item.item_id, "seen": change_id}
        for item, change_id in sorted(done)
    ]
    if rows:
        await session.execute(_DONE, rows)


def _noted(dialect: str) -> Any:  # noqa: ANN401 (one of two dialects' own statements)
    if dialect == "sqlite":
        lite = sqlite.insert(_CHANGES)
        later = {"change_id": func.max(C.change_id, lite.excluded.change_id)}
        return lite.on_conflict_do_update(index_elements=["kind", "item_id"], set_=later)
    maria = mysql.insert(_CHANGES)
    newer = func.greatest(C.change_id, maria.inserted.change_id)
    return maria.on_duplicate_key_update(change_id=newer)
