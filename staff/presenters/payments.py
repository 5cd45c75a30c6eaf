"""The list of payments, one payment, and what needs somebody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from bookings.models import DepositStatus, Reservation
from bookings.presenters.clock import clock_text, local, moment_text, short_date
from bookings.selectors.money import reservations_of_payments
from payments.models import Dispute, Instruction, Payment, PaymentMode, PaymentStatus
from payments.selectors.staff import Sums
from restaurants.models import Restaurant
from staff.presenters.deposits import amount_text

_D = DepositStatus
COLOURS: Mapping[str, str] = {
    _D.PENDING: "gold",
    _D.GUARANTEED: "blue",
    _D.HELD: "blue",
    _D.PAID: "green",
    _D.REDEEMED: "green",
    _D.FORFEITED: "purple",
    _D.CHARGED: "purple",
    _D.DISPUTED: "red",
}
"""Of a badge; grey for the others."""
_OF_PAYMENT: Mapping[str, str] = {
    PaymentStatus.OPEN: _D.PENDING,
    PaymentStatus.SAVED: _D.GUARANTEED,
    PaymentStatus.AUTHORISED: _D.HELD,
    PaymentStatus.CAPTURED: _D.PAID,
}
_FATES = frozenset({_D.REDEEMED, _D.FORFEITED, _D.CHARGED, _D.DISPUTED})
"""What became of money that was paid: the reservation knows it, the payment does not."""
_PAID = frozenset({PaymentStatus.CAPTURED, PaymentStatus.PARTLY_REFUNDED})
INSTRUCTION_WORDS: Mapping[str, str | Promise] = {
    "pay": gettext_lazy("The payment was refused"),
    "charge": gettext_lazy("The card could not be charged"),
    "authorise": gettext_lazy("The amount could not be held on the card"),
    "capture": gettext_lazy("What was held could not be taken"),
    "release": gettext_lazy("What was held could not be released"),
    "refund": gettext_lazy("The refund was refused"),
    "forget": gettext_lazy("The saved card could not be deleted at the provider: delete it there"),
}


@dataclass(frozen=True)
class Badge:
    """A word with a colour of tags."""

    word: str
    colour: str


def deposit_badge(status: str) -> Badge:
    """The deposit of a reservation in a word."""
    return Badge(str(DepositStatus(status).label), COLOURS.get(status, "grey"))


def payment_badge(payment: Payment, reservation: Reservation | None) -> Badge:
    """What became of a payment, in the words of its reservation where they say more."""
    if payment.disputed_minor:
        return deposit_badge(_D.DISPUTED)
    if reservation is not None and payment.status in _PAID and reservation.deposit_status in _FATES:
        return deposit_badge(reservation.deposit_status)
    if payment.is_card_forgotten:
        return Badge(_("Card deleted"), "grey")
    colour = COLOURS.get(_OF_PAYMENT.get(payment.status, ""), "grey")
    return Badge(str(payment.get_status_display()), colour)


@dataclass(frozen=True, kw_only=True)
class PaymentRow:
    """One payment in the list; `amount` is what it comes to now, `kind` empty where it is paid at
    once.
    """

    name: str
    reference: str
    visit: str
    asked_at: str
    kind: str
    badge: Badge
    amount: str
    note: str
    url: str


def payment_rows(payments: Sequence[Payment], restaurant: Restaurant) -> list[PaymentRow]:
    """One query, for the reservations of all."""
    reservations = reservations_of_payments(payments)
    return [_row(one, reservations.get(one.pk), restaurant) for one in payments]


def _row(payment: Payment, reservation: Reservation | None, restaurant: Restaurant) -> PaymentRow:
    return PaymentRow(
        name=reservation.guest_name if reservation else payment.description,
        reference=reservation.reference if reservation else "",
        visit=visit_text(reservation) if reservation else "",
        asked_at=_("asked for %(moment)s")
        % {"moment": _short_moment(payment.created_at, restaurant)},
        kind="" if payment.mode == PaymentMode.CHARGE else str(payment.get_mode_display()),
        badge=payment_badge(payment, reservation),
        amount=amount_text(_counted(payment), payment.currency),
        note=_note(payment),
        url=reverse("staff:payment", args=[restaurant.slug, payment.pk]),
    )


def _counted(payment: Payment) -> int:
    """What was taken, else what is held, else what is asked for or guaranteed."""
    return payment.captured_minor or payment.authorised_minor or payment.limit_minor


def _note(payment: Payment) -> str:
    notes = []
    if payment.refunded_minor:
        back = amount_text(payment.refunded_minor, payment.currency)
        notes.append(_("%(amount)s went back") % {"amount": back})
    if payment.disputed_minor:
        gone = amount_text(payment.disputed_minor, payment.currency)
        notes.append(_("%(amount)s disputed") % {"amount": gone})
    return " · ".join(notes)


def visit_text(reservation: Reservation) -> str:
    """``Fri 5 Jun, 19:00 · 4 guests``."""
    wall = local(reservation.starts_at, reservation.restaurant)
    at = clock_text(wall, reservation.restaurant)
    size = reservation.party_size
    guests = ngettext("%(n)s guest", "%(n)s guests", size) % {"n": size}
    return f"{short_date(reservation.service_date)}, {at} · {guests}"


def _short_moment(at: datetime, restaurant: Restaurant) -> str:
    wall = local(at, restaurant)
    return f"{short_date(wall.date())}, {clock_text(wall, restaurant)}"


@dataclass(frozen=True, kw_only=True)
class Total:
    """One sum in one currency."""

    label: str
    amount: str


def totals_of(sums: Iterable[Sums]) -> list[list[Total]]:
    """The sums above the list, one group for each currency."""
    return [
        [
            Total(label=label, amount=amount_text(amount, one.currency))
            for label, amount in (
                (_("Taken"), one.taken),
                (_("Given back"), one.refunded),
                (_("Disputed"), one.disputed),
                (_("Left with you"), one.kept),
                (_("Held on cards"), one.held),
                (_("Provider’s fees"), one.fees),
            )
        ]
        for one in sums
    ]


# --- What needs somebody --------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """Something that waits for a person, most urgent first."""

    key: str
    text: str
    detail: str
    is_urgent: bool
    url: str
    reservation: Reservation | None


def troubles_of(
    disputes: Sequence[Dispute],
    instructions: Sequence[Instruction],
    restaurant: Restaurant,
) -> list[Trouble]:
    """Open disputes and what a provider refused: one query for the reservations of all."""
    payments = [*(one.payment for one in disputes), *(one.payment for one in instructions)]
    reservations = reservations_of_payments(payments)
    return [
        *(_of_dispute(one, reservations.get(one.payment_id), restaurant) for one in disputes),
        *(_of_refused(one, reservations.get(one.payment_id), restaurant) for one in instructions),
    ]


def _of_dispute(
    dispute: Dispute, reservation: Reservation | None, restaurant: Restaurant
) -> Trouble:
    needs_answer = dispute.status == "needs_response"
    detail = str(dispute.get_status_display())
    if needs_answer and dispute.respond_by is not None:
        until = moment_text(dispute.respond_by, restaurant)
        detail = _("Answer needed until %(moment)s") % {"moment": until}
    amount = amount_text(dispute.amount_minor, dispute.currency)
    return Trouble(
        key=f"dispute-{dispute.pk}",
        text=_("%(name)s disputes %(amount)s")
        % {"name": name_of(dispute.payment, reservation), "amount": amount},
        detail=detail,
        is_urgent=needs_answer,
        url=reverse("staff:payment", args=[restaurant.slug, dispute.payment_id]),
        reservation=reservation,
    )


def _of_refused(
    instruction: Instruction, reservation: Reservation | None, restaurant: Restaurant
) -> Trouble:
    name, minor = name_of(instruction.payment, reservation), instruction.amount_minor
    amount = amount_text(minor, instruction.payment.currency) if minor else ""
    detail = str(INSTRUCTION_WORDS[instruction.kind])
    if instruction.needs_guest:
        detail += " · " + _("the bank wants the guest to confirm it")
    elif instruction.code:
        detail += f" · {instruction.code}"
    return Trouble(
        key=f"refused-{instruction.pk}",
        text=", ".join(part for part in (name, amount) if part),
        detail=detail,
        is_urgent=True,
        url=reverse("staff:payment", args=[restaurant.slug, instruction.payment_id]),
        reservation=reservation,
    )


def name_of(payment: Payment, reservation: Reservation | None) -> str:
    """Whose payment it is."""
    return reservation.guest_name if reservation else payment.description


# --- The shift report -----------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Unredeemed:
    """A deposit that nobody has set off against a bill yet (rule 83)."""

    name: str
    visit: str
    status: str
    amount: str
    url: str


def unredeemed_rows(
    reservations: Iterable[Reservation], restaurant: Restaurant
) -> list[Unredeemed]:
    base = reverse("staff:list", args=[restaurant.slug])
    return [
        Unredeemed(
            name=one.guest_name or one.reference,
            visit=visit_text(one),
            status=str(one.get_status_display()),
            amount=amount_text(one.deposit_minor, restaurant.currency),
            url=f"{base}?date={one.service_date.isoformat()}&q={one.reference}",
        )
        for one in reservations
    ]
