"""What comes with a letter for machines: calendar files, structured data, and templates."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from icalendar import Calendar

from bookings.models import Reservation
from bookings.selectors import manage_token_of
from bookings.services import reservation_cancel
from notifications.kinds import Kind
from notifications.rendering import preview
from reservehub.core import clock
from tests.factories import GUEST, NOW
from tests.notifications.rendering.support import GUEST_KINDS, Page, bella, book, rendered

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with clock.freeze(NOW):
        yield


@pytest.fixture
def reservation() -> Reservation:
    return book(bella(), guest_phone="+31612345678")


def test_the_calendar_file_can_be_read(reservation: Reservation) -> None:
    (file,) = rendered(reservation).attachments
    assert file.name == f"{reservation.reference}.ics"
    event = Calendar.from_ical(file.content).walk("VEVENT")[0]
    assert event["STATUS"] == "CONFIRMED"
    assert event.decoded("DTSTART") == reservation.starts_at
    assert str(event["UID"]).startswith(reservation.reference)
    assert manage_token_of(reservation) in str(event["URL"])


def test_a_cancellation_takes_the_visit_out_of_calendars(reservation: Reservation) -> None:
    first = Calendar.from_ical(rendered(reservation).attachments[0].content).walk("VEVENT")[0]
    reservation_cancel(reservation_id=reservation.pk, actor=GUEST, now=NOW)
    reservation.refresh_from_db()
    content = rendered(reservation, Kind.CANCELLED, by_guest=True)
    calendar = Calendar.from_ical(content.attachments[0].content)
    event = calendar.walk("VEVENT")[0]
    assert calendar["METHOD"] == "PUBLISH"
    assert event["STATUS"] == "CANCELLED"
    assert event["UID"] == first["UID"]
    assert event.decoded("SEQUENCE") > first.decoded("SEQUENCE")


@pytest.mark.parametrize("kind", Kind)
def test_a_calendar_file_comes_with_what_changes_the_calendar(kind: Kind) -> None:
    content = preview(restaurant=bella(), kind=kind, language="en")
    expected = kind in {Kind.CONFIRMED, Kind.CHANGED, Kind.CANCELLED}
    assert bool(content.attachments) is expected


def test_machines_read_the_booking(reservation: Reservation) -> None:
    ((_kind, text),) = Page(rendered(reservation).html).scripts
    data = json.loads(text)
    assert data["@type"] == "FoodEstablishmentReservation"
    assert data["reservationStatus"] == "http://schema.org/ReservationConfirmed"
    assert data["startTime"] == "2026-06-05T19:00:00+02:00"
    assert data["partySize"] == 2
    assert data["reservationNumber"] == reservation.reference
    assert data["reservationFor"]["address"]["addressLocality"] == "Amsterdam"


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (Kind.REQUEST_RECEIVED, "ReservationPending"),
        (Kind.CONFIRMED, "ReservationConfirmed"),
        (Kind.DECLINED, "ReservationCancelled"),
        (Kind.CANCELLED, "ReservationCancelled"),
    ],
)
def test_machines_read_the_state(kind: Kind, status: str) -> None:
    html = preview(restaurant=bella(), kind=kind, language="en").html
    ((_kind, text),) = Page(html).scripts
    assert json.loads(text)["reservationStatus"] == f"http://schema.org/{status}"


@pytest.mark.parametrize("kind", GUEST_KINDS)
def test_a_whatsapp_template_gets_every_parameter(reservation: Reservation, kind: Kind) -> None:
    content = rendered(reservation, kind)
    assert content.template == f"reservehub_{kind.value}"
    assert content.parameters
    assert all(value and "\n" not in value for value in content.parameters)
