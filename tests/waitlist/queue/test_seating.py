"""The party sits down or leaves, and the last step is taken back (rules 95-97)."""

from __future__ import annotations

from typing import Any

import pytest

from bookings.models import Reservation
from reservehub.core.errors import VersionConflict
from tests.factories import GUEST, STAFF, make_restaurant
from tests.waitlist.queue.evening import held_tables, later, ready, skips, table_of, wait_at_door
from waitlist.models import QueueStatus
from waitlist.queue.errors import (
    AlreadyInQueue,
    NoTableReady,
    NothingToTakeBack,
    OutOfTurn,
    QueueEntryOver,
)
from waitlist.services.queue import (
    queue_coming,
    queue_leave,
    queue_no_show,
    queue_ready,
    queue_remove,
    queue_seat,
    queue_undo,
)

pytestmark = pytest.mark.django_db


# --- Seating --------------------------------------------------------------------------------------


def test_a_party_sits_down_at_the_table_that_was_held_for_it() -> None:
    restaurant = make_restaurant(tables=(2,))
    entry = ready(wait_at_door(restaurant, name="Anna", phone="+31612345678"))

    seated = queue_seat(entry_id=entry.pk, actor=STAFF, now=later(4))

    visit = Reservation.objects.get()
    assert (visit.status, visit.source, visit.guest_name) == ("seated", "walk_in", "Anna")
    assert (visit.guest, str(visit.guest_phone)) == (entry.guest, "+31612345678")
    assert seated.booked.table_ids == (table_of(restaurant, "1"),)
    assert held_tables(restaurant) == []
    entry.refresh_from_db()
    assert (entry.status, entry.reservation, entry.seated_at) == ("SEATED", visit, later(4))


def test_seating_twice_is_one_visit() -> None:
    entry = wait_at_door(make_restaurant(tables=(2,)))

    first = queue_seat(entry_id=entry.pk, actor=STAFF, now=later(1), expected_version=1)
    again = queue_seat(entry_id=entry.pk, actor=STAFF, now=later(1), expected_version=1)

    assert first.booked.reservation.pk == again.booked.reservation.pk
    assert first.booked.manage_token == again.booked.manage_token
    assert Reservation.objects.count() == 1


def test_a_party_is_seated_at_another_table_than_the_one_held() -> None:
    restaurant = make_restaurant(tables=(2, 2))
    entry = ready(wait_at_door(restaurant), table_of(restaurant, "1"))

    other = table_of(restaurant, "2")
    queue_seat(entry_id=entry.pk, table_ids=[other], actor=STAFF, now=later(2))

    assert held_tables(restaurant) == []
    assert list(Reservation.objects.get().occupancies.values_list("table_id", flat=True)) == [other]


def test_who_comes_late_still_sits_down_where_nobody_else_does() -> None:
    restaurant = make_restaurant(tables=(2,))
    entry = ready(wait_at_door(restaurant))

    queue_seat(entry_id=entry.pk, actor=STAFF, now=later(14))

    entry.refresh_from_db()
    assert entry.status == QueueStatus.SEATED


def test_a_seat_out_of_turn_needs_saying_so() -> None:
    restaurant = make_restaurant(tables=(2,))
    first, second = wait_at_door(restaurant), wait_at_door(restaurant)

    with pytest.raises(OutOfTurn):
        queue_seat(entry_id=second.pk, actor=STAFF, now=later(1))
    order = frozenset({"order"})
    queue_seat(entry_id=second.pk, actor=STAFF, now=later(1), overrides=order)
    assert skips() == [(first.pk, second.pk, "by_host")]


def test_the_wish_for_an_area_is_kept_when_the_house_chooses() -> None:
    restaurant = make_restaurant(tables=(2,))
    terrace = restaurant.areas.create(name="Terrace")
    entry = wait_at_door(restaurant, area_id=terrace.pk)

    with pytest.raises(NoTableReady):
        queue_seat(entry_id=entry.pk, actor=STAFF, now=later(1))


# --- Leaving and taking back ----------------------------------------------------------------------


def test_who_leaves_gives_the_table_back() -> None:
    restaurant = make_restaurant(tables=(2,))
    entry = ready(wait_at_door(restaurant))

    for _ in range(2):
        queue_leave(entry_id=entry.pk, actor=GUEST, now=later(2))

    entry.refresh_from_db()
    assert (entry.status, entry.ended_at) == (QueueStatus.CANCELED, later(2))
    assert held_tables(restaurant) == []
    with pytest.raises(QueueEntryOver):
        queue_remove(entry_id=entry.pk, actor=STAFF, now=later(3))
    with pytest.raises(QueueEntryOver):
        ready(entry, minutes=3)


def test_an_old_version_is_refused() -> None:
    entry = wait_at_door(make_restaurant())
    queue_coming(entry_id=entry.pk, actor=GUEST, now=later(1))

    with pytest.raises(VersionConflict):
        queue_remove(entry_id=entry.pk, actor=STAFF, now=later(1), expected_version=1)


@pytest.mark.parametrize(
    "step", [queue_remove, queue_no_show, queue_leave, queue_seat, queue_ready]
)
def test_the_last_step_can_be_taken_back(step: Any) -> None:
    restaurant = make_restaurant(tables=(2,))
    entry = wait_at_door(restaurant)
    step(entry_id=entry.pk, actor=STAFF, now=later(1))

    queue_undo(entry_id=entry.pk, actor=STAFF, now=later(2))

    entry.refresh_from_db()
    assert (entry.status, entry.ended_at) == (QueueStatus.WAITING, None)
    assert held_tables(restaurant) == []
    assert not Reservation.objects.filter(status="seated").exists()
    with pytest.raises(NothingToTakeBack):
        queue_undo(entry_id=entry.pk, actor=STAFF, now=later(3))


def test_after_a_quarter_of_an_hour_nothing_is_taken_back() -> None:
    entry = wait_at_door(make_restaurant())
    queue_leave(entry_id=entry.pk, actor=GUEST, now=later(1))

    with pytest.raises(NothingToTakeBack):
        queue_undo(entry_id=entry.pk, actor=STAFF, now=later(17))


def test_who_has_joined_again_is_not_taken_back_beside_themselves() -> None:
    restaurant = make_restaurant()
    entry = wait_at_door(restaurant, phone="+31612345678")
    queue_leave(entry_id=entry.pk, actor=GUEST, now=later(1))
    wait_at_door(restaurant, phone="+31612345678", now=later(2))

    with pytest.raises(AlreadyInQueue):
        queue_undo(entry_id=entry.pk, actor=STAFF, now=later(3))
