"""What needs a look: instructions without word from the provider, and books that differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.models import Reservation
from bookings.presenters.clock import short_date
from bookings.selectors.money import reservations_of_payments
from payments.models import Difference, Instruction, InstructionKind, InstructionStatus
from payments.services.settling import CAN_BE_SAID_DONE
from restaurants.models import Restaurant
from staff.presenters.deposits import amount_text
from staff.presenters.payment_page import TOLD, moment_of
from staff.presenters.payments import name_of, visit_text

_ADVICE: Mapping[str, str | Promise] = {
    "missing_here": gettext_lazy(
        "It is in another currency than the payment: look at the settings of the account."
    ),
    "missing_there": gettext_lazy(
        "Look the number up at the provider. If it really is not there, the guest has not paid."
    ),
    "amount": gettext_lazy("The provider’s amount is what the bank moved; here nothing changed."),
    "unknown_payment": gettext_lazy(
        "A shop or a terminal may take money with the same account: then nothing is to be done."
    ),
}


@dataclass(frozen=True, kw_only=True)
class Look:
    """Something that waits for a person; `facts` are label and text."""

    pk: int
    key: str
    title: str
    text: str
    visit: str
    facts: list[tuple[str, str]]
    payment_url: str
    booking_url: str


def silent_looks(instructions: Sequence[Instruction], restaurant: Restaurant) -> list[Look]:
    """What the provider says nothing about: one query, for the reservations of all."""
    reservations = reservations_of_payments([one.payment for one in instructions])
    return [_silent(one, reservations.get(one.payment_id), restaurant) for one in instructions]


def _silent(
    instruction: Instruction, reservation: Reservation | None, restaurant: Restaurant
) -> Look:
    payment = instruction.payment
    amount = amount_text(instruction.amount_minor, payment.currency)
    facts = [
        (_("Told"), moment_of(instruction.created_at, restaurant)),
        (_("Provider"), str(payment.get_provider_display())),
        *_numbers(instruction),
        (_("Idempotency key"), instruction.key),
        (_("Reason"), instruction.reason),
    ]
    return Look(
        pk=instruction.pk,
        key=f"told-{instruction.pk}",
        title=name_of(payment, reservation),
        text=str(TOLD[instruction.kind]) % {"amount": amount},
        visit=visit_text(reservation) if reservation else "",
        facts=[(label, text) for label, text in facts if text],
        payment_url=reverse("staff:payment", args=[restaurant.slug, payment.pk]),
        booking_url=_booking_url(reservation, restaurant),
    )


def _numbers(instruction: Instruction) -> list[tuple[str, str]]:
    """By which it is looked up; the token of a card is shown to nobody, as it opens something."""
    payment = instruction.payment
    if instruction.kind == InstructionKind.FORGET:
        return [
            (_("Number at the provider"), payment.provider_id),
            (_("Number of the payment"), str(payment.public_id)),
        ]
    return [(_("Number at the provider"), instruction.provider_id or instruction.object_id)]


def may_be_said_done(instruction: Instruction) -> bool:
    """Whether people can say that it happened; else only the provider can. What they have said to
    have happened they can only take back.
    """
    is_said = instruction.status == InstructionStatus.SAID_DONE
    return instruction.kind in CAN_BE_SAID_DONE and not is_said


def difference_looks(differences: Sequence[Difference], restaurant: Restaurant) -> list[Look]:
    """What the two books do not agree on: one query, for the reservations of all."""
    payments = [one.payment for one in differences if one.payment is not None]
    reservations = reservations_of_payments(payments)
    return [
        _difference(one, reservations.get(one.payment_id or 0), restaurant) for one in differences
    ]


def _difference(
    difference: Difference, reservation: Reservation | None, restaurant: Restaurant
) -> Look:
    payment, currency = difference.payment, difference.currency
    day = difference.reconciliation.since.astimezone(UTC).date()
    facts = [
        (_("Day of the provider"), short_date(day)),
        (_("Ours"), _amount(difference.ours_minor, currency)),
        (_("The provider’s"), _amount(difference.theirs_minor, currency)),
        (_("Number at the provider"), difference.provider_id),
    ]
    title = name_of(payment, reservation) if payment else _("No payment of yours")
    return Look(
        pk=difference.pk,
        key=f"difference-{difference.pk}",
        title=title,
        text=f"{difference.get_kind_display()}. {_ADVICE[difference.kind]}",
        visit=visit_text(reservation) if reservation else "",
        facts=[(label, text) for label, text in facts if text],
        payment_url=reverse("staff:payment", args=[restaurant.slug, payment.pk]) if payment else "",
        booking_url=_booking_url(reservation, restaurant),
    )


def _amount(amount_minor: int | None, currency: str) -> str:
    return "" if amount_minor is None or not currency else amount_text(amount_minor, currency)


def _booking_url(reservation: Reservation | None, restaurant: Restaurant) -> str:
    if reservation is None:
        return ""
    base = reverse("staff:list", args=[restaurant.slug])
    return f"{base}?date={reservation.service_date.isoformat()}&q={reservation.reference}"
