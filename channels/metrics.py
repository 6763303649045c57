"""What the channel layer counts of itself, for Prometheus.

What happens with every batch of messages is counted in plain numbers and handed over now and then:
one step of a counter that can be scraped costs about as much as one delivery.
"""

from collections.abc import Sequence
from typing import Any, Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from channels import codes
from channels.codes import Code, Refusal
from channels.form import Batch
from channels.protocol import SubscribeResult
from channels.wire import Wire

SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
PIECES: Final = (0, 1, 2, 5, 10, 20, 50, 100, 200, 300)
TICKS_PER_SECOND: Final = 1 << 14
TICK_DIGITS: Final = 17  # fan-outs of 61 µs to 4 s are told apart
GONE: Final = "gone"  # the client went by itself
OTHER: Final = "other"  # a number of somebody else's
KNOWN: Final = frozenset(each[0] for each in vars(codes).values() if isinstance(each, tuple))
STATUSES: Final = range(400, 600)  # of the shop's own refusals


class Fanout:
    """What batches amounted to since it was last asked."""

    __slots__ = ("deliveries", "messages", "seconds", "size", "took")

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Begin anew."""
        self.messages = 0
        self.deliveries = 0
        self.size = 0  # bytes
        self.seconds = 0.0
        self.took = [0] * (TICK_DIGITS + 1)  # batches, by how many binary digits their ticks have

    def add(self, batch: Batch, listeners: int, seconds: float) -> None:
        """Count a batch that so many listeners were written, and what that took from hearing it."""
        said = len(batch.said)
        self.messages += said
        self.deliveries += said * listeners
        self.size += batch.size
        self.seconds += seconds
        ticks = int(seconds * TICKS_PER_SECOND)
        self.took[min(ticks.bit_length(), TICK_DIGITS) if ticks else 0] += 1


class Metrics:
    """The numbers of one channel layer, in a registry of its own unless one is given.

    Gauges are of this process; a scrape of several workers sums those that live.
    """

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        self.registry = CollectorRegistry() if registry is None else registry
        self.fanout = Fanout()
        self._add_clients()
        self._add_commands()
        self._add_messages()

    def _add_clients(self) -> None:
        gauge, count, spoken = self._gauge, self._count, ("transport", "codec")
        self.connections = gauge("connections", "Connections that are open.", *spoken)
        self.users = gauge("users", "Users with a connection, of each worker.")
        self.subscriptions = gauge("subscriptions", "Subscriptions that are open.")
        self.channels = gauge("channels", "Channels somebody listens to, of each worker.")
        self.draining = gauge("draining", "Connections a stopping worker has yet to close.")
        self.pending = gauge("pending_bytes_max", "What the slowest client has to take.", most=True)
        self.accepted = count("accepted", "Connections that were opened.", *spoken)
        self.closes = count("closes", "Connections that ended.", "code")
        self.unsubscribes = count("unsubscribes", "Subscriptions ended by the server.", "code")

    def _add_commands(self) -> None:
        count, observe = self._count, self._observe
        self.commands = observe("command_seconds", "What commands took.", SECONDS, "command")
        self.refusals = count("refusals", "Commands answered with an error.", "code")
        self.joins = count("subscribes", "Subscriptions, by what became of the past.", "outcome")
        self.recovered = observe("recovered_publications", "What recoveries gave back.", PIECES)
        self.pings = observe("ping_seconds", "From ping to pong.", SECONDS)

    def _add_messages(self) -> None:
        gauge, count, observe = self._gauge, self._count, self._observe
        self.published = count("published", "Messages published by this process.", "source")
        self.messages = count("messages", "Messages heard for channels with listeners here.")
        self.deliveries = count("deliveries", "Messages, times the listeners they were written to.")
        self.delivered = count("delivered_bytes", "What these deliveries were, as framed.")
        ticks = [2**digits / TICKS_PER_SECOND for digits in range(TICK_DIGITS)]
        self.fanouts = observe("fanout_seconds", "From hearing to the last listener.", ticks)
        self.connects = count("pubsub_connects", "Times all channels were heard, or heard again.")
        self.round_trip = gauge(
            "pubsub_round_trip_seconds", "What the last heartbeat took.", most=True
        )
        self.relayed = observe("relay_seconds", "From a fact's row to its publication.", SECONDS)

    def _gauge(self, name: str, says: str, *labels: str, most: bool = False) -> Gauge:
        return Gauge(
            f"uhok_live_{name}",
            says,
            labels,
            registry=self.registry,
            multiprocess_mode="livemax" if most else "livesum",
        )

    def _count(self, name: str, says: str, *labels: str) -> Counter:
        return Counter(f"uhok_live_{name}", says, labels, registry=self.registry)

    def _observe(self, name: str, says: str, buckets: Sequence[float], *labels: str) -> Histogram:
        return Histogram(f"uhok_live_{name}", says, labels, buckets=buckets, registry=self.registry)

    def opened(self, wire: Wire) -> None:
        """Count a connection in."""
        spoken = wire.door, wire.form.codec.name
        self.accepted.labels(*spoken).inc()
        self.connections.labels(*spoken).inc()

    def closed(self, wire: Wire, code: Code | None) -> None:
        """Count a connection out; without a code the client went by itself."""
        self.connections.labels(wire.door, wire.form.codec.name).dec()
        self.closes.labels(GONE if code is None else _label(code.code)).inc()

    def unsubscribed(self, code: Code) -> None:
        """Count a subscription that the server ended."""
        self.unsubscribes.labels(_label(code.code)).inc()

    def answered(self, command: str, seconds: float) -> None:
        """Count a command, whatever came of it."""
        self.commands.labels(command).observe(seconds)

    def refused(self, refusal: Refusal) -> None:
        """Count an error that a client was answered with."""
        self.refusals.labels(_label(refusal.code)).inc()

    def joined(self, result: SubscribeResult) -> None:
        """Count a subscription by what became of its past."""
        outcome = "fresh"
        if result.was_recovering:
            outcome = "recovered" if result.recovered else "unrecovered"
        self.joins.labels(outcome).inc()
        if result.recovered:
            self.recovered.observe(len(result.publications))

    def hand_over(self) -> None:
        """Move what was counted by the batch to where it is scraped."""
        fanout = self.fanout
        self.messages.inc(fanout.messages)
        self.deliveries.inc(fanout.deliveries)
        self.delivered.inc(fanout.size)
        _add(self.fanouts, fanout.took, fanout.seconds)
        fanout.clear()


def _add(histogram: Any, counts: Sequence[int], total: float) -> None:  # noqa: ANN401 (its parts are untyped)
    """Add many observations at once, which the library offers no way to do."""
    for bucket, count in zip(histogram._buckets, counts, strict=True):  # noqa: SLF001 (see above)
        if count:
            bucket.inc(count)
    histogram._sum.inc(total)  # noqa: SLF001 (see above)


def _label(code: int) -> str:
    """Return the code, unless anybody might make it up: each makes a series that stays."""
    return str(code) if code in KNOWN or code in STATUSES else OTHER
