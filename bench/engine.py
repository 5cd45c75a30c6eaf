"""How long the availability engine takes: ``python -m bench.engine``."""

from __future__ import annotations

import random
import statistics
import time as clock
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from bookings.availability import (
    Booked,
    Busy,
    ComboSpec,
    DayConfig,
    DayLoad,
    Period,
    PreparedDay,
    Query,
    Reason,
    Rules,
    ServiceDay,
    TableSpec,
    answer,
    answer_all,
    answer_slot,
    expand_row,
    seatings,
)
from bookings.availability.asking import Asking
from bookings.availability.board import Board, Item
from bookings.availability.plan import Plan, Stay

DAY = date(2026, 6, 5)
NOW = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
MIX = ((2, 16), (4, 16), (6, 6), (8, 2))
LONG = 3_000
"""Ejections tried by the long search for each party."""
SIZES = (1, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 6, 6, 7, 8, 10)


def restaurant(*, wide: bool = False) -> DayConfig:
    """40 tables in three areas, 20 combinations; 12:00-15:00 and 18:00-22:00, or 64 slots."""
    sizes = [size for size, count in MIX for _ in range(count)]
    tables = [
        TableSpec(number, seats, max(1, seats - 2), area_id=1 + number % 3 if seats < 6 else 1)
        for number, seats in enumerate(sizes)
    ]
    combos: list[ComboSpec] = []
    for area in (1, 2, 3):
        row = [table for table in tables if table.area_id == area and table.seats == 4][:4]
        combos += expand_row(row, first_id=1000 * area)
    row = [table for table in tables if table.area_id == 1 and table.seats == 2][:3]
    combos += expand_row(row, first_id=9000)[:2]
    lunch = Period(1, "Lunch", time(12), time(14, 45), time(16), buffer_minutes=5)
    dinner = Period(2, "Dinner", time(18), time(22), time(0), buffer_minutes=5)
    if wide:
        lunch = replace(lunch, first_seating=time(8), last_seating=time(15, 45))
        dinner = replace(dinner, first_seating=time(16), last_seating=time(23, 45), closes=time(2))
    return DayConfig(
        restaurant_id=1,
        date=DAY,
        rules=Rules(zone=ZoneInfo("Europe/Amsterdam"), oversize_cap=2),
        periods=(lunch, dinner),
        tables=tuple(tables),
        combos=tuple(combos[:20]),
    )


def filled(prepared: PreparedDay, bookings: int, seed: int = 1) -> DayLoad:
    """As many bookings as asked for, seated one after the other as guests would ask."""
    rng = random.Random(seed)
    busy: list[Busy] = []
    booked: list[Booked] = []
    tries = 0
    while len(booked) < bookings and tries < bookings * 20:
        tries += 1
        day = ServiceDay(prepared, DayLoad(tuple(busy), tuple(booked)))
        slot = rng.choice(prepared.slots)
        query = Query(rng.choice(SIZES), NOW, allows_moves=False)
        seat = next(seatings(day, query, slot.starts_at), None)
        if seat is None:
            continue
        number = len(booked) + 1
        may_move = number % 10 > 0
        busy += [
            Busy(table, slot.starts_at, seat.occupied_until, number, is_movable=may_move)
            for table in seat.table_ids
        ]
        booked.append(Booked(slot.starts_at, seat.ends_at, query.party_size, number))
    return DayLoad(tuple(busy), tuple(booked))


def measure(name: str, call: Callable[[], object], rounds: int = 60) -> None:
    """Print what a call takes in milliseconds: of this thread's CPU, and by the wall clock."""
    busy, wall = [], []
    for _ in range(rounds):
        start, start_busy = clock.perf_counter(), clock.thread_time()
        call()
        busy.append((clock.thread_time() - start_busy) * 1000)
        wall.append((clock.perf_counter() - start) * 1000)
    print(
        f"{name:40} cpu least {min(busy):7.2f}  median {statistics.median(busy):7.2f}"
        f"  wall median {statistics.median(wall):7.2f} ms"
    )


def measure_day(name: str, bookings: int, *, wide: bool, seed: int = 1) -> None:
    """Measure all questions about one day."""
    config = restaurant(wide=wide)
    prepared = PreparedDay(config)
    load = filled(prepared, bookings, seed)
    query = Query(2, NOW)
    still = replace(query, allows_moves=False)
    every = answer_all(ServiceDay(prepared, load), query)
    answers = [one for size in every.values() for one in size]
    print(
        f"{name}: {len(prepared.slots)} slots, {len(load.booked)} bookings, "
        f"{len(config.combos)} combinations; of {len(answers)} answers "
        f"{sum(one.available for one in answers)} yes, "
        f"{sum(one.needs_moves for one in answers)} by moving others"
    )
    at = prepared.slots[-8].starts_at
    measure("  prepare a day (cached in service)", lambda: PreparedDay(config))
    measure("  all slots, sizes 1-12", lambda: answer_all(ServiceDay(prepared, load), query))
    measure("  the same without re-packing", lambda: answer_all(ServiceDay(prepared, load), still))
    measure("  all slots, one size", lambda: answer(ServiceDay(prepared, load), query))
    measure("  the same without re-packing", lambda: answer(ServiceDay(prepared, load), still))
    measure("  one slot", lambda: answer_slot(ServiceDay(prepared, load), query, at))
    measure("  seats", lambda: next(seatings(ServiceDay(prepared, load), query, at), None))
    found, missed = moves_found(prepared, load)
    print(f"  by moving others {found} are found; a long search finds {missed} more")


def moves_found(prepared: PreparedDay, load: DayLoad) -> tuple[int, int]:
    """The offers that need others to move, and those that only a long search finds."""
    day, query = ServiceDay(prepared, load), Query(2, NOW)
    asking = Asking(day, query, step=prepared.step)
    known: dict[tuple[int, tuple[int, ...]], bool] = {}
    found = missed = 0
    for size, answers in answer_all(day, query).items():
        found += sum(one.needs_moves for one in answers)
        for slot, one in zip(prepared.slots, answers, strict=True):
            if one.reasons != (Reason.NO_TABLE_FREE,):
                continue
            (place,) = asking.find(asking.view(slot), size).places
            key = (place.stay.window.mask, place.options.masks)
            if key not in known:
                party = Booked(slot.starts_at, place.stay.ends_at, size)
                known[key] = has_room(
                    asking.board, Item(asking.board, party, place.stay.window, ())
                )
            missed += known[key]
    return found, missed


def has_room(board: Board, party: Item) -> bool:
    """Whether the search that re-packs whole services (``bookings/optimise.py``) seats a party."""
    plan = Plan([_stay(board, item) for item in (*board.items, party)])
    for number, stay in enumerate(plan.stays):
        if stay.present is not None:
            plan.put(number, stay.present)
    plan.seat_everybody(LONG)
    return plan.at[-1] is not None


def _stay(board: Board, item: Item) -> Stay:
    usable = tuple(
        option
        for option in item.options
        if not any(board.fixed[table] & item.window.mask for table in option.tables)
    )
    present = next((option for option in item.options if option.mask == item.mask), None)
    return Stay(item, item.window.mask, usable, present)


def main() -> None:
    """Measure a usual day, a wide one, and crowded ones."""
    measure_day("12-15 and 18-22, half full", 60, wide=False)
    measure_day("12-15 and 18-22", 120, wide=False)
    measure_day("12-15 and 18-22, other bookings", 120, wide=False, seed=2)
    measure_day("64 slots", 120, wide=True)
    measure_day("64 slots, crowded", 220, wide=True)


if __name__ == "__main__":
    main()
