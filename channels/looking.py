"""What a channel remembers and who is there, for whoever may know."""

from channels import codes
from channels.broker import BrokerUnavailable
from channels.live import Live
from channels.protocol import (
    HistoryRequest,
    HistoryResult,
    PresenceResult,
    PresenceStatsResult,
    Refused,
)


async def history(live: Live, request: HistoryRequest) -> HistoryResult:
    """Read what the channel remembers, at most ``limits.recovery`` at once. Raises Refused.

    ``since`` is exclusive in both directions; a negative limit asks for as much as there is.
    """
    if live.parts.topics.of(request.channel).retention is None:
        raise Refused(codes.NOT_AVAILABLE)
    since, cap = request.since, live.parts.limits.recovery
    if request.reverse and since is not None and since.offset == 0:
        raise Refused(codes.BAD_REQUEST)
    try:
        found = await live.parts.broker.history(
            request.channel,
            since=None if since is None else since.offset,
            limit=cap if request.limit < 0 else min(request.limit, cap),
            reverse=request.reverse,
        )
    except BrokerUnavailable:
        raise Refused(codes.INTERNAL) from None
    if since is not None and since.epoch not in {"", found.top.epoch}:
        raise Refused(codes.UNRECOVERABLE)
    return HistoryResult(found.top, found.publications)


async def presence(live: Live, channel: str) -> PresenceResult:
    """Return who listens, on all workers. Raises Refused."""
    await live.attendance.settled()  # whoever asks is among those who are there
    try:
        members = await live.parts.broker.present(channel)
    except BrokerUnavailable:
        raise Refused(codes.INTERNAL) from None
    return PresenceResult({member.client: member.info for member in members})


async def presence_stats(live: Live, channel: str) -> PresenceStatsResult:
    """Return how many listen, on all workers. Raises Refused."""
    await live.attendance.settled()
    try:
        return PresenceStatsResult(await live.parts.broker.crowd(channel))
    except BrokerUnavailable:
        raise Refused(codes.INTERNAL) from None
