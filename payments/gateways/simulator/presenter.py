"""The simulator's pages in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from payments.facts import Mode, Status, status_of
from payments.gateways.simulator.books import totals
from payments.gateways.simulator.forms import banks_for
from payments.gateways.simulator.guest import DIGITS, LATE, Bank, Told
from payments.models import DisputeStatus, SimulatedPayment, SimulatedState
from reservehub.core.money import Money

_BANKS: Mapping[Bank, tuple[Promise, Promise]] = {
    Bank.APPROVE: (gettext_lazy("The bank approves"), gettext_lazy("The usual case.")),
    Bank.DECLINE: (
        gettext_lazy("The bank declines"),
        gettext_lazy("You come back and may try again."),
    ),
    Bank.CHALLENGE: (
        gettext_lazy("The bank asks who you are"),
        gettext_lazy("3-D Secure: one more page, to be passed or failed."),
    ),
    Bank.POOR_LATER: (
        gettext_lazy("Approved now, declined later"),
        gettext_lazy("The card is saved; a charge for a no-show is refused."),
    ),
    Bank.ASKS_LATER: (
        gettext_lazy("Approved now, asks later"),
        gettext_lazy("The card is saved; a charge for a no-show needs the guest."),
    ),
}
_TOLD: Mapping[Told, tuple[Promise, Promise]] = {
    Told.AT_ONCE: (gettext_lazy("At once"), gettext_lazy("By a signed webhook.")),
    Told.LATE: (
        gettext_lazy("Late"),
        gettext_lazy("The bank takes %(seconds)s seconds; until then nobody knows."),
    ),
    Told.LOST: (
        gettext_lazy("Never"),
        gettext_lazy("The webhook is lost. Asking the provider finds the payment."),
    ),
}
_BUTTONS: Mapping[Mode, Promise] = {
    Mode.CHARGE: gettext_lazy("Pay %(amount)s"),
    Mode.AUTHORISE: gettext_lazy("Let %(amount)s be held"),
    Mode.SAVE: gettext_lazy("Save the card"),
}
_STATES: Mapping[Status, Promise] = {
    Status.OPEN: gettext_lazy("Nothing has been paid"),
    Status.CLOSED: gettext_lazy("This payment was given up"),
    Status.SAVED: gettext_lazy("The card is saved"),
    Status.AUTHORISED: gettext_lazy("The amount is held on the card"),
    Status.RELEASED: gettext_lazy("The amount was released"),
    Status.CAPTURED: gettext_lazy("Paid"),
    Status.PARTLY_REFUNDED: gettext_lazy("Partly refunded"),
    Status.REFUNDED: gettext_lazy("Refunded"),
}


@dataclass(frozen=True)
class Option:
    value: str
    label: str
    note: str
    digits: str = ""
    is_chosen: bool = False


@dataclass(frozen=True)
class Line:
    what: str
    amount: str
    at: str
    note: str


@dataclass(frozen=True)
class PageView:
    """The hosted page of one payment.

    :ivar lines: what has moved, oldest first
    """

    merchant: str
    description: str
    amount: str
    is_saving: bool
    button: str
    banks: Sequence[Option]
    tellings: Sequence[Option]
    is_open: bool
    is_dead: bool
    state: str
    card: str
    lines: Sequence[Line]
    can_dispute: bool
    dispute: str
    is_dispute_open: bool
    return_url: str


def page_view(
    payment: SimulatedPayment,
    *,
    now: datetime,
    bank: str = Bank.APPROVE,
    told: str = Told.AT_ONCE,
) -> PageView:
    """:param bank: :param told: what is chosen at first"""
    mode = Mode(payment.mode)
    sums = totals(payment)
    amount = money_text(payment.amount)
    is_dead = payment.state == SimulatedState.DEAD
    dispute = payment.disputes.last()
    return PageView(
        merchant=payment.account or "ReserveHub",
        description=payment.description,
        amount=amount,
        is_saving=mode is Mode.SAVE,
        button=str(_BUTTONS[mode]) % {"amount": amount},
        banks=[
            Option(
                one.value,
                str(_BANKS[one][0]),
                str(_BANKS[one][1]),
                digits=DIGITS[one],
                is_chosen=one == bank,
            )
            for one in banks_for(mode)
        ],
        tellings=[
            Option(
                one.value,
                str(_TOLD[one][0]),
                str(_TOLD[one][1]) % {"seconds": round(LATE.total_seconds())},
                is_chosen=one == told,
            )
            for one in Told
        ],
        is_open=payment.state == SimulatedState.OPEN,
        is_dead=is_dead,
        state=str(_STATES[status_of(sums, is_closed=is_dead)]),
        card=str(payment.card or ""),
        lines=_lines(payment, now),
        can_dispute=sums.kept > 0,
        dispute=str(DisputeStatus(dispute.status).label) if dispute else "",
        is_dispute_open=bool(dispute and dispute.status == DisputeStatus.NEEDS_RESPONSE),
        return_url=payment.return_url,
    )


def _lines(payment: SimulatedPayment, now: datetime) -> list[Line]:
    return [
        Line(
            what=movement.get_kind_display(),
            amount=money_text(Money(movement.amount_minor, movement.currency))
            if movement.amount_minor
            else "",
            at=moment(movement.occurred_at),
            note=movement.code or (_("on its way") if movement.visible_at > now else ""),
        )
        for movement in payment.movements.all()
    ]


def money_text(amount: Money) -> str:
    return amount.format(get_language() or "en")


def moment(at: datetime) -> str:
    """On the simulator's own clock: it is somewhere else."""
    return f"{date_format(at, 'j E, H:i:s')} UTC"
