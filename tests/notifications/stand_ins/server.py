"""What all stand-ins share: an HTTP server in a thread, and ways to misbehave."""

from __future__ import annotations

import json
import socket
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple, Self
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True, kw_only=True)
class Received:
    """A request as it came in."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        fields = parse_qs(self.body.decode(), keep_blank_values=True)
        return {name: values[-1] for name, values in fields.items()}

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True, kw_only=True)
class Delivered:
    """What a phone or a mailbox would have got."""

    to: str
    text: str
    provider_id: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)


class Answer(NamedTuple):
    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = {}


class Call(NamedTuple):
    """A webhook request as the provider would make it, signed."""

    path: str
    body: bytes
    content_type: str
    headers: Mapping[str, str]


class Mood(NamedTuple):
    """How the next request is treated; `answer` instead of doing the work, or late, or never."""

    answer: Answer | None = None
    wait: float = 0
    is_dropped: bool = False


def as_json(body: Any, status: int = 200, **headers: str) -> Answer:
    return Answer(
        status, json.dumps(body).encode(), {"Content-Type": "application/json", **headers}
    )


def post_to(client: Any, call: Call) -> Any:
    """Make the call with Django's test client."""
    return client.post(
        call.path, call.body, content_type=call.content_type, headers=dict(call.headers)
    )


def address_of_nobody() -> str:
    """An address where connections are refused."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


class StandIn:
    """Use as a context manager.

    :ivar requests: everything that came in, also what was refused
    :ivar delivered: what would have reached somebody
    """

    def __init__(self) -> None:
        self.requests: list[Received] = []
        self.delivered: list[Delivered] = []
        self._moods: deque[Mood] = deque()
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._server: ThreadingHTTPServer | None = None
        self._port = 0

    def answer(self, request: Received) -> Answer:
        """What the provider does with a request and says to it."""
        raise NotImplementedError

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def fail_next(self, status: int, body: Any = b"", *, times: int = 1, **headers: str) -> None:
        """Refuse the next requests without doing anything; a body that is no bytes goes as JSON."""
        answer = (
            Answer(status, body, headers)
            if isinstance(body, bytes)
            else as_json(body, status, **headers)
        )
        self._moods.extend([Mood(answer=answer)] * times)

    def behave(self) -> None:
        """Treat the next request as usual; for an order of moods that is made in advance."""
        self._moods.append(Mood())

    def hang(self, seconds: float = 30) -> None:
        """Do the work of the next request, and answer too late."""
        self._moods.append(Mood(wait=seconds))

    def drop_after_receiving(self) -> None:
        """Do the work of the next request, and hang up without an answer."""
        self._moods.append(Mood(is_dropped=True))

    @contextmanager
    def down(self) -> Iterator[None]:
        """Refuse connections for a while, and come back at the same address."""
        self._stop()
        try:
            yield
        finally:
            self._start()

    def __enter__(self) -> Self:
        self._start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._closing.set()
        self._stop()

    def _start(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", self._port), _handler_of(self))
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self._port = self._server.server_address[1]
        poll = {"poll_interval": 0.02}
        threading.Thread(target=self._server.serve_forever, kwargs=poll, daemon=True).start()

    def _stop(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def handle(self, request: Received) -> Answer | None:
        """The answer, or None for hanging up."""
        with self._lock:
            self.requests.append(request)
            mood = self._moods.popleft() if self._moods else Mood()
            answer = mood.answer or self.answer(request)
        if mood.wait:
            self._closing.wait(mood.wait)
        return None if mood.is_dropped else answer


def _handler_of(stand_in: StandIn) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            parts = urlsplit(self.path)
            query = {
                name: values[-1]
                for name, values in parse_qs(parts.query, keep_blank_values=True).items()
            }
            length = int(self.headers.get("Content-Length") or 0)
            answer = stand_in.handle(
                Received(
                    method=self.command,
                    path=parts.path,
                    query=query,
                    headers={name.title(): value for name, value in self.headers.items()},
                    body=self.rfile.read(length),
                )
            )
            if answer is None:
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            try:
                self._say(answer)
            except OSError:
                return  # the caller has lost patience

        def _say(self, answer: Answer) -> None:
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        do_GET = do_POST = do_PUT = do_DELETE = _serve  # noqa: N815 - names of http.server

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Silent."""

    return Handler
