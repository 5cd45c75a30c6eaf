from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from notifications.channels.base import Backend, OutcomeUnknown, SendFailed
from notifications.channels.mailgun.backend import MailgunBackend
from notifications.channels.sendgrid.backend import SendgridBackend
from notifications.channels.smsc.backend import SmscBackend
from notifications.channels.twilio.backend import TwilioBackend
from notifications.channels.whatsapp.backend import WhatsappBackend
from notifications.channels.wire import exchange, refusal_of
from reservehub.core import clock
from reservehub.core.wire import retry_after_of
from tests.notifications.channels.support import envelope_to
from tests.notifications.stand_ins.server import Answer, Received, StandIn, address_of_nobody
from tests.notifications.stand_ins.smsc import SmscStandIn


class Echo(StandIn):
    def answer(self, request: Received) -> Answer:  # noqa: ARG002
        return Answer(302, b"", {"Location": "http://127.0.0.1:1/elsewhere"})


def test_redirects_are_not_followed() -> None:
    with Echo() as server:
        assert exchange("POST", server.url, data=b"secret").status_code == 302


@pytest.mark.parametrize("url", ["no-scheme", "ftp://127.0.0.1/", "http://", "http://[::1"])
def test_an_address_that_is_none_sends_nothing(url: str) -> None:
    with pytest.raises(SendFailed):
        exchange("GET", url)


def test_an_answer_in_the_middle_of_which_the_line_goes_dead_is_unknown() -> None:
    class Liar(StandIn):
        def answer(self, request: Received) -> Answer:  # noqa: ARG002
            return Answer(200, b"", {"Content_Encoding": "gzip", "X": "y"})

    class Short(StandIn):
        def answer(self, request: Received) -> Answer:  # noqa: ARG002
            return Answer(200, b"half", {"Transfer_Encoding": "chunked"})

    with Short() as short, pytest.raises(OutcomeUnknown):
        exchange("GET", short.url)
    with Liar() as liar:
        assert exchange("GET", liar.url).content == b""


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", None),
        ("soon", None),
        ("0", timedelta()),
        ("30", timedelta(seconds=30)),
        ("99999999999999", timedelta(hours=1)),
        ("-5", None),
        ("Mon, 01 Jun 2026 09:02:00 GMT", timedelta(minutes=2)),
        ("Mon, 01 Jun 2026 08:00:00 GMT", timedelta()),
        ("Mon, 01 Jun 2099 08:00:00 GMT", timedelta(hours=1)),
    ],
)
def test_retry_after_is_read_with_reason(value: str, expected: timedelta | None) -> None:
    with clock.freeze(datetime(2026, 6, 1, 9, 0, tzinfo=UTC)):
        assert retry_after_of({"Retry-After": value}) == expected


def test_trouble_with_our_account_is_temporary() -> None:
    for status in (401, 402, 403):
        failure = refusal_of(status, {})
        assert isinstance(failure, SendFailed)
        assert not failure.is_permanent


@contextmanager
def impostor(folder: Path) -> Iterator[str]:
    """A server with a certificate that nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = folder / "impostor.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    pem.write_bytes(secret + certificate.public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    with Echo() as server:
        assert server._server is not None
        server._server.socket = context.wrap_socket(server._server.socket, server_side=True)
        yield server.url.replace("http://", "https://")


def test_nothing_is_said_to_a_server_with_a_wrong_certificate(tmp_path: Path) -> None:
    with impostor(tmp_path) as url, pytest.raises(SendFailed) as refused:
        exchange("POST", url, data=b"secret")

    assert (refused.value.code, refused.value.detail) == ("unreachable", "SSLError")


@pytest.mark.parametrize(
    ("make", "address", "urls"),
    [
        (TwilioBackend, "+79991234567", ["TWILIO_API_URL"]),
        (SmscBackend, "+79991234567", ["SMSC_API_URLS"]),
        (WhatsappBackend, "+79991234567", ["WHATSAPP_API_URL"]),
        (SendgridBackend, "anna@example.com", ["SENDGRID_API_URL"]),
        (MailgunBackend, "anna@example.com", ["MAILGUN_API_URL"]),
    ],
)
def test_no_failure_tells_whom_it_was_about(
    settings: Any, make: Callable[[], Backend], address: str, urls: list[str]
) -> None:
    """Neither in its text nor in the exceptions behind it, as far as they are shown."""
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = "AC1", "secret-key"
    settings.TWILIO_FROM = "+15005550006"
    settings.WHATSAPP_ACCESS_TOKEN = settings.SENDGRID_API_KEY = "secret-key"
    settings.MAILGUN_API_KEY, settings.MAILGUN_SENDER_DOMAIN = "secret-key", "mg.example.com"
    with SmscStandIn() as server:
        for base in (server.url, address_of_nobody()):
            for name in urls:
                setattr(settings, name, [base] if name.endswith("URLS") else base)
            for status in (302, 400, 500):
                server.fail_next(status, f"about {address}".encode())
                with pytest.raises((SendFailed, OutcomeUnknown)) as failed:
                    make().send(envelope_to(address))
                shown = str(failed.getrepr(style="short")) + repr(failed.value)
                assert failed.value.__suppress_context__ or failed.value.__context__ is None
                assert address not in repr(failed.value)
                assert "secret-key" not in repr(failed.value)
                assert f"about {address}" not in shown
                server._moods.clear()
