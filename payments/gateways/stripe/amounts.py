"""Amounts as Stripe counts them, which is not everywhere by ISO 4217.

Source: docs.stripe.com/currencies. The króna and the shilling have lost their hundredths and keep
them at Stripe; the ariary has fifths that Stripe does not know; fils come in tens only.
"""

from __future__ import annotations

from payments.gateways.base import Refused
from reservehub.core.money import Money

_AS_HUNDREDTHS = frozenset({"ISK", "UGX"})
_WHOLE = frozenset({"MGA"})
_IN_TENS = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})


def to_stripe(amount: Money) -> int:
    """
    :raises Refused: for an amount finer than Stripe takes; to round it would be to charge another
    """
    minor, currency = amount.amount_minor, amount.currency
    if currency in _AS_HUNDREDTHS:
        return minor * 100
    if (currency in _IN_TENS and minor % 10) or (currency in _WHOLE and minor % 100):
        raise Refused("amount_too_fine")
    return minor // 100 if currency in _WHOLE else minor


def from_stripe(amount: int, currency: str) -> int:
    """In minor units of ISO 4217; the currency in either case."""
    name = currency.upper()
    if name in _AS_HUNDREDTHS:
        return amount // 100
    return amount * 100 if name in _WHOLE else amount
