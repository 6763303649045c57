"""One module per noun: who may listen, and the snapshot they start from."""

from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar, Final

from pydantic import BaseModel

from channels.broker import Retention
from channels.rules import LISTEN_ONLY, Rules
from domain.kernel import NotFound, Session, UserId

Snapshot = BaseModel | dict[str, Any]
ID_DIGITS_MAX: Final = 18
PERSONAL: Final = "#"

Join = Callable[[Session, str, UserId | None], Awaitable[Snapshot]]


class UnknownTopic(NotFound):
    """No topic has this prefix, or it takes no name, or it needs one."""

    code: ClassVar[str] = "unknown_channel"
    text: ClassVar[str] = "없는 채널입니다."


def number(name: str) -> int:
    """Return the id that names a channel. Raises NotFound for what can be nobody's id."""
    if not (name.isascii() and name.isdigit() and len(name) <= ID_DIGITS_MAX):
        raise NotFound
    if name.startswith("0"):
        raise NotFound  # "007" would be a channel of its own, on which nobody speaks
    return int(name)


@dataclass(frozen=True, slots=True)
class Topic:
    """A kind of channel, ``prefix`` or ``prefix:name``.

    ``join(session, name, listener)`` authorises the listener (None is a stranger) and returns the
    snapshot, or raises a DomainError: NotFound or Forbidden to those who may not listen, Invalid
    for a name of the wrong form. Without one everybody may listen, and there is no state to see.
    A ``public`` topic admits everybody to what is there, and shows all of them the same.
    A topic that remembers one publication is a last value: whoever comes back is given the newest
    one instead of those in between.
    """

    prefix: str
    history_size: int
    history_ttl: timedelta
    join: Join | None = None
    named: bool = True
    rules: Rules = LISTEN_ONLY
    public: bool = False

    @property
    def retention(self) -> Retention | None:
        """Return what the broker remembers for channels of this topic."""
        if not self.history_size:
            return None
        return Retention(self.history_size, int(self.history_ttl.total_seconds()))

    @property
    def last_value(self) -> bool:
        """Tell whether only the newest publication counts."""
        return self.history_size == 1


class Topics:
    """Every topic there is, found by a channel's prefix.

    ``other`` serves the channels without a prefix, and ``personal`` is every signed-in client's
    own channel ``#<user>``, to which the server subscribes it.
    """

    def __init__(
        self,
        topics: Iterable[Topic],
        *,
        other: Topic | None = None,
        personal: Topic | None = None,
    ) -> None:
        self._topics = {topic.prefix: topic for topic in topics}
        self._other = other
        self.personal = personal

    def __iter__(self) -> Iterator[Topic]:
        """Go through the topics that have a prefix."""
        return iter(self._topics.values())

    def of(self, channel: str) -> Topic:
        """Return the channel's topic. Raises UnknownTopic."""
        prefix, colon, name = channel.partition(":")
        if self.personal is not None and channel.startswith(PERSONAL):
            return self.personal
        topic = self._topics.get(prefix, None if colon else self._other)
        if topic is None:
            raise UnknownTopic
        if topic is not self._other and (topic.named != bool(colon) or topic.named != bool(name)):
            raise UnknownTopic
        return topic

    async def join(
        self, session: Session, channel: str, listener: UserId | None
    ) -> Snapshot | None:
        """Authorise the listener of ``prefix:name`` and return the snapshot.

        Raises UnknownTopic, and whatever the topic refuses with.
        """
        join = self.of(channel).join
        return None if join is None else await join(session, channel.partition(":")[2], listener)
