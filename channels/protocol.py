"""What clients ask and what they are told, whatever the codec and whatever the transport.

Source: the Centrifuge client protocol, version 2.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from pydantic import BaseModel, ConfigDict, Field

from channels.broker import Crowd, Position, Publication
from channels.codes import Code, Refusal

OFFSET_MAX: Final = 2**53
ID_MAX: Final = 2**32
FLAG_REJECT_UNRECOVERED: Final = 2


class Violation(Exception):
    """The client broke the protocol, or may not stay; the connection ends with this code."""

    def __init__(self, code: Code) -> None:
        super().__init__(code.reason)
        self.code = code


class Refused(Exception):
    """One command is refused; the connection goes on."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


class Unfit(Exception):
    """A payload that is not JSON cannot be said to a client that speaks JSON."""


class Request(BaseModel):
    """A command's body; unknown fields are ignored, because the schema grows."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)


class StreamPosition(Request):
    """Where a client says it stands."""

    offset: int = Field(default=0, ge=0, le=OFFSET_MAX)
    epoch: str = ""


class Wanted(StreamPosition):
    """What a client wants of a channel it names elsewhere."""

    recover: bool = False

    @property
    def position(self) -> Position:
        """Return where the client says it stands."""
        return Position(self.epoch, self.offset)


class ConnectRequest(Request):
    token: str = ""
    subs: dict[str, Wanted] = {}


class SubscribeRequest(Wanted):
    channel: str = ""
    token: str = ""
    flag: int = 0
    type: int = 0
    delta: str = ""
    filtered: bool = False  # by tags, which we do not keep
    join_leave: bool = False


class ChannelRequest(Request):
    channel: str = ""


class PublishRequest(Request):
    """``data`` is JSON on one line when it came as JSON, and any bytes when it did not."""

    channel: str = ""
    data: bytes = b""


class HistoryRequest(Request):
    channel: str = ""
    limit: int = 0
    since: StreamPosition | None = None
    reverse: bool = False


class RpcRequest(Request):
    method: str = ""
    data: bytes = b""


class RefreshRequest(Request):
    token: str = ""


class SubRefreshRequest(Request):
    channel: str = ""
    token: str = ""


class OtherRequest(Request):
    """A command that carries nothing we read."""


# In the order in which they are looked for in a command that has several.
REQUESTS: Final[dict[str, type[Request]]] = {
    "connect": ConnectRequest,
    "subscribe": SubscribeRequest,
    "unsubscribe": ChannelRequest,
    "publish": PublishRequest,
    "presence": ChannelRequest,
    "presence_stats": ChannelRequest,
    "history": HistoryRequest,
    "rpc": RpcRequest,
    "send": OtherRequest,
    "refresh": RefreshRequest,
    "sub_refresh": SubRefreshRequest,
    "ping": OtherRequest,
}


@dataclass(frozen=True, slots=True)
class Command:
    """One thing a client asks; ``name`` is empty for a pong."""

    id: int
    name: str
    request: Request


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscribeResult:
    """``position`` is the client's own when it recovers, and the top otherwise.

    Without a position the channel remembers nothing. ``ttl`` (s) asks for a refresh in time.
    """

    position: Position | None
    publications: Sequence[Publication] = ()
    was_recovering: bool = False
    recovered: bool = False
    data: bytes | None = None
    ttl: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectResult:
    """``session`` and ``node`` are for transports whose two directions are two connections."""

    client: str
    version: str
    data: bytes
    ping: int
    pong: bool
    ttl: int | None = None
    subs: Mapping[str, SubscribeResult] = field(default_factory=dict)
    session: str = ""
    node: str = ""


@dataclass(frozen=True, slots=True)
class EmptyResult:
    """It is done; there is nothing more to say."""


@dataclass(frozen=True, slots=True)
class PresenceResult:
    """Who listens: what others see of each client (the JSON of a ClientInfo), by its id."""

    members: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class PresenceStatsResult:
    crowd: Crowd


@dataclass(frozen=True, slots=True)
class HistoryResult:
    top: Position
    publications: Sequence[Publication]


@dataclass(frozen=True, slots=True)
class RpcResult:
    """``data`` is JSON."""

    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshResult:
    client: str
    version: str
    ttl: int | None


@dataclass(frozen=True, slots=True)
class SubRefreshResult:
    ttl: int | None


Result = (
    ConnectResult
    | SubscribeResult
    | EmptyResult
    | PresenceResult
    | PresenceStatsResult
    | HistoryResult
    | RpcResult
    | RefreshResult
    | SubRefreshResult
)


@dataclass(frozen=True, slots=True)
class Published:
    """A message on a channel."""

    channel: str
    publication: Publication


@dataclass(frozen=True, slots=True)
class Passage:
    """Somebody came to a channel or left it; ``info`` is the JSON of a ClientInfo."""

    channel: str
    info: bytes
    joined: bool


@dataclass(frozen=True, slots=True)
class Unsubscribed:
    """A subscription ended."""

    channel: str
    code: Code


@dataclass(frozen=True, slots=True)
class Connected:
    """The first push of a transport on which the client says nothing."""

    result: ConnectResult


@dataclass(frozen=True, slots=True)
class Refreshed:
    """The connection's life was prolonged by the server; it ends in ``ttl`` seconds, or never."""

    ttl: int | None


@dataclass(frozen=True, slots=True)
class Disconnected:
    """The last push of a transport that has no close frame."""

    code: Code


Push = Published | Passage | Unsubscribed | Connected | Refreshed | Disconnected


class Codec(Protocol):
    """Turns what is said into messages and back; does no I/O and keeps no state."""

    @property
    def name(self) -> str:
        """Return what it is called."""

    @property
    def ping(self) -> bytes:
        """Return the message that asks for a sign of life."""

    def decode(self, frame: bytes) -> list[Command]:
        """Read one frame's commands, at least one. Raises Violation."""

    def reply(self, command: Command, result: Result) -> bytes:
        """Encode the answer to a command."""

    def refusal(self, command: Command, refusal: Refusal) -> bytes:
        """Encode the answer to a command that is refused."""

    def push(self, push: Push) -> bytes:
        """Encode what was not asked for. Raises Unfit."""
