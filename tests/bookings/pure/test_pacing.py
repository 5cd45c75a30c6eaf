"""Caps per bucket, channels, quota for walk-ins, overrides (rules 39, 41-47)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from bookings.availability import (
    Booked,
    Channel,
    DayLoad,
    Override,
    OverrideState,
    PacingCaps,
    Query,
    Reason,
    Rules,
    ServiceDay,
    TableSpec,
    answer_slot,
    explain,
)
from tests.bookings.pure.worlds import DINNER, ask, at, config, minutes

TABLES = tuple(TableSpec(number, 10) for number in range(1, 9))
HOUSE = ask(2, channel=Channel.IN_HOUSE)


def _day(
    *booked: Booked,
    total: PacingCaps | None = None,
    online: PacingCaps | None = None,
    overrides: tuple[Override, ...] = (),
) -> ServiceDay:
    period = replace(
        DINNER, pacing_total=total or PacingCaps(), pacing_online=online or PacingCaps()
    )
    return ServiceDay.of(
        config(TABLES, periods=(period,), overrides=overrides), DayLoad(booked=booked)
    )


def _booked(
    number: int, hour: int, minute: int, covers: int, channel: Channel = Channel.ONLINE
) -> Booked:
    start = at(hour, minute)
    return Booked(start, start + minutes(60), covers, number, channel=channel)


def _why(day: ServiceDay, query: Query, hour: int, minute: int = 0) -> tuple[Reason, ...]:
    return answer_slot(day, query, at(hour, minute)).reasons


def test_arriving_covers_count_in_their_bucket_only() -> None:
    day = _day(_booked(1, 19, 0, 6), total=PacingCaps(arriving_covers=10))
    assert _why(day, ask(4), 19) == ()
    assert _why(day, ask(5), 19) == (Reason.PACING_ARRIVING_COVERS,)
    assert _why(day, ask(10), 19, 15) == ()


def test_a_start_between_slots_counts_in_the_bucket_it_lies_in() -> None:
    day = _day(_booked(1, 19, 10, 6), total=PacingCaps(arriving_covers=10))
    assert _why(day, ask(5), 19) == (Reason.PACING_ARRIVING_COVERS,)
    assert _why(day, ask(5), 19, 15) == ()


def test_arriving_parties_are_counted_apart() -> None:
    day = _day(_booked(1, 19, 0, 1), _booked(2, 19, 0, 1), total=PacingCaps(arriving_parties=2))
    assert _why(day, ask(1), 19) == (Reason.PACING_ARRIVING_PARTIES,)
    assert _why(day, ask(1), 18, 45) == ()


def test_seated_covers_count_wherever_the_stays_overlap_and_only_there() -> None:
    day = _day(_booked(1, 19, 0, 6), total=PacingCaps(seated_covers=10))
    assert _why(day, ask(5), 18, 15) == (Reason.PACING_SEATED_COVERS,)
    assert _why(day, ask(5), 18) == ()  # leaves at 19:00, half open
    assert _why(day, ask(5), 19, 45) == (Reason.PACING_SEATED_COVERS,)
    assert _why(day, ask(5), 20) == ()


def test_seated_parties_are_limited_too() -> None:
    day = _day(_booked(1, 19, 0, 2), total=PacingCaps(seated_parties=1))
    assert _why(day, ask(2), 19, 30) == (Reason.PACING_SEATED_PARTIES,)


def test_online_meets_both_caps_and_the_house_only_the_total() -> None:
    day = _day(
        _booked(1, 19, 0, 4),
        _booked(2, 19, 0, 3, Channel.IN_HOUSE),
        total=PacingCaps(arriving_covers=10),
        online=PacingCaps(arriving_covers=5),
    )
    assert _why(day, ask(2), 19) == (Reason.PACING_ONLINE_ARRIVING_COVERS,)
    assert _why(day, ask(1), 19) == ()
    assert _why(day, HOUSE, 19) == ()
    assert _why(day, replace(HOUSE, party_size=4), 19) == (Reason.PACING_ARRIVING_COVERS,)


def test_staff_may_override_and_are_told_the_figures() -> None:
    day = _day(_booked(1, 19, 0, 9), total=PacingCaps(arriving_covers=10))
    (detail,) = explain(day, HOUSE, at(19))
    assert (detail.reason, detail.limit, detail.used) == (Reason.PACING_ARRIVING_COVERS, 10, 9)
    accepted = replace(HOUSE, overrides=frozenset({Reason.PACING_ARRIVING_COVERS}))
    assert _why(day, accepted, 19) == ()


def test_a_modification_first_discounts_its_own_contribution() -> None:
    day = _day(_booked(1, 19, 0, 9), total=PacingCaps(arriving_covers=10, seated_covers=10))
    assert _why(day, ask(10), 19) != ()
    assert _why(day, ask(10, exclude_reservation_id=1), 19) == ()


def test_unpaced_tickets_count_for_nothing_here() -> None:
    ticket = replace(_booked(1, 19, 0, 9), is_paced=False)
    assert _why(_day(ticket, total=PacingCaps(arriving_covers=10)), ask(5), 19) == ()


def test_walk_ins_count_as_arrivals() -> None:
    walk_in = _booked(1, 19, 0, 9, Channel.WALK_IN)
    day = _day(walk_in, total=PacingCaps(arriving_covers=10), online=PacingCaps(arriving_covers=4))
    assert _why(day, ask(2), 19) == (Reason.PACING_ARRIVING_COVERS,)


def test_an_override_changes_the_cap_of_its_slots() -> None:
    peak = Override(time(19), time(19, 15), arriving_covers=3)
    day = _day(total=PacingCaps(arriving_covers=10), overrides=(peak,))
    assert _why(day, ask(4), 19) == (Reason.PACING_ARRIVING_COVERS,)
    assert _why(day, ask(4), 19, 15) == ()


def test_the_narrowest_override_wins() -> None:
    evening = Override(time(18), time(22), OverrideState.PRIVATE_EVENT)
    hour = Override(time(19), time(20), OverrideState.NORMAL, max_party=4)
    day = _day(overrides=(evening, hour))
    assert _why(day, ask(2), 18) == (Reason.PRIVATE_EVENT,)
    assert _why(day, ask(2), 19) == ()
    assert _why(day, ask(5), 19) == (Reason.OVERRIDE_PARTY_MAX,)


def test_an_override_of_an_area_caps_that_area() -> None:
    tables = tuple(replace(t, area_id=1 if t.id < 5 else 2) for t in TABLES)
    cap = Override(time(18), time(22), arriving_covers=3, area_id=1)
    day = ServiceDay.of(config(tables, overrides=(cap,)))
    assert answer_slot(day, ask(4), at(19)).area_ids == (2,)
    assert answer_slot(day, ask(3), at(19)).area_ids == (1, 2)


def test_a_quota_is_kept_for_walk_ins_until_it_is_released() -> None:
    period = replace(DINNER, walk_in_quota_covers=6, walk_in_release_minutes=60)
    day = ServiceDay.of(
        config((TableSpec(1, 10), TableSpec(2, 10)), periods=(period,)),
        DayLoad(booked=(_booked(1, 19, 0, 10),)),
    )
    assert _why(day, ask(5), 19, 30) == (Reason.WALK_IN_QUOTA,)
    assert _why(day, ask(4), 19, 30) == ()
    assert _why(day, ask(5, now=at(18, 30)), 19, 30) == ()
    assert _why(day, ask(5, channel=Channel.WALK_IN, now=at(18)), 19, 30) == ()


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 12), st.integers(1, 6)), max_size=12),
    st.integers(0, 12),
    st.integers(1, 8),
    st.sampled_from((15, 30, 60)),
    st.sampled_from(("Europe/Amsterdam", "Asia/Kathmandu")),
)
def test_buckets_agree_with_counting_by_hand(
    parties: list[tuple[int, int]], quarter: int, size: int, length: int, zone_name: str
) -> None:
    zone = ZoneInfo(zone_name)
    first = datetime.combine(date(2026, 6, 5), time(18), zone)
    booked = tuple(
        Booked(first + minutes(15 * q), first + minutes(15 * q + 60), covers, number)
        for number, (q, covers) in enumerate(parties, 1)
    )
    caps = PacingCaps(arriving_covers=10, seated_covers=18)
    rules = Rules(zone=zone, oversize_cap=None, bucket_minutes=length)
    period = replace(DINNER, pacing_total=caps)
    day = ServiceDay.of(config(TABLES, rules=rules, periods=(period,)), DayLoad(booked=booked))
    start = first + minutes(15 * quarter)

    def bucket(moment: datetime) -> int:
        return (moment.hour * 60 + moment.minute) // length

    def buckets(begin: datetime) -> set[int]:
        return {bucket(begin + minutes(m)) for m in range(60)}

    expected = set()
    arriving = sum(b.covers for b in booked if bucket(b.starts_at) == bucket(start))
    if arriving + size > 10:
        expected.add(Reason.PACING_ARRIVING_COVERS)
    present = max(
        sum(b.covers for b in booked if one in buckets(b.starts_at)) for one in buckets(start)
    )
    if present + size > 18:
        expected.add(Reason.PACING_SEATED_COVERS)
    assert set(answer_slot(day, ask(size), start).reasons) == expected


def test_the_sum_of_what_is_accepted_never_exceeds_the_cap() -> None:
    total = PacingCaps(arriving_covers=10)
    booked: list[Booked] = []
    for number in range(1, 30):
        size = 1 + number * 7 % 5
        if not _why(_day(*booked, total=total), ask(size), 19):
            booked.append(_booked(number, 19, 0, size))
    assert sum(one.covers for one in booked) == 10
