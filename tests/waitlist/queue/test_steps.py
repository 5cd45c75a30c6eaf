"""The queue at the door, step by step (rules 93-98)."""

from __future__ import annotations

from typing import Any

import pytest

from bookings.errors import NoOnlineAvailability, TableOccupied, TableTaken, TableUnsuitable
from bookings.models import Reservation
from bookings.services import reservation_complete, reservation_create
from guests.models import Guest
from reservehub.core import clock
from reservehub.core.errors import ValidationFailed, VersionConflict
from reservehub.core.models import AuditEntry
from restaurants.models import Restaurant
from tests.factories import GUEST, NOW, STAFF, a_request, make_combination, make_restaurant
from tests.waitlist.queue.evening import (
    EVENING,
    fill_house,
    from_afar,
    held_tables,
    later,
    open_from_afar,
    sit,
    table_of,
    wait_at_door,
)
from waitlist.models import QueueEntry, QueueSkip, QueueStatus
from waitlist.queue.errors import (
    AlreadyInQueue,
    NoTableReady,
    NotCalled,
    NothingToTakeBack,
    OutOfTurn,
    QueueClosed,
    QueueEntryOver,
)
from waitlist.selectors.queue import (
    queue_entry_by_token,
    queue_now,
    queue_status_at,
    queue_token_of,
)
from waitlist.services.queue import (
    queue_coming,
    queue_join,
    queue_leave,
    queue_no_show,
    queue_nudge,
    queue_ready,
    queue_remove,
    queue_run,
    queue_seat,
    queue_skip,
    queue_undo,
)
from waitlist.tasks import run_queues

pytestmark = pytest.mark.django_db


def ready(entry: QueueEntry, *tables: int, minutes: float = 1, **more: Any) -> QueueEntry:
    return queue_ready(entry_id=entry.pk, table_ids=tables, actor=STAFF, now=later(minutes), **more)


def skips() -> list[tuple[int, int | None, str]]:
    rows = QueueSkip.objects.order_by("pk")
    return list(rows.values_list("entry_id", "in_favour_of_id", "reason"))


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


# --- From afar ------------------------------------------------------------------------------------


def closed(restaurant: Restaurant, now: Any = EVENING, **fields: Any) -> list[str]:
    with pytest.raises(QueueClosed) as refusal:
        queue_join(request=from_afar(restaurant, **fields), actor=GUEST, now=now)
    reasons: list[str] = refusal.value.extra["reasons"]
    return reasons


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


# --- The clock ------------------------------------------------------------------------------------


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
