"""Many screens in one process, as light as possible: they note when which message came.

python -m bench.fanout_screens PORT PATH COUNT COOKIE; says "ready", and prints what came when its
standard input ends: {"<table>:<version>": [seconds since the epoch, ...]}.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from collections import defaultdict

STATUS = re.compile(rb'"type":"table.status","table_id":(\d+),.*?"version":(\d+)', re.DOTALL)
TOGETHER = 25

arrivals: dict[str, list[float]] = defaultdict(list)


class Screen(asyncio.Protocol):
    """Speaks just enough WebSocket: what the server sends is not masked, and never compressed."""

    def __init__(self, request: bytes) -> None:
        self._request = request
        self._head = b""
        self._seen: set[str] = set()
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.Transport):
            transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        now = time.time()
        if not self.ready.done():
            self._head += data
            if b'"snapshot"' in self._head:
                self.ready.set_result(None)
            return
        for found in STATUS.finditer(data):
            key = f"{found[1].decode()}:{found[2].decode()}"
            if key not in self._seen:
                self._seen.add(key)
                arrivals[key].append(now)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.ready.done():
            words = self._head[:200] or exc
            self.ready.set_exception(ConnectionError(f"the server closed: {words!r}"))


async def main(port: int, path: str, count: int, cookie: str) -> None:
    loop = asyncio.get_running_loop()
    request = (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        f"Sec-WebSocket-Version: 13\r\nCookie: sessionid={cookie}\r\n\r\n"
    ).encode()

    async def opened() -> asyncio.Transport:
        transport, screen = await loop.create_connection(lambda: Screen(request), "127.0.0.1", port)
        await screen.ready
        return transport

    screens: list[asyncio.Transport] = []
    while len(screens) < count:
        batch = min(TOGETHER, count - len(screens))
        screens += await asyncio.gather(*(opened() for _ in range(batch)))
    print("ready", flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    print(json.dumps(arrivals), flush=True)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4]))
