"""A REST caller with a process of its own: asks at a steady pace and prints how long it waited.

python -m benchmarks._probe PORT PATH PER_SECOND SECONDS
"""

import json
import socket
import sys
import time
from typing import Final

from benchmarks._figures import latency
from benchmarks._wire import HOST

READ_BYTES: Final = 1 << 20
DEADLINE_SECONDS: Final = 20.0


def ask(port: int, path: str, *, times: int, every: float) -> list[float]:
    """Return the seconds each answer took, counted from when its request was due."""
    wish = f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode()
    spans = []
    with socket.create_connection((HOST, port), timeout=DEADLINE_SECONDS) as line:
        began = time.monotonic()
        for number in range(times):
            due = began + number * every
            time.sleep(max(0.0, due - time.monotonic()))
            line.sendall(wish)
            _read_answer(line)
            spans.append(time.monotonic() - due)
    return spans


def _read_answer(line: socket.socket) -> None:
    read = b""
    while b"\r\n\r\n" not in read:
        read += _some(line)
    head, _, body = read.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 "), head
    lines = head.lower().split(b"\r\n")
    length = int(next(each[15:] for each in lines if each.startswith(b"content-length:")))
    while len(body) < length:
        body += _some(line)


def _some(line: socket.socket) -> bytes:
    read = line.recv(READ_BYTES)
    assert read, "the server hung up"
    return read


if __name__ == "__main__":
    to_port, to_path, per_second, seconds = sys.argv[1:]
    count = int(float(per_second) * float(seconds))
    took = ask(int(to_port), to_path, times=count, every=1 / float(per_second))
    sys.stdout.write(json.dumps(latency(took)))
