"""The answer to a request can be taken back for one minute (user experience 2.5, rule 60)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bookings.errors import TableTaken, TransitionRefused
from bookings.models import Occupancy, Reservation
from bookings.services import (
    reservation_approve,
    reservation_create,
    reservation_decline,
    reservation_expire,
    reservation_undo,
)
from reservehub.core.actors import SYSTEM
from reservehub.core.models import AuditEntry, OutboxEvent
from tests.factories import GUEST, NOW, STAFF, a_request, make_restaurant

pytestmark = pytest.mark.django_db

SOON = NOW + timedelta(seconds=59)
LATER = NOW + timedelta(seconds=61)


def pending() -> Reservation:
    restaurant = make_restaurant(tables=(2,), policy={"confirmation_mode": "approval"})
    return reservation_create(request=a_request(restaurant), actor=GUEST, now=NOW).reservation


def seats(reservation: Reservation) -> list[tuple[object, ...]]:
    rows = Occupancy.objects.filter(reservation=reservation)
    return list(rows.values_list("table_id", "period"))


def test_an_approval_taken_back_is_a_request_again() -> None:
    request = pending()
    before = seats(request)
    reservation_approve(reservation_id=request.pk, actor=STAFF, now=NOW)
    again = reservation_undo(reservation_id=request.pk, actor=STAFF, now=SOON)
    assert (again.status, again.confirmed_at, again.version) == ("pending", None, 3)
    assert again.expires_at == request.expires_at
    assert seats(request) == before
    assert OutboxEvent.objects.latest("pk").payload["undone_status"] == "confirmed"
    assert AuditEntry.objects.latest("pk").action == "reservation.undone"


def test_a_refusal_taken_back_takes_the_table_again() -> None:
    request = pending()
    before = seats(request)
    reservation_decline(reservation_id=request.pk, actor=STAFF, now=NOW, reason="Full")
    assert seats(request) == []
    again = reservation_undo(reservation_id=request.pk, actor=STAFF, now=SOON)
    assert (again.status, again.cancellation_reason) == ("pending", "")
    assert seats(request) == before


def test_a_refusal_stands_if_the_table_was_given_away() -> None:
    request = pending()
    reservation_decline(reservation_id=request.pk, actor=STAFF, now=NOW)
    reservation_create(request=a_request(request.restaurant), actor=GUEST, now=NOW)
    with pytest.raises(TableTaken):
        reservation_undo(reservation_id=request.pk, actor=STAFF, now=SOON)
    request.refresh_from_db()
    assert request.status == "declined"


@pytest.mark.parametrize("answer", [reservation_approve, reservation_decline])
def test_an_answer_stands_after_a_minute(answer: object) -> None:
    request = pending()
    answer(reservation_id=request.pk, actor=STAFF, now=NOW)  # type: ignore[operator]
    with pytest.raises(TransitionRefused, match="one minute"):
        reservation_undo(reservation_id=request.pk, actor=STAFF, now=LATER)


def test_a_request_that_expired_is_not_revived() -> None:
    request = pending()
    assert request.expires_at is not None
    reservation_expire(reservation_id=request.pk, actor=SYSTEM, now=request.expires_at)
    with pytest.raises(TransitionRefused):
        reservation_undo(reservation_id=request.pk, actor=STAFF, now=request.expires_at)


def test_what_was_taken_back_can_be_answered_again() -> None:
    request = pending()
    reservation_decline(reservation_id=request.pk, actor=STAFF, now=NOW)
    reservation_undo(reservation_id=request.pk, actor=STAFF, now=SOON)
    approved = reservation_approve(reservation_id=request.pk, actor=STAFF, now=LATER)
    assert approved.status == "confirmed"
    assert reservation_undo(reservation_id=request.pk, actor=STAFF, now=LATER).status == "pending"
