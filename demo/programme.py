"""The weekly programme as a pattern of wall-clock slots, and its planning around a given moment."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, model_validator

from domain.kernel.time import KST, business_day

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

WEEKDAYS: Final[tuple[Weekday, ...]] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SPECIAL_AFTER: Final = timedelta(seconds=90)
SPECIAL_AT_LEAST: Final = timedelta(minutes=30)
_DAY_MINUTES: Final = 24 * 60
_WEEK_MINUTES: Final = 7 * _DAY_MINUTES


class Record(BaseModel):
    """A row of the demo data: immutable, and strict about its columns."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Offer(Record):
    """What one slot sells: a main product and up to two beside it."""

    main: int
    subs: Annotated[tuple[int, ...], Field(max_length=2)] = ()

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        if len({self.main, *self.subs}) != 1 + len(self.subs):
            raise ValueError("a slot offers each product once")
        return self


class Slot(Offer):
    """One programme of the week, ``minutes`` long from ``at`` on the Seoul clock."""

    at: time
    minutes: Annotated[int, Field(ge=60, le=90)]


class Pattern(Record):
    """The week of every channel; somewhere something is always on air.

    ``specials`` are the offers a surprise programme may bring.
    """

    specials: Annotated[tuple[Offer, ...], Field(min_length=1)]
    channels: dict[PositiveInt, dict[Weekday, tuple[Slot, ...]]]

    @model_validator(mode="after")
    def _never_double_never_dark(self) -> Self:
        dark = set(range(_WEEK_MINUTES))
        for channel, week in self.channels.items():
            spans = sorted(_week_minutes(week))
            around = [*spans, (spans[0][0] + _WEEK_MINUTES, 0)] if spans else []
            for (_, end), (start, _) in pairwise(around):
                if start < end:
                    raise ValueError(f"channel {channel} overlaps itself at minute {start}")
            for start, end in spans:
                dark.difference_update(minute % _WEEK_MINUTES for minute in range(start, end))
        if dark:
            raise ValueError(f"nothing is on air at minute {min(dark)} of the week")
        return self

    @property
    def product_ids(self) -> set[int]:
        """Return every product that some slot or special mentions."""
        slots = (slot for week in self.channels.values() for day in week.values() for slot in day)
        return {id_ for offer in (*self.specials, *slots) for id_ in (offer.main, *offer.subs)}


@dataclass(frozen=True, slots=True)
class PlannedSlot:
    """A slot on the calendar: aware UTC bounds, half-open; ``special`` marks the surprise."""

    homeshopping_id: int
    starts_at: datetime
    ends_at: datetime
    main: int
    subs: tuple[int, ...]
    special: bool = False

    def on_air(self, at: datetime) -> bool:
        """Tell whether the slot covers that moment."""
        return self.starts_at <= at < self.ends_at


def plan_days(pattern: Pattern, first: date, days: int) -> list[PlannedSlot]:
    """Lay the pattern over Seoul days ``first`` .. ``first + days - 1``, in order of time."""
    plan = []
    for day in (first + timedelta(days=n) for n in range(days)):
        weekday = WEEKDAYS[day.weekday()]
        for channel, week in pattern.channels.items():
            plan += [_placed(channel, slot, day) for slot in week.get(weekday, ())]
    return sorted(plan, key=_order)


def plan_week(pattern: Pattern, now: datetime, *, days: int = 7) -> list[PlannedSlot]:
    """Plan from the Seoul day before ``now`` to ``days - 1`` days after it, with one special.

    At ``now`` something is on air, and a surprise programme starts 90 s later (whole seconds) on
    the channel that leaves it most time: it takes over the rest of the slot it breaks into, and
    if that is short the beginning of the next.
    """
    plan = plan_days(pattern, business_day(now) - timedelta(days=1), days + 1)
    start = now.astimezone(UTC).replace(microsecond=0) + SPECIAL_AFTER
    watched = {slot.homeshopping_id: slot for slot in plan if slot.on_air(now)}
    then = (s for s in plan if s.on_air(start) and s.homeshopping_id in watched)
    host = max([*then, *watched.values()], key=lambda slot: slot.ends_at)
    end = max(host.ends_at, start + SPECIAL_AT_LEAST)
    offer = _fresh(pattern.specials, (s for s in plan if _overlap(s, start, end)))
    special = PlannedSlot(host.homeshopping_id, start, end, offer.main, offer.subs, special=True)
    return sorted([*_make_room(plan, special, watched[host.homeshopping_id]), special], key=_order)


def _make_room(
    plan: list[PlannedSlot], special: PlannedSlot, before: PlannedSlot
) -> Iterable[PlannedSlot]:
    """Stretch or cut ``before`` to where the special starts, and what it meets to where it ends."""
    for slot in plan:
        if slot == before:
            yield replace(slot, ends_at=special.starts_at)
        elif slot.homeshopping_id != special.homeshopping_id or not _overlap(
            slot, special.starts_at, special.ends_at
        ):
            yield slot
        elif slot.ends_at > special.ends_at:
            yield replace(slot, starts_at=special.ends_at)


def _placed(channel: int, slot: Slot, day: date) -> PlannedSlot:
    start = datetime.combine(day, slot.at, KST).astimezone(UTC)
    end = start + timedelta(minutes=slot.minutes)
    return PlannedSlot(channel, start, end, slot.main, slot.subs)


def _fresh(offers: tuple[Offer, ...], busy: Iterable[PlannedSlot]) -> Offer:
    """Choose the first offer that nobody shows meanwhile, or else the first."""
    shown = {id_ for slot in busy for id_ in (slot.main, *slot.subs)}
    return next((o for o in offers if shown.isdisjoint({o.main, *o.subs})), offers[0])


def _overlap(slot: PlannedSlot, start: datetime, end: datetime) -> bool:
    return slot.starts_at < end and start < slot.ends_at


def _order(slot: PlannedSlot) -> tuple[datetime, int]:
    return slot.starts_at, slot.homeshopping_id


def _week_minutes(week: dict[Weekday, tuple[Slot, ...]]) -> Iterable[tuple[int, int]]:
    for weekday, slots in week.items():
        for slot in slots:
            start = WEEKDAYS.index(weekday) * _DAY_MINUTES + slot.at.hour * 60 + slot.at.minute
            yield start, start + slot.minutes
