from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.channels.base import Attachment, Envelope, SendFailed
from notifications.channels.letters import letter_of, one_line, sender_of
from tests.notifications.channels.support import CONTENT, ICS, envelope_to

ANNA = "anna@example.com"


def parsed(envelope: Envelope) -> EmailMessage:
    raw = letter_of(envelope).message().as_bytes()
    message = message_from_bytes(raw, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def test_a_letter_has_text_html_and_the_calendar_file() -> None:
    letter = parsed(envelope_to(ANNA))

    plain, html = letter.get_body(("plain",)), letter.get_body(("html",))
    (calendar,) = letter.iter_attachments()
    assert plain is not None
    assert html is not None
    assert plain.get_content().strip() == CONTENT.text
    assert html.get_content().strip() == CONTENT.html
    assert calendar.get_content_type() == "text/calendar"
    assert calendar.get_param("method") == "REQUEST"
    assert calendar.get_filename() == "reservation.ics"
    assert calendar.get_payload(decode=True) == ICS


def test_other_files_go_as_they_are() -> None:
    picture = Attachment("plan.png", b"\x89PNG\r\n", "image/png")

    (part,) = parsed(
        envelope_to(ANNA, content=replace(CONTENT, attachments=(picture,)))
    ).iter_attachments()

    assert (part.get_content_type(), part.get_payload(decode=True)) == ("image/png", b"\x89PNG\r\n")


def test_the_headers_say_who_writes_and_that_a_machine_does() -> None:
    letter = parsed(envelope_to(ANNA, key="m7-email"))

    assert letter["From"] == "Trattoria via ReserveHub <no-reply@example.com>"
    assert letter["Reply-To"] == "trattoria@example.com"
    assert letter["Message-ID"] == "<m7-email@testserver>"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["List-Unsubscribe"] == "<https://book.example.com/u/abc>"


def test_a_name_in_any_script_is_one_sender() -> None:
    envelope = envelope_to(ANNA, sender_name='Кафе "Пушкин", Москва', language="ru")

    (sender,) = parsed(envelope)["From"].addresses

    assert sender.addr_spec == "no-reply@example.com"
    assert 'Кафе "Пушкин", Москва' in sender.display_name


def test_a_site_without_a_name_writes_as_the_restaurant(settings: Any) -> None:
    settings.DEFAULT_FROM_EMAIL = "no-reply@book.example.com"

    assert sender_of(envelope_to(ANNA)) == "Trattoria <no-reply@book.example.com>"


def test_no_line_break_gets_into_a_header() -> None:
    evil = "Hello\r\nBcc: everybody@example.com\r\n\r\nBody\u2028x\x00"
    content = replace(
        CONTENT,
        subject=evil,
        headers={"X-Note": evil, "Bcc": "e@example.com", "Evil\r\nBcc": "e@example.com"},
        attachments=(Attachment(evil, b"x", "text/plain"),),
    )

    letter = parsed(envelope_to(ANNA, content=content, sender_name=evil, reply_to="a@b\r\nBcc: c"))

    assert letter["Bcc"] is None
    assert letter["Reply-To"] is None
    assert letter["Subject"] == one_line(evil)
    assert letter["X-Note"] == one_line(evil)


@given(st.text(max_size=60))
def test_any_name_and_subject_make_a_letter(text: str) -> None:
    text = text.encode("utf-8", "replace").decode()
    letter = parsed(envelope_to(ANNA, sender_name=text, content=replace(CONTENT, subject=text)))

    assert letter["From"].addresses[0].addr_spec == "no-reply@example.com"
    assert letter["To"].addresses[0].addr_spec == ANNA
    assert letter["Bcc"] is None


@pytest.mark.parametrize(
    "address", ["", "anna", "anna@", "a@example.com,b@example.com", "a@example.com\r\nBcc: b@c.de"]
)
def test_what_is_no_address_is_dead(address: str) -> None:
    with pytest.raises(SendFailed) as refused:
        letter_of(envelope_to(address))

    assert refused.value.is_address_dead
    assert "example" not in str(refused.value)
