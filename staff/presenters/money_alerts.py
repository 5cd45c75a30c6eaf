"""Disputes, what a provider refused and what it says nothing about, as alerts of the host stand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from bookings.models import Reservation
from bookings.selectors.money import reservations_of_payments
from payments.models import Instruction
from restaurants.models import Restaurant
from staff.presenters.alerts import Line
from staff.presenters.deposits import amount_text
from staff.presenters.payment_page import TOLD
from staff.presenters.payments import Trouble, name_of


def money_lines(troubles: Iterable[Trouble], restaurant: Restaurant) -> list[Line]:
    """One line each; opens the panel of the reservation, from where the payment is one tap away."""
    return [
        _line(
            one.key,
            one.reservation,
            restaurant,
            text=f"{one.text}: {one.detail}",
            weight="urgent" if one.is_urgent else "know",
        )
        for one in troubles
        if one.reservation is not None
    ]


def silent_lines(instructions: Sequence[Instruction], restaurant: Restaurant) -> list[Line]:
    """The same of instructions without word from the provider: one query, for the reservations of
    all.
    """
    reservations = reservations_of_payments([one.payment for one in instructions])
    return [
        _line(
            f"silent-{one.pk}",
            reservations[one.payment_id],
            restaurant,
            text=_silent(one, reservations[one.payment_id]),
            weight="soon",
        )
        for one in instructions
        if one.payment_id in reservations
    ]


def _silent(instruction: Instruction, reservation: Reservation) -> str:
    amount = amount_text(instruction.amount_minor, instruction.payment.currency)
    told = str(TOLD[instruction.kind]) % {"amount": amount}
    name = name_of(instruction.payment, reservation)
    values = {"name": name, "told": told}
    return _("%(name)s: %(told)s · no word from the provider") % values


def _line(
    key: str, reservation: Reservation, restaurant: Restaurant, *, text: str, weight: str
) -> Line:
    return Line(
        key=key,
        kind="money",
        weight=weight,
        sign="!",
        word=_("Payment"),
        text=text,
        panel_url=reverse("staff:reservation-panel", args=[restaurant.slug, reservation.pk]),
    )
