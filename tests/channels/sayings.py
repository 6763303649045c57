"""Everything that clients can ask and be told, drawn by Hypothesis, and how strangers write it."""

import base64
import string
from typing import Any

import hypothesis
import orjson
from hypothesis import strategies as st

from channels import codes
from channels.broker import Crowd, Position, Publication
from channels.protocol import (
    ID_MAX,
    OFFSET_MAX,
    Connected,
    ConnectResult,
    Disconnected,
    EmptyResult,
    HistoryResult,
    Passage,
    PresenceResult,
    PresenceStatsResult,
    Published,
    Refreshed,
    RefreshResult,
    RpcResult,
    SubRefreshResult,
    SubscribeResult,
    Unsubscribed,
)

DRAWN = hypothesis.settings(max_examples=200, derandomize=True, database=None, deadline=None)

texts = st.text(st.characters(codec="utf-8"), max_size=20)
names = st.text(string.ascii_letters + string.digits + ":#-", min_size=1, max_size=20)
offsets = st.integers(0, OFFSET_MAX)
ttls = st.none() | st.integers(1, 2**32 - 1)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)
payloads = values.map(orjson.dumps)

positions = st.builds(Position, texts, offsets)
clients = st.fixed_dictionaries(
    {"user": texts, "client": names}, optional={"conn_info": values, "chan_info": values}
).map(orjson.dumps)
publications = st.builds(Publication, offsets, payloads, st.just(b"") | clients)
listed = st.lists(publications, max_size=3)
subscriptions = st.builds(
    SubscribeResult,
    position=st.none() | positions,
    publications=listed,
    was_recovering=st.booleans(),
    recovered=st.booleans(),
    data=st.none() | payloads,
    ttl=ttls,
)
connections = st.builds(
    ConnectResult,
    client=names,
    version=texts,
    data=payloads,
    ping=st.integers(0, 60),
    pong=st.booleans(),
    ttl=ttls,
    subs=st.dictionaries(names, subscriptions, max_size=2),
    session=texts,
    node=texts,
)
crowds = st.builds(Crowd, st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))
# By the command that is answered.
RESULTS = {
    "connect": connections,
    "subscribe": subscriptions,
    "unsubscribe": st.just(EmptyResult()),
    "publish": st.just(EmptyResult()),
    "presence": st.builds(PresenceResult, st.dictionaries(names, clients, min_size=1, max_size=3)),
    "presence_stats": st.builds(PresenceStatsResult, crowds),
    "history": st.builds(HistoryResult, positions, listed),
    "rpc": st.builds(RpcResult, payloads),
    "refresh": st.builds(RefreshResult, client=names, version=texts, ttl=ttls),
    "sub_refresh": st.builds(SubRefreshResult, ttls),
}
refusals = st.sampled_from([each for each in vars(codes).values() if type(each) is codes.Refusal])
endings = st.sampled_from([each for each in vars(codes).values() if type(each) is codes.Code])
pushes = st.one_of(
    st.builds(Published, texts, publications),
    st.builds(Passage, texts, clients, st.booleans()),
    st.builds(Unsubscribed, texts, endings),
    st.builds(Connected, connections),
    st.builds(Refreshed, ttls),
    st.builds(Disconnected, endings),
)


def _body(**optional: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=optional)


_stands = {"offset": offsets, "epoch": texts}
_wishes = {
    **_stands,
    "channel": texts,
    "token": texts,
    "recover": st.booleans(),
    "delta": texts,
    "flag": st.integers(0, 7),
    "join_leave": st.booleans(),
    "recoverable": st.booleans(),
    "positioned": st.booleans(),
    "tf": _body(op=texts, key=texts),
    "data": values,
}
# As client libraries write them: what our models have, and what we do not read.
REQUESTS = {
    "connect": _body(
        token=texts,
        data=values,
        name=texts,
        version=texts,
        headers=st.dictionaries(texts, texts, max_size=2),
        subs=st.dictionaries(names, _body(**_wishes), max_size=2),
    ),
    "subscribe": _body(**_wishes),
    "unsubscribe": _body(channel=texts),
    "publish": _body(channel=texts, data=values),
    "presence": _body(channel=texts),
    "presence_stats": _body(channel=texts),
    "history": _body(
        channel=texts,
        limit=st.integers(-(2**31), 2**31 - 1),
        reverse=st.booleans(),
        since=_body(**_stands),
    ),
    "rpc": _body(method=texts, data=values),
    "refresh": _body(token=texts),
    "sub_refresh": _body(channel=texts, token=texts),
}
numbers = st.integers(1, ID_MAX - 1)
commands = st.one_of(
    *(st.fixed_dictionaries({"id": numbers, name: body}) for name, body in REQUESTS.items()),
    st.fixed_dictionaries({"send": _body(data=values)}),
    st.just({}),
)


def with_bytes(said: Any) -> Any:
    """Return what the Protobuf JSON mapping makes of a message with JSON in its bytes."""
    if not isinstance(said, dict):
        return said
    return {
        key: base64.b64encode(orjson.dumps(value)).decode() if key == "data" else with_bytes(value)
        for key, value in said.items()
    }


def without_bytes(said: Any) -> Any:
    """Turn that mapping back: bytes to the JSON in them, long numbers to numbers."""
    if isinstance(said, list):
        return [without_bytes(each) for each in said]
    if not isinstance(said, dict):
        return said
    read = {}
    for key, value in said.items():
        if key in {"data", "conn_info", "chan_info"}:
            read[key] = orjson.loads(base64.b64decode(value))
        elif key == "offset":
            read[key] = int(value)
        else:
            read[key] = without_bytes(value)
    return read


def lean(said: Any) -> Any:
    """Leave out the zero values, which say nothing; what the application says stays."""
    if isinstance(said, list):
        return [lean(each) for each in said]
    if not isinstance(said, dict):
        return said
    return {
        key: value if key in {"data", "conn_info", "chan_info"} else lean(value)
        for key, value in said.items()
        if key in {"data", "conn_info", "chan_info"} or _says_something(value)
    }


def _says_something(value: Any) -> bool:
    # A message that is there and empty is something, e.g. the result of an unsubscribe.
    return isinstance(value, dict) or bool(value)
