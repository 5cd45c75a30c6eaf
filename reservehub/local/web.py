"""One web process on a listening socket inherited from the supervisor.

    python -m reservehub.local.web DESCRIPTOR [GATE]

It loads the program at once, and serves when the writing end of the pipe GATE is closed: when the
database is prepared. Without one, it is.
"""

from __future__ import annotations

import os
import socket
import sys

import uvicorn


def main(descriptor: int, gate: int | None = None) -> None:
    """Serve pages, API and sockets until told to stop."""
    config = uvicorn.Config(
        "reservehub.asgi:application",
        access_log=False,
        lifespan="off",
        log_config=None,  # Django's logging
        server_header=False,
        timeout_graceful_shutdown=3,
        ws_per_message_deflate=False,  # small messages to many: packing costs more than it saves
    )
    config.load()
    if gate is not None:
        os.read(gate, 1)
    with socket.socket(fileno=descriptor) as listener:
        uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
