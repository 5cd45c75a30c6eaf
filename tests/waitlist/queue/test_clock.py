"""What the clock does to the queue, and what is told of it meanwhile (rules 93, 94, 98)."""

from __future__ import annotations

from typing import Any

import pytest

from bookings.services import reservation_complete
from reservehub.core import clock
from reservehub.core.models import AuditEntry
from tests.factories import GUEST, STAFF, make_restaurant
from tests.waitlist.queue.evening import EVENING, fill_house, later, ready, table_of, wait_at_door
from waitlist.models import QueueEntry, QueueStatus
from waitlist.selectors.queue import queue_now
from waitlist.services.queue import queue_leave, queue_run
from waitlist.tasks import run_queues

pytestmark = pytest.mark.django_db


def test_a_wait_that_grows_by_more_than_ten_minutes_is_told_once() -> None:
    restaurant = make_restaurant(tables=(2,))
    fill_house(restaurant)
    entry = wait_at_door(restaurant)
    QueueEntry.objects.update(told_low=0, told_high=entry.told_high - 25)

    assert queue_run(restaurant_id=restaurant.pk, now=later(1)) == 1
    assert queue_run(restaurant_id=restaurant.pk, now=later(2)) == 0

    entry.refresh_from_db()
    assert entry.told_high >= entry.quoted_high - 10
    assert entry.told_longer_at == later(1)


def test_no_quote_is_ever_less_than_the_time_already_waited() -> None:
    restaurant = make_restaurant(tables=(2,))
    (sitting,) = fill_house(restaurant)
    wait_at_door(restaurant)
    reservation_complete(reservation_id=sitting.reservation.pk, actor=STAFF, now=later(50))

    (line,) = queue_now(restaurant, now=later(60)).lines

    assert line.waited == 59
    assert line.quote is not None
    assert line.quote.high >= line.waited
    assert line.seat == (table_of(restaurant, "1"),)


def test_the_queue_ends_with_its_day() -> None:
    restaurant = make_restaurant(tables=(2,))
    waiting, called = wait_at_door(restaurant), wait_at_door(restaurant)
    QueueEntry.objects.filter(pk=called.pk).update(status=QueueStatus.SKIPPED)

    queue_run(restaurant_id=restaurant.pk, now=later(16 * 60))

    waiting.refresh_from_db()
    called.refresh_from_db()
    assert (waiting.status, called.status) == (QueueStatus.REMOVED, QueueStatus.NO_SHOW)


def test_places_are_counted_among_those_who_want_the_same_tables() -> None:
    restaurant = make_restaurant(tables=(2, 8), policy={"oversize_cap": 2})
    fill_house(restaurant)
    for size in (8, 2, 2):
        wait_at_door(restaurant, size)

    positions = [line.position for line in queue_now(restaurant, now=later(5)).lines]

    assert positions == [1, 1, 2]


def test_looking_at_the_queue_takes_the_same_queries_however_long_it_is(
    django_assert_max_num_queries: Any,
) -> None:
    restaurant = make_restaurant(tables=(2, 2, 4))
    fill_house(restaurant)
    for _ in range(3):
        wait_at_door(restaurant)
    queue_now(restaurant, now=later(1))

    with django_assert_max_num_queries(5):
        queue_now(restaurant, now=later(1))


def test_every_change_is_audited_without_names_or_numbers() -> None:
    restaurant = make_restaurant(tables=(2,))
    entry = ready(wait_at_door(restaurant, name="Anna Secret", phone="+31612345678"))
    queue_leave(entry_id=entry.pk, actor=GUEST, now=later(2))

    rows = AuditEntry.objects.filter(restaurant_id=restaurant.pk, action__startswith="queue.")

    assert [row.action for row in rows.order_by("pk")] == [
        "queue.joined",
        "queue.ready",
        "queue.left",
    ]
    assert "Secret" not in str([row.after for row in rows])


def test_what_is_left_is_told_in_steps_of_five() -> None:
    restaurant = make_restaurant(tables=(2,))
    fill_house(restaurant)
    wait_at_door(restaurant)

    (line,) = queue_now(restaurant, now=later(7)).lines

    assert line.minutes_left is not None
    low, high = line.minutes_left
    assert low % 5 == high % 5 == 0
    assert 0 <= low <= high


def test_every_house_with_a_queue_is_looked_at() -> None:
    houses = [make_restaurant(tables=(2,)) for _ in range(3)]
    for house in houses[:2]:
        ready(wait_at_door(house))

    with clock.freeze(later(12)):
        assert run_queues() == 2
        assert run_queues() == 0


def test_a_day_without_service_has_a_queue_all_the_same() -> None:
    restaurant = make_restaurant(tables=(2,), period={"weekdays": [0]})

    entry = wait_at_door(restaurant)

    assert not queue_now(restaurant, now=EVENING).house.is_open
    assert ready(entry).is_in_queue
