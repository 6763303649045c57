"""A private Redis, alone, behind sentinels, or as a cluster."""

import signal
import socket
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from tests.engines.engine import HOST, POLL_SECONDS, START_SECONDS, Engine, EngineFailed, claim_port

SLOTS: Final = 16_384


class Redis(Engine):
    """Redis; a restart forgets everything unless `appendonly` is asked for."""

    packages = "redis-server"

    def __init__(self, root: Path, *, appendonly: bool = False, more: Sequence[str] = ()) -> None:
        super().__init__(root)
        self.appendonly = "yes" if appendonly else "no"
        self.more = tuple(more)

    @property
    def url(self) -> str:
        """The address of database 0."""
        return f"redis://{HOST}:{self.port}/0"

    def prepare(self) -> None:
        """Make the data folder."""
        self.data.mkdir()

    def command(self) -> Sequence[str]:
        """Return the server's command line."""
        listen = ("--bind", HOST, "--port", str(self.port), "--dir", str(self.data))
        keep = ("--save", "", "--appendonly", self.appendonly, "--appendfsync", "no")
        return (self.program("redis-server"), *listen, *keep, *self.more)

    def answers(self) -> bool:
        """Tell whether PING is answered; not yet while the append-only file is being read."""
        return self.greets(b"PING\r\n", b"+PONG")

    def freeze(self) -> None:
        """Stop the process where it stands: its sockets stay open and say nothing."""
        self._send(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._send(signal.SIGCONT)

    def tell(self, *words: object) -> str:
        """Send one command and return what comes back, as it comes. Raises EngineFailed."""
        line = " ".join(map(str, words))
        with socket.create_connection((HOST, self.port), timeout=5) as wire:
            wire.sendall(f"{line}\r\n".encode())
            said = wire.recv(65_536).decode()
        if said.startswith("-"):
            raise EngineFailed(f"{line}: {said}")
        return said

    def follows(self) -> bool:
        """Tell whether it is a replica that has what its master has."""
        return "master_link_status:up" in self.tell("INFO", "replication")

    @property
    def runs(self) -> bool:
        """Tell whether it was started."""
        return self._process is not None

    def _send(self, what: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(what)


class Sentinel(Redis):
    """A sentinel, which holds an election when the server it watches is gone."""

    packages = "redis-sentinel"

    def prepare(self) -> None:
        """Write a configuration, which a sentinel insists on rewriting."""
        super().prepare()
        (self.data / "sentinel.conf").write_text(f"bind {HOST}\nport {self.port}\n")

    def command(self) -> Sequence[str]:
        """Return the server's command line."""
        return (self.program("redis-server"), str(self.data / "sentinel.conf"), "--sentinel")


class Sentinels:
    """A master, its replica, and one sentinel that needs nobody's consent."""

    name: Final = "shop"

    def __init__(self, root: Path) -> None:
        self.servers = [Redis(root, more=("--repl-diskless-sync-delay", "0")) for _ in range(2)]
        self.sentinel = Sentinel(root)

    @property
    def url(self) -> str:
        """The address by which the master is found."""
        return f"redis+sentinel://{HOST}:{self.sentinel.port}/{self.name}"

    @property
    def master(self) -> Redis:
        """The server that the sentinel calls master."""
        said = self.sentinel.tell("SENTINEL", "GET-MASTER-ADDR-BY-NAME", self.name)
        return next(server for server in self.servers if str(server.port) in said.split("\r\n"))

    def start(self) -> None:
        """Start all and wait until the replica follows and the sentinel knows of it."""
        for server in self.servers:
            server.start()
        master, replica = self.servers
        replica.tell("REPLICAOF", HOST, master.port)
        self.sentinel.start()
        self.sentinel.tell("SENTINEL", "MONITOR", self.name, HOST, master.port, 1)
        for rule in (("down-after-milliseconds", 400), ("failover-timeout", 2000)):
            self.sentinel.tell("SENTINEL", "SET", self.name, *rule)
        _until(replica.follows)
        _until(lambda: "slaves=1" in self.sentinel.tell("INFO", "sentinel"))

    def mend(self) -> None:
        """Start what was killed, as the replica of whoever is master now."""
        for server in self.servers:
            if not server.runs:
                server.start()
        _until(lambda: self.master.answers() and "role:master" in self.master.tell("INFO"))
        master = self.master
        (replica,) = (server for server in self.servers if server is not master)
        replica.tell("REPLICAOF", HOST, master.port)
        _until(replica.follows)
        known = f"port={replica.port},state=online"
        _until(lambda: known in master.tell("INFO", "replication"))

    def close(self) -> None:
        """Stop all and give their ports back."""
        for server in (self.sentinel, *self.servers):
            server.close()


class Cluster:
    """Three masters that share the slots, each with a replica if it shall survive one's end."""

    def __init__(self, root: Path, *, replicas: bool = False) -> None:
        more = (
            *("--cluster-enabled", "yes", "--cluster-node-timeout", "1500"),
            *("--repl-diskless-sync-delay", "0", "--cluster-replica-validity-factor", "0"),
        )
        self.servers = [ClusterServer(root, more=more) for _ in range(6 if replicas else 3)]

    @property
    def url(self) -> str:
        """The addresses by which the cluster is found."""
        hosts = ",".join(f"{HOST}:{server.port}" for server in self.servers[:3])
        return f"redis+cluster://{hosts}"

    def start(self) -> None:
        """Start all, divide the slots, and wait until everybody knows everybody."""
        for server in self.servers:
            server.start()
        first, masters = self.servers[0], self.servers[:3]
        for number, master in enumerate(masters):
            begin, end = SLOTS * number // 3, SLOTS * (number + 1) // 3 - 1
            master.tell("CLUSTER", "ADDSLOTSRANGE", begin, end)
            master.tell("CLUSTER", "SET-CONFIG-EPOCH", number + 1)
        for server in self.servers[1:]:
            server.tell("CLUSTER", "MEET", HOST, first.port, first.bus_port)
        many = f"cluster_known_nodes:{len(self.servers)}\r"
        _until(lambda: all(many in server.tell("CLUSTER", "INFO") for server in self.servers))
        for master, replica in zip(masters, self.servers[3:], strict=False):
            replica.tell("CLUSTER", "REPLICATE", master.name)
        self.wait_until_whole()
        for replica in self.servers[3:]:
            _until(replica.follows)

    def wait_until_whole(self) -> None:
        """Return once every server that runs finds every slot served."""
        servers = [server for server in self.servers if server.runs]
        _until(
            lambda: all("cluster_state:ok" in server.tell("CLUSTER", "INFO") for server in servers)
        )

    def mend(self) -> None:
        """Start what was killed."""
        for server in self.servers:
            if not server.runs:
                server.start()
        self.wait_until_whole()

    def move(self, slot: int) -> None:
        """Give an empty slot to another master."""
        owner = next(each for each in self.servers[:3] if each.owns(slot))
        heir = next(each for each in self.servers[:3] if each is not owner)
        for server in (heir, owner, *self.servers[:3]):
            server.tell("CLUSTER", "SETSLOT", slot, "NODE", heir.name)

    def close(self) -> None:
        """Stop all and give their ports back."""
        for server in self.servers:
            server.close()


class ClusterServer(Redis):
    """One node; on a second port the nodes talk to each other."""

    def __init__(self, root: Path, *, more: Sequence[str]) -> None:
        self._bus_claim, self.bus_port = claim_port()
        super().__init__(root, more=(*more, "--cluster-port", str(self.bus_port)))

    def close(self) -> None:
        """Stop it and give its ports back."""
        super().close()
        self._bus_claim.close()

    @property
    def name(self) -> str:
        """What the other nodes call it."""
        return self.tell("CLUSTER", "MYID").split("\r\n")[1]

    def owns(self, slot: int) -> bool:
        """Tell whether it serves the slot, by what it knows itself."""
        said = self.tell("CLUSTER", "NODES")
        mine = next(line.split() for line in said.split("\n") if "myself" in line)
        ranges = (part.partition("-") for part in mine[8:])
        return any(int(low) <= slot <= int(high or low) for low, _, high in ranges)


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise EngineFailed("redis servers never agreed")
        time.sleep(POLL_SECONDS)
