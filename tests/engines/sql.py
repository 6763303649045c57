"""What the two SQL servers have in common: named databases, made fast."""

import re
from abc import abstractmethod
from typing import Final

from tests.engines.engine import Engine

DATABASE: Final = "uhok"
NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,62}")


class SqlEngine(Engine):
    """A server of named databases; every commit survives `kill` and `restart`."""

    @property
    def url(self) -> str:
        """The SQLAlchemy address of the database that is there from the start."""
        return self.url_of(DATABASE)

    @abstractmethod
    def url_of(self, name: str) -> str:
        """Return the SQLAlchemy address of a database."""

    @abstractmethod
    def create_database(self, name: str, *, template: str | None = None) -> str:
        """Create a database, empty or as a copy of `template`. Returns its address.

        Nobody may be writing to the template.
        """

    @abstractmethod
    def drop_database(self, name: str) -> None:
        """Drop a database if it exists, whoever is connected to it."""

    @abstractmethod
    def execute(self, sql: str, *, database: str = "") -> str:
        """Run statements with the server's own client. Returns the bare rows, tabs between."""

    def start(self) -> None:
        """Start the server and, the first time, create its first database."""
        first = not self.data.exists()
        super().start()
        if first:
            self.create_database(DATABASE)


def checked(name: str) -> str:
    """Let a plain database name through: it goes into SQL as it is."""
    if not NAME.fullmatch(name):
        raise ValueError(f"not a plain database name: {name!r}")
    return name
