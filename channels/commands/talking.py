"""Saying something: to the others on a channel, and to the shop."""

from typing import TYPE_CHECKING, Final

from channels import codes
from channels.broker import BrokerUnavailable, Entry
from channels.codes import Refusal
from channels.commands.listening import rules_for
from channels.protocol import (
    Command,
    EmptyResult,
    PublishRequest,
    Refused,
    RpcRequest,
    RpcResult,
    Violation,
)
from domain import kernel

if TYPE_CHECKING:
    from channels.connection import Connection

# Codes from 400 on are the application's own; ours are those of HTTP. The first kind decides.
STATUSES: Final[dict[type[kernel.DomainError], int]] = {
    kernel.Unauthenticated: 401,
    kernel.Forbidden: 403,
    kernel.NotFound: 404,
    kernel.Invalid: 422,
    kernel.Throttled: 429,
    kernel.Busy: 503,
}
CONFLICT: Final = 409


async def publish(connection: "Connection", command: Command) -> EmptyResult:
    """Say something to all who listen to a channel, oneself included."""
    request = command.request
    assert isinstance(request, PublishRequest)
    live = connection.live
    if not rules_for(connection, request.channel).publish:
        raise Refused(codes.PERMISSION_DENIED)
    if not request.data:
        raise Refused(codes.BAD_REQUEST)
    entry = Entry(
        request.channel,
        request.data,
        history=live.parts.topics.of(request.channel).retention,
        info=connection.member(None).info,
    )
    try:
        await live.parts.broker.publish(entry)
    except BrokerUnavailable:
        raise Refused(codes.INTERNAL) from None
    live.parts.metrics.published.labels("client").inc()
    return EmptyResult()


async def rpc(connection: "Connection", command: Command) -> RpcResult:
    """Have a procedure of the shop's done."""
    request = command.request
    assert isinstance(request, RpcRequest)
    procedures = connection.live.parts.procedures
    if not procedures:
        raise Refused(codes.NOT_AVAILABLE)
    procedure = procedures.get(request.method)
    if procedure is None:
        raise Refused(codes.METHOD_NOT_FOUND)
    try:
        return RpcResult(await procedure(connection.credentials, request.data))
    except kernel.DomainError as error:
        raise Refused(_refusal(error)) from error


async def send(connection: "Connection", command: Command) -> None:
    """Messages without an answer are not taken."""
    raise Violation(codes.UNSUPPORTED)


async def ping(connection: "Connection", command: Command) -> None:
    """Only the server pings."""
    raise Refused(codes.BAD_REQUEST)


def _refusal(error: kernel.DomainError) -> Refusal:
    status = next((code for kind, code in STATUSES.items() if isinstance(error, kind)), CONFLICT)
    return Refusal(status, error.code, temporary=status in {429, 503})
