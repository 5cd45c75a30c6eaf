from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from bookings.models import Reservation
from bookings.services import reservation_create
from reservehub.core import clock
from reservehub.core.models import AuditEntry
from restaurants.models import Restaurant, Role
from tests.factories import GUEST, NOW, a_request, make_member, make_restaurant

pytestmark = pytest.mark.django_db

LIST = "/admin/bookings/reservation/"


@pytest.fixture(autouse=True)
def _frozen() -> Any:
    with clock.freeze(NOW):
        yield


@pytest.fixture
def restaurant() -> Restaurant:
    return make_restaurant(tables=(2, 4), policy={"confirmation_mode": "approval"})


def book(restaurant: Restaurant, **fields: Any) -> Reservation:
    return reservation_create(
        request=a_request(restaurant, **fields), actor=GUEST, now=NOW
    ).reservation


def client_of(restaurant: Restaurant, role: str = Role.HOST) -> Client:
    client = Client()
    client.force_login(make_member(restaurant, role, is_staff=True))
    return client


def change_page(reservation: Reservation) -> str:
    return reverse("admin:bookings_reservation_change", args=[reservation.pk])


def form_of(reservation: Reservation, **fields: Any) -> dict[str, Any]:
    return {
        "service_date": reservation.service_date.isoformat(),
        "local_time": f"{reservation.local_time:%H:%M}",
        "party_size": reservation.party_size,
        "area_preference": "",
        "special_occasion": reservation.special_occasion,
        "special_requests": reservation.special_requests,
        "internal_notes": reservation.internal_notes,
        "seen_version": reservation.version,
        **fields,
    }


def test_a_request_is_approved_with_a_button(restaurant: Restaurant) -> None:
    reservation = book(restaurant)
    client = client_of(restaurant)
    page = client.get(change_page(reservation)).content.decode()
    assert "bookings_reservation_approve" in page
    assert "bookings_reservation_complete" not in page

    answer = client.post(
        change_page(reservation), form_of(reservation, bookings_reservation_approve="1")
    )

    assert answer.status_code == 302, answer.context["errors"]
    reservation.refresh_from_db()
    assert reservation.status == "confirmed"
    entry = AuditEntry.objects.filter(object_id=str(reservation.pk)).latest("pk")
    assert (entry.channel, entry.actor_kind) == ("admin", "staff")


def test_a_request_is_declined_with_a_reason(restaurant: Restaurant) -> None:
    reservation = book(restaurant)

    client_of(restaurant).post(
        change_page(reservation),
        form_of(reservation, reason="Private party", bookings_reservation_decline="1"),
    )

    reservation.refresh_from_db()
    assert (reservation.status, reservation.cancellation_reason) == ("declined", "Private party")


def test_the_list_takes_steps_and_reports_refusals(restaurant: Restaurant) -> None:
    first, second = book(restaurant), book(restaurant)
    client = client_of(restaurant)

    client.post(LIST, {"action": "approve", "_selected_action": [first.pk, second.pk]})
    assert set(Reservation.objects.values_list("status", flat=True)) == {"confirmed"}

    again = client.post(LIST, {"action": "complete", "_selected_action": [first.pk]}, follow=True)
    assert first.reference in str([str(m) for m in again.context["messages"]])
    first.refresh_from_db()
    assert first.status == "confirmed"


def test_a_change_secures_the_new_place(restaurant: Restaurant) -> None:
    reservation = book(restaurant)
    client = client_of(restaurant)

    answer = client.post(
        change_page(reservation),
        form_of(reservation, local_time="20:00", internal_notes="Birthday cake", _save="Save"),
    )

    assert answer.status_code == 302, answer.context["errors"]
    reservation.refresh_from_db()
    assert f"{reservation.local_time:%H:%M}" == "20:00"
    assert reservation.internal_notes == "Birthday cake"


def test_an_impossible_change_says_so_and_keeps_what_was_typed(restaurant: Restaurant) -> None:
    reservation = book(restaurant)

    answer = client_of(restaurant).post(
        change_page(reservation),
        form_of(reservation, party_size=9, internal_notes="Typed before", _save="Save"),
    )

    assert answer.status_code == 200
    assert "Typed before" in answer.content.decode()
    assert answer.context["errors"]
    reservation.refresh_from_db()
    assert reservation.party_size == 2


def test_a_stale_page_changes_nothing(restaurant: Restaurant) -> None:
    reservation = book(restaurant)
    old = form_of(reservation, internal_notes="Mine", _save="Save")
    client = client_of(restaurant)
    client.post(
        change_page(reservation), form_of(reservation, internal_notes="Theirs", _save="Save")
    )

    answer = client.post(change_page(reservation), old)

    assert "Somebody else has changed this" in answer.content.decode()
    reservation.refresh_from_db()
    assert reservation.internal_notes == "Theirs"


def test_a_viewer_sees_no_contacts_wishes_or_buttons(restaurant: Restaurant) -> None:
    reservation = book(
        restaurant, guest_email="secret@example.com", special_requests="Allergic to nuts"
    )
    client = client_of(restaurant, Role.VIEWER)

    page = client.get(change_page(reservation)).content.decode()

    assert reservation.reference in page
    for hidden in ("secret@example.com", "Allergic to nuts", "bookings_reservation_approve"):
        assert hidden not in page
    assert "secret@example.com" not in client.get(LIST).content.decode()
    answer = client.post(
        change_page(reservation), form_of(reservation, bookings_reservation_approve="1")
    )
    assert answer.status_code == 403
    client.post(LIST, {"action": "approve", "_selected_action": [reservation.pk]})
    reservation.refresh_from_db()
    assert reservation.status == "pending"


def test_actions_reach_no_other_tenant(restaurant: Restaurant) -> None:
    theirs = book(make_restaurant(policy={"confirmation_mode": "approval"}))
    client = client_of(restaurant, Role.OWNER)

    client.post(LIST, {"action": "approve", "_selected_action": [theirs.pk]})
    client.post(change_page(theirs), form_of(theirs, bookings_reservation_approve="1"))

    theirs.refresh_from_db()
    assert theirs.status == "pending"


def test_today_is_the_business_day_of_the_restaurant(restaurant: Restaurant) -> None:
    tonight = book(restaurant, date=NOW.date())
    friday = book(restaurant)
    client = client_of(restaurant)

    def listed(when: str) -> set[str]:
        page = client.get(LIST, {"when": when})
        return {row.reference for row in page.context["cl"].result_list}

    assert listed("today") == {tonight.reference}
    assert listed("tomorrow") == set()
    assert listed("week") == {tonight.reference, friday.reference}
    assert listed("past") == set()
    # After midnight it is still the same evening, until the business day is cut.
    with clock.freeze(NOW + timedelta(hours=16)):
        assert listed("today") == {tonight.reference}


def test_searching_and_filtering_stay_within_fifteen_queries(restaurant: Restaurant) -> None:
    reservation = book(restaurant)
    client = client_of(restaurant)

    with CaptureQueriesContext(connection) as queries:
        page = client.get(
            LIST, {"q": reservation.reference, "when": "ahead", "status__exact": "pending"}
        )

    assert [row.pk for row in page.context["cl"].result_list] == [reservation.pk]
    assert len(queries) <= 15


def test_nobody_deletes_or_adds_a_reservation_here(restaurant: Restaurant) -> None:
    reservation = book(restaurant)
    root = User.objects.create_superuser("root@example.com", "secret-enough-1")
    client = Client()
    client.force_login(root)

    assert client.get(f"{LIST}add/").status_code == 403
    path = reverse("admin:bookings_reservation_delete", args=[reservation.pk])
    assert client.post(path, {"post": "yes"}).status_code == 403


def test_the_bill_is_read_here_and_entered_elsewhere(restaurant: Restaurant) -> None:
    reservation = book(restaurant)
    client = client_of(restaurant)
    assert "€120.50" not in client.get(change_page(reservation)).content.decode()
    Reservation.objects.update(bill_minor=12_050)
    page = client.get(change_page(reservation)).content.decode()
    assert "€120.50" in page
    assert 'name="bill' not in page
