"""Letters over SMTP.

The steps of a delivery are taken one by one, because where it breaks decides what it means: before
the text was sent nothing has happened, and once it was sent nobody knows until the server has said
yes or no.
"""

from __future__ import annotations

import contextlib
import re
import smtplib
from datetime import datetime
from email.utils import parseaddr

from django.core.mail.backends.smtp import EmailBackend
from django.core.mail.message import sanitize_address

from notifications.channels.base import CannotSay, Envelope, OutcomeUnknown, Receipt, SendFailed
from notifications.channels.letters import letter_of
from notifications.kinds import ChannelName
from reservehub.core.needs import Needs, problem_of

NEEDS: Needs = (("EMAIL_HOST",),)
_ENHANCED = re.compile(rb"\s*([245]\.\d{1,3}\.\d{1,3})\b")
_NO_SUCH_MAILBOX = frozenset({550, 551, 553})
# The mailbox is full, the server is unwell, or it does not want us: the address may be alive.
_NOT_THE_ADDRESS = re.compile(r"5\.(2\.[1-4]|3\.\d+|4\.\d+|7\.\d+)\Z")


class SmtpBackend:
    """A server may drop a second letter with the same ``Message-ID``, but none has to: a repetition
    is not safe, and there is nobody to ask."""

    channel = ChannelName.EMAIL
    provider = "smtp"
    resends_safely = False

    def problem(self) -> str:
        return problem_of(NEEDS)

    def send(self, envelope: Envelope) -> Receipt:
        letter = letter_of(envelope)
        data = letter.message().as_bytes(linesep="\r\n")  # type: ignore[call-arg]
        sender = parseaddr(sanitize_address(letter.from_email, "utf-8"))[1]
        recipient = sanitize_address(envelope.address, "utf-8")
        connection = EmailBackend()
        try:
            server = _greet(connection)
            _address(server, sender, recipient, size=len(data))
            _hand_over(server, data)
        finally:
            # A server that says goodbye badly has still taken the letter.
            with contextlib.suppress(OSError, smtplib.SMTPException):
                connection.close()
        return Receipt("")

    def find(self, envelope: Envelope, *, since: datetime) -> Receipt | None:  # noqa: ARG002
        raise CannotSay("smtp_cannot_say")


def _greet(connection: EmailBackend) -> smtplib.SMTP:
    """Connect, with TLS and a password where they are set."""
    try:
        connection.open()
    except smtplib.SMTPAuthenticationError as error:
        raise SendFailed(f"smtp_{error.smtp_code}", "our account") from None
    except smtplib.SMTPNotSupportedError:
        raise SendFailed("smtp_no_tls", "the server offers no encryption or no log-in") from None
    except (OSError, smtplib.SMTPException) as error:
        raise SendFailed("unreachable", type(error).__name__) from None
    server: smtplib.SMTP = connection.connection  # type: ignore[assignment]
    return server


def _address(server: smtplib.SMTP, sender: str, recipient: str, *, size: int) -> None:
    """Say from whom and to whom; nothing of the letter itself."""
    try:
        server.ehlo_or_helo_if_needed()
        code, answer = server.mail(sender, _options(server, size))
        if code != 250:
            raise _refusal(code, answer, at="mail")
        code, answer = server.rcpt(recipient)
    except (OSError, smtplib.SMTPException) as error:
        raise SendFailed("unreachable", type(error).__name__) from None
    if code not in (250, 251):
        raise _refusal(code, answer, at="rcpt")


def _options(server: smtplib.SMTP, size: int) -> list[str]:
    """How large the letter is, and that it is written in eight bits, to servers that ask."""
    options = {"size": f"SIZE={size}", "8bitmime": "BODY=8BITMIME"}
    return [said for name, said in options.items() if server.has_extn(name)]


def _hand_over(server: smtplib.SMTP, data: bytes) -> None:
    """Send the letter and wait for the server to take responsibility for it."""
    try:
        code, answer = server.data(data)
    except smtplib.SMTPDataError as error:  # it did not want to see the text
        raise _refusal(error.smtp_code, error.smtp_error, at="data") from None
    except (OSError, smtplib.SMTPException) as error:
        raise OutcomeUnknown(f"no_answer: {type(error).__name__}") from None
    if code != 250:
        raise _refusal(code, answer, at="data")


def _refusal(code: int, answer: bytes | str, *, at: str) -> SendFailed:
    """The server said no; its words may hold the address, so only the numbers are kept."""
    found = _ENHANCED.match(answer if isinstance(answer, bytes) else answer.encode())
    enhanced = found.group(1).decode() if found else ""
    is_dead = at == "rcpt" and code in _NO_SUCH_MAILBOX and not _NOT_THE_ADDRESS.match(enhanced)
    return SendFailed(
        f"smtp_{code}",
        " ".join(filter(None, [at, enhanced])),
        is_permanent=500 <= code < 600,
        is_address_dead=is_dead,
    )
