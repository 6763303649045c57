"""Turns measured spans into the few figures that are printed."""

import json
import math
import sys
from collections.abc import Sequence
from typing import Any, Final

from benchmarks._machine import describe

MS: Final = 1e-3
US: Final = 1e-6


def percentile(ordered: Sequence[float], share: float) -> float:
    """Return the value that this share of the ordered values does not exceed."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def latency(seconds: Sequence[float]) -> dict[str, float | int]:
    """Return count, percentiles and the worst, in ms."""
    ordered = sorted(seconds)
    if not ordered:
        return {"count": 0}
    shares = {"p50_ms": 0.5, "p90_ms": 0.9, "p99_ms": 0.99}
    found = {name: round(percentile(ordered, share) * 1e3, 2) for name, share in shares.items()}
    return {"count": len(ordered), **found, "max_ms": round(ordered[-1] * 1e3, 2)}


def report(name: str, results: dict[str, Any]) -> None:
    """Print one JSON object: what was measured, where, and the results."""
    told = {"benchmark": name, "machine": describe(), **results}
    sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=2) + "\n")
