"""nchan, the C channel module of nginx, beside us as the yardstick, where it is installed."""

import asyncio
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks._wire import HOST
from tests.engines import claim_port

MODULE: Final = "ngx_nchan_module.so"
MODULES: Final = (Path("/usr/lib/nginx/modules"), Path("/usr/lib64/nginx/modules"))
PACKAGE: Final = "libnginx-mod-nchan"
STOP_SECONDS: Final = 5.0
# One process, memory storage, nothing written down: nchan at its cheapest.
CONFIGURATION: Final = """
load_module {module};
daemon off;
worker_processes 1;
pid {folder}/pid;
error_log {folder}/error.log;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  keepalive_requests 100000;
  server {{
    listen {host}:{port} backlog=2048;
    location = /pub {{ nchan_publisher; nchan_channel_id live; nchan_message_buffer_length 200; }}
    location = /sub {{
      nchan_subscriber websocket eventsource;
      nchan_channel_id live;
      nchan_subscriber_first_message newest;
      nchan_websocket_ping_interval 0;
    }}
  }}
}}
"""


@dataclass(frozen=True, slots=True)
class Nchan:
    """A running nginx."""

    port: int
    pid: int


def missing() -> str | None:
    """Return why nchan cannot be measured here, or None."""
    if shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin") and _module():
        return None
    return f"not installed: apt-get install --no-install-recommends {PACKAGE}"


@contextmanager
def nchan() -> Iterator[Nchan]:
    """Start nginx with nchan and stop it at the end."""
    program = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin")
    module = _module()
    assert program is not None, "ask `missing` first"
    claim, port = claim_port()
    with closing(claim), tempfile.TemporaryDirectory(prefix="uhok-nchan-") as folder:
        written = CONFIGURATION.format(module=module, folder=folder, host=HOST, port=port)
        file = Path(folder) / "nginx.conf"
        file.write_text(written)
        process = subprocess.Popen((program, "-c", str(file), "-e", f"{folder}/error.log"))
        try:
            yield Nchan(port, process.pid)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(STOP_SECONDS)


async def listening(port: int) -> None:
    """Wait until somebody listens on the port."""
    async with asyncio.timeout(STOP_SECONDS):
        while True:
            try:
                _, writer = await asyncio.open_connection(HOST, port)
            except OSError:
                await asyncio.sleep(0.02)
            else:
                writer.close()
                return


def _module() -> Path | None:
    return next((each / MODULE for each in MODULES if (each / MODULE).exists()), None)
