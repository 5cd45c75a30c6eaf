"""Amounts as Stripe counts them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.gateways.base import Refused
from payments.gateways.stripe.amounts import from_stripe, to_stripe
from reservehub.core.money import Money


@pytest.mark.parametrize(
    ("minor", "currency", "theirs"),
    [
        (12_50, "EUR", 12_50),
        (1_250, "JPY", 1_250),
        (12_340, "KWD", 12_340),
        (1_250, "ISK", 1_250_00),
        (1_250, "UGX", 1_250_00),
        (1_250_00, "MGA", 1_250),
    ],
)
def test_each_currency_has_its_unit(minor: int, currency: str, theirs: int) -> None:
    assert to_stripe(Money(minor, currency)) == theirs
    assert from_stripe(theirs, currency.lower()) == minor


@pytest.mark.parametrize(("minor", "currency"), [(12_345, "KWD"), (1, "BHD"), (1_250_50, "MGA")])
def test_an_amount_finer_than_stripe_takes_is_refused_not_rounded(
    minor: int, currency: str
) -> None:
    with pytest.raises(Refused, match="amount_too_fine"):
        to_stripe(Money(minor, currency))


@given(
    st.integers(min_value=0, max_value=10**12),
    st.sampled_from(["EUR", "JPY", "KWD", "ISK", "UGX", "MGA", "USD"]),
)
def test_there_and_back_is_the_same_amount(minor: int, currency: str) -> None:
    try:
        theirs = to_stripe(Money(minor, currency))
    except Refused:
        return
    assert from_stripe(theirs, currency) == minor
