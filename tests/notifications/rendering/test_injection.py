"""People type anything; readers see words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from email.message import EmailMessage

import pytest
from icalendar import Calendar

from bookings.models import Reservation
from notifications.kinds import Kind
from notifications.models import MessageText
from notifications.rendering.clean import one_line, paragraphs, person_name, without_links
from reservehub.core import clock
from tests.factories import NOW
from tests.notifications.rendering.support import Page, bella, book, rendered

pytestmark = pytest.mark.django_db

NASTY = [
    "Anna\r\nBcc: everybody@example.com",
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "{{ 7 }}{% now 'Y' %}%(name)s{name}",
    "\u202eannA\u2066\x00\x07\x1b[31m",
    "A\u2028B\u2029C\x85D\x0bE",
    "x" * 150,
    "😀" * 60,
]


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with clock.freeze(NOW):
        yield


@pytest.fixture
def reservation() -> Reservation:
    return book(bella())


def named(reservation: Reservation, name: str) -> Reservation:
    reservation.guest_name = name.replace("\x00", "")
    Reservation.objects.filter(pk=reservation.pk).update(guest_name=reservation.guest_name)
    return reservation


@pytest.mark.parametrize("name", NASTY)
@pytest.mark.parametrize("kind", [Kind.CONFIRMED, Kind.STAFF_REQUEST, Kind.STAFF_NO_SHOW_DUE])
def test_a_name_stays_a_name(reservation: Reservation, name: str, kind: Kind) -> None:
    content = rendered(named(reservation, name), kind)
    mail = EmailMessage()
    mail["Subject"] = content.subject  # refuses line breaks
    page = Page(content.html)
    assert "img" not in page.tags
    assert page.tags.count("script") == len(page.scripts) <= 1
    assert not any(name.startswith("on") for name, _value in page.attributes)
    for text in (content.subject, content.short, *content.parameters):
        assert not re.search(r"[\x00-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069]", text)
    for _type, text in page.scripts:
        assert "<" not in text
        json.loads(text)


@pytest.mark.parametrize("name", NASTY)
def test_the_name_of_a_restaurant_breaks_nothing_either(name: str) -> None:
    place = bella(name=name.replace("\x00", ""))
    content = rendered(book(place))
    page = Page(content.html)
    assert page.tags.count("script") == 1
    assert "img" not in page.tags
    assert "\n" not in content.subject
    assert re.search(r"/b/[\w-]{43}/$", content.short)
    assert len(Calendar.from_ical(content.attachments[0].content).walk("VEVENT")) == 1


def test_no_mail_program_finds_a_link_in_a_name(reservation: Reservation) -> None:
    name = "You won https://evil.example/prize www.evil.example evil.example/x a@evil.example"
    content = rendered(named(reservation, name))
    for shape in (content.text, Page(content.html).text, content.subject, content.short):
        assert "evil.example" not in shape
        assert "https://evil" not in shape
    assert not any("evil" in link for link in Page(content.html).links)


def test_a_name_keeps_its_dots_apart_from_links() -> None:
    assert person_name("J. R. R. Tolkien") == "J. R. R. Tolkien"
    assert person_name("Dr. Müller-Lüdenscheidt") == "Dr. Müller-Lüdenscheidt"
    assert person_name("Анна‌ Смирнова") == "Анна‌ Смирнова"
    assert person_name("evil。com") == "evil. com"


def test_lengths_are_sensible() -> None:
    assert len(one_line("x" * 900)) == 150
    assert len(person_name("x" * 900)) == 60
    assert len(paragraphs("x " * 9000)) <= 1000
    assert one_line("  a \n b\t c ") == "a b c"
    assert paragraphs("a\r\n\r\n\r\n\r\nb\x07") == "a\n\nb"
    assert without_links("see http://evil.example\nnow") == "see evil. example\nnow"


@pytest.mark.parametrize("kind", [Kind.DECLINED, Kind.CANCELLED, Kind.REPLY])
def test_what_the_restaurant_writes_is_shown_as_text(reservation: Reservation, kind: Kind) -> None:
    text = "<b>Sorry</b> & see\nyou </script>"
    content = rendered(reservation, kind, reason=text, text=text, by_guest=False)
    page = Page(content.html)
    assert "<b>Sorry</b> & see" in page.text
    assert "script" not in page.tags or page.scripts
    assert all("\n" not in value for value in content.parameters)


def test_links_of_a_context_lead_to_the_web_only(reservation: Reservation) -> None:
    for url in ("javascript:alert(1)", "data:text/html,x", 'https://x/"onclick="y', "https://a b"):
        content = rendered(reservation, Kind.WAITLIST_OFFER, offer_url=url)
        assert "/b/" in content.actions[0].url


def test_own_words_are_escaped_and_filled_once(reservation: Reservation) -> None:
    MessageText.objects.create(
        restaurant=reservation.restaurant,
        kind=Kind.CONFIRMED,
        language="en",
        subject="See you, {name}!",
        opening="<i>{name}</i>\nwelcome",
        short="{first_name}!",
    )
    content = rendered(named(reservation, "{reference} <b>x</b>"))
    page = Page(content.html)
    assert "<i>{reference} <b>x</b></i>" in page.text
    assert "i" not in page.tags
    assert content.subject == "See you, {reference} <b>x</b>!"
