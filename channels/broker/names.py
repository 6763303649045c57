"""What the broker's keys and Pub/Sub channels are called in Redis.

Every name carries one of 128 partition tags, ``<prefix>:{<partition>}:<kind>:<name>``: in Redis
Cluster all that belongs to one channel lives on one node, for scripts touch it together, and a
process follows 128 partitions from node to node instead of every channel. A standalone server
takes the same names for what they are.
"""

from dataclasses import dataclass
from typing import Final
from zlib import crc32

PARTITIONS: Final = 128


@dataclass(frozen=True, slots=True)
class Names:
    """The names under one prefix."""

    prefix: str

    def __post_init__(self) -> None:
        assert "{" not in self.prefix, "a brace in the prefix would be taken for the partition tag"

    def key(self, kind: str, name: str) -> str:
        """Return the key of this kind for a channel, tally or signal."""
        return f"{self.prefix}:{{{partition(name)}}}:{kind}:{name}"

    def line(self, kind: str, name: str) -> bytes:
        """Return the Pub/Sub channel of this kind."""
        return self.key(kind, name).encode()

    def beat(self, node: str, number: int) -> str:
        """Return where a process hears its own heart beat in a partition."""
        return f"{self.prefix}:{{{number}}}:beat:{node}"


def partition(name: str) -> int:
    """Return the partition that a channel, tally or signal belongs to."""
    return crc32(name.encode()) % PARTITIONS


def tag_of(line: bytes) -> bytes:
    """Return the partition tag of a Pub/Sub channel, braces included."""
    return line[line.index(b"{") : line.index(b"}") + 1]


def partition_of(line: bytes) -> int:
    """Return the partition of a Pub/Sub channel."""
    return int(tag_of(line)[1:-1])
