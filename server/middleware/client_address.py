"""Whose address it is: the last hop that no proxy of ours wrote down.

``X-Forwarded-For`` is read from the right, and only as far as trusted proxies reach; what a
client wrote into it itself stands further left and is never looked at.
"""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


class ClientAddress:
    """Put the client's own address and scheme into the scope, as far as they can be believed."""

    def __init__(self, app: ASGIApp, *, proxies: Sequence[Network]) -> None:
        self._app = app
        self._proxies = proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with the client's address."""
        if scope["type"] in {"http", "websocket"} and self._proxies and scope.get("client"):
            self._believe(scope)
        await self._app(scope, receive, send)

    def _believe(self, scope: Scope) -> None:
        host, port = scope["client"]
        if not self._is_ours(peer := parse(host)):
            return
        headers = Headers(scope=scope)
        hops = ",".join(headers.getlist("x-forwarded-for")).split(",")
        client = peer
        for hop in reversed(hops):
            found = parse(hop)
            if found is None:
                break  # nobody of ours writes such a thing
            client = found
            if not self._is_ours(found):
                break
        scope["client"] = (str(client), port if client == peer else 0)
        if headers.get("x-forwarded-proto", "").strip().lower() == "https":
            scope["scheme"] = "wss" if scope["type"] == "websocket" else "https"

    def _is_ours(self, address: Address | None) -> bool:
        return address is not None and any(address in network for network in self._proxies)


def parse(text: str) -> Address | None:
    """Return the address, an IPv4 one in IPv6 clothes as itself; None when it is none."""
    try:
        found = ip_address(text.strip().strip("[]"))
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return mapped or found
