from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest

from bookings.errors import DeadlinePassed, TablesMissing, TableTaken, TransitionRefused
from bookings.models import Occupancy, Reservation
from bookings.services import (
    reservation_approve,
    reservation_arrive,
    reservation_cancel,
    reservation_complete,
    reservation_create,
    reservation_decline,
    reservation_expire,
    reservation_no_show,
    reservation_reconfirm,
    reservation_running_late,
    reservation_seat,
    reservation_undo,
)
from bookings.tasks import expire_requests
from reservehub.core import clock
from reservehub.core.actors import SYSTEM
from reservehub.core.errors import VersionConflict
from reservehub.core.models import AuditEntry, OutboxEvent
from tests.factories import GUEST, NOW, STAFF, a_request, make_restaurant

pytestmark = pytest.mark.django_db


def booked(**policy: object) -> Reservation:
    restaurant = make_restaurant(tables=(2,), policy=policy)
    return reservation_create(request=a_request(restaurant), actor=GUEST, now=NOW).reservation


def pending() -> Reservation:
    return booked(confirmation_mode="approval")


def tables(reservation: Reservation) -> int:
    return Occupancy.objects.filter(reservation=reservation).count()


def names() -> list[str]:
    return list(OutboxEvent.objects.order_by("pk").values_list("name", flat=True))


def test_staff_approve_a_request() -> None:
    reservation = pending()
    approved = reservation_approve(reservation_id=reservation.pk, actor=STAFF, now=NOW)
    assert (approved.status, approved.confirmed_at, approved.version) == ("confirmed", NOW, 2)
    assert tables(reservation) == 1
    assert names()[-1] == "bookings.reservation.confirmed"
    assert AuditEntry.objects.get(action="reservation.confirmed").actor_label == "Maria"


def test_a_declined_request_frees_its_table_and_cannot_be_approved() -> None:
    reservation = pending()
    reservation_decline(reservation_id=reservation.pk, actor=STAFF, now=NOW, reason="Full house")
    assert tables(reservation) == 0
    with pytest.raises(TransitionRefused):
        reservation_approve(reservation_id=reservation.pk, actor=STAFF, now=NOW)


def test_an_unanswered_request_expires_once() -> None:
    reservation = pending()
    due = reservation.expires_at
    assert due is not None
    early = due - timedelta(seconds=1)
    assert reservation_expire(reservation_id=reservation.pk, actor=SYSTEM, now=early) is None
    with clock.freeze(due):
        assert expire_requests() == 1
        assert expire_requests() == 0
    reservation.refresh_from_db()
    assert (reservation.status, tables(reservation)) == ("expired", 0)


def test_a_guest_cancels_before_the_deadline_and_only_then() -> None:
    reservation = booked()
    cancelled = reservation_cancel(reservation_id=reservation.pk, actor=GUEST, now=NOW)
    assert cancelled.status == "cancelled_by_guest"
    assert cancelled.is_cancelled_in_time is True
    assert tables(reservation) == 0

    other = booked()
    with pytest.raises(DeadlinePassed) as refused:
        reservation_cancel(reservation_id=other.pk, actor=GUEST, now=other.starts_at)
    assert refused.value.extra["phone"] == "+31201234567"


def test_after_the_deadline_a_guest_has_to_call_and_it_is_marked_as_late() -> None:
    """Rule 72."""
    reservation = booked()
    late = reservation.cancel_deadline_at + timedelta(minutes=1)
    with pytest.raises(DeadlinePassed):
        reservation_cancel(reservation_id=reservation.pk, actor=GUEST, now=late)
    cancelled = reservation_cancel(reservation_id=reservation.pk, actor=STAFF, now=late)
    assert cancelled.is_cancelled_in_time is False


def test_cancelling_twice_changes_nothing() -> None:
    reservation = booked()
    reservation_cancel(reservation_id=reservation.pk, actor=GUEST, now=NOW)
    again = reservation_cancel(reservation_id=reservation.pk, actor=STAFF, now=NOW)
    assert (again.status, again.version) == ("cancelled_by_guest", 2)
    assert names().count("bookings.reservation.cancelled") == 1


def test_a_stale_version_is_refused_with_the_present_one() -> None:
    reservation = booked()
    reservation_reconfirm(reservation_id=reservation.pk, actor=GUEST, now=NOW)
    with pytest.raises(VersionConflict) as refused:
        reservation_arrive(
            reservation_id=reservation.pk,
            actor=STAFF,
            now=reservation.starts_at,
            expected_version=1,
        )
    assert refused.value.extra["version"] == 2


def test_seating_late_lengthens_the_stay_but_never_into_the_next_booking() -> None:
    reservation = booked()
    late = reservation.starts_at + timedelta(minutes=10)
    seated = reservation_seat(reservation_id=reservation.pk, actor=STAFF, now=late)
    assert seated.ends_at == late + timedelta(minutes=90)

    crowded = booked()
    reservation_create(
        request=a_request(crowded.restaurant, time=time(20, 30)), actor=GUEST, now=NOW
    )
    late = crowded.starts_at + timedelta(minutes=10)
    seated = reservation_seat(reservation_id=crowded.pk, actor=STAFF, now=late)
    assert seated.ends_at == crowded.starts_at + timedelta(minutes=90)


def test_a_party_hours_early_keeps_its_table_until_after_the_booked_start() -> None:
    reservation = booked()
    early = reservation.starts_at - timedelta(hours=4)
    seated = reservation_seat(reservation_id=reservation.pk, actor=STAFF, now=early)
    row = Occupancy.objects.get(reservation=reservation)
    assert row.period.lower == early
    assert row.period.upper >= seated.ends_at > reservation.starts_at


def test_finishing_frees_the_table_at_once_and_undo_takes_it_back() -> None:
    reservation = booked()
    start = reservation.starts_at
    reservation_seat(reservation_id=reservation.pk, actor=STAFF, now=start)
    left = start + timedelta(minutes=40)
    reservation_complete(reservation_id=reservation.pk, actor=STAFF, now=left)
    assert Occupancy.objects.get(reservation=reservation).period.upper == left

    undone = reservation_undo(
        reservation_id=reservation.pk, actor=STAFF, now=left + timedelta(minutes=15)
    )

    assert (undone.status, undone.completed_at) == ("seated", None)
    assert Occupancy.objects.get(reservation=reservation).period.upper == undone.ends_at


def test_undo_is_refused_after_fifteen_minutes_and_twice() -> None:
    reservation = booked()
    start = reservation.starts_at
    reservation_seat(reservation_id=reservation.pk, actor=STAFF, now=start)
    with pytest.raises(TransitionRefused):
        reservation_undo(
            reservation_id=reservation.pk, actor=STAFF, now=start + timedelta(minutes=16)
        )
    reservation_undo(reservation_id=reservation.pk, actor=STAFF, now=start + timedelta(minutes=1))
    with pytest.raises(TransitionRefused):
        reservation_undo(
            reservation_id=reservation.pk, actor=STAFF, now=start + timedelta(minutes=1)
        )


def test_a_no_show_waits_for_the_start_and_frees_the_table() -> None:
    reservation = booked()
    with pytest.raises(TransitionRefused):
        reservation_no_show(reservation_id=reservation.pk, actor=STAFF, now=NOW)
    at = reservation.starts_at + timedelta(minutes=15)
    reservation_no_show(reservation_id=reservation.pk, actor=STAFF, now=at)
    assert Occupancy.objects.get(reservation=reservation).period.upper == at


def test_a_late_no_show_gets_the_table_back_only_if_it_is_free() -> None:
    reservation = booked()
    at = reservation.starts_at + timedelta(minutes=20)
    reservation_no_show(reservation_id=reservation.pk, actor=STAFF, now=at)
    back = reservation_seat(
        reservation_id=reservation.pk, actor=STAFF, now=at + timedelta(minutes=5)
    )
    assert back.status == "seated"

    gone = booked()
    at = gone.starts_at + timedelta(minutes=20)
    reservation_no_show(reservation_id=gone.pk, actor=STAFF, now=at)
    reservation_create(request=a_request(gone.restaurant, time=time(19, 45)), actor=GUEST, now=NOW)
    with pytest.raises(TableTaken):
        reservation_seat(reservation_id=gone.pk, actor=STAFF, now=at + timedelta(minutes=26))


def test_a_no_show_who_comes_after_the_booked_time_needs_a_new_table() -> None:
    reservation = booked()
    at = reservation.starts_at + timedelta(minutes=20)
    reservation_no_show(reservation_id=reservation.pk, actor=STAFF, now=at)
    with pytest.raises(TablesMissing):
        reservation_arrive(
            reservation_id=reservation.pk,
            actor=STAFF,
            now=reservation.ends_at + timedelta(minutes=5),
        )


def test_running_late_is_said_once() -> None:
    reservation = booked()
    first = reservation_running_late(
        reservation_id=reservation.pk, minutes=20, actor=GUEST, now=NOW
    )
    again = reservation_running_late(
        reservation_id=reservation.pk, minutes=20, actor=GUEST, now=NOW
    )
    assert first.late_eta_at == reservation.starts_at + timedelta(minutes=20)
    assert again.version == first.version


def test_staff_cannot_seat_a_party_on_the_wrong_day() -> None:
    reservation = booked()
    with pytest.raises(TransitionRefused):
        reservation_seat(reservation_id=reservation.pk, actor=STAFF, now=NOW)


def test_undo_brings_back_the_times_as_they_were() -> None:
    reservation = booked()
    before = list(
        Occupancy.objects.filter(reservation=reservation).values_list("table_id", "period")
    )
    early = reservation.starts_at - timedelta(minutes=30)
    reservation_seat(reservation_id=reservation.pk, actor=STAFF, now=early)
    undone = reservation_undo(reservation_id=reservation.pk, actor=STAFF, now=early)
    after = list(
        Occupancy.objects.filter(reservation=reservation).values_list("table_id", "period")
    )
    assert (before, undone.ends_at) == (after, reservation.ends_at)
    assert isinstance(undone.starts_at, datetime)
