"""The machine a number was measured on, and what each process on it cost."""

import os
import platform
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

PACKAGES: Final = ("starlette", "uvicorn", "uvloop", "websockets", "sqlalchemy", "redis", "asyncmy")
# Linux spells "the CPU time of process p" as a clock: see clock_getcpuclockid(3).
SCHEDULED: Final = 2


def describe() -> dict[str, Any]:
    """Return the processor, the kernel, the versions and how busy the machine is now."""
    return {
        "cpu": _cpu_model(),
        "cores": os.cpu_count(),
        "python": sys.version.split()[0],
        "kernel": platform.release(),
        "load_average": [round(load, 2) for load in os.getloadavg()],
        "packages": {name: version(name) for name in PACKAGES},
        "programs": {
            "mariadb": _says("mariadbd", "--version"),
            "redis": _says("redis-server", "--version"),
        },
    }


def _cpu_model() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.machine()


def _says(*command: str) -> str:
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return next(word for word in said.split() if word.lstrip("v=")[:1].isdigit()).lstrip("v=")


@dataclass(frozen=True, slots=True)
class Meter:
    """Reads the CPU time of named processes and all their children."""

    processes: Mapping[str, int]
    _began: dict[str, float] = field(default_factory=dict)

    def start(self) -> None:
        """Count from now on."""
        self._began.update(self._seconds())

    def spent(self) -> dict[str, float]:
        """Return the CPU seconds since ``start``, by name; our own as ``client``."""
        now = self._seconds()
        return {name: now[name] - began for name, began in self._began.items()}

    def each(self, count: int, *, unit: float) -> dict[str, float]:
        """Return the CPU time per one of ``count``, in units of so many seconds."""
        return {name: round(spent / count / unit, 3) for name, spent in self.spent().items()}

    def _seconds(self) -> dict[str, float]:
        ours = {name: sum(map(_cpu, family(pid))) for name, pid in self.processes.items()}
        return ours | {"client": time.process_time()}


def family(pid: int) -> list[int]:
    """Return the process and its children, however deep."""
    try:
        listed = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except FileNotFoundError:
        return []
    return [pid, *(each for child in listed.split() for each in family(int(child)))]


def resident_kb(pid: int) -> int:
    """Return the memory the process holds, its children's included, in kB."""
    return sum(map(_resident_kb, family(pid)))


def _resident_kb(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    return 0


def _cpu(pid: int) -> float:
    try:
        return time.clock_gettime((~pid << 3) | SCHEDULED)
    except OSError:  # a short-lived child has ended since it was listed
        return 0.0
