"""The page behind the link: state, change, cancel, late, calendar."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from icalendar import Calendar

from bookings.models import Reservation
from bookings.selectors import manage_path, view_token_of
from bookings.services import reservation_approve, reservation_cancel, reservation_create
from reservehub.core import clock
from restaurants.models import Restaurant
from tests.factories import GUEST, NOW, STAFF, a_request, make_restaurant
from tests.pages.conftest import text_of

pytestmark = pytest.mark.django_db

EVENING = datetime(2026, 6, 5, 16, 0, tzinfo=UTC)
"""Friday 18:00 in Amsterdam, one hour before the party."""


@pytest.fixture
def reservation(restaurant: Restaurant) -> Reservation:
    request = a_request(restaurant, guest_email="anna@example.com")
    return reservation_create(request=request, actor=GUEST, now=NOW).reservation


@pytest.fixture
def path(reservation: Reservation) -> str:
    return manage_path(reservation)


def test_the_page_says_where_when_and_how_many(
    client: Client, path: str, reservation: Reservation
) -> None:
    page = text_of(client.get(path))
    for words in (
        "Your table is booked",
        "Bistro Anna",
        "Friday 5 June",
        "19:00",
        "Amsterdam time (CEST, UTC+02:00)",
        "2 guests",
        reservation.reference,
        "Free to cancel until Friday 5 June, 17:00.",
        "<svg",
    ):
        assert words in page


def test_the_link_leaks_nowhere(client: Client, path: str) -> None:
    response = client.get(path)
    assert response["Referrer-Policy"] == "no-referrer, same-origin"
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert response["Cache-Control"] == "private, no-store"
    assert "anna@example.com" not in text_of(response)


def test_a_request_says_that_it_waits(client: Client) -> None:
    asking = make_restaurant(policy={"confirmation_mode": "approval"})
    booked = reservation_create(request=a_request(asking), actor=GUEST, now=NOW)
    page = text_of(client.get(manage_path(booked.reservation)))
    assert "Your request is with the restaurant" in page
    assert "It is not confirmed yet." in page
    reservation_approve(reservation_id=booked.reservation.pk, actor=STAFF, now=NOW)
    assert "Your table is booked" in text_of(client.get(manage_path(booked.reservation)))


@pytest.mark.parametrize("name", ["", "change/", "cancel/", "calendar.ics"])
def test_looking_changes_nothing(
    client: Client, path: str, reservation: Reservation, name: str
) -> None:
    assert client.get(path + name).status_code == 200
    reservation.refresh_from_db()
    assert (reservation.version, reservation.status) == (1, "confirmed")


@pytest.mark.parametrize("name", ["late/", "reconfirm/"])
def test_what_changes_something_needs_a_post(client: Client, path: str, name: str) -> None:
    assert client.get(path + name).status_code == 405


def test_cancelling_takes_two_taps(client: Client, path: str, reservation: Reservation) -> None:
    assert "Cancel this booking?" in text_of(client.get(path + "cancel/"))
    response = client.post(path + "cancel/", {"reason": "The babysitter is ill", "version": "1"})
    assert response.status_code == 303
    reservation.refresh_from_db()
    assert reservation.status == "cancelled_by_guest"
    assert reservation.cancellation_reason == "The babysitter is ill"
    page = text_of(client.get(path))
    assert "The booking is cancelled" in page
    assert "Book another table" in page


def test_after_the_cut_off_the_telephone_helps(
    client: Client, path: str, reservation: Reservation
) -> None:
    with clock.freeze(EVENING):
        page = text_of(client.get(path))
        assert "too late to change or cancel online" in page
        assert "Call +31 20 123 4567" in page
        assert "Cancel the booking" not in page
        response = client.post(path + "cancel/", {})
        assert response.status_code == 409
        assert "too late" in text_of(response)
    reservation.refresh_from_db()
    assert reservation.status == "confirmed"


def test_a_change_moves_the_booking(client: Client, path: str, reservation: Reservation) -> None:
    page = text_of(client.get(path + "change/"))
    assert 'id="guests-2" value="2" aria-label="2 guests" checked' in page
    assert 'value="2026-06-05T19:00"' in page
    panel = text_of(client.get(path + "change/", {"slot": "2026-06-06T20:30", "guests": "3"}))
    assert "Saturday 6 June, 20:30" in panel
    assert "Move the booking" in panel
    response = client.post(
        path + "change/", {"slot": "2026-06-06T20:30", "guests": "3", "version": "1"}
    )
    assert response.status_code == 303
    reservation.refresh_from_db()
    assert reservation.party_size == 3
    assert reservation.service_date.isoformat() == "2026-06-06"
    assert "20:30" in text_of(client.get(path))


def test_a_lost_change_keeps_the_booking_and_offers_others(
    client: Client, path: str, reservation: Reservation, restaurant: Restaurant
) -> None:
    for _ in range(2):
        request = a_request(restaurant, date=datetime(2026, 6, 6).date())  # noqa: DTZ001
        reservation_create(request=request, actor=GUEST, now=NOW)
    wish = {"slot": "2026-06-06T19:00", "guests": "2", "version": "1"}
    response = client.post(path + "change/", wish)
    page = text_of(response)
    assert response.status_code == 409
    assert "19:00 is not free any more." in page
    assert 'name="instead"' in page
    reservation.refresh_from_db()
    assert (reservation.version, reservation.service_date.isoformat()) == (1, "2026-06-05")
    other = page.split('name="instead" value="')[1].split('"')[0]
    assert client.post(path + "change/", {**wish, "instead": other}).status_code == 303


def test_a_stale_page_cannot_overwrite(client: Client, path: str, reservation: Reservation) -> None:
    client.post(path + "change/", {"slot": "2026-06-06T20:00", "guests": "2", "version": "1"})
    response = client.post(
        path + "change/", {"slot": "2026-06-07T20:00", "guests": "2", "version": "1"}
    )
    assert response.status_code == 409
    assert "changed in the meantime" in text_of(response)


def test_a_change_without_a_time_is_explained(client: Client, path: str) -> None:
    response = client.post(path + "change/", {"guests": "2"})
    assert response.status_code == 422
    assert "Choose a time first." in text_of(response)


def test_one_tap_says_running_late(client: Client, path: str, reservation: Reservation) -> None:
    assert "Running late?" not in text_of(client.get(path))
    with clock.freeze(EVENING):
        assert "Running late?" in text_of(client.get(path))
        assert client.post(path + "late/", {"minutes": "20"}).status_code == 303
        assert "about 19:20" in text_of(client.get(path))
    reservation.refresh_from_db()
    assert reservation.late_eta_at == reservation.starts_at + timedelta(minutes=20)


def test_one_tap_reconfirms(client: Client, path: str, reservation: Reservation) -> None:
    assert "Yes, we are coming" not in text_of(client.get(path))
    with clock.freeze(EVENING - timedelta(days=2)):
        assert "Yes, we are coming" in text_of(client.get(path))
        assert client.post(path + "reconfirm/").status_code == 303
        assert "Yes, we are coming" not in text_of(client.get(path))
    reservation.refresh_from_db()
    assert reservation.reconfirmed_at is not None


def test_late_after_a_cancellation_is_refused_with_the_state(
    client: Client, path: str, reservation: Reservation
) -> None:
    reservation_cancel(reservation_id=reservation.pk, actor=GUEST, now=NOW)
    response = client.post(path + "late/", {"minutes": "10"})
    assert response.status_code == 409
    assert "The booking is cancelled" in text_of(response)


def test_the_view_link_shows_and_does_nothing(
    client: Client, path: str, reservation: Reservation
) -> None:
    url = f"/v/{view_token_of(reservation)}/"
    assert url in text_of(client.get(path))
    page = text_of(client.get(url))
    assert "Friday 5 June" in page
    for words in ("Cancel the booking", "Change date", "Running late", "/b/"):
        assert words not in page
    assert client.get(url)["X-Robots-Tag"] == "noindex, nofollow"


@pytest.mark.parametrize("url", ["/b/x/", "/b/" + "A" * 43 + "/", "/v/x/", "/b/%00/"])
def test_a_wrong_link_is_not_found(client: Client, restaurant: Restaurant, url: str) -> None:
    response = client.get(url)
    assert response.status_code == 404
    assert "Nothing is here" in text_of(response)


def test_guessing_links_is_slowed_down(
    client: Client, restaurant: Restaurant, settings: Any
) -> None:
    settings.RESERVEHUB_THROTTLES = True
    statuses = [client.get(f"/b/guess-{number}/").status_code for number in range(32)]
    assert statuses[:30] == [404] * 30
    assert statuses[-1] == 429


def test_the_calendar_file_follows_the_booking(
    client: Client, path: str, reservation: Reservation
) -> None:
    response = client.get(path + "calendar.ics")
    assert response["Content-Type"].startswith("text/calendar")
    calendar = Calendar.from_ical(response.content)
    event: Any = calendar.walk("VEVENT")[0]
    assert calendar["METHOD"] == "PUBLISH"
    assert event["SEQUENCE"] == 1
    assert event["STATUS"] == "CONFIRMED"
    assert event.decoded("DTSTART") == reservation.starts_at
    assert event.decoded("DTEND") == reservation.ends_at
    uid = event["UID"]
    client.post(path + "cancel/", {})
    after: Any = Calendar.from_ical(client.get(path + "calendar.ics").content).walk("VEVENT")[0]
    assert after["UID"] == uid
    assert after["SEQUENCE"] > 1
    assert after["STATUS"] == "CANCELLED"


def test_calendar_lines_are_short_and_escaped(client: Client) -> None:
    place = make_restaurant(
        name="Веранда; двор, дом \\ сад и очень длинное название ресторана на Маросейке"
    )
    booked = reservation_create(request=a_request(place), actor=GUEST, now=NOW)
    body = client.get(manage_path(booked.reservation) + "calendar.ics").content
    assert all(len(line) <= 75 for line in body.split(b"\r\n"))
    event = Calendar.from_ical(body).walk("VEVENT")[0]
    assert place.name in str(event["SUMMARY"])


def test_maps_are_the_ones_people_use(client: Client) -> None:
    moscow = make_restaurant(country="RU", zone="Europe/Moscow", latitude=55.7, longitude=37.6)
    paris = make_restaurant(country="FR", zone="Europe/Paris", latitude=48.8, longitude=2.3)
    for place, site in ((moscow, "yandex.ru/maps"), (paris, "openstreetmap.org")):
        booked = reservation_create(request=a_request(place), actor=GUEST, now=NOW)
        assert site in text_of(client.get(manage_path(booked.reservation)))


def test_reference_and_email_open_the_booking(
    client: Client, path: str, reservation: Reservation
) -> None:
    assert client.get("/find/").status_code == 200
    found = client.post(
        "/find/", {"reference": f" {reservation.reference.lower()} ", "email": "ANNA@example.com"}
    )
    assert found["Location"] == path


@pytest.mark.parametrize(
    ("reference", "email", "message"),
    [
        ("", "anna@example.com", "Enter the reference"),
        ("RES-2026-999999", "anna@example.com", "No booking has this reference"),
        ("mine", "boris@example.com", "No booking has this reference"),
        ("mine", "anna@", "not complete"),
    ],
)
def test_a_failed_search_says_what_to_check(
    client: Client, reservation: Reservation, reference: str, email: str, message: str
) -> None:
    data = {"reference": reference.replace("mine", reservation.reference), "email": email}
    response = client.post("/find/", data)
    assert response.status_code == 422
    assert message in text_of(response)
    assert f'value="{email}"' in text_of(response)


def test_searching_is_rate_limited(client: Client, restaurant: Restaurant, settings: Any) -> None:
    settings.RESERVEHUB_THROTTLES = True
    data = {"reference": "RES-2026-000001", "email": "a@example.com"}
    statuses = [client.post("/find/", data).status_code for _ in range(11)]
    assert statuses == [422] * 10 + [429]
