"""The life of a reservation (rules 54, 59-69)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.lifecycle import (
    ANSWERS,
    BY_MONEY,
    OCCUPYING,
    PACING,
    TERMINAL,
    TRANSITIONS,
    UNDOABLE,
    LateState,
    Status,
    TransitionRefused,
    check_transition,
    check_undo,
    late_state,
    no_show_due,
    pending_expires_at,
)

START = datetime(2026, 6, 5, 17, 0, tzinfo=UTC)
statuses = st.sampled_from(Status)


def after(minutes: int) -> datetime:
    return START + timedelta(minutes=minutes)


def test_every_state_is_either_occupying_or_terminal() -> None:
    assert frozenset(Status) == OCCUPYING | TERMINAL
    assert not OCCUPYING & TERMINAL
    assert set(TRANSITIONS) == set(Status)
    assert PACING == OCCUPYING


def test_nothing_leaves_a_terminal_state_but_a_late_guest_and_late_money() -> None:
    ways_out = {status: TRANSITIONS[status] for status in TERMINAL if TRANSITIONS[status]}
    assert ways_out == {
        Status.NO_SHOW: {Status.ARRIVED, Status.SEATED},
        Status.EXPIRED: {Status.CONFIRMED},
    }


@given(statuses, st.booleans(), st.booleans())
def test_what_waits_for_money_or_waited_in_vain_is_confirmed_by_money_alone(
    status: Status, is_settled: bool, is_guest: bool
) -> None:
    possible = Status.CONFIRMED in TRANSITIONS[status]
    try:
        check_transition(
            status,
            Status.CONFIRMED,
            now=after(-60),
            starts_at=START,
            actor_is_guest=is_guest,
            is_settled=is_settled,
        )
    except TransitionRefused:
        assert not possible or (status in BY_MONEY and not is_settled)
    else:
        assert possible
        assert status is Status.PENDING or is_settled


def test_every_state_can_be_reached() -> None:
    reached = {Status.PENDING, Status.PENDING_PAYMENT}
    for _ in Status:
        reached |= {to for status in reached for to in TRANSITIONS[status]}
    assert reached == set(Status)


@given(statuses, statuses, st.integers(-300, 300), st.booleans())
def test_only_listed_moves_are_allowed(
    status: Status, to: Status, minute: int, is_guest: bool
) -> None:
    is_allowed = True
    try:
        check_transition(status, to, now=after(minute), starts_at=START, actor_is_guest=is_guest)
    except TransitionRefused:
        is_allowed = False
    if is_allowed:
        assert to in TRANSITIONS[status]
        assert to is not Status.NO_SHOW or minute >= 0
        assert not (is_guest and to is Status.CANCELLED_BY_GUEST and minute >= 0)


@pytest.mark.parametrize(
    ("to", "minute", "is_guest", "code"),
    [
        (Status.NO_SHOW, -1, False, "no_show_before_start"),
        (Status.NO_SHOW, 20, True, "not_yours"),
        (Status.SEATED, 0, True, "not_yours"),
        (Status.CANCELLED_BY_GUEST, 0, True, "cancel_after_start"),
        (Status.CANCELLED_BY_GUEST, -60, True, "cancel_after_cutoff"),
        (Status.COMPLETED, 0, False, "not_allowed"),
    ],
)
def test_a_refusal_says_why(to: Status, minute: int, is_guest: bool, code: str) -> None:
    with pytest.raises(TransitionRefused) as refusal:
        check_transition(
            Status.CONFIRMED,
            to,
            now=after(minute),
            starts_at=START,
            actor_is_guest=is_guest,
            cancel_until=after(-120),
        )
    assert refusal.value.code == code


@given(statuses, statuses, st.integers(0, 60))
def test_undo_restores_the_previous_state_within_fifteen_minutes(
    status: Status, previous: Status, minute: int
) -> None:
    is_step = status in UNDOABLE and status in TRANSITIONS[previous]
    is_detail = previous is status and status in OCCUPYING
    is_answer = previous is Status.PENDING and status in ANSWERS
    possible = ((is_step or is_detail) and minute <= 15) or (is_answer and minute <= 1)
    try:
        restored = check_undo(status, previous=previous, changed_at=START, now=after(minute))
    except TransitionRefused:
        assert not possible
    else:
        assert possible
        assert restored is previous


def test_lateness_is_flagged_asked_and_suggested() -> None:
    seen = [late_state(after(minute), START) for minute in (-1, 0, 9, 10, 14, 15)]
    assert seen == [
        LateState.NONE,
        LateState.LATE,
        LateState.LATE,
        LateState.ASK,
        LateState.ASK,
        LateState.SUGGEST_NO_SHOW,
    ]


def test_an_acknowledged_eta_extends_grace_once_by_at_most_thirty_minutes() -> None:
    assert late_state(after(20), START, after(25)) is LateState.LATE
    assert late_state(after(25), START, after(25)) is LateState.SUGGEST_NO_SHOW
    assert late_state(after(44), START, after(200)) is LateState.LATE
    assert late_state(after(45), START, after(200)) is LateState.SUGGEST_NO_SHOW
    assert not no_show_due(Status.CONFIRMED, now=after(14), starts_at=START)
    assert no_show_due(Status.CONFIRMED, now=after(15), starts_at=START)
    assert not no_show_due(Status.ARRIVED, now=after(60), starts_at=START)


@given(st.integers(-60 * 24 * 40, 0))
def test_a_request_expires_before_its_start_and_never_in_the_past(minute: int) -> None:
    created = after(minute)
    expires = pending_expires_at(created, START)
    assert created <= expires <= START
    assert expires <= created + timedelta(hours=24)
    if minute <= -135:
        assert expires <= START - timedelta(hours=2)


def test_requests_expire_after_a_day_or_two_hours_before() -> None:
    assert pending_expires_at(after(-10_000), START) == after(-10_000 + 24 * 60)
    assert pending_expires_at(after(-600), START) == after(-120)
    assert pending_expires_at(after(-60), START) == after(-45)
    assert pending_expires_at(after(-5), START) == START
