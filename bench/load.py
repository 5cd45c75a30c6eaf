"""The load generator, a process of its own: ``python -m bench.load PORT CLIENTS SECONDS``.

Reads requests from standard input, one JSON array ``[method, path, body or null]`` per line, and
prints what happened as JSON. Each client keeps one connection and sends the next request when it
has the answer. Raw sockets, no parsing beyond the length: it can send far more than is measured
(`own_cpu` says how much of a core it used).
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

Timed = tuple[float, int]  # seconds, status


def request_bytes(method: str, path: str, body: Any) -> bytes:
    """One HTTP/1.1 request, ready to send."""
    data = b"" if body is None else json.dumps(body).encode()
    head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    if data:
        head += f"Content-Type: application/json\r\nContent-Length: {len(data)}\r\n"
    return head.encode() + b"\r\n" + data


async def client(port: int, requests: Iterator[bytes], until: float, found: list[Timed]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for request in requests:
            started = time.perf_counter()
            if started >= until:
                return
            writer.write(request)
            status = await answer(reader)
            found.append((time.perf_counter() - started, status))
    finally:
        writer.close()


async def answer(reader: asyncio.StreamReader) -> int:
    """Read one answer to its end; its status."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    start = head.find(b"content-length:")
    if start < 0:
        raise RuntimeError(f"an answer without a length: {head!r}")
    length = int(head[start + 15 : head.index(b"\r\n", start)])
    await reader.readexactly(length)
    return int(head[9:12])


async def run(port: int, clients: int, seconds: float, requests: list[bytes]) -> dict[str, Any]:
    found: list[Timed] = []
    shared = iter(requests)  # every request is sent once, whichever client is next
    before = time.process_time()
    started = time.perf_counter()
    until = started + seconds
    await asyncio.gather(*[client(port, shared, until, found) for _ in range(clients)])
    wall = time.perf_counter() - started
    times = sorted(taken for taken, _ in found)
    return {
        "wall": wall,
        "statuses": Counter(str(status) for _, status in found),
        "own_cpu": (time.process_time() - before) / wall,
        "p50": quantile(times, 0.50),
        "p95": quantile(times, 0.95),
        "p99": quantile(times, 0.99),
        "worst": times[-1] if times else 0.0,
        "peak_memory_kb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
    }


def quantile(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


def main() -> None:
    port, clients, seconds = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    requests = [request_bytes(*json.loads(line)) for line in sys.stdin]
    print(json.dumps(asyncio.run(run(port, clients, seconds, requests))))


if __name__ == "__main__":
    main()
