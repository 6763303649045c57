"""What somebody did lately, by the kinds of events that are asked about."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final, Protocol, cast

from sqlalchemy import Integer, bindparam, select

from domain.kernel import BigId, Session, UserId, UtcDateTime
from domain.log.models import LogRow

L: Final = LogRow.__table__.c


class Doing(Protocol):
    """An event of the log, with what was noted about it, and when it was."""

    event_type: str
    event_data: dict[str, Any]
    created_at: datetime


_DONE: Final = (
    select(*(L[name] for name in Doing.__annotations__))
    .where(
        L.user_id == bindparam("by", type_=BigId),
        L.created_at >= bindparam("since", type_=UtcDateTime()),
        L.event_type.in_(bindparam("types", expanding=True)),
    )
    .order_by(L.created_at.desc(), L.log_id.desc())
    .limit(bindparam("most", type_=Integer))
)


async def done_since(
    session: Session, event_types: Collection[str], *, by: UserId, since: datetime, limit: int
) -> Sequence[Doing]:
    """Return what the user did of these kinds since that moment, newest first."""
    asked = {"by": by, "since": since, "types": sorted(event_types), "most": limit}
    return cast("Sequence[Doing]", (await session.execute(_DONE, asked)).all())
