"""Notice, horizon, pause, closed days, sizes of parties, turn times (rules 14-23)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from bookings.availability import (
    DEFAULT_BANDS,
    OVERRIDABLE,
    SPACE_REASONS,
    Channel,
    NoticeCutoff,
    Override,
    OverrideState,
    Query,
    Reason,
    Rules,
    ServiceDay,
    TableSpec,
    TurnBand,
    TurnRule,
    answer,
    answer_slot,
    bands_problem,
    expand_row,
    explain,
)
from bookings.availability.turns import minutes_for, turn_bands
from tests.bookings.pure.worlds import AMSTERDAM, DINNER, FRIDAY, ask, at, config

BASE = Rules(zone=AMSTERDAM, oversize_cap=None)


def _why(rules: Rules, query: Query, hour: int = 19, minute: int = 0) -> tuple[Reason, ...]:
    return answer_slot(ServiceDay.of(config(rules=rules)), query, at(hour, minute)).reasons


def test_a_start_up_to_now_plus_notice_is_refused() -> None:
    assert _why(BASE, ask(now=at(18, 30))) == (Reason.NOTICE,)
    assert _why(BASE, ask(now=at(18, 29))) == ()
    assert _why(BASE, ask(now=at(19))) == (Reason.PAST,)
    staff = ask(now=at(18, 59), is_notice_exempt=True, channel=Channel.IN_HOUSE)
    assert _why(BASE, staff) == ()
    assert _why(BASE, replace(staff, now=at(19, 1))) == (Reason.PAST,)
    assert _why(BASE, ask(now=at(19, 1), channel=Channel.WALK_IN)) == ()


def test_the_day_cut_off_is_wall_time() -> None:
    rules = replace(BASE, notice_cutoff=NoticeCutoff(1, time(20)))
    thursday = FRIDAY - timedelta(days=1)
    assert _why(rules, ask(now=at(19, 59, day=thursday))) == ()
    assert _why(rules, ask(now=at(20, day=thursday))) == (Reason.NOTICE_CUTOFF,)


def test_the_horizon_counts_today_and_opens_at_its_release_time() -> None:
    rules = replace(BASE, horizon_days=60, horizon_release=time(10))
    opening = FRIDAY - timedelta(days=59)
    assert _why(rules, ask(now=at(10, day=opening))) == ()
    assert _why(rules, ask(now=at(9, 59, day=opening))) == (Reason.NOT_RELEASED,)
    assert _why(rules, ask(now=at(23, day=opening - timedelta(days=1)))) == (Reason.HORIZON,)
    day = ServiceDay.of(config(rules=rules))
    (detail,) = explain(day, ask(now=at(9, day=opening)), at(19))
    assert detail.at == at(10, day=opening)


def test_the_horizon_is_counted_in_dates_over_a_change_of_clock() -> None:
    sunday = date(2026, 3, 29)
    rules = replace(BASE, horizon_days=2, horizon_release=time(2, 30))
    day = ServiceDay.of(config(rules=rules, date=sunday + timedelta(days=1)))
    start = at(19, day=sunday + timedelta(days=1))
    # 02:30 is skipped that night: bookings open right after the gap.
    assert answer_slot(day, ask(now=datetime(2026, 3, 29, 0, 59, tzinfo=UTC)), start).reasons == (
        Reason.NOT_RELEASED,
    )
    assert answer_slot(day, ask(now=datetime(2026, 3, 29, 1, 30, tzinfo=UTC)), start).available


def test_a_pause_stops_starts_inside_it_but_not_walk_ins() -> None:
    rules = replace(BASE, paused_until=at(19, 30))
    assert _why(rules, ask()) == (Reason.PAUSED,)
    assert _why(rules, ask(), 19, 30) == ()
    assert _why(rules, ask(channel=Channel.IN_HOUSE)) == (Reason.PAUSED,)
    assert _why(rules, ask(channel=Channel.WALK_IN)) == ()


def test_online_limits_of_size_do_not_bind_the_house() -> None:
    rules = replace(BASE, min_party=2, max_party=3)
    assert _why(rules, ask(1)) == (Reason.PARTY_TOO_SMALL,)
    assert _why(rules, ask(4)) == (Reason.PARTY_TOO_LARGE,)
    assert _why(rules, ask(4, channel=Channel.IN_HOUSE)) == ()


def test_a_restaurant_that_does_not_accept_is_closed_to_guests_only() -> None:
    rules = replace(BASE, accepts_reservations=False)
    assert _why(rules, ask()) == (Reason.NOT_ACCEPTING,)
    assert _why(rules, ask(channel=Channel.IN_HOUSE)) == ()


def test_guests_choose_slots_and_the_house_any_minute() -> None:
    assert _why(BASE, ask(), 19, 7) == (Reason.NOT_A_SLOT,)
    assert _why(BASE, ask(channel=Channel.IN_HOUSE), 19, 7) == ()
    assert _why(BASE, ask(channel=Channel.IN_HOUSE), 21, 30) == (Reason.OUTSIDE_HOURS,)
    assert _why(BASE, ask(channel=Channel.WALK_IN), 21, 30) == ()
    assert _why(BASE, ask(channel=Channel.WALK_IN), 23, 30) == (Reason.OUTSIDE_HOURS,)
    late = ask(channel=Channel.IN_HOUSE, overrides=frozenset({Reason.OUTSIDE_HOURS}))
    assert _why(BASE, late, 21, 30) == ()


def test_a_closed_day_has_no_slots_and_says_why() -> None:
    closed = ServiceDay.of(config(is_closed=True, closed_reason=Reason.MAINTENANCE))
    assert answer(closed, ask()) == []
    assert Reason.MAINTENANCE in answer_slot(closed, ask(), at(19)).reasons
    empty = ServiceDay.of(config(periods=()))
    assert answer_slot(empty, ask(), at(19)).reasons == (Reason.OUTSIDE_HOURS,)


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (OverrideState.CLOSED, Reason.CLOSED_SLOT),
        (OverrideState.PRIVATE_EVENT, Reason.PRIVATE_EVENT),
        (OverrideState.MAINTENANCE, Reason.MAINTENANCE),
        (OverrideState.WEATHER, Reason.WEATHER),
    ],
)
def test_a_close_out_stops_starts_only(state: OverrideState, reason: Reason) -> None:
    day = ServiceDay.of(config(overrides=(Override(time(19), time(19, 30), state),)))
    assert answer_slot(day, ask(), at(18, 45)).available  # stays over the close-out
    assert answer_slot(day, ask(), at(19, 15)).reasons == (reason,)
    assert answer_slot(day, ask(), at(19, 30)).available


def test_an_override_may_pass_midnight() -> None:
    night = replace(DINNER, last_seating=time(1), closes=time(2))
    closed = Override(time(23), time(0, 30), OverrideState.CLOSED)
    day = ServiceDay.of(config(periods=(night,), overrides=(closed,)))
    refused = {one.local_time.time() for one in answer(day, ask()) if not one.available}
    assert refused == {time(23, minute) for minute in (0, 15, 30, 45)} | {time(0), time(0, 15)}


def test_space_cannot_be_overridden() -> None:
    assert not SPACE_REASONS & OVERRIDABLE
    no_room = ask(9, channel=Channel.IN_HOUSE, overrides=frozenset(Reason))
    assert _why(BASE, no_room) == (Reason.NO_TABLE_FITS,)


def test_the_most_specific_turn_rule_wins() -> None:
    def rule(minutes: int, **conditions: object) -> TurnRule:
        return replace(TurnRule((TurnBand(None, minutes),)), **conditions)  # type: ignore[arg-type]

    rules = [
        rule(10),
        rule(20, area_id=1),
        rule(30, time_from=time(19), time_to=time(20)),
        rule(40, weekdays=frozenset({4})),
        rule(50, period_id=1),
        rule(60, date_from=FRIDAY, date_to=FRIDAY),
    ]

    def wins(count: int, hour: int = 19, area_id: int | None = 1) -> int:
        local = datetime.combine(FRIDAY, time(hour))
        bands = turn_bands(rules[:count], day=FRIDAY, period=DINNER, local=local, area_id=area_id)
        return minutes_for(bands, 2)

    assert [wins(count) for count in range(1, 7)] == [10, 20, 30, 40, 50, 60]
    assert wins(3, hour=20) == 20
    assert wins(2, area_id=2) == 10
    assert wins(0) == 90


def test_bands_have_no_gaps_and_end_open() -> None:
    assert bands_problem(DEFAULT_BANDS) is None
    assert bands_problem([]) == "empty"
    assert bands_problem([TurnBand(2, 90)]) == "open_end"
    assert bands_problem([TurnBand(4, 90), TurnBand(2, 90), TurnBand(None, 90)]) == "order"
    assert bands_problem([TurnBand(2, 0), TurnBand(None, 90)]) == "minutes"
    assert [minutes_for(DEFAULT_BANDS, size) for size in (1, 2, 3, 4, 6, 8, 9, 30)] == [
        90, 90, 105, 105, 120, 150, 180, 180,
    ]  # fmt: skip


def test_a_row_gives_contiguous_combinations_only() -> None:
    row = [TableSpec(number, 2, area_id=3) for number in (4, 1, 7)]
    combos = expand_row(row, first_id=10, max_party_by_length={3: 5})
    assert [(c.id, c.table_ids, c.min_party, c.max_party) for c in combos] == [
        (10, (4, 1), 3, 4),
        (11, (1, 7), 3, 4),
        (12, (4, 1, 7), 3, 5),
    ]
    assert len(expand_row(row, first_id=1, max_tables=2)) == 2
