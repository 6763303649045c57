"""``schedule``: everybody watches today's broadcasts."""

from datetime import timedelta

from channels.topics import Topic
from domain import homeshopping
from domain.kernel import Clock, Session, UserId, business_day


def topic(clock: Clock) -> Topic:
    """Return the topic; its snapshot is the business day in Seoul at the time of joining."""

    async def join(
        session: Session, name: str, listener: UserId | None
    ) -> homeshopping.ScheduleView:
        """Admit everybody."""
        return await homeshopping.day_schedule(session, business_day(clock()))

    return Topic(
        prefix="schedule",
        history_size=200,
        history_ttl=timedelta(hours=24),
        join=join,
        named=False,
        public=True,
    )
