"""localstripe (GPL, from PyPI) as a process of its own: somebody else's idea of Stripe.

The gateway speaks to it through a bridge that makes good what localstripe 1.15 lacks: it refuses
two parameters and does not say how much of a charge was captured. It knows no idempotency keys, no
disputes, only few events and the API of 2019; `tests.payments.stand_ins.stripe` knows the rest.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, urlencode

import requests

from tests.notifications.stand_ins.server import Answer, Received, StandIn

KEY = "sk_test_localstripe"
_RUN = """
from localstripe import resources, server
resources.Store.dump_to_disk = lambda store: None
server.start()
"""
"""Else it writes all it knows to /tmp/localstripe.pickle, whoever else runs one."""
_UNKNOWN_TO_IT = ("description", "allowed_payment_method_types[0]")
_START_SECONDS = 30


class Bridge(StandIn):
    """Passes everything on to localstripe and back."""

    def __init__(self, upstream: str) -> None:
        super().__init__()
        self.upstream = upstream

    def answer(self, request: Received) -> Answer:
        fields = parse_qsl(request.body.decode(), keep_blank_values=True)
        answered = requests.request(
            request.method,
            self.upstream + request.path,
            params=dict(request.query),
            data=urlencode([field for field in fields if field[0] not in _UNKNOWN_TO_IT]),
            headers={
                "Authorization": request.headers["Authorization"],
                "Content-Type": "application/x-www-form-urlencoded",
            },
            timeout=10,
        )
        body = json.dumps(_completed(answered.json())).encode()
        return Answer(answered.status_code, body, {"Content-Type": "application/json"})


def _completed(value: Any) -> Any:
    if isinstance(value, list):
        return [_completed(item) for item in value]
    if not isinstance(value, dict):
        return value
    if value.get("object") == "charge":
        value = {**value, "amount_captured": value["amount"] if value["captured"] else 0}
    return {name: _completed(item) for name, item in value.items()}


@contextmanager
def localstripe() -> Iterator[str]:
    """Start it on a free port; its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-c", _RUN, "--port", str(port), "--from-scratch"]
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            url = f"http://127.0.0.1:{port}"
            _wait_for(url, process)
            yield url
        finally:
            process.terminate()
            process.wait(timeout=10)


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until:
        assert process.poll() is None, "localstripe does not start"
        try:
            requests.get(f"{url}/v1/charges", auth=(KEY, ""), timeout=5)
        except requests.ConnectionError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("localstripe does not answer")
