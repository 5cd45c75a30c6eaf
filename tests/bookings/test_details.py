"""Partial arrival, the party at the door, ETA, longer stays, cancelling for a guest."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

import pytest

from bookings.errors import TableTaken, TransitionRefused
from bookings.lifecycle import LateState, late_state
from bookings.models import Occupancy, Reservation
from bookings.services import (
    reservation_arrive,
    reservation_cancel,
    reservation_complete,
    reservation_create,
    reservation_eta_set,
    reservation_extend,
    reservation_partly_seat,
    reservation_party_set,
    reservation_seat,
    reservation_undo,
)
from reservehub.core.errors import ValidationFailed, VersionConflict
from reservehub.core.models import AuditEntry, OutboxEvent
from restaurants.models import Restaurant
from tests.factories import GUEST, NOW, STAFF, a_request, make_restaurant

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def book(restaurant: Restaurant | None = None, **fields: Any) -> Reservation:
    return reservation_create(
        request=a_request(restaurant or make_restaurant(tables=(4,)), **fields),
        actor=GUEST,
        now=NOW,
    ).reservation


def by_staff(service: Any, reservation: Reservation, **options: Any) -> Reservation:
    changed: Reservation = service(
        **{"reservation_id": reservation.pk, "actor": STAFF, "now": reservation.starts_at} | options
    )
    return changed


def until(reservation: Reservation) -> Any:
    return Occupancy.objects.get(reservation=reservation).period.upper


def last_event() -> str:
    event = OutboxEvent.objects.order_by("pk").last()
    assert event is not None
    return event.name


# ---------------------------------------------------------------------- partial arrival
def test_some_sit_and_the_stay_counts_from_them() -> None:
    party = book(party_size=4)
    start = party.starts_at

    partly = by_staff(reservation_partly_seat, party, present=2, now=start + 5 * MINUTE)
    assert (partly.status, partly.actual_party_size) == ("partially_seated", 2)
    assert partly.seated_at == start + 5 * MINUTE
    assert last_event() == "bookings.reservation.partly_seated"

    all_there = by_staff(reservation_seat, party, now=start + 25 * MINUTE)
    assert (all_there.status, all_there.actual_party_size) == ("seated", None)
    assert all_there.seated_at == start + 5 * MINUTE
    assert all_there.ends_at == until(party) == start + 110 * MINUTE


def test_partial_steps_are_taken_back_one_by_one() -> None:
    party = book(party_size=4)
    by_staff(reservation_arrive, party)
    by_staff(reservation_partly_seat, party, present=3)
    by_staff(reservation_seat, party, actual_party_size=5)

    found = []
    for _ in range(3):
        back = by_staff(reservation_undo, party)
        found.append((back.status, back.actual_party_size, back.seated_at is not None))
    assert found == [
        ("partially_seated", 3, True),
        ("arrived", None, False),
        ("confirmed", None, False),
    ]
    assert until(party) == party.ends_at


def test_a_party_that_partly_sat_may_leave() -> None:
    party = book(party_size=4)
    by_staff(reservation_partly_seat, party)
    assert by_staff(reservation_complete, party, now=party.ends_at).status == "completed"


# ---------------------------------------------------------------------- how many came
def test_the_party_that_came_is_kept_beside_the_booked_one() -> None:
    party = book(party_size=4)
    changed = by_staff(reservation_party_set, party, actual_party_size=3)
    again = by_staff(reservation_party_set, party, actual_party_size=3)
    assert (changed.party_size, changed.actual_party_size) == (4, 3)
    assert again.version == changed.version
    assert last_event() == "bookings.reservation.party_changed"
    assert by_staff(reservation_undo, party).actual_party_size is None


def test_the_size_is_corrected_after_they_left_and_leaving_can_still_be_undone() -> None:
    party = book(party_size=4)
    by_staff(reservation_seat, party)
    left = party.starts_at + 60 * MINUTE
    by_staff(reservation_complete, party, now=left)
    by_staff(reservation_party_set, party, actual_party_size=3, now=left)
    assert by_staff(reservation_undo, party, now=left).status == "seated"


@pytest.mark.parametrize("size", [0, -1, 501])
def test_an_impossible_size_is_refused(size: int) -> None:
    with pytest.raises(ValidationFailed):
        by_staff(reservation_party_set, book(), actual_party_size=size)


def test_who_was_cancelled_has_no_size() -> None:
    party = book()
    reservation_cancel(reservation_id=party.pk, actor=STAFF, now=NOW)
    with pytest.raises(TransitionRefused):
        by_staff(reservation_party_set, party, actual_party_size=2)


# ---------------------------------------------------------------------- late
def test_staff_note_when_a_late_party_comes_and_the_grace_grows() -> None:
    party = book()
    late = party.starts_at + 16 * MINUTE
    assert late_state(late, party.starts_at) is LateState.SUGGEST_NO_SHOW

    told = by_staff(reservation_eta_set, party, eta_at=party.starts_at + 30 * MINUTE, now=late)
    assert late_state(late, told.starts_at, told.late_eta_at) is LateState.LATE
    assert last_event() == "bookings.reservation.running_late"

    on_time = by_staff(reservation_eta_set, party, eta_at=None, now=late)
    assert on_time.late_eta_at is None
    assert last_event() == "bookings.reservation.on_time"
    assert by_staff(reservation_undo, party, now=late).late_eta_at == told.late_eta_at


@pytest.mark.parametrize("minutes", [0, -5, 181])
def test_an_eta_before_the_start_or_hours_later_is_refused(minutes: int) -> None:
    party = book()
    with pytest.raises(ValidationFailed):
        by_staff(reservation_eta_set, party, eta_at=party.starts_at + minutes * MINUTE)


def test_who_is_there_has_no_eta() -> None:
    party = book()
    by_staff(reservation_arrive, party)
    with pytest.raises(TransitionRefused):
        by_staff(reservation_eta_set, party, eta_at=party.starts_at + 20 * MINUTE)


# ---------------------------------------------------------------------- longer and shorter
def test_a_stay_grows_up_to_the_next_party_and_says_how_far() -> None:
    restaurant = make_restaurant(tables=(2,), policy={"buffer_minutes": 15})
    party = book(restaurant, time=time(18))
    coming = book(restaurant, time=time(20, 30))
    by_staff(reservation_seat, party)

    longer = by_staff(reservation_extend, party, minutes=30)
    assert longer.ends_at == party.starts_at + 120 * MINUTE
    assert until(party) == longer.ends_at + 15 * MINUTE
    with pytest.raises(TableTaken) as refused:
        by_staff(reservation_extend, party, minutes=30)
    assert refused.value.extra["minutes"] == 15
    assert refused.value.extra["until"] == coming.starts_at.isoformat()
    assert until(party) == longer.ends_at + 15 * MINUTE

    by_staff(reservation_extend, party, minutes=15)
    assert until(party) == coming.starts_at
    assert by_staff(reservation_undo, party).ends_at == longer.ends_at
    assert AuditEntry.objects.filter(action="reservation.extended").count() == 2


def test_a_party_to_come_gets_another_length_on_the_timeline() -> None:
    party = book()
    shorter = by_staff(reservation_extend, party, minutes=-30, now=NOW)
    assert shorter.ends_at == until(party) == party.starts_at + 60 * MINUTE
    with pytest.raises(ValidationFailed):
        by_staff(reservation_extend, party, minutes=-60, now=NOW)


def test_a_stay_does_not_end_before_its_table_was_taken() -> None:
    party = book()
    taken_at = party.starts_at + 80 * MINUTE
    Occupancy.objects.filter(reservation=party).update(
        period=(taken_at, party.starts_at + 90 * MINUTE)
    )
    with pytest.raises(ValidationFailed):
        by_staff(reservation_extend, party, minutes=-30, now=NOW)
    assert until(party) == party.starts_at + 90 * MINUTE


def test_who_should_have_left_gets_minutes_from_now() -> None:
    party = book()
    by_staff(reservation_seat, party)
    late = party.ends_at + 12 * MINUTE
    assert by_staff(reservation_extend, party, minutes=15, now=late).ends_at == late + 15 * MINUTE


@pytest.mark.parametrize("minutes", [0, 241, -241])
def test_other_minutes_are_refused(minutes: int) -> None:
    with pytest.raises(ValidationFailed):
        by_staff(reservation_extend, book(), minutes=minutes)


def test_a_stale_version_is_refused_everywhere() -> None:
    party = book()
    by_staff(reservation_arrive, party)
    for service, options in (
        (reservation_partly_seat, {}),
        (reservation_party_set, {"actual_party_size": 2}),
        (reservation_eta_set, {"eta_at": party.starts_at + 20 * MINUTE}),
        (reservation_extend, {"minutes": 15}),
        (reservation_undo, {}),
    ):
        with pytest.raises(VersionConflict):
            by_staff(service, party, expected_version=1, **options)


# ---------------------------------------------------------------------- cancelling for a guest
def test_a_cancellation_by_phone_is_the_guests_and_may_be_late() -> None:
    party = book()
    late = party.cancel_deadline_at + MINUTE
    cancelled = reservation_cancel(
        reservation_id=party.pk, actor=STAFF, now=late, for_guest=True, reason="Ill"
    )
    assert (cancelled.status, cancelled.is_cancelled_in_time) == ("cancelled_by_guest", False)
    event = OutboxEvent.objects.order_by("-pk").first()
    assert event is not None
    assert (event.payload["by_guest"], event.payload["is_in_time"]) == (True, False)
    assert not Occupancy.objects.exists()


def test_a_party_that_has_arrived_is_not_cancelled_as_the_guests() -> None:
    party = book()
    by_staff(reservation_arrive, party)
    with pytest.raises(TransitionRefused):
        by_staff(reservation_cancel, party, for_guest=True)
