"""What those who begin to listen see first; of a public channel, read once for all who wait."""

import asyncio
from dataclasses import dataclass, field

from pydantic_core import to_json

from channels.topics import Topics
from domain.kernel import Database, UserId


@dataclass(frozen=True, slots=True)
class Snapshots:
    """Reads the state of channels.

    When many come at once, a read that began before somebody asked is too old for them: it may
    lack what the position they have read already has. They share the next one, which begins when
    the present one ends. Source: group commit, as of a database's log.
    """

    db: Database
    topics: Topics
    _turns: dict[str, asyncio.Lock] = field(default_factory=dict)
    _next: dict[str, asyncio.Task[bytes | None]] = field(default_factory=dict)

    async def read(self, channel: str, listener: UserId | None) -> bytes | None:
        """Authorise the listener and return the snapshot as JSON; None where there is none.

        Raises what the topic refuses with.
        """
        topic = self.topics.of(channel)
        if topic.join is None:
            return None
        if not topic.public:
            return await self._read(channel, listener)
        coming = self._next.get(channel)
        if coming is None:
            coming = self._next[channel] = asyncio.create_task(self._read_in_turn(channel))
            coming.add_done_callback(asyncio.Task.exception)  # nobody may be left to be told
        return await asyncio.shield(coming)  # others may wait for the same one

    async def _read_in_turn(self, channel: str) -> bytes | None:
        turn = self._turns.setdefault(channel, asyncio.Lock())
        async with turn:
            del self._next[channel]  # whoever comes from now on needs a newer one
            try:
                return await self._read(channel, None)
            finally:
                if channel not in self._next:
                    del self._turns[channel]

    async def _read(self, channel: str, listener: UserId | None) -> bytes:
        async with self.db.reads() as session:
            return to_json(await self.topics.join(session, channel, listener))
