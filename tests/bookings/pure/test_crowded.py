"""Days with more parties than are searched completely: a budget must not make offers unsound."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings

from bookings.availability import Query, ServiceDay, answer, answer_slot, seatings
from tests.bookings.pure.worlds import assert_sound, days, queries, seated

NEW = 99
CROWDED = days(most_tables=8, most_bookings=24)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(CROWDED, queries())
def test_every_offer_of_a_crowded_day_can_be_booked(day: ServiceDay, query: Query) -> None:
    movable = {row.reservation_id for row in day.load.busy if row.is_movable}
    for one in answer(day, query):
        fresh = ServiceDay(day.prepared, day.load)
        assert answer_slot(fresh, query, one.starts_at) == one
        seat = next(seatings(fresh, query, one.starts_at), None)
        assert one.available == (seat is not None)
        assert bool(one.reasons) != one.available
        if seat is not None:
            assert {move.reservation_id for move in seat.moves} <= movable
            after = seated(day.load, seat, query, one.starts_at, NEW)
            assert_sound(day.prepared, after)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(CROWDED, queries())
def test_what_was_asked_before_changes_no_answer(day: ServiceDay, query: Query) -> None:
    forward = [answer_slot(day, query, slot.starts_at) for slot in day.prepared.slots]
    fresh = ServiceDay(day.prepared, day.load)
    backward = [answer_slot(fresh, query, slot.starts_at) for slot in reversed(day.prepared.slots)]
    assert forward == backward[::-1]
