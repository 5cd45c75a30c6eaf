"""The queue under rivals: no table for two parties, one truth about every party (rules 53, 97)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError

from bookings.models import Hold, Occupancy, Reservation
from bookings.services import walk_in_create
from reservehub.core.errors import DomainError
from tests.concurrency.racing import assert_book_is_sound, kinds, race
from tests.factories import GUEST, STAFF, make_restaurant
from tests.races import meet
from tests.waitlist.queue.evening import later, table_of, wait_at_door
from waitlist.models import QueueEntry, QueueStatus
from waitlist.services.queue import (
    calling,
    leaving,
    queue_leave,
    queue_ready,
    queue_run,
    queue_seat,
    queue_skip,
)

pytestmark = pytest.mark.django_db(transaction=True)

ORDER = frozenset({"order"})


def caller(entry: QueueEntry, *tables: int, now: datetime | None = None) -> Callable[[], Any]:
    return partial(
        queue_ready,
        entry_id=entry.pk,
        table_ids=tables,
        overrides=ORDER,
        actor=STAFF,
        now=now or later(1),
    )


def statuses() -> list[str]:
    return sorted(QueueEntry.objects.values_list("status", flat=True))


def test_two_hosts_never_give_one_table_to_two_parties() -> None:
    restaurant = make_restaurant(tables=(2,))
    table = table_of(restaurant, "1")
    parties = [wait_at_door(restaurant) for _ in range(4)]

    outcomes = race(*[caller(party, table) for party in parties] * 2)

    assert set(kinds(outcomes)) == {"QueueEntry", "TableTaken"}
    assert statuses() == ["SERVICE_READY", *["WAITING"] * 3]
    assert Hold.objects.count() == Occupancy.objects.count() == 1
    assert_book_is_sound()


def test_a_party_that_is_called_and_leaves_at_one_instant_is_gone_and_its_table_free() -> None:
    restaurant = make_restaurant(tables=(2,))
    entry = wait_at_door(restaurant)

    leave = partial(queue_leave, entry_id=entry.pk, actor=GUEST, now=later(1))
    rivals: list[Callable[[], Any]] = [caller(entry), leave]
    outcomes = race(*rivals * 4)

    assert all(not isinstance(o, Exception) or isinstance(o, DomainError) for o in outcomes)
    assert statuses() == ["CANCELED"]
    assert not Occupancy.objects.exists()


def test_that_race_is_real_without_the_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it the later write wins: a party that left is called, or holds a table for ever."""
    restaurant = make_restaurant(tables=(2,))
    entry = wait_at_door(restaurant)

    def unlocked(entry_id: int) -> QueueEntry:
        found = QueueEntry.objects.select_related("restaurant__policy", "guest").get(pk=entry_id)
        meet()
        return found

    for module in (calling, leaving):
        monkeypatch.setattr(module, "entry_lock", unlocked)

    leave = partial(queue_leave, entry_id=entry.pk, actor=GUEST, now=later(1))
    race(caller(entry), leave)

    left_but_called = statuses() == ["SERVICE_READY"] or Occupancy.objects.exists()
    assert left_but_called


def test_one_phone_gets_one_place_however_often_it_is_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    restaurant = make_restaurant(tables=(2,))

    def joining() -> Any:
        return wait_at_door(restaurant, phone="+31612345678")

    assert kinds(race(*[joining] * 8)) == {"QueueEntry": 1, "AlreadyInQueue": 7}

    QueueEntry.objects.all().delete()
    monkeypatch.setattr("waitlist.services.queue.joining.queue_lock", lambda _id: None)
    monkeypatch.setattr("waitlist.services.queue.joining._check_once", lambda _request: meet())
    outcomes = race(*[joining] * 4)
    assert sum(isinstance(outcome, IntegrityError) for outcome in outcomes) == 3


def test_seated_skipped_left_and_run_out_at_one_instant_settle_to_one_truth() -> None:
    restaurant = make_restaurant(tables=(2,))
    entry = wait_at_door(restaurant)
    caller(entry)()
    at = later(11)
    steps: list[Callable[[], Any]] = [
        partial(queue_seat, entry_id=entry.pk, actor=STAFF, now=at),
        partial(queue_skip, entry_id=entry.pk, actor=STAFF, now=at),
        partial(queue_leave, entry_id=entry.pk, actor=GUEST, now=at),
        partial(queue_run, restaurant_id=restaurant.pk, now=at),
    ]

    outcomes = race(*steps * 3)

    assert all(not isinstance(o, Exception) or isinstance(o, DomainError) for o in outcomes)
    entry.refresh_from_db()
    visits = Reservation.objects.filter(status="seated").count()
    assert visits == Occupancy.objects.count() == (entry.status == QueueStatus.SEATED)
    assert not Hold.objects.exists()
    assert_book_is_sound()


def test_walk_ins_and_the_queue_share_the_tables() -> None:
    restaurant = make_restaurant(tables=(2, 2, 2))
    parties = [wait_at_door(restaurant) for _ in range(3)]
    walk_in = partial(
        walk_in_create, restaurant_id=restaurant.pk, party_size=2, actor=STAFF, now=later(1)
    )

    outcomes = race(*[caller(party) for party in parties], *[walk_in] * 3)

    assert set(kinds(outcomes)) <= {"QueueEntry", "Booked", "NoTableReady", "SlotUnavailable"}
    taken = sorted(Occupancy.objects.values_list("table_id", flat=True))
    assert taken == sorted(restaurant.tables.values_list("pk", flat=True))
    assert_book_is_sound()
