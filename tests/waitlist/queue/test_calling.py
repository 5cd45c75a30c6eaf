"""A party is called to its table: ready, coming, not come, and who before whom (rules 96, 97)."""

from __future__ import annotations

import pytest

from bookings.errors import TableOccupied, TableTaken, TableUnsuitable
from tests.factories import GUEST, STAFF, make_combination, make_restaurant
from tests.waitlist.queue.evening import (
    EVENING,
    from_afar,
    held_tables,
    later,
    open_from_afar,
    ready,
    sit,
    skips,
    table_of,
    wait_at_door,
)
from waitlist.models import QueueStatus
from waitlist.queue.errors import NotCalled, OutOfTurn
from waitlist.selectors.queue import queue_now, queue_status_at
from waitlist.services.queue import queue_coming, queue_join, queue_nudge, queue_run, queue_skip

pytestmark = pytest.mark.django_db


# --- Ready, coming, not come ----------------------------------------------------------------------


def test_a_ready_table_is_really_held() -> None:
    restaurant = make_restaurant(tables=(2,))
    entry = ready(wait_at_door(restaurant))

    assert entry.status == QueueStatus.SERVICE_READY
    assert held_tables(restaurant) == entry.table_ids == [table_of(restaurant, "1")]
    assert entry.held_until == later(11)
    with pytest.raises(TableTaken):
        sit(restaurant, now=later(2), table_ids=tuple(entry.table_ids))


def test_ready_twice_is_ready_once() -> None:
    restaurant = make_restaurant(tables=(2,))
    entry = ready(wait_at_door(restaurant))

    again = ready(entry, minutes=2, expected_version=1)

    assert (again.version, again.ready_at) == (entry.version, entry.ready_at)
    assert len(held_tables(restaurant)) == 1


def test_another_table_replaces_the_one_that_was_held() -> None:
    restaurant = make_restaurant(tables=(2, 2))
    first, second = table_of(restaurant, "1"), table_of(restaurant, "2")
    entry = ready(wait_at_door(restaurant), first)

    ready(entry, second, minutes=2)

    assert held_tables(restaurant) == [second]


def test_nobody_is_called_to_a_table_where_somebody_sits_or_that_is_too_small() -> None:
    restaurant = make_restaurant(tables=(2, 4))
    sit(restaurant, 4)
    entry = wait_at_door(restaurant, 4)

    with pytest.raises(TableOccupied):
        ready(entry, table_of(restaurant, "2"))
    with pytest.raises(TableUnsuitable):
        ready(entry, table_of(restaurant, "1"))
    assert ready(entry, table_of(restaurant, "1"), overrides=frozenset({"capacity"})).is_in_queue


def test_who_does_not_come_keeps_the_place_once_and_is_a_no_show_then() -> None:
    restaurant = make_restaurant(tables=(2,))
    entry = ready(wait_at_door(restaurant))

    assert queue_status_at(entry, later(10.9)) == QueueStatus.SERVICE_READY
    assert queue_status_at(entry, later(11)) == QueueStatus.SKIPPED
    queue_run(restaurant_id=restaurant.pk, now=later(12))
    entry.refresh_from_db()
    assert (entry.status, entry.skips) == (QueueStatus.SKIPPED, 1)
    assert held_tables(restaurant) == []

    ready(entry, minutes=20)
    queue_run(restaurant_id=restaurant.pk, now=later(31))
    entry.refresh_from_db()
    assert (entry.status, entry.skips) == (QueueStatus.NO_SHOW, 2)
    assert skips() == [(entry.pk, None, "not_come")] * 2


def test_a_lapsed_hold_gives_the_table_to_others_before_any_worker_has_seen_it() -> None:
    restaurant = make_restaurant(tables=(2,))
    ready(wait_at_door(restaurant))

    assert sit(restaurant, now=later(11.1)).table_ids == (table_of(restaurant, "1"),)


def test_a_party_is_reminded_once_after_five_minutes_unless_it_said_it_is_coming() -> None:
    restaurant = make_restaurant(tables=(2, 2))
    silent, coming = ready(wait_at_door(restaurant)), ready(wait_at_door(restaurant))
    queue_coming(entry_id=coming.pk, actor=GUEST, now=later(2))

    assert queue_run(restaurant_id=restaurant.pk, now=later(5.9)) == 0
    assert queue_run(restaurant_id=restaurant.pk, now=later(6)) == 1
    assert queue_run(restaurant_id=restaurant.pk, now=later(7)) == 0
    silent.refresh_from_db()
    coming.refresh_from_db()
    assert (silent.nudged_at, coming.nudged_at) == (later(6), None)


def test_only_called_parties_are_reminded() -> None:
    restaurant = make_restaurant(tables=(2,))
    entry = wait_at_door(restaurant)

    with pytest.raises(NotCalled):
        queue_nudge(entry_id=entry.pk, actor=STAFF, now=later(1))
    ready(entry)
    for minutes in (2, 3):
        queue_nudge(entry_id=entry.pk, actor=STAFF, now=later(minutes))
    entry.refresh_from_db()
    assert entry.nudged_at == later(2)


def test_who_is_seen_as_skipped_is_called_again_before_any_worker_has_written_it_down() -> None:
    restaurant = make_restaurant(tables=(2,))
    entry = ready(wait_at_door(restaurant))
    (line,) = queue_now(restaurant, now=later(12)).lines
    assert line.status == QueueStatus.SKIPPED

    again = ready(entry, minutes=12, expected_version=line.entry.version)

    assert (again.status, again.skips) == (QueueStatus.SERVICE_READY, 1)
    assert skips() == [(entry.pk, None, "not_come")]


def test_the_host_skips_a_called_party_that_is_not_there() -> None:
    restaurant = make_restaurant(tables=(2,))
    entry = ready(wait_at_door(restaurant))

    queue_skip(entry_id=entry.pk, actor=STAFF, now=later(3), expected_version=entry.version)
    queue_skip(entry_id=entry.pk, actor=STAFF, now=later(3), expected_version=entry.version)

    entry.refresh_from_db()
    assert (entry.status, entry.skips) == (QueueStatus.SKIPPED, 1)
    assert held_tables(restaurant) == []


# --- Order ----------------------------------------------------------------------------------------


def test_nobody_is_called_before_somebody_ahead_who_fits() -> None:
    restaurant = make_restaurant(tables=(2,))
    first, second = wait_at_door(restaurant), wait_at_door(restaurant)

    with pytest.raises(OutOfTurn) as refusal:
        ready(second)

    assert refusal.value.extra["ahead"] == [first.pk]
    assert skips() == []
    ready(second, overrides=frozenset({"order"}))
    assert skips() == [(first.pk, second.pk, "by_host")]


def test_whom_the_table_does_not_suit_is_passed_over_and_that_is_written_down() -> None:
    restaurant = make_restaurant(tables=(2, 4))
    sit(restaurant, 4)
    four, two = wait_at_door(restaurant, 4), wait_at_door(restaurant, 2)

    ready(two)

    assert skips() == [(four.pk, two.pk, "does_not_fit")]


def test_who_did_not_come_is_passed_over_until_they_say_they_are_coming() -> None:
    restaurant = make_restaurant(tables=(2,))
    first, second = wait_at_door(restaurant), wait_at_door(restaurant)
    ready(first)
    queue_skip(entry_id=first.pk, actor=STAFF, now=later(2))
    queue_coming(entry_id=first.pk, actor=GUEST, now=later(3))

    with pytest.raises(OutOfTurn):
        ready(second, minutes=4)


def test_who_is_still_on_the_way_is_passed_over() -> None:
    restaurant = make_restaurant(tables=(2,))
    open_from_afar(restaurant)
    request = from_afar(restaurant, eta_minutes=20)
    afar = queue_join(request=request, actor=GUEST, now=EVENING).entry
    here = wait_at_door(restaurant)

    ready(here)

    assert skips() == [(afar.pk, here.pk, "ahead_absent")]


def test_a_party_too_large_for_any_table_gets_tables_pushed_together() -> None:
    restaurant = make_restaurant(tables=(4, 4))
    make_combination(restaurant, *restaurant.tables.order_by("pk"))

    entry = ready(wait_at_door(restaurant, 7))

    assert held_tables(restaurant) == sorted(entry.table_ids)
    assert len(entry.table_ids) == 2
