"""A mail server that can refuse, hang and hang up at every step."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.notifications.stand_ins.server import Delivered


class _AnyPort(Controller):
    """The controller tries its own server out at the port it was given, which is 0 at first."""

    def _trigger_server(self) -> None:
        server: Any = self.server
        self.port = server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


class SmtpStandIn:
    """:ivar delivered: letters taken, also those whose sender never heard of it
    :ivar letters: the same, parsed
    """

    def __init__(self) -> None:
        self.delivered: list[Delivered] = []
        self.letters: list[EmailMessage] = []
        self._answers: dict[str, list[str]] = {"MAIL": [], "RCPT": [], "DATA": []}
        self._after_data: list[str] = []
        self._controller: Any = None
        self.port = 0

    def settings(self) -> dict[str, Any]:
        return {
            "RESERVEHUB_EMAIL_PROVIDER": "smtp",
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": self.port,
            "EMAIL_HOST_USER": "",
            "EMAIL_USE_TLS": False,
            "EMAIL_TIMEOUT": 1,
        }

    def refuse_next(self, command: str, answer: str) -> None:
        """Answer the next MAIL, RCPT or DATA with this line, such as ``550 5.1.1 Unknown``."""
        self._answers[command].append(answer)

    def hang(self) -> None:
        """Take the next letter and answer too late."""
        self._after_data.append("hang")

    def drop_after_receiving(self) -> None:
        """Take the next letter and hang up without an answer."""
        self._after_data.append("drop")

    def drop_at_recipient(self) -> None:
        self._answers["RCPT"].append("drop")

    @contextmanager
    def down(self) -> Iterator[None]:
        """Refuse connections for a while, and come back at the same address."""
        self._controller.stop()
        try:
            yield
        finally:
            self.__enter__()

    def __enter__(self) -> Self:
        self._controller = _AnyPort(self, hostname="127.0.0.1", port=self.port, ready_timeout=10)
        self._controller.start()
        self.port = self._controller.port
        return self

    def __exit__(self, *_error: object) -> None:
        self._controller.stop()

    async def handle_MAIL(  # noqa: N802 - name of aiosmtpd
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        if self._answers["MAIL"]:
            return self._answers["MAIL"].pop(0)
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        answer = self._answers["RCPT"].pop(0) if self._answers["RCPT"] else "250 OK"
        if answer == "drop":
            _hang_up(server)
            return "421 bye"
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        if self._answers["DATA"]:
            return self._answers["DATA"].pop(0)
        content = envelope.original_content or b""
        letter = message_from_bytes(content, policy=default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        body = letter.get_body(("plain",))
        self.delivered.append(
            Delivered(
                to=envelope.rcpt_tos[0],
                text=body.get_content() if body is not None else "",
                provider_id=letter["Message-ID"],
            )
        )
        mood = self._after_data.pop(0) if self._after_data else ""
        if mood == "hang":
            await asyncio.sleep(5)
        if mood == "drop":
            _hang_up(server)
        return "250 OK"


def _hang_up(server: SMTP) -> None:
    if server.transport is not None:
        server.transport.close()
