from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from notifications.channels.base import OutcomeUnknown, SendFailed
from notifications.channels.smtp.backend import SmtpBackend
from tests.notifications.channels.support import CONTENT, envelope_to
from tests.notifications.stand_ins.smtp import SmtpStandIn

ANNA = "anna@example.com"


def test_a_mailbox_gets_the_letter(smtp: SmtpStandIn) -> None:
    SmtpBackend().send(envelope_to(ANNA, key="m7-email"))

    (letter,) = smtp.letters
    assert smtp.delivered[0].to == ANNA
    assert letter["Subject"] == CONTENT.subject
    assert letter["Message-ID"] == "<m7-email@testserver>"
    assert [part.get_content_type() for part in letter.iter_attachments()] == ["text/calendar"]


@pytest.mark.parametrize(
    ("answer", "code", "is_permanent", "is_dead"),
    [
        ("550 5.1.1 No such user anna@example.com", "smtp_550", True, True),
        ("550 unknown", "smtp_550", True, True),
        ("553 5.1.3 Bad address", "smtp_553", True, True),
        ("550 5.7.1 Relaying denied", "smtp_550", True, False),
        ("552 5.2.2 Mailbox full", "smtp_552", True, False),
        ("550 5.2.2 Mailbox full", "smtp_550", True, False),
        ("450 4.2.0 Greylisted", "smtp_450", False, False),
        ("451 4.7.1 Try later", "smtp_451", False, False),
    ],
)
def test_a_refused_recipient(
    smtp: SmtpStandIn, answer: str, code: str, is_permanent: bool, is_dead: bool
) -> None:
    smtp.refuse_next("RCPT", answer)

    with pytest.raises(SendFailed) as refused:
        SmtpBackend().send(envelope_to(ANNA))

    error = refused.value
    assert (error.code, error.is_permanent, error.is_address_dead) == (code, is_permanent, is_dead)
    assert "anna" not in str(error)


@pytest.mark.parametrize(
    ("command", "answer", "is_permanent"),
    [
        ("MAIL", "550 5.7.1 Sender refused", True),
        ("MAIL", "451 4.3.0 Later", False),
        ("DATA", "554 5.7.1 Spam", True),
        ("DATA", "452 4.3.1 No room", False),
    ],
)
def test_a_refused_sender_or_text_leaves_the_address_alive(
    smtp: SmtpStandIn, command: str, answer: str, is_permanent: bool
) -> None:
    smtp.refuse_next(command, answer)

    with pytest.raises(SendFailed) as refused:
        SmtpBackend().send(envelope_to(ANNA))

    assert (refused.value.is_permanent, refused.value.is_address_dead) == (is_permanent, False)


def test_a_server_that_is_down_has_taken_nothing(smtp: SmtpStandIn) -> None:
    with smtp.down(), pytest.raises(SendFailed) as refused:
        SmtpBackend().send(envelope_to(ANNA))

    assert (refused.value.code, refused.value.is_permanent) == ("unreachable", False)
    SmtpBackend().send(envelope_to(ANNA))
    assert len(smtp.delivered) == 1


def test_a_connection_lost_before_the_text_has_taken_nothing(smtp: SmtpStandIn) -> None:
    smtp.drop_at_recipient()

    with pytest.raises(SendFailed) as refused:
        SmtpBackend().send(envelope_to(ANNA))

    assert not refused.value.is_permanent
    assert smtp.delivered == []


@pytest.mark.parametrize("mood", ["drop_after_receiving", "hang"])
def test_a_connection_lost_after_the_text_leaves_it_unknown(smtp: SmtpStandIn, mood: str) -> None:
    getattr(smtp, mood)()

    with pytest.raises(OutcomeUnknown):
        SmtpBackend().send(envelope_to(ANNA))

    assert len(smtp.delivered) == 1
    with pytest.raises(OutcomeUnknown):
        SmtpBackend().find(envelope_to(ANNA), since=datetime(2026, 1, 1, tzinfo=UTC))


def test_a_server_without_encryption_gets_no_password(smtp: SmtpStandIn, settings: Any) -> None:
    settings.EMAIL_USE_TLS = True
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "hub", "secret"

    with pytest.raises(SendFailed) as refused:
        SmtpBackend().send(envelope_to(ANNA))

    assert refused.value.code == "smtp_no_tls"
