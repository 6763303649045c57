"""Looks at the channel layer now and then, for what is not worth counting all the time."""

import asyncio
from typing import Final

from channels.broker import Broker
from channels.hub import Hub
from channels.metrics import Metrics

LOOK_SECONDS: Final = 2.0


def look(hub: Hub, broker: Broker, metrics: Metrics) -> None:
    """Bring the numbers up to date."""
    metrics.hand_over()
    metrics.users.set(hub.user_count)
    metrics.channels.set(len(hub.feeds))
    metrics.subscriptions.set(hub.subscription_count)
    metrics.pending.set(max((peer.pending for peer in hub.peers), default=0))
    metrics.round_trip.set(broker.round_trip_seconds)


async def keep_looking(hub: Hub, broker: Broker, metrics: Metrics) -> None:
    """Do so until cancelled, and once more."""
    try:
        while True:
            look(hub, broker, metrics)
            await asyncio.sleep(LOOK_SECONDS)
    finally:
        look(hub, broker, metrics)
