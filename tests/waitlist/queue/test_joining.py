"""Joining the queue, at the door and from afar (rules 93-95)."""

from __future__ import annotations

from typing import Any

import pytest

from bookings.errors import NoOnlineAvailability, TableTaken
from bookings.services import reservation_create
from guests.models import Guest
from reservehub.core.errors import ValidationFailed
from restaurants.models import Restaurant
from tests.factories import GUEST, NOW, a_request, make_restaurant
from tests.waitlist.queue.evening import (
    EVENING,
    fill_house,
    from_afar,
    later,
    open_from_afar,
    ready,
    table_of,
    wait_at_door,
)
from waitlist.models import QueueStatus
from waitlist.queue.errors import AlreadyInQueue, NoTableReady, QueueClosed
from waitlist.selectors.queue import queue_entry_by_token, queue_token_of
from waitlist.services.queue import queue_join, queue_leave

pytestmark = pytest.mark.django_db


# --- Joining --------------------------------------------------------------------------------------


def test_a_party_is_told_a_range_in_steps_of_five_and_it_is_kept_with_the_entry() -> None:
    restaurant = make_restaurant(tables=(2, 2))
    fill_house(restaurant)

    entry = wait_at_door(restaurant)

    assert entry.status == QueueStatus.WAITING
    assert entry.had_to_wait
    assert 0 < entry.quoted_low <= entry.quoted_high
    assert entry.quoted_low % 5 == entry.quoted_high % 5 == 0
    assert (entry.told_low, entry.told_high) == (entry.quoted_low, entry.quoted_high)
    waits = (entry.promised_at - entry.joined_at).total_seconds() / 60
    assert waits == entry.quoted_high


def test_a_party_that_need_not_wait_is_told_so() -> None:
    entry = wait_at_door(make_restaurant(tables=(2,)))

    assert (entry.quoted_low, entry.quoted_high) == (0, 0)
    assert not entry.had_to_wait


def test_a_longer_queue_makes_longer_quotes() -> None:
    restaurant = make_restaurant(tables=(2,))
    fill_house(restaurant)

    first, second = wait_at_door(restaurant), wait_at_door(restaurant)

    assert second.quoted_high > first.quoted_high


def test_a_reservation_that_is_due_soon_keeps_its_table_from_the_queue() -> None:
    restaurant = make_restaurant(tables=(2,))
    request = a_request(restaurant, time=later(20).astimezone().time().replace(hour=19, minute=15))
    reservation_create(request=request, actor=GUEST, now=NOW)

    entry = wait_at_door(restaurant)

    assert entry.quoted_low > 0
    with pytest.raises(NoTableReady):
        ready(entry)
    with pytest.raises(TableTaken) as refusal:
        ready(entry, table_of(restaurant, "1"))
    assert refusal.value.extra["reasons"] == ["due_soon"]


def test_one_phone_has_one_place() -> None:
    restaurant = make_restaurant()
    entry = wait_at_door(restaurant, phone="+31612345678")

    with pytest.raises(AlreadyInQueue):
        wait_at_door(restaurant, phone="06 1234 5678")
    queue_leave(entry_id=entry.pk, actor=GUEST, now=later(1))
    wait_at_door(restaurant, phone="+31612345678", now=later(2))


def test_a_party_at_the_door_needs_neither_name_nor_phone() -> None:
    restaurant = make_restaurant()

    for _ in range(2):
        entry = wait_at_door(restaurant, name="", phone="")

    assert entry.guest is None


def test_bad_input_is_named_field_by_field() -> None:
    restaurant = make_restaurant()

    with pytest.raises(ValidationFailed) as refusal:
        wait_at_door(restaurant, size=0, phone="12", email="no", note="x" * 301)

    pointers = {error.pointer for error in refusal.value.errors}
    assert pointers == {"/party_size", "/phone", "/email", "/note"}


def test_the_link_of_a_party_opens_its_entry_alone() -> None:
    restaurant = make_restaurant()
    entry, other = wait_at_door(restaurant), wait_at_door(restaurant)

    assert queue_entry_by_token(queue_token_of(entry)).pk == entry.pk
    assert queue_token_of(entry) != queue_token_of(other)


def closed(restaurant: Restaurant, now: Any = EVENING, **fields: Any) -> list[str]:
    with pytest.raises(QueueClosed) as refusal:
        queue_join(request=from_afar(restaurant, **fields), actor=GUEST, now=now)
    reasons: list[str] = refusal.value.extra["reasons"]
    return reasons


# --- From afar ------------------------------------------------------------------------------------


def test_nobody_joins_from_afar_unless_the_house_wants_it() -> None:
    assert closed(make_restaurant()) == ["switched_off"]


def test_joining_from_afar_has_limits() -> None:
    restaurant = make_restaurant(tables=(2, 2, 8))
    open_from_afar(restaurant, most_remote=1, most_minutes_away=30, largest_remote_party=6)
    queue_join(request=from_afar(restaurant), actor=GUEST, now=EVENING)

    assert closed(restaurant, size=7, eta_minutes=31) == ["full", "party_too_large", "too_far"]
    assert closed(restaurant, now=later(-180)) == ["outside_hours"]


def test_the_queue_is_closed_from_afar_when_the_wait_runs_past_the_last_seating() -> None:
    restaurant = make_restaurant(tables=(2,))
    open_from_afar(restaurant)
    last = later(165)  # 21:45, the last seating is at 22:00
    fill_house(restaurant, now=last)

    assert closed(restaurant, now=last) == ["too_late"]


def test_who_joins_from_afar_says_who_they_are() -> None:
    restaurant = make_restaurant()
    open_from_afar(restaurant)

    with pytest.raises(ValidationFailed) as refusal:
        queue_join(request=from_afar(restaurant, name=" ", phone=""), actor=GUEST, now=EVENING)

    assert [error.pointer for error in refusal.value.errors] == ["/name", "/phone"]


def test_a_blocked_guest_is_not_accused() -> None:
    restaurant = make_restaurant()
    open_from_afar(restaurant)
    entry = wait_at_door(restaurant, phone="+31612345678")
    queue_leave(entry_id=entry.pk, actor=GUEST, now=later(1))
    Guest.objects.update(is_blocked=True)

    request = from_afar(restaurant, phone="+31612345678")
    with pytest.raises(NoOnlineAvailability):
        queue_join(request=request, actor=GUEST, now=later(2))
    assert wait_at_door(restaurant, phone="+31612345678", now=later(3)).is_in_queue
