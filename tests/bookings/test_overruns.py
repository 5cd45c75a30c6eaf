"""Parties that stay longer, and those that never come, by the clock (rules 63-66)."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from bookings.errors import SlotUnavailable
from bookings.models import Occupancy, Reservation
from bookings.services import (
    reservation_complete,
    reservation_create,
    reservation_eta_set,
    reservation_no_show,
    reservation_seat,
    reservation_undo,
    stays_extend,
    walk_in_create,
)
from bookings.tasks import extend_stays, mark_no_shows
from reservehub.celery import app
from reservehub.core import clock
from reservehub.core.models import AuditEntry, OutboxEvent
from reservehub.schedule import SCHEDULE
from restaurants.models import Restaurant
from tests.factories import GUEST, NOW, STAFF, a_request, make_restaurant

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def book(restaurant: Restaurant, **fields: Any) -> Reservation:
    return reservation_create(
        request=a_request(restaurant, **fields), actor=GUEST, now=NOW
    ).reservation


def seated(restaurant: Restaurant, **fields: Any) -> Reservation:
    party = book(restaurant, **fields)
    return reservation_seat(reservation_id=party.pk, actor=STAFF, now=party.starts_at)


def until(reservation: Reservation) -> datetime:
    found: datetime = Occupancy.objects.get(reservation=reservation).period.upper
    return found


def test_an_overrunning_party_keeps_its_table_in_steps_of_five_minutes() -> None:
    party = seated(make_restaurant(tables=(2,)))
    end = party.ends_at
    found = []
    for minutes in (-1, 0, 3, 5, 9, 60):
        stays_extend(now=end + minutes * MINUTE)
        found.append((until(party) - end) // MINUTE)
    assert found == [0, 5, 5, 10, 10, 65]
    party.refresh_from_db()
    assert (party.ends_at, party.version) == (end, 2)
    assert OutboxEvent.objects.filter(name="bookings.reservation.overrunning").count() == 1
    assert AuditEntry.objects.filter(action="reservation.overrunning").count() == 1


def test_the_reset_time_comes_after_the_longer_stay() -> None:
    party = seated(make_restaurant(tables=(2,), policy={"buffer_minutes": 15}))
    stays_extend(now=party.ends_at + 7 * MINUTE)
    assert until(party) == party.ends_at + 25 * MINUTE
    left = party.ends_at + 8 * MINUTE
    reservation_complete(reservation_id=party.pk, actor=STAFF, now=left)
    assert until(party) == left + 15 * MINUTE


def test_it_never_takes_a_minute_from_the_next_party() -> None:
    restaurant = make_restaurant(tables=(2,))
    party = seated(restaurant, time=time(18))
    coming = book(restaurant, time=time(19, 45))
    late = party.ends_at + 30 * MINUTE
    stays_extend(now=late)
    stays_extend(now=late)
    assert until(party) == coming.starts_at
    assert Occupancy.objects.get(reservation=coming).period.lower == coming.starts_at


def test_the_table_of_a_party_that_never_came_stays_with_those_who_sit_there() -> None:
    restaurant = make_restaurant(tables=(2,))
    party = seated(restaurant, time=time(18))
    missing = book(restaurant, time=time(19, 30))
    late = missing.starts_at + 20 * MINUTE
    stays_extend(now=late)
    assert until(party) == missing.starts_at
    reservation_no_show(reservation_id=missing.pk, actor=STAFF, now=late)
    assert stays_extend(now=late + MINUTE) == 1
    row = Occupancy.objects.get(reservation=party)
    assert (row.period.lower, row.period.upper) == (late + MINUTE, party.ends_at + 25 * MINUTE)
    with pytest.raises(SlotUnavailable):
        walk_in_create(restaurant_id=restaurant.pk, party_size=2, actor=STAFF, now=late + MINUTE)


def test_new_parties_cannot_start_where_one_overruns() -> None:
    restaurant = make_restaurant(tables=(2,))
    party = seated(restaurant)
    late = party.ends_at + 28 * MINUTE
    assert stays_extend(now=late) == 1
    with pytest.raises(SlotUnavailable):
        walk_in_create(restaurant_id=restaurant.pk, party_size=2, actor=STAFF, now=late)


def test_who_was_forgotten_keeps_no_table_for_ever() -> None:
    party = seated(make_restaurant(tables=(2,)))
    assert stays_extend(now=party.starts_at + timedelta(hours=13)) == 0


@pytest.mark.parametrize(
    "opens",
    [
        datetime(2026, 3, 28, 23, 45, tzinfo=UTC),  # 00:45, the hour from two is skipped
        datetime(2026, 10, 24, 23, 30, tzinfo=UTC),  # 01:30, the hour from two comes twice
        datetime(2026, 6, 5, 21, 50, tzinfo=UTC),  # 23:50
    ],
)
def test_steps_are_real_minutes_when_the_clock_changes_and_past_midnight(opens: datetime) -> None:
    restaurant = make_restaurant(
        tables=(2,),
        period={"first_seating": time(18), "last_seating": time(4), "closes": time(4, 30)},
    )
    party = walk_in_create(
        restaurant_id=restaurant.pk, party_size=2, actor=STAFF, now=opens
    ).reservation
    assert party.ends_at == opens + 90 * MINUTE
    for minutes in (0, 33, 60):
        assert stays_extend(now=party.ends_at + minutes * MINUTE) == 1
        assert until(party) == party.ends_at + (minutes // 5 + 1) * 5 * MINUTE


# ---------------------------------------------------------------------- by the clock
def test_the_beat_knows_every_task_it_runs() -> None:
    app.loader.import_default_modules()
    assert {entry["task"] for entry in SCHEDULE.values()} <= set(app.tasks)


def test_the_task_extends_stays() -> None:
    party = seated(make_restaurant(tables=(2,)))
    with clock.freeze(party.ends_at):
        assert extend_stays() == 1
        assert extend_stays() == 0


def test_no_shows_are_marked_only_where_that_was_chosen() -> None:
    chosen = book(make_restaurant(tables=(2,), policy={"is_auto_no_show": True}))
    other = book(make_restaurant(tables=(2,)))
    with clock.freeze(chosen.starts_at + 14 * MINUTE):
        assert mark_no_shows() == 0
    with clock.freeze(chosen.starts_at + 15 * MINUTE):
        assert mark_no_shows() == 1
        assert mark_no_shows() == 0
    for one in (chosen, other):
        one.refresh_from_db()
    assert (chosen.status, other.status) == ("no_show", "confirmed")
    assert AuditEntry.objects.get(action="reservation.no_show").actor_label == "system"


def test_a_guest_who_called_is_waited_for_once_for_half_an_hour() -> None:
    party = book(make_restaurant(tables=(2,), policy={"is_auto_no_show": True}))
    start = party.starts_at
    reservation_eta_set(reservation_id=party.pk, eta_at=start + 60 * MINUTE, actor=STAFF, now=start)
    with clock.freeze(start + 44 * MINUTE):
        assert mark_no_shows() == 0
    with clock.freeze(start + 45 * MINUTE):
        assert mark_no_shows() == 1


def test_staff_take_an_automatic_no_show_back() -> None:
    party = book(make_restaurant(tables=(2,), policy={"is_auto_no_show": True}))
    late = party.starts_at + 20 * MINUTE
    with clock.freeze(late):
        mark_no_shows()
    undone = reservation_undo(reservation_id=party.pk, actor=STAFF, now=late + MINUTE)
    assert (undone.status, until(party)) == ("confirmed", party.ends_at)
    with clock.freeze(late + 2 * MINUTE):
        assert mark_no_shows() == 0  # staff know better
