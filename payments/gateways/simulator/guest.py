"""What the guest does on the simulator's page, and what the cardholder does later."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from django.db import transaction

from payments.facts import FactKind
from payments.gateways.base import Refused
from payments.gateways.simulator.books import (
    News,
    check_on,
    give,
    moved,
    number,
    tell,
    totals,
)
from payments.models import (
    DisputeStatus,
    SimulatedCard,
    SimulatedCardKind,
    SimulatedDispute,
    SimulatedPayment,
    SimulatedState,
)

LATE = timedelta(seconds=20)
RESPOND_WITHIN = timedelta(days=7)


class Bank(StrEnum):
    """What the bank says to a card."""

    APPROVE = "approve"
    DECLINE = "decline"
    CHALLENGE = "challenge"
    """3-D Secure: the guest has to prove who they are."""
    POOR_LATER = "poor_later"
    """Saved now; refused whenever it is charged."""
    ASKS_LATER = "asks_later"
    """Saved now; the bank wants the guest whenever it is charged."""


class Told(StrEnum):
    """How the merchant learns of it."""

    AT_ONCE = "at_once"
    LATE = "late"
    LOST = "lost"


DIGITS = {
    Bank.APPROVE: "4242",
    Bank.DECLINE: "0002",
    Bank.CHALLENGE: "3155",
    Bank.POOR_LATER: "0341",
    Bank.ASKS_LATER: "3184",
}
"""Last digits of Stripe's test cards that behave alike."""

_KINDS = {
    Bank.POOR_LATER: SimulatedCardKind.POOR,
    Bank.ASKS_LATER: SimulatedCardKind.ASKS,
}


def payment_behind(secret: str) -> SimulatedPayment | None:
    """The payment of a page."""
    return SimulatedPayment.objects.select_related("card").filter(secret=secret).first()


@transaction.atomic(durable=True)
def guest_pays(*, secret: str, bank: Bank, told: Told, now: datetime) -> bool:
    """The card of that bank is given. Returns whether it was taken; a try that is over stays so.

    A challenge counts as passed here: `guest_fails` is for one that was not.
    """
    payment = _open_payment(secret)
    if payment is None:
        return False
    if bank is Bank.DECLINE:
        moved(payment, (FactKind.REFUSED, 0), now=now, code="card_declined")
        return False
    payment.state = SimulatedState.DONE
    visible_at = now + LATE if told is Told.LATE else now
    news = News(visible_at, is_lost=told is Told.LOST)
    give(payment, card=_card(bank, now), now=now, news=news)
    payment.save()
    return True


@transaction.atomic(durable=True)
def guest_fails(*, secret: str, now: datetime) -> None:
    """3-D Secure was not passed; the guest may try again."""
    payment = _open_payment(secret)
    if payment is not None:
        moved(payment, (FactKind.REFUSED, 0), now=now, code="authentication_failed")


@transaction.atomic(durable=True)
def guest_leaves(*, secret: str, now: datetime) -> None:
    """The guest gave up: this try takes no card any more."""
    payment = _open_payment(secret)
    if payment is not None:
        payment.state = SimulatedState.DEAD
        payment.save(update_fields=["state"])
        tell(payment, now=now)


def _open_payment(secret: str) -> SimulatedPayment | None:
    check_on()
    rows = SimulatedPayment.objects.select_for_update()
    return rows.filter(secret=secret, state=SimulatedState.OPEN).first()


def _card(bank: Bank, now: datetime) -> SimulatedCard:
    return SimulatedCard.objects.create(
        customer_token=number("sim_guest"),
        method_token=number("sim_card"),
        kind=_KINDS.get(bank, SimulatedCardKind.GOOD),
        brand="Visa",
        last4=DIGITS[bank],
        expires=f"{now.year + 3}-12",
    )


@transaction.atomic(durable=True)
def dispute_open(*, secret: str, now: datetime) -> SimulatedDispute:
    """The cardholder does not recognise the charge: the bank takes back what is left of it.

    :raises Refused: nothing_to_dispute
    """
    check_on()
    payment = SimulatedPayment.objects.select_for_update().filter(secret=secret).first()
    left = totals(payment).kept if payment else 0
    if payment is None or left <= 0:
        raise Refused("nothing_to_dispute")
    dispute = SimulatedDispute.objects.create(
        payment=payment,
        provider_id=number("sim_dispute"),
        status=DisputeStatus.NEEDS_RESPONSE,
        reason="fraudulent",
        amount_minor=left,
        currency=payment.currency,
        respond_by=now + RESPOND_WITHIN,
        opened_at=now,
        told_at=now,
    )
    moved(payment, (FactKind.DISPUTED, left), now=now, dispute=dispute)
    return dispute


@transaction.atomic(durable=True)
def dispute_decide(*, secret: str, is_won: bool, now: datetime) -> None:
    """The bank decides the open dispute of a payment, if there is one."""
    check_on()
    payment = SimulatedPayment.objects.select_for_update().filter(secret=secret).first()
    dispute = (
        payment.disputes.filter(status=DisputeStatus.NEEDS_RESPONSE).first() if payment else None
    )
    if payment is None or dispute is None:
        return
    dispute.status = DisputeStatus.WON if is_won else DisputeStatus.LOST
    dispute.told_at = now
    dispute.save(update_fields=["status", "told_at"])
    if is_won:
        moved(payment, (FactKind.DISPUTE_WON, dispute.amount_minor), now=now, dispute=dispute)
    else:
        tell(payment, dispute=dispute, now=now)
