"""One idea of time: aware UTC inside, Seoul for business days and the earlier API's naive times."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]

KST: Final = ZoneInfo("Asia/Seoul")


def utc_now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return datetime.now(UTC)


def business_day(at: datetime) -> date:
    """Return the calendar day in Seoul at that moment."""
    return at.astimezone(KST).date()


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """Return the half-open UTC interval that the Seoul day covers."""
    start = datetime.combine(day, time(), KST)
    return start.astimezone(UTC), (start + timedelta(days=1)).astimezone(UTC)


def naive_kst(at: datetime) -> datetime:
    """Return Seoul wall time without a zone, as the earlier API's clients expect it."""
    return at.astimezone(KST).replace(tzinfo=None)
