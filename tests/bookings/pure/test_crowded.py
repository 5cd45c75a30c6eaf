"""Days with more parties than are searched completely: a budget must not make offers unsound."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import cache
from itertools import pairwise

import pytest

from bookings.availability import (
    ComboSpec,
    DayLoad,
    PreparedDay,
    ServiceDay,
    TableSpec,
    TurnBand,
    TurnRule,
    answer_all,
    answer_slot,
    seatings,
)
from tests.bookings.pure.worlds import DINNER, ask, assert_sound, config, locked, seated

NEW = 999
SIZES = (1, 2, 2, 2, 2, 3, 4, 4, 5, 6, 7)
SEEDS = range(6)


@cache
def crowded(seed: int) -> ServiceDay:
    """Fourteen tables, filled in the order in which guests happen to ask; some are locked."""
    seats = [2] * 6 + [4] * 6 + [6] * 2
    tables = [TableSpec(number, size) for number, size in enumerate(seats, 1)]
    combos = tuple(
        ComboSpec(100 + one.id, (one.id, other.id), one.seats + 1, one.seats + other.seats)
        for one, other in pairwise(tables)
        if one.seats == other.seats == 4
    )
    bands = TurnRule((TurnBand(2, 60), TurnBand(4, 75), TurnBand(None, 90)))
    period = replace(DINNER, slot_interval_minutes=15)
    given = replace(config(tables, combos=combos, periods=(period,)), turn_rules=(bands,))
    prepared, load, rng = PreparedDay(given), DayLoad(), random.Random(seed)
    for number in range(1, 60):
        query, slot = ask(rng.choice(SIZES), allows_moves=False), rng.choice(prepared.slots)
        seat = next(seatings(ServiceDay(prepared, load), query, slot.starts_at), None)
        if seat is not None:
            load = seated(load, seat, query, slot.starts_at, number)
            load = locked(load, number) if number % 10 == 0 else load
    return ServiceDay(prepared, load)


def test_crowded_days_do_need_chains_of_moves() -> None:
    chains = 0
    for seed in SEEDS:
        day = crowded(seed)
        for size in set(SIZES):
            for slot in day.prepared.slots:
                seat = next(seatings(day, ask(size), slot.starts_at), None)
                chains += seat is not None and len(seat.moves) > 2
    assert chains


@pytest.mark.parametrize("seed", SEEDS)
def test_every_offer_of_a_crowded_day_can_be_booked(seed: int) -> None:
    day = crowded(seed)
    movable = {row.reservation_id for row in day.load.busy if row.is_movable}
    for size, answers in answer_all(day, ask(1), sizes=sorted(set(SIZES))).items():
        for one in answers:
            seat = next(seatings(day, ask(size), one.starts_at), None)
            assert one.available == (seat is not None)
            assert bool(one.reasons) != one.available
            if seat is not None:
                assert {move.reservation_id for move in seat.moves} <= movable
                after = seated(day.load, seat, ask(size), one.starts_at, NEW)
                assert_sound(day.prepared, after)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_was_asked_before_changes_no_answer(seed: int) -> None:
    day = crowded(seed)
    for size, answers in answer_all(day, ask(1), sizes=sorted(set(SIZES))).items():
        for one in answers[::3]:
            fresh = ServiceDay(day.prepared, day.load)
            assert answer_slot(fresh, ask(size), one.starts_at) == one
