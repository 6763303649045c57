"""Start the engines by hand: print their addresses as environment lines, stop on Ctrl-C."""

import signal
import sys

from tests.engines import engines

with engines() as started:
    signals = (signal.SIGINT, signal.SIGTERM)
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    sys.stdout.write(
        f"SERVICE_DB_URL={started.mariadb.url}\n"
        f"ANALYTICS_DB_URL={started.postgres.url}\n"
        f"REDIS_URL={started.redis.url}\n"
    )
    sys.stdout.flush()
    signal.sigwait(signals)
