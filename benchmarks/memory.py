"""What an open stream costs the server, in memory: `python benchmarks/memory.py`, half a minute.

STREAMS clients of a peer (peers.py) read one event each and stay. Shown is by how much the memory of the server's
process (RSS) grew, divided by STREAMS, after WARM_UP streams that came and went. The clients are plain sockets in
another process. A peer gets a fresh process for each of ROUNDS, and the median is shown with the extremes.
"""

import socket
import statistics
import sys

from peers import PEERS, Child, request
from rich.console import Console
from rich.progress import track
from rich.table import Table

STREAMS, WARM_UP, ROUNDS = 2_000, 100, 3


def opened(port: int, count: int) -> list[socket.socket]:
    """`count` clients, each of which has read its first event."""
    clients = []
    for _ in range(count):
        client = socket.create_connection(("127.0.0.1", port))
        client.sendall(request("/held"))
        clients.append(client)
    for client in clients:
        seen = b""
        while b"streaming" not in seen:
            piece = client.recv(4096)
            assert piece, seen
            seen += piece
    return clients


def leave(clients: list[socket.socket]) -> None:
    for client in clients:
        client.close()


def bytes_per_stream(name: str) -> float:
    with Child(name) as child:
        leave(opened(child.port, WARM_UP))
        _, before = child.usage()
        clients = opened(child.port, STREAMS)
        _, after = child.usage()
        leave(clients)
    return (after - before) / STREAMS


def allow_open_files(count: int) -> None:
    """Raise this process's limit, and its children's, where the system has one."""
    if sys.platform != "win32":
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (count if hard < 0 else min(count, hard), hard))


def main() -> None:
    allow_open_files(2 * STREAMS)
    table = Table(title=f"{STREAMS} open streams, {ROUNDS} rounds")
    for heading in ("", "KiB for each stream", "least", "most"):
        table.add_column(heading, justify="right")
    sizes: dict[str, list[float]] = {name: [] for name in PEERS}
    for name in track(PEERS * ROUNDS, "rounds"):
        sizes[name].append(bytes_per_stream(name) / 1024)
    for name, rounds in sizes.items():
        table.add_row(name, f"{statistics.median(rounds):.1f}", f"{min(rounds):.1f}", f"{max(rounds):.1f}")
    Console(width=110).print(table)


if __name__ == "__main__":
    main()
