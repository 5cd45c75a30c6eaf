"""Figures are counted from the reservations, never by adding one (rule 101)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.core.management import call_command

from bookings.models import Reservation
from bookings.services import (
    Changes,
    reservation_arrive,
    reservation_cancel,
    reservation_complete,
    reservation_create,
    reservation_modify,
    reservation_seat,
)
from bookings.services.figures import figures_count, figures_count_stale, guests_to_count
from bookings.tasks import count_figures
from guests.models import Guest, GuestFigures, GuestTag, Tag
from guests.services.merging import guests_merge, guests_unmerge
from reservehub.core import clock
from reservehub.core.testing import run_deliveries
from restaurants.models import Restaurant
from tests.factories import FRIDAY, GUEST, NOW, STAFF, a_request, make_restaurant

pytestmark = pytest.mark.django_db

EMAIL = "anna@example.com"


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with clock.freeze(NOW):
        yield


@pytest.fixture
def place() -> Restaurant:
    return make_restaurant()


def booked(place: Restaurant, email: str = EMAIL, **fields: Any) -> Reservation:
    wish = a_request(place, guest_email=email, **fields)
    return reservation_create(request=wish, actor=STAFF, now=NOW).reservation


def past(place: Restaurant, count: int = 1, **fields: Any) -> list[Reservation]:
    """Copies of one booking as they were written in the past, free of tables."""
    row = Reservation.objects.filter(guest_email=EMAIL).first() or booked(place)
    kept = {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields}
    found = Reservation.objects.count()
    copies = [
        Reservation(
            **kept
            | {
                "id": None,
                "reference": f"OLD-{found + number}",
                "manage_token_hash": f"m{found + number}",
                "view_token_hash": f"v{found + number}",
                "status": "completed",
            }
            | fields
        )
        for number in range(count)
    ]
    return Reservation.objects.bulk_create(copies)


def figures(email: str = EMAIL) -> GuestFigures:
    return GuestFigures.objects.get(guest__email=email)


def test_a_booking_a_visit_and_a_late_cancellation_are_counted_as_they_happen(
    place: Restaurant,
) -> None:
    row = booked(place, party_size=3)
    run_deliveries()
    now = figures()
    assert (now.bookings, now.upcoming, now.visits) == (1, 1, 0)
    assert now.next_visit_on == FRIDAY
    assert now.lead_hours == 104
    at = row.starts_at
    reservation_arrive(reservation_id=row.pk, actor=STAFF, now=at)
    reservation_seat(reservation_id=row.pk, actor=STAFF, now=at)
    reservation_complete(reservation_id=row.pk, actor=STAFF, now=at + timedelta(hours=1))
    other = booked(place, date=FRIDAY + timedelta(days=1))
    late = other.starts_at - timedelta(minutes=5)
    reservation_cancel(reservation_id=other.pk, actor=STAFF, now=late, for_guest=True)
    with clock.freeze(other.starts_at):
        run_deliveries()
    now = figures()
    assert (now.bookings, now.visits, now.upcoming) == (2, 1, 0)
    assert (now.cancellations, now.late_cancellations, now.covers) == (1, 1, 3)
    assert (now.first_visit_on, now.last_visit_on, now.next_visit_on) == (FRIDAY, FRIDAY, None)
    assert now.usual_area is not None
    assert now.usual_area.name == "Main room"


def test_the_usual_is_the_most_frequent_of_the_visits(place: Restaurant) -> None:
    past(place, 2, party_size=4, local_time=time(20, 30), service_date=date(2026, 5, 2))
    past(place, 1, party_size=2, local_time=time(18), service_date=date(2026, 5, 4))
    past(place, 3, party_size=9, status="no_show")
    past(place, 5, party_size=9, status="declined")
    guest = Guest.objects.get()
    figures_count([guest.pk], NOW)
    now = figures()
    assert (now.usual_party_size, now.usual_weekday, now.usual_hour) == (4, 5, 20)
    assert (now.visits, now.no_shows, now.bookings) == (3, 3, 7)
    assert now.first_visit_on == date(2026, 5, 2)


def test_bills_add_up_in_the_currency_of_the_house_only(place: Restaurant) -> None:
    abroad = make_restaurant(organisation=place.organisation, currency="GBP")
    past(place, 2, bill_minor=4_500)
    past(place, 1)
    past(place, 1, bill_minor=9_900, restaurant_id=abroad.pk)
    past(place, 1, bill_minor=9_900, status="no_show")
    figures_count([Guest.objects.get().pk], NOW)
    now = figures()
    assert (now.spend_minor, now.billed_visits, now.visits) == (9_000, 2, 4)


def test_a_booking_given_to_somebody_else_leaves_zeros_behind(place: Restaurant) -> None:
    row = booked(place)
    run_deliveries()
    reservation_modify(
        reservation_id=row.pk,
        changes=Changes(guest_name="Bram", guest_email="bram@example.com"),
        actor=STAFF,
        now=NOW,
    )
    run_deliveries()
    assert figures().bookings == 0
    assert figures("bram@example.com").bookings == 1


def test_a_merge_brings_the_figures_together_and_apart_again(place: Restaurant) -> None:
    past(place, 2)
    booked(place, email="anna.private@example.com", date=FRIDAY + timedelta(days=1))
    run_deliveries()
    kept = Guest.objects.get(email=EMAIL)
    merged = Guest.objects.get(email="anna.private@example.com")
    figures_count([kept.pk, merged.pk], NOW)
    merge = guests_merge(kept_id=kept.pk, merged_id=merged.pk, actor=STAFF, now=NOW)
    assert figures().bookings == 4
    guests_unmerge(merge_id=merge.pk, actor=STAFF, now=NOW)
    assert figures().bookings == 3
    assert figures("anna.private@example.com").bookings == 1


def test_a_record_merged_by_hand_counts_for_the_kept_one(place: Restaurant) -> None:
    booked(place)
    booked(place, email="anna.private@example.com", date=FRIDAY + timedelta(days=1))
    kept = Guest.objects.get(email=EMAIL)
    Guest.objects.exclude(pk=kept.pk).update(merged_into=kept)
    figures_count([*Guest.objects.exclude(pk=kept.pk).values_list("pk", flat=True)], NOW)
    assert figures().bookings == 2
    assert GuestFigures.objects.count() == 1


def test_tags_follow_the_figures(place: Restaurant) -> None:
    rule = [{"field": "bookings", "op": "gte", "value": 1}]
    Tag.objects.create(organisation=place.organisation, name="Known", rule=rule, created_at=NOW)
    booked(place)
    run_deliveries()
    assert GuestTag.objects.get().is_automatic


def test_every_night_those_whose_day_has_passed_are_counted_again(place: Restaurant) -> None:
    booked(place)
    run_deliveries()
    after = datetime(2026, 6, 7, 3, tzinfo=UTC)
    assert guests_to_count(now=NOW) == []
    with clock.freeze(after):
        assert count_figures() == 1
        assert figures().upcoming == 0
        assert count_figures() == 0


def test_what_was_never_counted_is_found_in_batches_and_resumed(place: Restaurant) -> None:
    for number in range(3):
        booked(place, email=f"guest-{number}@example.com", date=FRIDAY + timedelta(days=number))
    first = guests_to_count(now=NOW, batch=2)
    figures_count(first, NOW)
    rest = guests_to_count(now=NOW, batch=2)
    assert len(first) == 2
    assert len(rest) == 1
    assert figures_count_stale(now=NOW) == 1
    call_command("count_guests", "--all", verbosity=0)
    assert GuestFigures.objects.filter(bookings=1).count() == 3


def test_counting_takes_as_many_statements_for_many_as_for_one(
    place: Restaurant, django_assert_num_queries: Any
) -> None:
    for number in range(4):
        booked(place, email=f"guest-{number}@example.com", date=FRIDAY + timedelta(days=number))
    ids = list(Guest.objects.values_list("pk", flat=True))
    with django_assert_num_queries(7):  # the tags, and savepoints around two services
        figures_count(ids[:1], NOW)
    with django_assert_num_queries(7):
        figures_count(ids, NOW)


def test_guests_cannot_be_counted_wrong_by_saying_it_twice(place: Restaurant) -> None:
    row = booked(place)
    reservation_cancel(reservation_id=row.pk, actor=GUEST, now=NOW)
    run_deliveries()
    guest = Guest.objects.get()
    for _ in range(3):
        figures_count([guest.pk, guest.pk], NOW)
    assert (figures().bookings, figures().cancellations, figures().late_cancellations) == (1, 1, 0)
