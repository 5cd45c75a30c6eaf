from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from notifications.channels.base import Backend, OutcomeUnknown, SendFailed
from notifications.channels.mailgun.backend import MailgunBackend
from notifications.channels.sendgrid.backend import SendgridBackend
from notifications.channels.smsc.backend import SmscBackend
from notifications.channels.twilio.backend import TwilioBackend
from notifications.channels.whatsapp.backend import WhatsappBackend
from notifications.channels.wire import exchange, refusal_of, retry_after_of
from reservehub.core import clock
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


def test_a_certificate_for_somebody_else_is_found_out_before_anything_is_said() -> None:
    """A plain server is no TLS server: nothing can be said about what it has read, but a wrong
    certificate is (see `failure_of`)."""
    with Echo() as server, pytest.raises((SendFailed, OutcomeUnknown)):
        exchange("GET", server.url.replace("http://", "https://"))


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
