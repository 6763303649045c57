"""A private MariaDB: UTC, utf8mb4, durable against a kill and, if asked, against a power cut."""

import os
import pwd
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tests.engines.engine import HOST, run
from tests.engines.sql import SqlEngine, checked

# One row of SHOW CREATE TABLE, unescaped: the name, a tab, the statement over several lines.
CREATE_TABLE: Final = re.compile(
    r"^[^\t\n]+\t(CREATE TABLE .*?)(?=\n[^\t\n]+\tCREATE TABLE |\n?\Z)", re.MULTILINE | re.DOTALL
)


class MariaDB(SqlEngine):
    """MariaDB; root has no password."""

    packages = "mariadb-server-core mariadb-client-core"

    def __init__(self, root: Path, *, durable: bool = False) -> None:
        super().__init__(root)
        self.durable = durable

    def url_of(self, name: str) -> str:
        """Return the SQLAlchemy address of a database."""
        return f"mariadb+asyncmy://root@{HOST}:{self.port}/{checked(name)}?charset=utf8mb4"

    def create_database(self, name: str, *, template: str | None = None) -> str:
        """Create a database, empty or as a copy of `template`. Returns its address.

        Tables, keys and rows are copied; views, triggers and routines are not.
        """
        self.execute(f"CREATE DATABASE {checked(name)}")
        if template is not None:
            self._copy(checked(template), name)
        return self.url_of(name)

    def drop_database(self, name: str) -> None:
        """Drop a database if it exists, whoever is connected to it."""
        self.execute(f"DROP DATABASE IF EXISTS {checked(name)}")

    def execute(self, sql: str, *, database: str = "") -> str:
        """Run statements with the server's own client. Returns the bare rows, tabs between."""
        where = (f"--host={HOST}", f"--port={self.port}", "--user=root", "--protocol=tcp")
        form = ("--batch", "--raw", "--skip-column-names", "--default-character-set=utf8mb4")
        return run((self.program("mariadb"), "--no-defaults", *where, *form, database), text=sql)

    def prepare(self) -> None:
        """Make the system tables."""
        how = ("--auth-root-authentication-method=normal", "--skip-test-db", "--force")  # no DNS
        run((self.program("mariadb-install-db"), "--no-defaults", *self._place(), *how))

    def command(self) -> Sequence[str]:
        """Return the server's command line."""
        listen = (f"--bind-address={HOST}", f"--port={self.port}", "--socket=socket")
        text = ("--character-set-server=utf8mb4", "--collation-server=utf8mb4_unicode_ci")
        # No commit waits for the disk, yet each reaches the kernel: a SIGKILL loses none.
        quick = ("--innodb-flush-method=nosync", "--innodb-flush-log-at-trx-commit=2")
        safe = ("--innodb-flush-log-at-trx-commit=1",)
        size = f"--innodb-buffer-pool-size={'256M' if self.durable else '64M'}"
        small = (size, "--performance-schema=OFF", "--skip-log-bin")
        plain = ("--no-defaults", "--skip-name-resolve", "--default-time-zone=+00:00")
        commits = safe if self.durable else quick
        return (self.program("mariadbd"), *plain, *self._place(), *listen, *text, *commits, *small)

    def answers(self) -> bool:
        """Tell whether the server greets a client."""
        return self.greets(b"", b"MariaDB")

    def _place(self) -> tuple[str, str]:
        return f"--datadir={self.data}", f"--user={pwd.getpwuid(os.geteuid()).pw_name}"

    def _copy(self, template: str, name: str) -> None:
        tables = self.execute("SHOW TABLES", database=template).splitlines()
        shows = ";\n".join(f"SHOW CREATE TABLE `{table}`" for table in tables)
        creates = CREATE_TABLE.findall(self.execute(shows, database=template))
        assert len(creates) == len(tables), f"{template} holds more than tables"
        fills = (
            f"INSERT INTO `{table}` SELECT * FROM {template}.`{table}`"  # noqa: S608 (own tables)
            for table in tables
        )
        script = ";\n".join(("SET foreign_key_checks = 0", *creates, *fills))
        self.execute(script, database=name)
