"""What a guest paid and got back, to be printed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from bookings.presenters.clock import local, short_date
from bookings.presenters.money import money_text
from payments.facts import FactKind
from payments.models import LedgerEntry, Payment
from restaurants.models import Restaurant


@dataclass(frozen=True)
class ReceiptLine:
    date: str
    what: str
    amount: str


@dataclass(frozen=True)
class Receipt:
    """What was paid and given back, to be printed."""

    lines: tuple[ReceiptLine, ...]
    total: str
    card: str
    numbers: tuple[str, ...]


_SIGNS: Mapping[str, tuple[int, Promise]] = {
    FactKind.CAPTURED.value: (1, gettext_lazy("Payment")),
    FactKind.CAPTURE_FAILED.value: (-1, gettext_lazy("Payment failed")),
    FactKind.REFUNDED.value: (-1, gettext_lazy("Refund")),
    FactKind.REFUND_FAILED.value: (1, gettext_lazy("Refund failed")),
    FactKind.DISPUTED.value: (-1, gettext_lazy("Taken back by the bank")),
    FactKind.DISPUTE_WON.value: (1, gettext_lazy("Returned by the bank")),
}


def receipt_of(
    restaurant: Restaurant, payments: Sequence[Payment], entries: Iterable[LedgerEntry]
) -> Receipt | None:
    """None while nothing has been paid."""
    moved = [entry for entry in entries if entry.kind in _SIGNS]
    if not moved:
        return None
    currency = moved[0].currency
    total = sum(_SIGNS[entry.kind][0] * entry.amount_minor for entry in moved)
    return Receipt(
        lines=tuple(
            ReceiptLine(
                date=_day(entry.occurred_at, restaurant),
                what=str(_SIGNS[entry.kind][1]),
                amount=money_text(_SIGNS[entry.kind][0] * entry.amount_minor, entry.currency),
            )
            for entry in moved
        ),
        total=money_text(total, currency),
        card=next((str(one.method) for one in payments if one.method and one.method.last4), ""),
        numbers=tuple(str(one.public_id) for one in payments if one.captured_minor),
    )


def _day(at: datetime, restaurant: Restaurant) -> str:
    day = local(at, restaurant).date()
    return f"{short_date(day)} {day.year}"
