"""Nothing is offered that cannot be booked, nothing bookable is hidden (rule 36)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from bookings.availability import (
    DayLoad,
    Query,
    ServiceDay,
    answer,
    answer_all,
    answer_slot,
    seatings,
)
from bookings.availability.asking import Asking
from bookings.availability.board import Board, Item
from bookings.availability.fits import Option
from tests.bookings.pure.worlds import assert_sound, days, floors, queries, seated

NEW = 99


@settings(max_examples=150, deadline=None)
@given(days(), queries())
def test_every_offer_can_be_booked_and_every_refusal_has_a_reason(
    day: ServiceDay, query: Query
) -> None:
    for one in answer(day, query):
        seat = next(seatings(day, query, one.starts_at), None)
        assert one.available == (seat is not None)
        assert bool(one.reasons) != one.available
        assert one.needs_moves == bool(seat and seat.moves)
        if seat is not None:
            assert seat.occupied_until >= one.starts_at
            after = seated(day.load, seat, query, one.starts_at, NEW)
            assert_sound(day.prepared, after)


@settings(max_examples=60, deadline=None)
@given(days(), queries())
def test_every_seat_that_is_yielded_is_sound_and_different(day: ServiceDay, query: Query) -> None:
    for one in answer(day, query):
        found = list(seatings(day, query, one.starts_at))
        assert len({seat.table_ids for seat in found}) == len(found)
        for seat in found:
            assert_sound(day.prepared, seated(day.load, seat, query, one.starts_at, NEW))


@settings(max_examples=60, deadline=None)
@given(days(), queries())
def test_all_ways_of_asking_agree(day: ServiceDay, query: Query) -> None:
    fresh = ServiceDay(day.prepared, day.load)
    together = answer_all(fresh, query, sizes=(1, query.party_size, 12))[query.party_size]
    assert together == answer(day, query)
    assert together == [
        answer_slot(ServiceDay(day.prepared, day.load), query, one.starts_at) for one in together
    ]


@settings(max_examples=60, deadline=None)
@given(days(), queries())
def test_locked_reservations_are_never_moved(day: ServiceDay, query: Query) -> None:
    movable = {row.reservation_id for row in day.load.busy if row.is_movable}
    for slot in day.prepared.slots:
        for seat in seatings(day, query, slot.starts_at):
            assert {move.reservation_id for move in seat.moves} <= movable


@settings(max_examples=80, deadline=None)
@given(floors(), st.lists(st.tuples(queries(), st.integers(0, 4)), max_size=8))
def test_cancelling_gives_the_capacity_back(floor: object, wanted: list[tuple[Query, int]]) -> None:
    day = ServiceDay.of(floor)  # type: ignore[arg-type]
    for number, (query, position) in enumerate(wanted, 1):
        slot = day.prepared.slots[position % len(day.prepared.slots)]
        before = answer_all(day, query)
        seat = next(seatings(day, query, slot.starts_at), None)
        if seat is None:
            continue
        booked = seated(day.load, seat, query, slot.starts_at, number)
        if not seat.moves:
            without = DayLoad(
                tuple(row for row in booked.busy if row.reservation_id != number),
                tuple(one for one in booked.booked if one.reservation_id != number),
            )
            assert answer_all(ServiceDay(day.prepared, without), query) == before
            again = replace(query, exclude_reservation_id=number)
            assert answer_all(ServiceDay(day.prepared, booked), again) == before
        day = ServiceDay(day.prepared, booked)


@settings(max_examples=120, deadline=None)
@given(days(), queries())
def test_masks_agree_with_interval_arithmetic(day: ServiceDay, query: Query) -> None:
    direct = replace(query, allows_moves=False)
    for one in answer(day, direct):
        expected = set()
        for table_ids, start, end in _direct_options(day, direct, one.starts_at):
            rows = [row for row in day.load.busy if row.table_id in table_ids]
            if all(row.ends_at <= start or end <= row.starts_at for row in rows):
                expected.add(table_ids)
        assert {seat.table_ids for seat in seatings(day, direct, one.starts_at)} == expected


def _direct_options(
    day: ServiceDay, query: Query, starts_at: datetime
) -> Iterator[tuple[tuple[int, ...], datetime, datetime]]:
    """All tables and combinations that suit a party, from the rules alone (26, 28, 38)."""
    config, size = day.prepared.config, query.party_size
    end = next(one.occupied_until for one in answer(day, query) if one.starts_at == starts_at)
    cap = config.rules.oversize_cap
    tables = {table.id: table for table in config.tables}

    def usable(ids: tuple[int, ...]) -> bool:
        return all(
            query.area_id in {None, tables[i].area_id}
            and query.required_features <= tables[i].features
            and query.channel.can_use(tables[i].access)
            for i in ids
        )

    sets: list[tuple[tuple[int, ...], int, int]]
    sets = [((t.id,), t.min_party, t.max_party) for t in config.tables]
    sets += [(tuple(sorted(c.table_ids)), c.min_party, c.max_party) for c in config.combos]
    for ids, least, most in sets:
        wasteful = cap is not None and most - size > cap
        if least <= size <= most and not wasteful and usable(ids):
            yield ids, starts_at, end


@settings(max_examples=250, deadline=None)
@given(days(), queries())
def test_brute_force_finds_no_room_that_the_search_misses(day: ServiceDay, query: Query) -> None:
    asking = Asking(day, query, step=day.prepared.step)
    for one in answer(day, query):
        (place,) = asking.find(
            asking.view(day.prepared.slot_for(one.starts_at)), query.party_size
        ).places
        board = asking.board
        assert one.available == _can_seat_all(board, place.options.every, place.stay.window.mask)


def _can_seat_all(board: Board, options: tuple[Option, ...], window: int) -> bool:
    """Whether any assignment of all unlocked reservations leaves a seat, by trying them all."""
    stay = [(window, [option.mask for option in options])]
    stay += [(item.window.mask, _seats_of(item)) for item in board.items]
    return _place(stay, list(board.fixed))


def _seats_of(item: Item) -> list[int]:
    return [item.mask, *(option.mask for option in item.options)]


def _place(stays: list[tuple[int, list[int]]], busy: list[int]) -> bool:
    if not stays:
        return True
    (window, masks), *rest = stays
    for mask in masks:
        tables = [number for number in range(len(busy)) if mask >> number & 1]
        if not any(busy[table] & window for table in tables):
            after = [taken | window if mask >> n & 1 else taken for n, taken in enumerate(busy)]
            if _place(rest, after):
                return True
    return False
