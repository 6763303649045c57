"""Password hashes: bcrypt in a few threads of its own, so that the event loop never waits."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

import bcrypt

from domain.kernel import Busy
from domain.user.credentials import read_new_password, read_password

WORKERS: Final = 2
WAITING_MAX: Final = 64  # a queue of a few seconds; whoever comes later is told to come back

Result = TypeVar("Result")


class Passwords:
    """Hash and compare; ``cost`` is bcrypt's, each step doubles the work."""

    def __init__(self, *, cost: int = 12, waiting_max: int = WAITING_MAX) -> None:
        self._cost = cost
        self._waiting = 0
        self._waiting_max = waiting_max
        self._threads = ThreadPoolExecutor(WORKERS, thread_name_prefix="bcrypt")
        # Compared with when there is no account, so that guessing e-mails takes as long.
        self._nobodys = b"$2b$%02d$" % cost + b"." * 53

    async def hash(self, password: str) -> str:
        """Return the hash to keep. Raises PasswordTooShort, PasswordTooLong, kernel.Busy."""
        secret = read_new_password(password).encode()
        salt = bcrypt.gensalt(self._cost)
        return (await self._in_thread(lambda: bcrypt.hashpw(secret, salt))).decode("ascii")

    async def matches(self, password: str, hashed: str | None) -> bool:
        """Tell whether it is the password, in the same time when there is none to compare with.

        Raises kernel.Busy.
        """
        secret = read_password(password)
        if secret is None or hashed is None:
            await self._in_thread(lambda: bcrypt.checkpw(b"", self._nobodys))
            return False
        return await self._in_thread(lambda: bcrypt.checkpw(secret.encode(), hashed.encode()))

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _in_thread(self, work: Callable[[], Result]) -> Result:
        if self._waiting >= self._waiting_max:
            raise Busy
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._waiting -= 1
