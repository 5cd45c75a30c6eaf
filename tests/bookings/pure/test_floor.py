"""States of tables as promises about all evenings, not as a list of examples."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bookings.floor import (
    COLOURS,
    SOON_BEFORE,
    Colour,
    Stay,
    TableState,
    Visit,
    day_view,
    next_change_at,
    table_view,
)
from bookings.lifecycle import Status
from reservehub.core.timezones import service_bounds

Kind = Literal["reservation", "hold", "block"]
KINDS: tuple[Kind, ...] = ("reservation", "reservation", "hold", "block")
OPEN = datetime(2026, 6, 5, 16, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
BUFFER = 15 * MINUTE


def at(minutes: int) -> datetime:
    return OPEN + minutes * MINUTE


def visit(status: Status, starts: int, ends: int, number: int = 1, **fields: Any) -> Visit:
    if status in (Status.SEATED, Status.PARTIALLY_SEATED, Status.COMPLETED):
        fields.setdefault("seated_at", at(starts))
    return Visit(
        reservation_id=number,
        status=status,
        party_size=2,
        starts_at=at(starts),
        ends_at=at(ends),
        **fields,
    )


def stay(status: Status, starts: int, ends: int, **fields: Any) -> Stay:
    """A visit from `starts` to `ends` in minutes after opening, with its reset time."""
    return Stay(
        table_id=7,
        starts_at=at(starts),
        ends_at=at(ends) + BUFFER,
        kind="reservation",
        visit=visit(status, starts, ends, **fields),
    )


def state(*stays: Stay, minute: int, is_live: bool = True) -> str:
    return table_view(stays, at=at(minute), is_live=is_live).state.value


@st.composite
def evenings(draw: st.DrawFn) -> list[Stay]:
    """Up to five stays of one table that do not overlap, in every status, in any order."""
    found: list[Stay] = []
    minute = 0
    for number in range(draw(st.integers(0, 5))):
        minute += draw(st.integers(0, 150))
        ends = minute + draw(st.integers(5, 150))
        kind: Kind = draw(st.sampled_from(KINDS))
        if kind == "reservation":
            fields: dict[str, Any] = {"number": number}
            status = draw(st.sampled_from(list(Status)))
            if status is Status.COMPLETED:
                fields["completed_at"] = at(ends)
            found.append(stay(status, minute, ends, **fields))
            ends += 15
        else:
            expiry = at(draw(st.integers(0, 600))) if kind == "hold" else None
            found.append(
                Stay(
                    table_id=7,
                    starts_at=at(minute),
                    ends_at=at(ends),
                    kind=kind,
                    expires_at=expiry,
                )
            )
        minute = ends
    return draw(st.permutations(found))


@given(evenings(), st.integers(-120, 900), st.booleans())
def test_every_table_has_one_state_whose_colour_follows(
    stays: list[Stay], minute: int, is_live: bool
) -> None:
    view = table_view(stays, at=at(minute), is_live=is_live)
    assert view.state in TableState
    assert view.colour is COLOURS[view.state]
    assert set(COLOURS) == set(TableState)
    assert view == table_view(sorted(stays, key=str), at=at(minute), is_live=is_live)


@given(evenings(), st.integers(-120, 900), st.booleans(), st.integers(1, 3600))
@settings(max_examples=300)
def test_nothing_changes_before_the_next_change_and_something_does_then(
    stays: list[Stay], minute: int, is_live: bool, seconds: int
) -> None:
    now = at(minute)
    view = table_view(stays, at=now, is_live=is_live)
    change = next_change_at(stays, at=now, is_live=is_live)
    later = now + timedelta(seconds=seconds)
    if change is None or later < change:
        assert table_view(stays, at=later, is_live=is_live) == view
    if change is not None:
        assert change > now
        assert table_view(stays, at=change, is_live=is_live) != view


@given(evenings(), st.integers(-120, 900))
def test_a_plan_is_never_late_or_over_time(stays: list[Stay], minute: int) -> None:
    view = table_view(stays, at=at(minute), is_live=False)
    assert view.state not in (TableState.LATE, TableState.OVERTIME, TableState.CONFLICT)


@given(evenings(), st.integers(-120, 900), st.booleans())
def test_a_green_table_is_taken_by_nobody_for_a_whole_turn(
    stays: list[Stay], minute: int, is_live: bool
) -> None:
    now = at(minute)
    if table_view(stays, at=now, is_live=is_live).colour is not Colour.GREEN:
        return
    live_holds = [s for s in stays if s.kind == "hold" and s.expires_at and s.expires_at > now]
    coming = [
        s for s in stays if s.visit is not None and s.visit.status in (Status.CONFIRMED, *WAITING)
    ]
    for one in [*coming, *live_holds]:
        first_block = any(s.kind == "block" and now < s.starts_at <= one.starts_at for s in stays)
        is_near = one.starts_at <= now + SOON_BEFORE and one.ends_at > now
        assert not is_near or first_block


WAITING = (Status.PENDING, Status.PENDING_PAYMENT)


def test_a_party_that_stays_on_is_in_conflict_once_the_next_has_the_table() -> None:
    seated = stay(Status.SEATED, 0, 90)
    following = stay(Status.CONFIRMED, 120, 210, number=2)
    assert state(seated, following, minute=60) == "seated"
    assert state(seated, following, minute=75) == "finishing"
    assert state(seated, following, minute=90) == "overtime"
    assert state(seated, following, minute=119) == "overtime"
    assert state(seated, following, minute=120) == "conflict"
    clash = table_view([seated, following], at=at(121), is_live=True)
    assert clash.visit is seated.visit
    assert clash.next is following.visit


def test_the_next_party_at_the_table_proves_that_the_last_one_left() -> None:
    forgotten = stay(Status.SEATED, 0, 90)
    sitting = stay(Status.SEATED, 120, 210, number=2)
    view = table_view([forgotten, sitting], at=at(130), is_live=True)
    assert (view.state, view.visit) == (TableState.SEATED, sitting.visit)


def test_a_table_is_cleaned_until_its_row_ends() -> None:
    left = stay(Status.COMPLETED, 0, 60, completed_at=at(60))
    assert state(left, minute=60) == "cleaning"
    assert state(left, minute=75) == "available"
    assert state(left, minute=30, is_live=False) == "seated"


def test_a_party_at_the_door_keeps_its_table_from_walk_ins() -> None:
    early = stay(Status.ARRIVED, 30, 120, arrived_at=at(0))
    assert state(early, minute=0) == "arrived"
    assert state(early, minute=0, is_live=False) == "soon"


def test_a_late_party_with_a_word_carries_the_sign() -> None:
    late = stay(Status.CONFIRMED, 0, 90, eta_at=at(20))
    view = table_view([late], at=at(5), is_live=True)
    assert (view.state, view.signs) == (TableState.LATE, ("eta",))


def test_a_hold_fades_when_its_time_is_over() -> None:
    hold = Stay(table_id=7, starts_at=at(0), ends_at=at(90), kind="hold", expires_at=at(10))
    assert state(hold, minute=5) == "held"
    assert next_change_at([hold], at=at(5), is_live=True) == at(10)
    assert state(hold, minute=10) == "available"


ZONES = [
    ("Europe/Amsterdam", date(2026, 3, 28)),
    ("Europe/Amsterdam", date(2026, 10, 24)),
    ("America/St_Johns", date(2026, 10, 31)),
    ("Asia/Kolkata", date(2026, 6, 5)),
]


@given(evenings(), st.sampled_from(ZONES))
def test_a_day_has_the_colour_that_lasts_longest_also_when_clocks_change(
    stays: list[Stay], place: tuple[str, date]
) -> None:
    """Compared with a count of the minutes one by one, from 18:00 until 04:00 next morning."""
    zone, day = place
    opens_at, closes_at = service_bounds(day, time(18), time(4), zone)
    shift = opens_at - OPEN
    moved = [_shifted(one, shift) for one in stays]
    lasts: dict[str, int] = defaultdict(int)
    moment = opens_at
    while moment < closes_at:
        lasts[_plainly(moved, moment)] += 1
        moment += MINUTE
    view = day_view(moved, opens_at=opens_at, closes_at=closes_at, table_id=7)
    assert lasts[view.state.value] == max(lasts.values())


def _shifted(one: Stay, by: timedelta) -> Stay:
    fields = {
        "table_id": one.table_id,
        "starts_at": one.starts_at + by,
        "ends_at": one.ends_at + by,
        "kind": one.kind,
        "visit": one.visit,
    }
    return Stay(**fields)  # type: ignore[arg-type]


def _plainly(stays: list[Stay], moment: datetime) -> str:
    for one in stays:
        if one.starts_at <= moment < one.ends_at:
            if one.visit is None:
                return "blocked" if one.kind == "block" else "held"
            if one.visit.status in WAITING:
                return "pending"
            gone = ("no_show", "cancelled", "declined", "expired", "moved")
            return "available" if one.visit.status.startswith(gone) else "confirmed"
    return "available"


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 28), 9), (date(2026, 10, 24), 11)])
def test_the_night_of_the_clock_change_is_measured_in_real_hours(day: date, hours: int) -> None:
    opens_at, closes_at = service_bounds(day, time(18), time(4), "Europe/Amsterdam")
    assert closes_at - opens_at == timedelta(hours=hours)
    half = (closes_at - opens_at) / 2
    block = Stay(table_id=7, starts_at=opens_at, ends_at=opens_at + half + MINUTE, kind="block")
    assert day_view([block], opens_at=opens_at, closes_at=closes_at).state.value == "blocked"
    less = Stay(table_id=7, starts_at=opens_at, ends_at=opens_at + half - MINUTE, kind="block")
    assert day_view([less], opens_at=opens_at, closes_at=closes_at).state.value == "available"
