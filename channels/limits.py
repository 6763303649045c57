"""How much, how long and how often: the numbers of the channel layer, in one place."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The defaults are the protocol's customary ones."""

    frame_bytes: int = 64 * 1024  # one frame from a client
    commands_waiting: int = 512  # pipelined by one client and not yet answered
    commands_per_second: int = 100  # of one client, over ten seconds
    connections_per_user: int = 32  # to one process
    connections_per_address: int = 2_000  # to one process; 0: any number
    pending_bytes: int = 1024 * 1024  # written to one client and not yet taken by its socket
    channels: int = 128  # of one connection
    channel_name: int = 255  # characters
    recovery: int = 300  # publications given back to one subscriber at once
    stale_seconds: float = 10.0  # to the first command
    ping_seconds: float = 25.0
    pong_seconds: float = 8.0
    grace_seconds: float = 25.0  # between a token's expiry and the connection's
    join_seconds: float = 4.0  # for one subscribe; SDKs give up after 5
    close_seconds: float = 5.0  # for a full socket to take the close frame
    check_seconds: float = 40.0  # between two comparisons with the broker's positions
    again_seconds: float = 1.0  # after a comparison that failed
    presence_seconds: float = 25.0  # between two renewals of who is here; they last 60
    viewers_seconds: float = 1.0  # between two announcements of a viewer count
    drain_seconds: float = 5.0  # over which a stopping server spreads its closes
    retry_ms: int = 3000  # before an EventSource comes back
