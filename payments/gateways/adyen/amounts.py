"""Amounts as Adyen counts them, which is not everywhere by ISO 4217.

Source: docs.adyen.com/development-resources/currency-codes, "differs from standard".
"""

from __future__ import annotations

from payments.gateways.base import Refused
from reservehub.core.money import Money

_AS_HUNDREDTHS = frozenset({"CLP", "ISK"})
_WHOLE = frozenset({"CVE", "IDR"})


def to_adyen(amount: Money) -> dict[str, int | str]:
    """
    :raises Refused: for an amount finer than Adyen takes; to round it would be to charge another
    """
    value, currency = amount.amount_minor, amount.currency
    if currency in _AS_HUNDREDTHS:
        value *= 100
    if currency in _WHOLE:
        if value % 100:
            raise Refused("amount_too_fine")
        value //= 100
    return {"value": value, "currency": currency}


def from_adyen(value: int, currency: str) -> int:
    """In minor units of ISO 4217."""
    if currency in _AS_HUNDREDTHS:
        return value // 100
    return value * 100 if currency in _WHOLE else value
