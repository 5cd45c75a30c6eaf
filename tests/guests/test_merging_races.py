"""Merging while others book, cancel and merge."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pytest
from django.db import OperationalError, connection, transaction
from psycopg.errors import DeadlockDetected

from bookings.models import Reservation
from bookings.services import reservation_cancel, reservation_create
from guests.models import Guest, GuestMerge, GuestNote
from guests.services import guest_match
from guests.services.moving import GuestBusy
from tests.factories import FRIDAY, GUEST, NOW, STAFF, a_request, make_restaurant
from tests.guests.people import make_guest, merge, note
from tests.races import run_together, wait_for_a_waiter

pytestmark = pytest.mark.django_db

_PATIENCE = 60.0


@pytest.mark.django_db(transaction=True)
def test_two_merges_that_cross_are_one(kept: Guest, merged: Guest) -> None:
    run_together(partial(merge, kept, merged), partial(merge, merged, kept))

    assert GuestMerge.objects.count() == 1
    assert Guest.objects.filter(merged_into=None).count() == 1


@pytest.mark.django_db(transaction=True)
def test_who_books_while_records_merge_books_as_the_kept_one(kept: Guest, merged: Guest) -> None:
    """The booking has found the record and waits for its lock when it becomes part of another."""

    def book() -> Guest:
        return guest_match(
            organisation_id=kept.organisation_id,
            name="Anna",
            phone="",
            email=merged.email or "",
            language="en",
            now=NOW,
        ).guest

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            merge(kept, merged)
            booking = pool.submit(alone, book)
            wait_for_a_waiter()
        assert booking.result(_PATIENCE) == kept


def meet_in_a_circle() -> list[BaseException]:
    """A merge holds the guest and wants the reservation; we hold that one and want the guest.
    Returns how it went wrong for either.
    """
    restaurant = make_restaurant()
    booked = reservation_create(request=a_request(restaurant), actor=GUEST, now=NOW).reservation
    guest = booked.guest
    assert guest is not None
    kept = make_guest(restaurant.organisation)
    failures: list[BaseException] = []
    with ThreadPoolExecutor(1) as pool:
        try:
            with transaction.atomic():
                Reservation.objects.select_for_update().get(pk=booked.pk)
                merging = pool.submit(alone, lambda: merge(kept, guest).kept)
                wait_for_a_waiter()
                Guest.objects.select_for_update(no_key=True).get(pk=guest.pk)
        except OperationalError as error:
            failures.append(error)
        failure = merging.exception(_PATIENCE)
    return failures + ([failure] if failure else [])


@pytest.mark.django_db(transaction=True)
def test_a_merge_makes_way_for_who_has_the_reservation_and_wants_the_guest() -> None:
    assert meet_in_a_circle() == []
    assert GuestMerge.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_circle_is_real_where_a_merge_does_not_make_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("guests.services.moving.PATIENCE", "0")  # waits for ever
    failure = meet_in_a_circle()[0]
    assert isinstance(failure.__cause__, DeadlockDetected)


@pytest.mark.django_db(transaction=True)
def test_a_merge_that_is_never_let_in_says_so(
    kept: Guest, merged: Guest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("guests.services.moving.TRIES", 1)
    mine = note(merged)
    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        GuestNote.objects.select_for_update().get(pk=mine.pk)
        refused = pool.submit(alone, lambda: merge(kept, merged).kept)
        assert isinstance(refused.exception(_PATIENCE), GuestBusy)
    assert not GuestMerge.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_merging_while_bookings_are_made_and_cancelled_loses_nothing() -> None:
    restaurant = make_restaurant()
    who = {"guest_email": "anna@example.com"}
    booked = [
        reservation_create(
            request=a_request(restaurant, date=FRIDAY + timedelta(days=day), **who),
            actor=GUEST,
            now=NOW,
        ).reservation
        for day in range(3)
    ]
    guest = booked[0].guest
    assert guest is not None
    kept = make_guest(restaurant.organisation)

    outcomes = run_together(
        partial(merge, kept, guest),
        *(
            partial(reservation_cancel, reservation_id=one.pk, actor=STAFF, now=NOW)
            for one in booked[:2]
        ),
        partial(
            reservation_create,
            request=a_request(restaurant, date=FRIDAY + timedelta(days=3), **who),
            actor=GUEST,
            now=NOW,
        ),
    )

    assert [one for one in outcomes if isinstance(one, Exception)] == []
    assert Reservation.objects.filter(guest=kept).count() == 4


def alone(work: Callable[[], Guest]) -> Guest:
    try:
        return work()
    finally:
        connection.close()
