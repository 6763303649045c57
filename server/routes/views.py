"""Shapes that several routes of the earlier API share."""

from datetime import date, datetime, time
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from domain.kernel import CURSOR_LENGTH_MAX, KST, Window, naive_kst

# Ids and quantities that a database can hold.
Id = Annotated[int, Field(ge=1, le=2**62)]
Quantity = Annotated[int, Field(ge=1, le=99)]
# What is looked for in a shop, without the blanks around it.
Keyword = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


class Body(BaseModel):
    """A request's body; what it does not know, it does not take."""

    model_config = ConfigDict(extra="forbid")


class Said(BaseModel):
    """A sentence for people."""

    message: str


class Page(BaseModel):
    """One page of a list, counted from 1, or what follows the last one's ``next_cursor``."""

    page: int = Field(1, ge=1, le=100_000)
    size: int = Field(20, ge=1, le=500)
    cursor: str | None = Field(None, max_length=CURSOR_LENGTH_MAX)

    def window(self) -> Window:
        """Return the part of the list that is wanted."""
        return Window(self.size, self.page, self.cursor)


class Slot(BaseModel):
    """When a broadcast is, in Seoul wall time as the earlier API told it."""

    live_date: date
    live_start_time: time
    live_end_time: time

    @classmethod
    def times(cls, starts_at: datetime, ends_at: datetime) -> dict[str, date | time]:
        """Return the three fields for a broadcast's moments."""
        starts, ends = starts_at.astimezone(KST), ends_at.astimezone(KST)
        return {
            "live_date": starts.date(),
            "live_start_time": starts.time().replace(microsecond=0),
            "live_end_time": ends.time().replace(microsecond=0),
        }


def local(at: datetime | None) -> datetime | None:
    """Return a moment as the earlier API told it: Seoul wall time without a zone."""
    return naive_kst(at) if at is not None else None
