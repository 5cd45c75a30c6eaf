"""Does the server of this container answer? ``python -m reservehub.health``"""

from __future__ import annotations

import http.client
import os
import sys


def main() -> int:
    """0 if ``/healthz`` answers 200 under the first of ``ALLOWED_HOSTS``."""
    host = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].strip().removeprefix(".")
    connection = http.client.HTTPConnection(
        "127.0.0.1", int(os.environ.get("PORT", "8000")), timeout=2
    )
    try:
        connection.request("GET", "/healthz", headers={"Host": host})
        return 0 if connection.getresponse().status == 200 else 1
    except OSError:
        return 1


if __name__ == "__main__":
    sys.exit(main())
