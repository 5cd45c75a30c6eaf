"""Which table is given: hard wishes, then the order of rule 32."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

from bookings.availability import (
    Access,
    Booked,
    Busy,
    Channel,
    ComboSpec,
    DayLoad,
    Override,
    OverrideState,
    Query,
    Reason,
    Rules,
    ServiceDay,
    TableSpec,
    TurnBand,
    TurnRule,
    answer_slot,
    check_manual,
    expand_row,
    seatings,
)
from tests.bookings.pure.worlds import AMSTERDAM, HOUR, ask, at, config, service_day

TWO, FOUR, SIX = TableSpec(1, 2), TableSpec(2, 4), TableSpec(3, 6)


def _order(day: ServiceDay, query: Query, hour: int = 19, minute: int = 0) -> list[tuple[int, ...]]:
    return [seat.table_ids for seat in seatings(day, query, at(hour, minute))]


def _reasons(day: ServiceDay, query: Query, hour: int = 19) -> tuple[Reason, ...]:
    return answer_slot(day, query, at(hour)).reasons


def test_a_party_of_two_gets_the_two_top_then_the_four_top_then_the_six_top() -> None:
    assert _order(service_day(config((SIX, FOUR, TWO))), ask(2)) == [(1,), (2,), (3,)]


def test_a_single_table_goes_before_a_combination_however_large() -> None:
    pair = ComboSpec(9, (1, 4), 3, 4)
    day = service_day(config((TWO, SIX, TableSpec(4, 2)), combos=(pair,)))
    assert _order(day, ask(3)) == [(3,), (1, 4)]


def test_fewest_tables_then_those_outside_combinations() -> None:
    tables = tuple(TableSpec(number, 2) for number in (1, 2, 3))
    combos = (ComboSpec(8, (1, 2, 3), 3, 4), ComboSpec(9, (1, 2), 3, 4))
    day = service_day(config(tables, combos=combos))
    assert _order(day, ask(4)) == [(1, 2), (1, 2, 3)]
    paired = service_day(config(tables, combos=combos[1:]))
    assert _order(paired, ask(2)) == [(3,), (1,), (2,)]


def test_gaps_that_nobody_can_use_are_avoided_before_priority_counts() -> None:
    tables = (TableSpec(1, 2, priority=9), TableSpec(2, 2), TableSpec(3, 2))
    load = DayLoad(
        busy=(
            Busy(1, at(20, 30), at(21, 30), 1),  # would leave half an hour
            Busy(2, at(20), at(21), 2),  # fits exactly
        )
    )
    assert _order(service_day(config(tables), load), ask(2)) == [(2,), (3,), (1,)]
    free = service_day(config(tables))
    assert _order(free, ask(2)) == [(1,), (2,), (3,)]


def test_a_gap_of_one_whole_turn_is_of_use() -> None:
    load = DayLoad(busy=(Busy(1, at(21), at(22), 1), Busy(2, at(20, 55), at(22), 2)))
    day = service_day(config((TableSpec(1, 2), TableSpec(2, 2, priority=5))), load)
    assert _order(day, ask(2)) == [(1,), (2,)]


def test_priority_and_id_decide_at_last() -> None:
    tables = (TableSpec(1, 2), TableSpec(2, 2, priority=1), TableSpec(3, 2))
    assert _order(service_day(config(tables)), ask(2)) == [(2,), (1,), (3,)]


def test_touching_stays_do_not_conflict() -> None:
    load = DayLoad(busy=(Busy(1, at(18), at(19), 1), Busy(1, at(20), at(21), 2)))
    day = service_day(config((TWO,)), load)
    assert _order(day, ask(2)) == [(1,)]
    assert _reasons(day, ask(2), 20) == (Reason.NO_TABLE_FREE,)


def test_the_buffer_extends_the_occupancy_but_not_the_guests_end() -> None:
    given_day = config((TWO,))
    buffered = replace(given_day, periods=(replace(given_day.periods[0], buffer_minutes=15),))
    load = DayLoad(busy=(Busy(1, at(20, 15), at(21, 15), 1),))
    one = answer_slot(service_day(buffered, load), ask(2), at(19))
    assert one.available
    assert (one.ends_at, one.occupied_until) == (at(20), at(20, 15))
    assert not answer_slot(service_day(buffered, load), ask(2), at(19, 15)).available


def test_minimum_maximum_and_oversize_are_kept() -> None:
    given_day = config((TableSpec(1, 6, min_party=1),))
    assert _reasons(service_day(given_day), ask(2)) == ()
    strict = replace(given_day, rules=Rules(zone=AMSTERDAM, oversize_cap=2))
    assert _reasons(service_day(strict), ask(2)) == (Reason.NO_TABLE_FITS,)
    assert _reasons(service_day(strict), ask(4)) == ()
    late = replace(strict.rules, oversize_relaxed_minutes=120, min_notice_minutes=0)
    relaxed = service_day(replace(strict, rules=late))
    assert _reasons(relaxed, ask(2, now=at(17))) == ()
    assert _reasons(relaxed, ask(2, now=at(16, 45))) == (Reason.NO_TABLE_FITS,)
    assert _reasons(service_day(config((TableSpec(1, 4, 3, 5),))), ask(5)) == ()
    assert _reasons(service_day(config((TableSpec(1, 4, 3, 5),))), ask(2)) != ()


def test_a_wish_for_an_area_is_hard_or_soft() -> None:
    tables = (TableSpec(1, 2, area_id=1), TableSpec(2, 2, area_id=2), TableSpec(3, 6, area_id=2))
    day = service_day(config(tables))
    assert _order(day, ask(2, area_id=2)) == [(2,), (3,)]
    assert _order(day, ask(2, preferred_area_id=2)) == [(2,), (1,), (3,)]
    busy = DayLoad(busy=(Busy(2, at(18), at(22), 5), Busy(3, at(18), at(22), 6)))
    full = service_day(config(tables), busy)
    assert _reasons(full, ask(2, area_id=2)) == (Reason.AREA_FULL,)
    assert answer_slot(full, ask(2), at(19)).area_ids == (1,)
    assert answer_slot(full, ask(2), at(19)).tables_left == 1


def test_a_missing_feature_is_named() -> None:
    day = service_day(config((TWO, replace(FOUR, features=frozenset({"step-free"})))))
    assert _order(day, ask(2, required_features=frozenset({"step-free"}))) == [(2,)]
    assert _order(day, ask(2, preferred_features=frozenset({"step-free"}))) == [(2,), (1,)]
    assert _reasons(day, ask(2, required_features=frozenset({"sea view"}))) == (
        Reason.FEATURE_MISSING,
    )


def test_each_channel_sees_its_own_tables() -> None:
    tables = (
        replace(TWO, access=Access.WALK_IN),
        replace(FOUR, access=Access.ONLINE, access_by_period={1: Access.IN_HOUSE}),
        SIX,
    )
    day = service_day(config(tables))
    assert _order(day, ask(2)) == [(3,)]
    assert _order(day, ask(2, channel=Channel.IN_HOUSE)) == [(2,), (3,)]
    assert _order(day, ask(2, channel=Channel.WALK_IN)) == [(1,), (2,), (3,)]


def test_a_combination_is_free_only_with_all_its_members() -> None:
    tables = tuple(TableSpec(number, 2, area_id=1) for number in (1, 2, 3))
    combos = expand_row(tables, first_id=50)
    assert [combo.table_ids for combo in combos] == [(1, 2), (2, 3), (1, 2, 3)]
    load = DayLoad(busy=(Busy(1, at(18), at(22), 5),))
    day = service_day(config(tables, combos=combos), load)
    assert _order(day, ask(4)) == [(2, 3)]
    assert _order(day, ask(6)) == []
    assert _order(day, ask(3)) == [(2, 3)]


def test_turn_times_may_differ_by_area() -> None:
    rules = (HOUR, TurnRule((TurnBand(None, 120),), area_id=2))
    tables = (TableSpec(1, 2, area_id=1), TableSpec(2, 2, area_id=2))
    load = DayLoad(busy=(Busy(1, at(20), at(21), 1), Busy(2, at(20), at(21), 2)))
    given_day = config(tables, turn_rules=rules)
    seats = list(seatings(service_day(given_day), ask(2), at(19)))
    assert [(seat.table_ids, seat.ends_at) for seat in seats] == [((1,), at(20)), ((2,), at(21))]
    assert _order(service_day(given_day, load), ask(2)) == [(1,)]


def test_an_area_closed_by_weather_is_not_given_and_nobody_is_moved_there() -> None:
    tables = (TableSpec(1, 2, area_id=1), TableSpec(2, 2, area_id=2))
    rain = Override(time(18), time(22), OverrideState.WEATHER, area_id=2)
    load = DayLoad(
        (Busy(1, at(19), at(20), 1, is_movable=True),),
        (Booked(at(19), at(20), 2, 1),),
    )
    dry, wet = config(tables), config(tables, overrides=(rain,))
    assert _order(service_day(dry, load), ask(2, area_id=1)) == [(1,)]
    assert _order(service_day(wet, load), ask(2, area_id=1)) == []
    assert _reasons(service_day(wet, load), ask(2)) == (Reason.WEATHER, Reason.NO_TABLE_FREE)
    assert _reasons(service_day(wet), ask(2)) == ()


def test_a_party_is_moved_where_that_makes_room() -> None:
    load = DayLoad((Busy(2, at(19), at(20), 1, is_movable=True),), (Booked(at(19), at(20), 2, 1),))
    day = service_day(config((TWO, FOUR)), load)
    (seat,) = seatings(day, ask(4), at(19))
    assert seat.table_ids == (2,)
    assert [(m.reservation_id, m.from_tables, m.to_tables) for m in seat.moves] == [(1, (2,), (1,))]
    assert _reasons(day, ask(4, allows_moves=False)) == (Reason.NO_TABLE_FREE,)
    begun = ask(4, now=at(19), is_notice_exempt=True, channel=Channel.IN_HOUSE)
    assert _reasons(day, begun) == (Reason.NO_TABLE_FREE,)


def test_a_walk_in_between_grid_points_gets_a_table_that_has_just_been_freed() -> None:
    load = DayLoad(busy=(Busy(1, at(18), at(19, 1), 1),))
    day = service_day(config((TWO,)), load)
    walk_in = ask(2, channel=Channel.WALK_IN, now=at(19, 2))
    assert [seat.table_ids for seat in seatings(day, walk_in, at(19, 2))] == [(1,)]
    assert not list(seatings(day, walk_in, at(19)))


def test_manual_assignment_names_the_rules_it_breaks() -> None:
    tables = (TWO, FOUR, replace(SIX, access=Access.WALK_IN, area_id=3))
    load = DayLoad(busy=(Busy(2, at(19), at(20), 1),))
    combo = ComboSpec(9, (1, 2), 3, 5)
    day = service_day(config(tables, combos=(combo,)), load)

    def broken(size: int, *table_ids: int, hour: int = 18, area_id: int | None = None) -> set[str]:
        return set(check_manual(day, ask(size, area_id=area_id), at(hour), table_ids))

    assert broken(2, 1) == set()
    assert broken(3, 1) == {Reason.TABLE_TOO_SMALL}
    assert broken(2, 2, hour=19) == {Reason.TABLE_BUSY}
    assert broken(2, 77) == {Reason.TABLE_UNKNOWN}
    assert broken(5, 1, 2) == set()
    assert broken(2, 2, 1) == {Reason.TABLE_TOO_LARGE}
    assert broken(8, 1, 3) == {Reason.NOT_A_COMBINATION, Reason.ACCESS}
    assert broken(6, 3, area_id=1) == {Reason.ACCESS, Reason.WRONG_AREA}
