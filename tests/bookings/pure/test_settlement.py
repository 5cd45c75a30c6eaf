"""What should become of money (rules 79-84), for every case there may be."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bookings.deposits import Ending, Kind, Terms, kept_minor
from bookings.lifecycle import OCCUPYING, Status
from bookings.settlement import (
    FEE_UNTIL,
    HOLD_AHEAD,
    Case,
    Do,
    Order,
    Purse,
    cards_over,
    deposit_status,
    is_secured,
    keeps_minor,
    look_again_at,
    orders,
)

START = datetime(2026, 6, 5, 17, 0, tzinfo=UTC)
STATES = {
    *("pending", "guaranteed", "held", "paid", "redeemed", "released", "refunded"),
    *("partly_refunded", "forfeited", "charged", "waived", "disputed"),
}
instants = st.integers(-20_000, 20_000).map(lambda minute: START + timedelta(minutes=minute))
percents = st.integers(0, 100)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    kind = draw(st.sampled_from([kind for kind in Kind if kind is not Kind.EXEMPT]))
    limit = draw(st.integers(1, 10_000))
    terms: Terms = {
        "rule_id": 1,
        "kind": kind.value,
        "amount_minor": 0 if kind is Kind.GUARANTEE else limit,
        "limit_minor": limit,
        "per_person_minor": 0,
        "currency": "EUR",
        "refund_until": draw(instants).isoformat(),
        "cutoff_minutes": None,
        "late_cancel_percent": draw(percents),
        "no_show_percent": draw(percents),
    }
    is_prepaid = kind not in (Kind.GUARANTEE, Kind.AUTHORISATION)
    case = Case(
        terms=terms,
        status=draw(st.sampled_from(Status)),
        starts_at=START,
        ended_at=draw(st.none() | instants),
        cancelled_at=draw(st.none() | instants),
        is_too_late=draw(st.booleans()),
        waived_minor=draw(st.integers(0, limit)),
    )
    # No fee is decided above its limit.
    most = 0 if is_prepaid else case.fee_limit_minor
    return replace(case, fee_minor=draw(st.integers(0, most)))


@st.composite
def purse_lists(draw: st.DrawFn) -> list[Purse]:
    found = []
    for number in range(draw(st.integers(0, 3))):
        captured = draw(st.integers(0, 10_000))
        refunded = draw(st.integers(0, captured))
        held = 0 if captured else draw(st.integers(0, 10_000))
        found.append(
            Purse(
                payment_id=number,
                mode=draw(st.sampled_from(["charge", "authorise", "save"])),
                is_open=not captured and not held and draw(st.booleans()),
                is_closed=draw(st.booleans()),
                is_saved=draw(st.booleans()),
                has_card=draw(st.booleans()),
                captured_minor=captured,
                refunded_minor=refunded,
                in_hand_minor=draw(st.integers(0, captured - refunded)),
                held_minor=held,
                ready_minor=draw(st.integers(0, held)),
                room_minor=draw(st.integers(0, 10_000)),
                was_held=bool(held) or draw(st.booleans()),
                is_taking=draw(st.booleans()),
                refused=frozenset(draw(st.sets(st.sampled_from([do.value for do in Do])))),
            )
        )
    return found


def carried_out(purse: Purse, told: list[Order]) -> Purse:
    """As it is read while the provider is being told."""
    for order in told:
        if order.payment_id != purse.payment_id:
            continue
        if order.do is Do.CLOSE:
            purse = replace(
                purse, is_closed=True, is_letting_go=bool(purse.held_minor), ready_minor=0
            )
        elif order.do is Do.REFUND:
            purse = replace(purse, in_hand_minor=purse.in_hand_minor - order.amount_minor)
        else:
            purse = replace(purse, is_taking=True, is_holding=order.do is Do.HOLD)
    return purse


@given(cases(), purse_lists(), instants)
def test_told_once_there_is_nothing_left_to_tell(
    case: Case, purses: list[Purse], now: datetime
) -> None:
    told = list(orders(case, purses, now=now))
    after = [carried_out(purse, told) for purse in purses]
    assert list(orders(case, after, now=now)) == []


@given(cases(), purse_lists(), instants)
def test_never_above_what_was_agreed(case: Case, purses: list[Purse], now: datetime) -> None:
    told = list(orders(case, purses, now=now))
    by_id = {purse.payment_id: purse for purse in purses}
    taken = [order for order in told if order.do in (Do.CAPTURE, Do.CHARGE, Do.HOLD)]
    assert len(taken) <= 1
    in_hand = sum(purse.in_hand_minor for purse in purses)
    for order in taken:
        assert 0 < order.amount_minor <= case.due_minor
        if order.do is not Do.HOLD:
            assert in_hand + order.amount_minor <= case.terms["limit_minor"]
        purse = by_id[order.payment_id]
        most = purse.ready_minor if order.do is Do.CAPTURE else purse.room_minor
        assert order.amount_minor <= most
        assert not any(purse.is_taking for purse in purses)
    for order in told:
        if order.do is Do.REFUND:
            assert 0 < order.amount_minor <= by_id[order.payment_id].in_hand_minor
    refunds = sum(order.amount_minor for order in told if order.do is Do.REFUND)
    assert in_hand - refunds >= min(in_hand, keeps_minor(case, now=now))


@given(cases(), instants)
def test_what_is_kept_follows_the_terms(case: Case, now: datetime) -> None:
    keeps = keeps_minor(case, now=now)
    assert 0 <= keeps <= case.terms["limit_minor"]
    if case.is_final(now) and case.ending is not None:
        most = kept_minor(case.terms, case.ending)
        if case.ending in (Ending.NO_SHOW, Ending.CANCELLED_LATE):
            assert keeps <= most
        if case.ending in (Ending.CANCELLED_IN_TIME, Ending.CANCELLED_BY_RESTAURANT):
            assert keeps == 0
    if case.waived_minor == case.terms["limit_minor"] and not case.fee_minor:
        assert keeps == 0


@given(cases(), purse_lists(), instants)
def test_a_guarantee_is_taken_only_if_somebody_says_so(
    case: Case, purses: list[Purse], now: datetime
) -> None:
    told = [order.do for order in orders(case, purses, now=now)]
    if case.kind is Kind.GUARANTEE and not case.fee_minor:
        assert not {Do.CAPTURE, Do.CHARGE, Do.HOLD} & set(told)
    if case.is_prepaid:
        assert not {Do.CAPTURE, Do.CHARGE, Do.HOLD} & set(told)


@given(cases(), purse_lists(), instants)
def test_nothing_moves_while_an_end_can_be_taken_back(
    case: Case, purses: list[Purse], now: datetime
) -> None:
    """Beyond what would move if it had not come."""
    if case.status in OCCUPYING or case.is_final(now):
        return
    still = replace(case, status=Status.SEATED)
    assert list(orders(case, purses, now=now)) == list(orders(still, purses, now=now))


@given(cases(), purse_lists(), instants)
def test_what_was_refused_is_tried_again_only_if_somebody_says_so(
    case: Case, purses: list[Purse], now: datetime
) -> None:
    refused = {purse.payment_id: purse.refused for purse in purses}
    for order in orders(case, purses, now=now):
        assert order.do not in refused[order.payment_id]


@given(cases(), purse_lists(), instants)
def test_the_clock_looks_again_later_and_never_at_once(
    case: Case, purses: list[Purse], now: datetime
) -> None:
    at = look_again_at(case, purses, now=now)
    assert at is None or now < at
    assert at is None or at in {case.settles_at(), START - HOLD_AHEAD, START + FEE_UNTIL}


@given(cases(), purse_lists(), instants)
def test_no_card_is_forgotten_while_a_fee_may_be_asked_for(
    case: Case, purses: list[Purse], now: datetime
) -> None:
    over = set(cards_over(case, purses, now=now))
    with_card = {purse.payment_id for purse in purses if purse.has_card and not purse.is_taking}
    assert over in (set(), with_card)
    if now >= START + FEE_UNTIL or case.due_minor == 0:
        assert over == with_card
        return
    may_cost = case.ending in (Ending.NO_SHOW, Ending.CANCELLED_LATE) and case.fee_limit_minor
    if case.status in OCCUPYING or case.ending is Ending.CAME or may_cost or not case.is_final(now):
        assert over == set()
    if case.status is Status.EXPIRED and not case.is_too_late:
        assert over == set()
    if case.status in (Status.CANCELLED_BY_RESTAURANT, Status.CANCELLED_BY_GUEST) and not may_cost:
        assert over == with_card


@given(cases(), purse_lists(), instants)
def test_the_clock_looks_at_every_card_that_is_kept(
    case: Case, purses: list[Purse], now: datetime
) -> None:
    if now < START + FEE_UNTIL and any(purse.has_card for purse in purses):
        at = look_again_at(case, purses, now=now)
        assert at is not None
        assert at <= START + FEE_UNTIL


@given(cases(), purse_lists(), instants)
def test_every_case_has_a_word(case: Case, purses: list[Purse], now: datetime) -> None:
    state = deposit_status(case, purses, now=now)
    assert state in STATES
    if state in ("paid", "redeemed", "forfeited"):
        assert any(purse.captured_minor for purse in purses)
    if case.is_final(now):
        assert state != "pending"


@given(cases(), instants)
def test_without_a_purse_it_is_secured_only_if_nothing_is_due(case: Case, now: datetime) -> None:
    assert is_secured(case, []) == (case.due_minor == 0)
    assert list(orders(case, [], now=now)) == []
