"""What clients ask and what they are told, whatever the codec and whatever the transport."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from pydantic import BaseModel, ConfigDict, Field

from channels.broker import Position, Publication
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
    flag: int = 0
    type: int = 0
    delta: str = ""
    tf: Any = None


class ChannelRequest(Request):
    channel: str = ""


class HistoryRequest(Request):
    channel: str = ""
    limit: int = 0
    since: StreamPosition | None = None
    reverse: bool = False


class TokenRequest(Request):
    token: str = ""


class OtherRequest(Request):
    """A command that exists and that this server does not offer."""


# In the order in which they are looked for in a command that has several.
REQUESTS: Final[dict[str, type[Request]]] = {
    "connect": ConnectRequest,
    "subscribe": SubscribeRequest,
    "unsubscribe": ChannelRequest,
    "publish": ChannelRequest,
    "presence": ChannelRequest,
    "presence_stats": ChannelRequest,
    "history": HistoryRequest,
    "rpc": OtherRequest,
    "send": OtherRequest,
    "refresh": TokenRequest,
    "sub_refresh": ChannelRequest,
    "ping": OtherRequest,
}


@dataclass(frozen=True, slots=True)
class Command:
    """One thing a client asks; ``name`` is empty for a pong."""

    id: int
    name: str
    request: Request


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectResult:
    client: str
    version: str
    data: bytes
    ping: int
    pong: bool
    ttl: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscribeResult:
    """``position`` is the client's own when it recovers, and the top otherwise."""

    position: Position
    publications: Sequence[Publication] = ()
    was_recovering: bool = False
    recovered: bool = False
    data: bytes | None = None


@dataclass(frozen=True, slots=True)
class UnsubscribeResult:
    """Nothing to say."""


@dataclass(frozen=True, slots=True)
class HistoryResult:
    top: Position
    publications: Sequence[Publication]


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshResult:
    client: str
    version: str
    ttl: int | None


Result = ConnectResult | SubscribeResult | UnsubscribeResult | HistoryResult | RefreshResult


class Codec(Protocol):
    """Turns what is said into the bytes of one transport; the name keys the encode-once cache."""

    @property
    def name(self) -> str:
        """Return what the frames of equal codecs are remembered by."""

    def publication(self, channel: str, publication: Publication) -> bytes:
        """Encode one publication; its data is already encoded."""
