"""The bill of a visit: entered at the table or later, corrected, taken back."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from bookings.bills import BILLED, MOST_MINOR
from bookings.errors import TransitionRefused
from bookings.events import ReservationBillChanged
from bookings.lifecycle import Status
from bookings.models import Reservation
from bookings.services.records import reservation_lock
from bookings.services.steps import step_remember, step_take
from reservehub.core.actors import Actor
from reservehub.core.errors import FieldError, ValidationFailed
from reservehub.core.money import Money
from restaurants.models import Restaurant


@transaction.atomic
def reservation_bill_set(
    *,
    reservation_id: int,
    amount: Money | None,
    actor: Actor,
    now: datetime,
    expected_version: int | None = None,
) -> Reservation:
    """What the visit came to. Saying the same amount twice changes nothing; the guest's figures and
    points follow.

    It can be entered once the party sits, and corrected at any time afterwards. While the party is
    there it is taken back like a step; afterwards taking back "finished" matters more.

    :param amount: in the currency of the restaurant, zero where the visit was on the house; None:
        there is no bill any more
    :raises ValidationFailed: for another currency, or an impossible amount
    :raises TransitionRefused: unless the party is at the table or has left it
    """
    reservation = reservation_lock(reservation_id, expected_version=expected_version)
    if amount is not None:
        _check(amount, reservation.restaurant)
    status = Status(reservation.status)
    if status not in BILLED:
        raise TransitionRefused(
            _("A bill can be entered once the party is seated."), status_now=reservation.status
        )
    old, new = reservation.bill_minor, None if amount is None else amount.amount_minor
    if old == new:
        return reservation
    if status is not Status.COMPLETED:
        step_remember(reservation, now=now, besides=("bill_minor",))
    reservation.bill_minor = new
    return step_take(
        reservation,
        status,
        lambda about: ReservationBillChanged(bill_minor=new, **about),
        actor=actor,
        now=now,
        action="reservation.bill_set",
        before={"bill_minor": old},
        after={"bill_minor": new},
    )


def _check(amount: Money, restaurant: Restaurant) -> None:
    """:raises ValidationFailed: for another currency, or an impossible amount"""
    if amount.currency != restaurant.currency:
        detail = _("This restaurant takes %(currency)s.") % {"currency": restaurant.currency}
        raise _bad_amount("currency", detail)
    if not 0 <= amount.amount_minor <= MOST_MINOR:
        most = Money(MOST_MINOR, restaurant.currency).to_decimal()
        detail = _("Enter an amount from 0 to %(most)s.") % {"most": most}
        raise _bad_amount("amount", detail)


def _bad_amount(code: str, detail: str) -> ValidationFailed:
    return ValidationFailed(errors=[FieldError("/amount", code, detail)])
