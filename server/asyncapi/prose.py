"""What the code of the channels does not say by itself."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from channels.commands.talking import CONFLICT, STATUSES
from channels.rules import Rules
from channels.topics import Topic

DESCRIPTION: Final = """\
Whatever changes while somebody watches is told here; nothing needs to be polled. This is written
from a client's side: it **receives** snapshots and events, and **sends** calls.

**Any door leads to every channel.** All speak the Centrifuge client protocol, version 2, so stock
SDKs connect unmodified: JSON or Protobuf over WebSocket, HTTP streams and event streams. The
one-way doors need no library: an `EventSource` or curl will do.

**Subscribe first, look second.** The answer to a subscription carries the snapshot, so there is
nothing to fetch before, after or instead. It may already hold what the first events say.

**Keep the newer version.** Events carry state, never a delta. Every view has a `version`: for each
entity keep the view with the higher one. An old snapshot and all events since are then equal to a
fresh snapshot.

**Coming back.** A client says where it stands, `epoch` and `offset`, and is given either all that
it missed, or openly a fresh start: `recovered` is false and the snapshot is there. Nothing is ever
given piecemeal.

**An event** is one CloudEvents 1.0 object: `type` says what happened, `data` holds the views.
Ignore types and fields that you do not know; more will come.

**Public channels** need no token. For the others `POST /api/realtime/token` gives one to whoever is
signed in; the access token of a login is welcome, too. What belongs to somebody else does not
exist: a stranger is refused as if it were not there.
"""
PROTOCOL: Final = {
    "description": "The Centrifuge client protocol",
    "url": "https://centrifugal.dev/docs/transports/client_protocol",
}
CALLS: Final = (
    "A call is an `rpc` command: `method` names it, `data` is what it takes. If it is refused, the"
    " error's `code` is the HTTP status and its `message` the refusal's code:"
    f" {', '.join(map(str, sorted({*STATUSES.values(), CONFLICT})))}. Every call may be made again."
)
PLACES: Final[Mapping[str, str]] = {
    "live_id": "The broadcast.",
    "order_id": "The order.",
    "user_id": "The user.",
    "sku": "The product: `hs-<product_id>` or `kok-<kok_product_id>`.",
}
MAY: Final[Mapping[str, str]] = {
    "token": "subscribe with a token for it",
    "history": "read the history",
    "presence": "ask who is present",
    "join_leave": "hear who comes and goes",
    "publish": "publish",
}
SECURITY: Final[Mapping[str, Mapping[str, Any]]] = {
    "connectionToken": {
        "type": "apiKey",
        "in": "password",
        "description": "The `token` of the `connect` command, at every door.",
    },
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "The same in the request's header, at the doors without WebSocket.",
    },
    "ticket": {
        "type": "httpApiKey",
        "in": "query",
        "name": "ticket",
        "description": "From `POST /api/realtime/ticket`, good for one connection within a minute:"
        " for an `EventSource`, which can send no header.",
    },
    "cookie": {
        "type": "httpApiKey",
        "in": "cookie",
        "name": "uhok_live",
        "description": "Set by a login from our own pages; an `EventSource` there sends it.",
    },
}


def remembered(topic: Topic) -> str:
    """Return how much of a topic is remembered, in a sentence."""
    lasting = _lasting(topic.history_ttl)
    if topic.last_value:
        return f"The newest event is remembered for {lasting}; whoever comes back is given it."
    return f"The last {topic.history_size} events are remembered for {lasting}."


def allowed(rules: Rules) -> str:
    """Return what listeners may do besides, in a sentence."""
    may = [said for name, said in MAY.items() if getattr(rules, name)]
    return f"Listeners may {' and '.join((', '.join(may[:-1]), may[-1])) if may[1:] else may[0]}."


def _lasting(span: timedelta) -> str:
    return f"{span.days} days" if span.days > 1 else f"{span.total_seconds() / 3600:.0f} hours"
