"""``live:<live_id>``: everybody watches one broadcast."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from channels.topics import Topic, number
from domain import homeshopping
from domain.homeshopping import BroadcastView
from domain.kernel import LiveId, Session, UserId, View


class LiveSnapshot(View):
    """The broadcast, and how many watch it on all workers together."""

    broadcast: BroadcastView
    viewers: int


def topic(viewers: Callable[[int], Awaitable[int]]) -> Topic:
    """Return the topic; ``viewers`` counts who watches a broadcast on all workers together."""

    async def join(session: Session, name: str, listener: UserId | None) -> LiveSnapshot:
        """Admit everybody."""
        live_id = number(name)
        view = await homeshopping.broadcast_view(session, LiveId(live_id))
        return LiveSnapshot(broadcast=view, viewers=await viewers(live_id))

    return Topic(
        prefix="live",
        history_size=200,
        history_ttl=timedelta(hours=24),
        join=join,
        public=True,
    )
