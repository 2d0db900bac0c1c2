"""What an event costs the server, in CPU time: `python benchmarks/throughput.py [ROUNDS]`, about 3 minutes.

The peers are those of peers.py. A round goes through them there and back, so that no peer is always behind the same
one, and asks each for EVENTS events, over one connection and over 20. CPU time is that of the server's process: the
client, another process, does not count. Ratios are taken within a round, where the machine was in one mood, and the
median of the rounds is shown, with the half of the rounds in the middle.
"""

import asyncio
import statistics
import sys
import time
from contextlib import ExitStack

from peers import PEERS, Child, read_all
from rich.console import Console
from rich.progress import track
from rich.table import Table

EVENTS = 4_000  # well within the 1 MiB that the observer keeps of a stream, so that each event is recorded
CONNECTIONS = (1, 20)


async def read_together(port: int, connections: int) -> None:
    await asyncio.gather(*(read_all(port, f"/events/{EVENTS // connections}") for _ in range(connections)))


def measure(child: Child, connections: int) -> tuple[float, float]:
    """(CPU seconds, seconds) that the server takes for each event."""
    began, (cpu, _) = time.perf_counter(), child.usage()
    asyncio.run(read_together(child.port, connections))
    return (child.usage()[0] - cpu) / EVENTS, (time.perf_counter() - began) / EVENTS


def main(rounds: int) -> None:
    costs: dict[tuple[str, int], list[tuple[float, float]]] = {
        (name, connections): [] for connections in CONNECTIONS for name in PEERS
    }
    for _ in track(range(rounds), "rounds"):
        with ExitStack() as stack:
            # New processes in each round: where its memory happens to lie makes one a few percent dearer for life.
            children = {name: stack.enter_context(Child(name)) for name in PEERS}
            for name, connections in costs:
                measure(children[name], connections)  # fills caches
            for connections in CONNECTIONS:
                there = {name: measure(children[name], connections) for name in PEERS}
                back = {name: measure(children[name], connections) for name in reversed(PEERS)}
                for name in PEERS:
                    (cpu, took), (cpu_back, took_back) = there[name], back[name]
                    costs[name, connections].append(((cpu + cpu_back) / 2, (took + took_back) / 2))
    table = Table(title=f"{rounds} rounds of {EVENTS} events, medians")
    for heading in (
        "",
        "connections",
        "CPU per event",
        "events per second",
        "CPU, sse-starlette = 1",
        "middle half",
    ):
        table.add_column(heading, justify="right")
    for connections in CONNECTIONS:
        base = [cpu for cpu, _ in costs["sse-starlette", connections]]
        for name in PEERS:
            cpus, seconds = zip(*costs[name, connections], strict=True)
            ratios = [cpu / of for cpu, of in zip(cpus, base, strict=True)]
            low, middle, high = statistics.quantiles(ratios, n=4)
            table.add_row(
                name, str(connections), f"{statistics.median(cpus) * 1e6:.1f} µs", f"{1 / statistics.median(seconds):,.0f}",
                f"{middle:.3f}", f"{low:.3f} to {high:.3f}",
            )  # fmt: skip
    Console(width=110).print(table)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 40)
