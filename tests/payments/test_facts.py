"""What facts add up to: whatever their order and however often they are told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from payments.facts import (
    SECURED,
    Fact,
    FactKind,
    Status,
    Totals,
    held_by_object,
    kept_by_object,
    status_of,
    totals_of,
)

AT = datetime(2026, 6, 1, tzinfo=UTC)
CURRENCIES = {"EUR": 10_000_00, "JPY": 1_000_000, "KWD": 10_000_000}
"""With two, no and three decimals, and more than a dinner costs in minor units."""


unhurried = settings(deadline=None)
"""A busy machine is no mistake of ours."""


def fact(kind: FactKind, number: str = "1", amount: int = 50_00, of: str = "pi_1") -> Fact:
    return Fact(
        kind=kind,
        provider_id=number,
        amount_minor=amount,
        currency="EUR",
        occurred_at=AT,
        object_id=of,
    )


@st.composite
def histories(draw: st.DrawFn) -> Sequence[Fact]:
    """What a provider might tell of one payment, sensible or not; a fact has one content."""
    currency = draw(st.sampled_from(sorted(CURRENCIES)))
    keys = st.tuples(st.sampled_from(FactKind), st.sampled_from("abc"))
    amounts = st.integers(0, CURRENCIES[currency])
    found = draw(
        st.dictionaries(keys, st.tuples(amounts, st.sampled_from(["pi_1", "pi_2"])), max_size=12)
    )
    return [
        Fact(
            kind=kind,
            provider_id=number,
            amount_minor=amount,
            currency=currency,
            occurred_at=AT + timedelta(seconds=index),
            object_id=of,
        )
        for index, ((kind, number), (amount, of)) in enumerate(found.items())
    ]


@unhurried
@given(histories(), st.data())
def test_order_and_repetitions_change_nothing(history: Sequence[Fact], data: st.DataObject) -> None:
    told = data.draw(st.permutations(list(history)))
    again = data.draw(st.lists(st.sampled_from(list(history)))) if history else []
    heard = [*told, *again]
    assert totals_of(heard) == totals_of(history)
    assert held_by_object(heard) == held_by_object(history)
    assert kept_by_object(heard) == kept_by_object(history)


@unhurried
@given(histories())
def test_no_sum_is_negative_and_undoing_gains_nothing(history: Sequence[Fact]) -> None:
    totals = totals_of(history)
    told = dict.fromkeys(FactKind, 0)
    for one in history:
        told[one.kind] += one.amount_minor
    assert 0 <= totals.captured <= told[FactKind.CAPTURED]
    assert 0 <= totals.refunded <= told[FactKind.REFUNDED]
    assert 0 <= totals.disputed <= told[FactKind.DISPUTED]
    assert 0 <= totals.held <= told[FactKind.AUTHORISED]
    assert totals.fees == told[FactKind.FEE]


@unhurried
@given(histories())
def test_the_objects_add_up_to_the_whole(history: Sequence[Fact]) -> None:
    totals = totals_of(history)
    assert sum(held_by_object(history).values()) == totals.held
    elsewhere = sum(
        one.amount_minor
        for one in history
        if one.kind is FactKind.REFUNDED and one.object_id not in kept_by_object(history)
    )
    undone = sum(
        min(one.amount_minor, other.amount_minor)
        for one in history
        for other in history
        if one.kind is FactKind.REFUNDED
        and other.kind is FactKind.REFUND_FAILED
        and one.provider_id == other.provider_id
        and one.object_id not in kept_by_object(history)
    )
    kept = sum(kept_by_object(history).values())
    assert kept == totals.captured - (totals.refunded - (elsewhere - undone))


@unhurried
@given(histories(), st.booleans())
def test_every_history_has_a_state(history: Sequence[Fact], is_closed: bool) -> None:
    totals = totals_of(history)
    status = status_of(totals, is_closed=is_closed)
    if status is Status.OPEN:
        assert not is_closed
    if status in SECURED:
        assert totals.captured or totals.held or totals.is_saved


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        ([], Status.OPEN),
        ([fact(FactKind.REFUSED)], Status.OPEN),
        ([fact(FactKind.SAVED, amount=0)], Status.SAVED),
        ([fact(FactKind.AUTHORISED)], Status.AUTHORISED),
        ([fact(FactKind.AUTHORISED), fact(FactKind.RELEASED)], Status.RELEASED),
        ([fact(FactKind.AUTHORISED), fact(FactKind.CAPTURED, amount=20_00)], Status.CAPTURED),
        ([fact(FactKind.CAPTURED), fact(FactKind.REFUNDED, amount=1)], Status.PARTLY_REFUNDED),
        ([fact(FactKind.CAPTURED), fact(FactKind.REFUNDED)], Status.REFUNDED),
        ([fact(FactKind.CAPTURED), fact(FactKind.DISPUTED)], Status.CAPTURED),
        ([fact(FactKind.CAPTURED), fact(FactKind.CAPTURE_FAILED)], Status.OPEN),
    ],
)
def test_the_state_in_one_word(facts: Sequence[Fact], status: Status) -> None:
    for told in permutations(facts):
        assert status_of(totals_of(told), is_closed=False) is status


def test_nothing_given_and_closed_is_closed() -> None:
    assert status_of(Totals(), is_closed=True) is Status.CLOSED


def test_a_failed_refund_is_no_money_gained() -> None:
    """It may be told before, or without, the refund itself (Adyen)."""
    captured = fact(FactKind.CAPTURED)
    failed = fact(FactKind.REFUND_FAILED, "r", 20_00)
    assert totals_of([captured, failed]).kept == 50_00
    assert totals_of([captured, failed, fact(FactKind.REFUNDED, "r", 20_00)]).kept == 50_00
    assert totals_of([captured, failed, fact(FactKind.REFUNDED, "s", 20_00)]).kept == 30_00


def test_the_bank_s_money_is_not_kept() -> None:
    taken = [fact(FactKind.CAPTURED), fact(FactKind.DISPUTED, "d")]
    assert totals_of(taken).kept == 0
    assert totals_of([*taken, fact(FactKind.DISPUTE_WON, "d")]).kept == 50_00


def test_a_hold_given_up_says_nothing_of_another_one() -> None:
    """A try that died is released at the provider; the guest's next one is held all the same."""
    facts = [
        fact(FactKind.RELEASED, of="pi_1", amount=0),
        fact(FactKind.AUTHORISED, "2", of="pi_2"),
    ]
    for told in permutations(facts):
        assert held_by_object(told) == {"pi_2": 50_00}


def test_taking_a_part_releases_the_rest() -> None:
    facts = [fact(FactKind.AUTHORISED), fact(FactKind.CAPTURED, amount=20_00)]
    assert totals_of(facts).held == 0
    assert kept_by_object(facts) == {"pi_1": 20_00}
