"""What one message costs that 1 000 listeners wait for: our server beside nchan and its peers.

Messages of 256 bytes go to 1 000 sockets, one at a time (five a second) and 10 and 100 pending
together: CPU of the server and of Redis per delivery, age at the listener, what a socket costs to
connect and to keep. The contenders take turns (a, b, c, a, b, c ...), each turn on a fresh server,
with the same client; the figures are medians of the rounds, ``lost``, ``astray`` and ``hung_up``
are sums and have to be 0. Then our server alone: 10 000 sockets in one worker, a cheap GET
beside them, and slow readers.

``--only ours,nchan --rounds 1`` is a quick look; ``ten_thousand`` and ``slow_readers`` are names
as well.
"""

import argparse
import gc
import resource
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from statistics import median
from typing import Any, Final

import uvloop

from benchmarks._contenders import CLIENT, CONTENDERS, CORES, SERVERS, Contender, on_core
from benchmarks._figures import report
from benchmarks._house import House, furnished
from benchmarks._stress import slow_readers, ten_thousand
from benchmarks._trials import LOADS, take_turn

ROUNDS: Final = 3
LISTENERS: Final = 1000
FILES: Final = 65_536
SUMMED: Final = {"lost", "astray", "hung_up", "count"}
YARDSTICKS: Final = {
    "ours_websocket": "nchan_websocket",
    "ours_protobuf": "nchan_websocket",
    "ours_event_stream": "nchan_event_stream",
}
STRESS: Final = {"ten_thousand": ten_thousand, "slow_readers": slow_readers}
# At most so many times nchan's CPU time, by load; so many times its p99; and kB per socket.
PROMISED: Final = {"one_by_one": 1.0, "10_pending": 0.5, "100_pending": 0.5}
PROMISED_P99, PROMISED_KB = 2.0, 30.0


def medians(rounds: Sequence[Any]) -> Any:  # noqa: ANN401 (a tree of figures)
    """Fold trees of figures of one shape into one: the median of each, the sum of faults."""
    first = rounds[0]
    if not isinstance(first, Mapping):
        return round(median(rounds), 3)
    return {
        name: sum(each[name] for each in rounds)
        if name in SUMMED
        else medians([each[name] for each in rounds])
        for name in first
    }


def cost(measured: Mapping[str, Any], load: str) -> float:
    """Return the CPU time per delivery in µs, Redis included where it carries the message."""
    spent = measured[load]["cpu_us_per_delivery"]
    return float(spent["server"] + spent.get("redis", 0))


def effort(measured: Mapping[str, Any], load: str) -> float:
    """Return the same without what the processes spend when nothing is published."""
    return float(measured[load]["cpu_us_above_quiet"])


def p99(measured: Mapping[str, Any], load: str) -> float:
    """Return the p99 of a broadcast in ms."""
    return float(measured[load]["age"]["p99_ms"])


def compare(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return our doors' CPU time and p99 as multiples of nchan's."""
    return {
        ours: {
            load.name: {
                name: round(figure(found[ours], load.name) / figure(found[beside], load.name), 2)
                for name, figure in (("cpu", cost), ("cpu_above_quiet", effort), ("p99", p99))
            }
            for load in LOADS
        }
        for ours, beside in YARDSTICKS.items()
        if ours in found and beside in found
    }


def broken(found: Mapping[str, Any], ratios: Mapping[str, Any]) -> Iterator[str]:
    """Say which promises are not kept."""
    for door, loads in ratios.items():
        for load, ratio in loads.items():
            if ratio["cpu"] > PROMISED[load]:
                yield f"{door}, {load}: {ratio['cpu']} times nchan's CPU, not {PROMISED[load]}"
            if ratio["p99"] > PROMISED_P99:
                yield f"{door}, {load}: {ratio['p99']} times nchan's p99, not {PROMISED_P99}"
    for door, measured in found.items():
        if door in YARDSTICKS and measured["kb_per_socket"] > PROMISED_KB:
            yield f"{door}: {measured['kb_per_socket']} kB per socket, not {PROMISED_KB}"


async def take_turns(
    house: House, contenders: Sequence[Contender], *, rounds: int
) -> dict[str, Any]:
    """Let each contender have its turn in each round; return the medians."""
    found: dict[str, list[dict[str, Any]]] = {each.name: [] for each in contenders}
    for number in range(rounds):
        for contender in contenders:
            sys.stderr.write(f"round {number + 1}: {contender.name}\n")
            async with AsyncExitStack() as stack:
                with on_core(SERVERS):
                    stage = await stack.enter_async_context(contender.open(house))
                gc.collect()
                found[contender.name].append(await take_turn(stage, listeners=LISTENERS))
    return {name: medians(told) for name, told in found.items()}


async def measure(wanted: Sequence[str], *, rounds: int) -> dict[str, Any]:
    """Measure what is wanted, all of it if nothing is named."""

    def picked(name: str) -> bool:
        return not wanted or any(wish in name for wish in wanted)

    chosen = [each for each in CONTENDERS if picked(each.name)]
    absent = {each.name: reason for each in chosen if (reason := each.missing())}
    async with AsyncExitStack() as stack:
        with on_core(SERVERS):
            house = await stack.enter_async_context(furnished())
        present = [each for each in chosen if each.name not in absent]
        found = await take_turns(house, present, rounds=rounds)
        stress = {name: await act(house) for name, act in STRESS.items() if picked(name)}
    ratios = compare(found)
    return {
        "to_nchan": ratios,
        "broken_promises": list(broken(found, ratios)),
        "found": found | absent,
        "ours_under_stress": stress,
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="One message to 1 000 listeners, side by side.")
    parser.add_argument("--only", default="", help="parts of names, separated by commas")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    args = parser.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(FILES, most), most))
    gc.disable()  # the client makes no cycles worth a pause in somebody's p99
    wanted = [wish for wish in args.only.split(",") if wish]
    with on_core(CLIENT):
        found = uvloop.run(measure(wanted, rounds=args.rounds))
    pinned = {SERVERS, CLIENT} <= CORES
    told = {"listeners": LISTENERS, "rounds": args.rounds, "pinned": pinned}
    report("fanout", told | found)


if __name__ == "__main__":
    main()
