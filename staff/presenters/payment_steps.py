"""What a step with a payment would do, in words, before it is done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.errors import DepositMissing, FeeRefused
from bookings.lifecycle import Status
from bookings.models import Reservation
from payments.errors import AmountRefused
from payments.models import Instruction
from reservehub.core.errors import DomainError
from staff.presenters.deposits import amount_text

_WILL: Mapping[str, str | Promise] = {
    "refund": gettext_lazy("%(amount)s goes back to the guest"),
    "capture": gettext_lazy("%(amount)s of what is held is taken"),
    "charge": gettext_lazy("%(amount)s is charged to the card %(card)s"),
    "authorise": gettext_lazy("%(amount)s is held on the card %(card)s"),
    "release": gettext_lazy("What is held on the card is released"),
}
_FEE: Mapping[str, str | Promise] = {
    "not_due": gettext_lazy("No fee is due: the party came, or cancelled in time."),
    "too_early": gettext_lazy("It is too early: the guests may still come."),
    "too_late": gettext_lazy("A fee can be charged within seven days only."),
    "charged": gettext_lazy("A fee has been charged already."),
    "no_card": gettext_lazy("There is no card that could be charged."),
    "above_limit": gettext_lazy("More guests than were booked cannot stay away."),
}


@dataclass(frozen=True)
class Effect:
    """One thing that will happen."""

    text: str


def effects_of(
    told: Iterable[Instruction], *, before: Reservation, after: Reservation
) -> list[Effect]:
    """What the provider will be told, and what becomes of the reservation."""
    found = [
        Effect(
            str(_WILL[one.kind])
            % {
                "amount": amount_text(one.amount_minor, one.payment.currency),
                "card": str(one.payment.method or "").strip(),
            }
        )
        for one in told
        if one.kind in _WILL
    ]
    owed = before.deposit_minor - after.deposit_minor
    if owed > 0 and not found:
        amount = amount_text(owed, after.restaurant.currency)
        found.append(Effect(_("%(amount)s is no longer asked for") % {"amount": amount}))
    if before.status == Status.PENDING_PAYMENT and after.status == Status.CONFIRMED:
        found.append(Effect(_("The reservation is confirmed, and the guest is told")))
    return found or [Effect(_("Nothing moves; it is written down"))]


def whole_fee(reservation: Reservation, fee: str) -> str:
    """The label of a fee for the whole party."""
    if reservation.status == Status.NO_SHOW:
        return _("Nobody came: %(amount)s") % {"amount": fee}
    return _("Cancelled too late: %(amount)s") % {"amount": fee}


def refusal_of(refusal: DomainError, reservation: Reservation) -> str:
    """Why it cannot be done."""
    if isinstance(refusal, AmountRefused):
        most = refusal.extra.get("available_minor", 0)
        amount = amount_text(most, reservation.restaurant.currency)
        return _("At most %(amount)s is possible.") % {"amount": amount}
    if isinstance(refusal, FeeRefused):
        return str(_FEE.get(str(refusal.extra.get("reason")), refusal))
    if isinstance(refusal, DepositMissing):
        return _("There is nothing left to decide about.")
    return str(refusal)
