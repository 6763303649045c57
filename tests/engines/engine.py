"""One private server process in a folder of its own, on a port that stays its own."""

import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, Final, TypedDict

HOST: Final = "127.0.0.1"
START_SECONDS: Final = 60.0
STOP_SECONDS: Final = 20.0
POLL_SECONDS: Final = 0.01
# Below the range the kernel hands to outgoing connections: a client that retries while its engine
# is down can neither take the engine's port nor connect to itself on it.
PORTS: Final = range(20_000, 32_000)


class EngineMissing(RuntimeError):
    """A server program is not installed; the message says what to install."""


class EngineFailed(RuntimeError):
    """A server did not come up, or its client failed; the message says what they printed."""


class Engine(ABC):
    """One server that can be stopped, killed and restarted on the same port."""

    packages: ClassVar[str]
    stop_signal: ClassVar[signal.Signals] = signal.SIGTERM

    def __init__(self, root: Path) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix=f"{type(self).__name__.lower()}-", dir=root))
        self.data = self.folder / "data"
        self.pid_file = self.folder / "pid"
        self.account: pwd.struct_passwd | None = None  # whom to run as, when not ourselves
        self._claim, self.port = claim_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    @abstractmethod
    def url(self) -> str:
        """The address a client connects to."""

    @abstractmethod
    def prepare(self) -> None:
        """Make the data folder."""

    @abstractmethod
    def command(self) -> Sequence[str]:
        """Return the server's command line."""

    @abstractmethod
    def answers(self) -> bool:
        """Tell whether the server serves."""

    def start(self) -> None:
        """Start the server and wait until it answers. Raises EngineMissing, EngineFailed."""
        assert self._process is None, "stop it first"
        if not self.data.exists():
            self.prepare()
        log = self.folder / "log"
        with log.open("ab") as out:
            self._process = subprocess.Popen(
                self.command(),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                cwd=self.folder,
                start_new_session=True,  # Ctrl-C is for the tests, which stop their engines
                **identity(self.account),
            )
        self.pid_file.write_text(f"{self._process.pid}\n")
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise EngineFailed(f"{self.packages}:\n{log.read_text(errors='replace')[-3000:]}")
            time.sleep(POLL_SECONDS)

    def stop(self) -> None:
        """Ask the server to shut down and wait until it has."""
        if self._process is None:
            return
        self._process.send_signal(self.stop_signal)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
        else:
            self._forget()

    def kill(self) -> None:
        """End the server and its children with SIGKILL: no goodbye, no last write."""
        if self._process is None:
            return
        family = [self._process.pid, *_children(self._process.pid)]
        for pid in family:
            _kill(pid)
        self._process.wait()
        while any(_lives(pid) for pid in family):
            time.sleep(POLL_SECONDS)
        self._forget()

    def restart(self) -> None:
        """Stop the server if it runs, and start it again on the same port."""
        self.stop()
        self.start()

    def close(self) -> None:
        """Stop the server and give its port back."""
        self.stop()
        self._claim.close()

    def greets(self, hello: bytes, answer: bytes) -> bool:
        """Say hello on the port and look for the answer."""
        try:
            with socket.create_connection((HOST, self.port), timeout=1) as line:
                line.sendall(hello)
                return answer in line.recv(128)
        except OSError:
            return False

    def program(self, name: str) -> str:
        """Find an installed program. Raises EngineMissing."""
        path = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"))
        if found := shutil.which(name, path=path):
            return found
        install = f"apt-get install --no-install-recommends {self.packages}"
        raise EngineMissing(f"{name} is not installed: {install}")

    def _forget(self) -> None:
        self.pid_file.unlink(missing_ok=True)
        self._process = None


def claim_port() -> tuple[socket.socket, int]:
    """Find a free TCP port and claim it against other runs, until the returned socket is closed.

    The claim is the UDP port of the same number, which no engine uses: the TCP port stays free
    for the engine while it restarts, and the claim ends with this process, however it ends.
    """
    while True:
        port = random.choice(PORTS)
        claim = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            claim.bind((HOST, port))
            with socket.create_server((HOST, port)):
                return claim, port
        except OSError:
            claim.close()


class Identity(TypedDict):
    """The arguments that make a child process somebody else."""

    user: int | None
    group: int | None
    extra_groups: list[int] | None


def identity(account: pwd.struct_passwd | None) -> Identity:
    """Return the arguments that start a process as `account`, or as ourselves."""
    if account is None:
        return {"user": None, "group": None, "extra_groups": None}
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def run(command: Sequence[str], *, text: str = "", account: pwd.struct_passwd | None = None) -> str:
    """Run a program to its end, feeding it `text`. Returns what it printed; raises EngineFailed."""
    done = subprocess.run(
        command,
        input=text,
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        **identity(account),
    )
    if done.returncode:
        said = (done.stdout + done.stderr)[-3000:]
        raise EngineFailed(f"{command[0]} ended with {done.returncode}:\n{said}")
    return done.stdout


def _children(pid: int) -> list[int]:
    try:
        listed = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except (FileNotFoundError, ProcessLookupError):  # it has ended by itself
        return []
    return [int(child) for child in listed.split()]


def _lives(pid: int) -> bool:
    try:
        after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return not after_name.lstrip().startswith("Z")  # dead, but not yet reaped by init


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
