"""One web process on a listening socket inherited from the supervisor.

python -m reservehub.local.web DESCRIPTOR
"""

from __future__ import annotations

import socket
import sys

import uvicorn


def main(descriptor: int) -> None:
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
    with socket.socket(fileno=descriptor) as listener:
        uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main(int(sys.argv[1]))
