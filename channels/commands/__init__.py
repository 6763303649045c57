"""What a client may ask on a connection, one function a command."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final

from channels import codes
from channels.commands import entry, listening, talking
from channels.protocol import (
    ChannelRequest,
    Command,
    HistoryRequest,
    PublishRequest,
    Result,
    SubRefreshRequest,
    SubscribeRequest,
    Violation,
)

if TYPE_CHECKING:
    from channels.connection import Connection

Handler = Callable[["Connection", Command], Awaitable[Result | None]]

NAMES_A_CHANNEL: Final = (
    ChannelRequest,
    HistoryRequest,
    PublishRequest,
    SubRefreshRequest,
    SubscribeRequest,
)
HANDLERS: Final[dict[str, Handler]] = {
    "connect": entry.connect,
    "refresh": entry.refresh,
    "send": talking.send,
    "ping": talking.ping,
    "subscribe": listening.subscribe,
    "unsubscribe": listening.unsubscribe,
    "sub_refresh": listening.sub_refresh,
    "history": listening.history,
    "presence": listening.presence,
    "presence_stats": listening.presence_stats,
    "publish": talking.publish,
    "rpc": talking.rpc,
}


async def serve(connection: "Connection", command: Command) -> Result | None:
    """Do what the command asks and return the answer, if it is not yet given.

    Raises Refused, Violation.
    """
    if (command.name == "connect") == bool(connection.client) or connection.dead:
        raise Violation(codes.MALFORMED)
    if isinstance(command.request, NAMES_A_CHANNEL) and not command.request.channel:
        raise Violation(codes.MALFORMED)
    return await HANDLERS[command.name](connection, command)
