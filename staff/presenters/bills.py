"""The bill of a visit on the card of its party: what it came to, and what is left to pay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from bookings.bills import BILLED, Bill
from bookings.deposits import payment_reference
from bookings.lifecycle import Status
from bookings.models import Reservation
from bookings.selectors.deposits import bill_of
from payments.selectors import payments_of
from reservehub.core.money import Money, exponent_of
from restaurants.permissions import Capability
from staff.access import Desk
from staff.presenters.deposits import amount_text


class Part(NamedTuple):
    """One amount with its word."""

    word: str
    amount: str


@dataclass(frozen=True, kw_only=True)
class CardBill:
    """What is shown and asked.

    :param parts: empty where nobody entered a bill
    :param over: how much was paid in advance beyond it; `refund_url` for those who give it back
    :param field: the amount as it stands in the field
    :param may_enter: whether this person enters bills
    """

    parts: tuple[Part, ...]
    over: str
    refund_url: str
    field: str
    currency: str
    may_enter: bool


def card_bill(desk: Desk, reservation: Reservation) -> CardBill | None:
    """None while there can be no bill. Queries only where a deposit comes off it."""
    if Status(reservation.status) not in BILLED:
        return None
    currency = desk.restaurant.currency
    bill = bill_of(reservation)
    may_enter = desk.can(Capability.EDIT_BOOK)
    if bill is None and not may_enter:
        return None
    over = bill.over_minor if bill else 0
    return CardBill(
        parts=_parts(bill, currency) if bill else (),
        over=amount_text(over, currency) if over else "",
        refund_url=_refund_url(desk, reservation) if over else "",
        field=bill_typed(reservation),
        currency=currency,
        may_enter=may_enter,
    )


def _parts(bill: Bill, currency: str) -> tuple[Part, ...]:
    whole = Part(_("Bill"), amount_text(bill.amount_minor, currency))
    if not bill.deposit_minor:
        return (whole,)
    return (
        whole,
        Part(pgettext("on a bill", "deposit"), f"−{amount_text(bill.deposit_minor, currency)}"),
        Part(pgettext("on a bill", "to pay"), amount_text(bill.to_pay_minor, currency)),
    )


def bill_typed(reservation: Reservation) -> str:
    """The bill as somebody would type it; empty where there is none."""
    if reservation.bill_minor is None:
        return ""
    currency = reservation.restaurant.currency
    amount = Money(reservation.bill_minor, currency).to_decimal()
    return str(number_format(amount, exponent_of(currency)))


def _refund_url(desk: Desk, reservation: Reservation) -> str:
    """Where money goes back, for those who may do that: at the payment that has it, as another try
    may have been asked for after it.
    """
    if not desk.can(Capability.CHARGE_REFUND):
        return ""
    payments = payments_of(payment_reference(reservation.pk))
    found = max(payments, key=lambda one: one.kept_minor)
    return reverse("staff:payment-step", args=[desk.restaurant.slug, found.pk, "refund"])
