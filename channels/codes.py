"""The numbers of the Centrifuge protocol: what went wrong, and whether to come back.

Source: the protocol's public list of error, unsubscribe and disconnect codes.
"""

from typing import Final, NamedTuple


class Refusal(NamedTuple):
    """An error reply; the connection goes on. A temporary one is worth trying again."""

    code: int
    message: str
    temporary: bool = False


class Code(NamedTuple):
    """Why a connection or a subscription ends."""

    code: int
    reason: str


INTERNAL: Final = Refusal(100, "internal server error", temporary=True)
UNAUTHORIZED: Final = Refusal(101, "unauthorized")
UNKNOWN_CHANNEL: Final = Refusal(102, "unknown channel")
PERMISSION_DENIED: Final = Refusal(103, "permission denied")
METHOD_NOT_FOUND: Final = Refusal(104, "method not found")
ALREADY_SUBSCRIBED: Final = Refusal(105, "already subscribed")
LIMIT_EXCEEDED: Final = Refusal(106, "limit exceeded")
BAD_REQUEST: Final = Refusal(107, "bad request")
NOT_AVAILABLE: Final = Refusal(108, "not available")
TOKEN_EXPIRED: Final = Refusal(109, "token expired")
TOO_MANY_REQUESTS: Final = Refusal(111, "too many requests", temporary=True)
UNRECOVERABLE: Final = Refusal(112, "unrecoverable position")

# Unsubscribe codes of 2500 and above ask the client to subscribe again.
UNSUBSCRIBED: Final = Code(2000, "server unsubscribe")
INSUFFICIENT_STATE: Final = Code(2500, "insufficient state")
SUBSCRIPTION_EXPIRED: Final = Code(2501, "subscription expired")

# The client reconnects after these ...
SHUTDOWN: Final = Code(3001, "shutdown")
SERVER_ERROR: Final = Code(3004, "internal server error")
EXPIRED: Final = Code(3005, "connection expired")
TOKEN_OF_SUBSCRIPTION_EXPIRED: Final = Code(3006, "subscription expired")
SLOW: Final = Code(3008, "slow")
STATE_LOST: Final = Code(3010, "insufficient state")
NO_PONG: Final = Code(3012, "no pong")
FLOOD: Final = Code(3013, "too many requests")
# ... and stays away after these.
INVALID_TOKEN: Final = Code(3500, "invalid token")
MALFORMED: Final = Code(3501, "bad request")
STALE: Final = Code(3502, "stale")
FORCE_DISCONNECT: Final = Code(3503, "force disconnect")
CONNECTION_LIMIT: Final = Code(3504, "connection limit")
CHANNEL_LIMIT: Final = Code(3505, "channel limit")
WRONG_PROTOCOL: Final = Code(3506, "inappropriate protocol")
NOT_PERMITTED: Final = Code(3507, "permission denied")
UNSUPPORTED: Final = Code(3508, "not available")
# A WebSocket code: the frame was larger than we read.
TOO_BIG: Final = Code(1009, "message too big")
