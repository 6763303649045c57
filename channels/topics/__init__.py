"""One module per noun: who may listen, and the snapshot they start from."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar, Final

from pydantic import BaseModel

from channels.broker import Retention
from domain.kernel import NotFound, Session, UserId

Snapshot = BaseModel | dict[str, Any]
ID_DIGITS_MAX: Final = 18

Join = Callable[[Session, str, UserId | None], Awaitable[Snapshot]]


class UnknownTopic(NotFound):
    """No topic has this prefix, or it takes no name, or it needs one."""

    code: ClassVar[str] = "unknown_channel"
    text: ClassVar[str] = "없는 채널입니다."


def number(name: str) -> int:
    """Return the id that names a channel. Raises NotFound for what can be nobody's id."""
    if not (name.isascii() and name.isdigit() and len(name) <= ID_DIGITS_MAX):
        raise NotFound
    return int(name)


@dataclass(frozen=True, slots=True)
class Topic:
    """A kind of channel, ``prefix`` or ``prefix:name``.

    ``join(session, name, listener)`` authorises the listener (None is a stranger) and returns the
    snapshot, or raises a DomainError: NotFound or Forbidden to those who may not listen, Invalid
    for a name of the wrong form. A topic that remembers one publication is a last value: whoever
    comes back is given the newest one instead of those in between.
    """

    prefix: str
    history_size: int
    history_ttl: timedelta
    join: Join
    named: bool = True

    @property
    def retention(self) -> Retention:
        """Return what the broker remembers for channels of this topic."""
        return Retention(self.history_size, int(self.history_ttl.total_seconds()))

    @property
    def last_value(self) -> bool:
        """Tell whether only the newest publication counts."""
        return self.history_size == 1


class Topics:
    """Every topic there is, found by a channel's prefix."""

    def __init__(self, topics: Iterable[Topic]) -> None:
        self._topics = {topic.prefix: topic for topic in topics}

    def of(self, channel: str) -> Topic:
        """Return the channel's topic. Raises UnknownTopic."""
        prefix, colon, name = channel.partition(":")
        topic = self._topics.get(prefix)
        if topic is None or topic.named != bool(colon) or topic.named != bool(name):
            raise UnknownTopic
        return topic

    async def join(self, session: Session, channel: str, listener: UserId | None) -> Snapshot:
        """Authorise the listener of ``prefix:name`` and return the snapshot.

        Raises UnknownTopic, and whatever the topic refuses with.
        """
        return await self.of(channel).join(session, channel.partition(":")[2], listener)
