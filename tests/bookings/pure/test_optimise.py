"""Re-packing a whole service never makes anything worse (rules 34-36)."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from bookings.availability import (
    Booked,
    Busy,
    ComboSpec,
    DayLoad,
    ServiceDay,
    TableSpec,
)
from bookings.optimise import Proposal, propose
from tests.bookings.pure.test_offers import _place, _seats_of
from tests.bookings.pure.worlds import (
    LONG_BEFORE,
    ask,
    assert_sound,
    at,
    config,
    days,
    minutes,
    service_day,
)


def _applied(load: DayLoad, proposal: Proposal, *, buffer: int) -> DayLoad:
    to = {move.reservation_id: move.to_tables for move in (*proposal.moves, *proposal.seated)}
    busy = [row for row in load.busy if row.reservation_id not in to]
    for one in load.booked:
        for table_id in to.get(one.reservation_id or 0, ()):
            until = one.ends_at + minutes(buffer)
            busy.append(Busy(table_id, one.starts_at, until, one.reservation_id, is_movable=True))
    return DayLoad(tuple(busy), load.booked)


def _unassigned(load: DayLoad, numbers: set[int]) -> DayLoad:
    return DayLoad(
        tuple(row for row in load.busy if row.reservation_id not in numbers or not row.is_movable),
        load.booked,
    )


@settings(max_examples=120, deadline=None)
@given(days(5, 9), st.sets(st.integers(1, 9), max_size=4))
def test_a_proposal_is_sound_keeps_everybody_and_is_no_worse(
    day: ServiceDay, without: set[int]
) -> None:
    load = _unassigned(day.load, without)
    proposal = propose(ServiceDay(day.prepared, load), now=LONG_BEFORE, effort=300)
    assert proposal.after.rank >= proposal.before.rank
    assert proposal.is_better == (proposal.after != proposal.before)
    after = _applied(load, proposal, buffer=day.prepared.config.periods[0].buffer_minutes)
    had = {row.reservation_id for row in load.busy}
    have = {row.reservation_id for row in after.busy}
    assert had <= have
    assert {row for row in load.busy if not row.is_movable} <= set(after.busy)
    seated = replace(after, booked=tuple(one for one in after.booked if one.reservation_id in have))
    assert_sound(day.prepared, seated)
    assert set(proposal.unseated) == {one.reservation_id for one in load.booked} - have
    again = propose(ServiceDay(day.prepared, load), now=LONG_BEFORE, effort=300)
    assert again == proposal


@settings(max_examples=120, deadline=None)
@given(days(5, 8))
def test_everybody_is_seated_again_if_everybody_was(day: ServiceDay) -> None:
    load = _unassigned(day.load, set(range(20)))
    proposal = propose(ServiceDay(day.prepared, load), now=LONG_BEFORE)
    assert proposal.unseated == ()


@settings(max_examples=80, deadline=None)
@given(days(4, 5), st.lists(st.tuples(st.integers(1, 6), st.integers(0, 2)), max_size=3))
def test_more_are_seated_whenever_brute_force_can(
    day: ServiceDay, more: list[tuple[int, int]]
) -> None:
    slots = day.prepared.slots
    extra = tuple(
        Booked(slots[q].starts_at, slots[q].starts_at + minutes(60), size, 50 + number)
        for number, (size, q) in enumerate(more)
    )
    load = DayLoad(day.load.busy, (*day.load.booked, *extra))
    crowded = ServiceDay(day.prepared, load)
    proposal = propose(crowded, now=LONG_BEFORE)
    board = crowded.board_at(LONG_BEFORE)
    stays = [(item.window.mask, _seats_of(item)) for item in board.items]
    stays += [(item.window.mask, [o.mask for o in item.options]) for item in board.unassigned]
    assert (proposal.unseated == ()) == _place(stays, list(board.fixed))


def test_a_combination_is_given_up_for_a_table_and_waste_is_reduced() -> None:
    tables = (TableSpec(1, 2), TableSpec(2, 2), TableSpec(3, 4), TableSpec(4, 6))
    load = DayLoad(
        (
            Busy(1, at(19), at(20), 1, is_movable=True),
            Busy(2, at(19), at(20), 1, is_movable=True),
            Busy(4, at(19), at(20), 2, is_movable=True),
        ),
        (Booked(at(19), at(20), 4, 1), Booked(at(19), at(20), 2, 2)),
    )
    day = service_day(config(tables, combos=(ComboSpec(9, (1, 2), 3, 4),)), load)
    proposal = propose(day, now=ask().now)
    assert {move.reservation_id: move.to_tables for move in proposal.moves} == {1: (3,), 2: (1,)}
    assert (proposal.before.combos, proposal.after.combos) == (1, 0)
    assert (proposal.before.wasted_seats, proposal.after.wasted_seats) == (4, 0)


def test_nothing_is_proposed_where_nothing_gets_better() -> None:
    load = DayLoad((Busy(1, at(19), at(20), 1, is_movable=True),), (Booked(at(19), at(20), 2, 1),))
    assert not propose(service_day(load=load), now=LONG_BEFORE).is_better


def test_an_unassigned_party_gets_a_table_by_moving_another() -> None:
    load = DayLoad(
        (Busy(2, at(19), at(20), 1, is_movable=True),),
        (Booked(at(19), at(20), 2, 1), Booked(at(19), at(20), 4, 2)),
    )
    proposal = propose(service_day(load=load), now=LONG_BEFORE)
    assert [move.to_tables for move in proposal.moves] == [(1,)]
    assert [move.to_tables for move in proposal.seated] == [(2,)]
    assert proposal.unseated == ()
